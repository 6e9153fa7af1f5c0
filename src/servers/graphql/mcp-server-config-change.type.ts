import { Field, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';
import type { VisibleServer } from '../store/visible-servers.js';
import { McpServerConfigType } from './mcp-server-config.type.js';

@Audience('EVERYONE')
@ObjectType('McpServerConfigChange', {
  simpleResolvers: true,
  description: 'The effect of an edit or, with `dryRun`, of the same edit without making it.',
})
export class McpServerConfigChangeType {
  @Field(() => McpServerConfigType, { description: 'The server after the edit.' })
  config!: VisibleServer;

  @Field(() => Int, {
    description:
      'The number of users whose account is disconnected, because the edit changes where their tokens are sent or who issues them. They have to connect again.',
  })
  disconnects!: number;

  @Field(() => [String], {
    description:
      'The names of the fields that the edit clears without naming them: the fields of the previous auth type, and what was discovered for a URL that changes.',
  })
  clearedFields!: string[];
}
