import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';
import { Field, InputType, ObjectType } from 'type-graphql';
import { Audience } from '../audience.js';

@InputType('CallMcpServerToolInput', { description: 'A tool of an MCP server and its arguments.' })
export class CallMcpServerToolInput {
  @Field(() => String, { description: 'The tool’s exact name.' })
  name!: string;

  @Field(() => GraphQLJSONObject, {
    nullable: true,
    description:
      'The arguments, as the tool’s `inputSchema` requires. The MCP server validates them. Defaults to {}.',
  })
  arguments?: Record<string, unknown> | null;
}

@Audience('EVERYONE')
@ObjectType('CallMcpServerToolPayload', {
  simpleResolvers: true,
  description:
    'The result of a tool call. It is untrusted content of the MCP server. `result` is unchanged. The other fields are the parts of it that MCP defines.',
})
export class CallMcpServerToolPayload {
  serverId!: string;

  @Field(() => [GraphQLJSONObject], {
    description:
      'Content blocks as MCP defines them: {type: "text", text}, {type: "image", data, mimeType}, and so on. Unknown and malformed blocks are included as the server sent them. A text outside of a block becomes a text block.',
  })
  content!: Record<string, unknown>[];

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'The result as structured data. Null if the tool provides none. It is not validated against the tool’s output schema.',
  })
  structuredContent!: unknown;

  @Field(() => Boolean, {
    description: 'True if the tool ran and reports an error. `content` contains the details.',
  })
  isError!: boolean;

  @Field(() => GraphQLJSON, {
    nullable: true,
    description:
      'The whole result as the server sent it, including `_meta` and members that are not part of MCP. Null if the server sent null.',
  })
  result!: unknown;
}
