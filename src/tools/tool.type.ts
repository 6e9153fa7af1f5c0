import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../audience.js';
import { ToolAccessReason } from './tool-access.js';

registerEnumType(ToolAccessReason, {
  name: 'McpToolAccessReason',
  description: 'The reason for a tool’s access decision.',
  valuesConfig: {
    NOT_RESTRICTED: { description: 'Allowed: the server has no allow list.' },
    ON_ALLOW_LIST: { description: 'Allowed: the tool is on the allow list.' },
    ON_DENY_LIST: {
      description: 'Denied: the tool is on the deny list, which takes precedence over the allow list.',
    },
    NOT_ON_ALLOW_LIST: { description: 'Denied: the server has an allow list, and the tool is not on it.' },
  },
});

@Audience('EVERYONE')
@ObjectType('McpServerTool', {
  simpleResolvers: true,
  description: 'A tool of an MCP server. The server provides the name, title, description and schema.',
})
export class McpServerToolType {
  @Field(() => String, { description: 'The exact name, with which the tool is called.' })
  name!: string;

  @Field(() => String, { description: 'A readable name. Empty if the server provides none.' })
  title!: string;

  @Field(() => String, { description: 'A description of the tool. Empty if the server provides none.' })
  description!: string;

  @Field(() => GraphQLJSONObject, { description: 'The JSON Schema of its arguments.' })
  inputSchema!: Record<string, unknown>;

  @Field(() => Boolean, { description: 'Whether the server’s allow and deny lists permit calls.' })
  allowed!: boolean;

  @Field(() => ToolAccessReason, { description: 'The reason for the access decision.' })
  reason!: ToolAccessReason;
}
