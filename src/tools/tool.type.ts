import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../audience.js';
import { ToolAccessReason } from './tool-access.js';

registerEnumType(ToolAccessReason, {
  name: 'McpToolAccessReason',
  description: 'Why a tool may be used or not.',
  valuesConfig: {
    NOT_RESTRICTED: { description: 'May be used: the server has no allow list.' },
    ON_ALLOW_LIST: { description: 'May be used: the allow list names it.' },
    ON_DENY_LIST: { description: 'May not be used: the deny list names it, which wins over the allow list.' },
    NOT_ON_ALLOW_LIST: { description: 'May not be used: there is an allow list, and it does not name it.' },
  },
});

@Audience('EVERYONE')
@ObjectType('McpServerTool', {
  simpleResolvers: true,
  description: "A tool of an MCP server. Name, title, description and schema are the server's own words.",
})
export class McpServerToolType {
  @Field(() => String, { description: 'What it is called by, exactly.' })
  name!: string;

  @Field(() => String, { description: 'A name for people; empty if the server gives none.' })
  title!: string;

  @Field(() => String, { description: 'What it does; empty if the server does not say.' })
  description!: string;

  @Field(() => GraphQLJSONObject, { description: 'The JSON Schema of its arguments.' })
  inputSchema!: Record<string, unknown>;

  @Field(() => Boolean, { description: "Whether this server's allow and deny lists let it be called." })
  allowed!: boolean;

  @Field(() => ToolAccessReason, { description: 'Which list decided, or that none did.' })
  reason!: ToolAccessReason;
}

@Audience('EVERYONE')
@ObjectType('CallMcpServerToolPayload', {
  simpleResolvers: true,
  description: "What a tool answered, as it came. Treat it as the server's words, not as Switchboard's.",
})
export class CallMcpServerToolType {
  @Field(() => [GraphQLJSONObject], {
    description:
      'Content blocks as MCP defines them: {type: "text", text}, {type: "image", data, mimeType}, and so on.',
  })
  content!: Record<string, unknown>[];

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'The result as data, for tools that give it; else null. It is not held against their output schema.',
  })
  structuredContent!: unknown;

  @Field(() => Boolean, { description: 'The tool ran and says that it failed; `content` tells why.' })
  isError!: boolean;
}
