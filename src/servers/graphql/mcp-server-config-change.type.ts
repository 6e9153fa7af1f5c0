import { Field, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { McpServerConfigType } from './mcp-server-config.type.js';

@Audience('EVERYONE')
@ObjectType('McpServerConfigChange', {
  simpleResolvers: true,
  description: 'What an edit did; with `dryRun`, what the same edit would do.',
})
export class McpServerConfigChangeType {
  @Field(() => McpServerConfigType, { description: 'The server after the edit.' })
  config!: McpServerConfigType;

  @Field(() => Int, {
    description:
      'How many people lose their connection to this server, because the edit changes where it or its tokens go. They have to connect again.',
  })
  disconnects!: number;

  @Field(() => [String], {
    description:
      'Names of fields that the edit empties although it does not name them: those of the auth type that it leaves, and what was discovered for an address that it changes.',
  })
  clearedFields!: string[];
}
