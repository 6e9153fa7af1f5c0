import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../audience.js';
import { ExpectedRows } from '../expected-rows.js';
import { McpServerToolType } from './tool.type.js';

const ToolDefectOutcome = {
  REPAIRED: 'REPAIRED',
  LEFT_OUT: 'LEFT_OUT',
  INCOMPLETE: 'INCOMPLETE',
} as const;
type ToolDefectOutcome = (typeof ToolDefectOutcome)[keyof typeof ToolDefectOutcome];

registerEnumType(ToolDefectOutcome, {
  name: 'McpServerToolDefectOutcome',
  description: 'The consequence of a mistake in a server’s list of tools.',
  valuesConfig: {
    REPAIRED: { description: 'Switchboard repaired the definition. The tool can be called.' },
    LEFT_OUT: { description: 'The definition is not usable, so the tool is not in the list.' },
    INCOMPLETE: { description: 'The list itself has the mistake. It may lack tools.' },
  },
});

@Audience('EVERYONE')
@ObjectType('McpServerToolDefect', {
  simpleResolvers: true,
  description: 'A mistake in a server’s list of tools. Its operator can correct it. Administrators only.',
})
export class McpServerToolDefectType {
  @Field(() => String, {
    description: 'The tool’s name as one line of plain text, 200 characters at most. Empty if it has none.',
  })
  name!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The place in the server’s list, from 1. Null if the mistake is not in one tool.',
  })
  position!: number | null;

  @Field(() => ToolDefectOutcome, { description: 'The consequence.' })
  outcome!: ToolDefectOutcome;

  @Field(() => String, { description: 'The mistake.' })
  message!: string;
}

@Audience('EVERYONE')
@ObjectType('McpServerToolList', {
  simpleResolvers: true,
  description: 'The tools of an MCP server, and the mistakes in its list.',
})
export class McpServerToolListType {
  @ExpectedRows(50)
  @Field(() => [McpServerToolType], {
    description: 'The tools in the server’s order. Each name occurs once, with its first definition.',
  })
  tools!: McpServerToolType[];

  @Audience('ADMIN')
  @ExpectedRows(10)
  @Field(() => [McpServerToolDefectType], {
    nullable: true,
    description: 'The first 100 mistakes in the server’s list. Administrators only.',
  })
  defects!: McpServerToolDefectType[] | null;

  @Audience('ADMIN')
  @Field(() => Int, {
    nullable: true,
    description: 'The number of all mistakes in the server’s list. Administrators only.',
  })
  defectCount!: number | null;
}
