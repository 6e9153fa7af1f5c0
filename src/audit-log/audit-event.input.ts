import { GraphQLUUID } from 'graphql-scalars';
import { Field, GraphQLISODateTime, InputType } from 'type-graphql';
import { AuditAction } from '../audit/audit-event.entity.js';

@InputType({ description: 'Which events to answer: those that match everything that is given.' })
export class AuditEventFilterInput {
  @Field(() => [AuditAction], { nullable: true, description: 'One of these actions; at least one.' })
  actions?: AuditAction[] | null;

  @Field(() => GraphQLUUID, { nullable: true, description: 'Done by this person.' })
  actorUserId?: string | null;

  @Field(() => GraphQLUUID, {
    nullable: true,
    description:
      'Done to this: the id of an MCP server, person, API token, session or link, deleted ones too.',
  })
  subjectId?: string | null;

  @Field(() => GraphQLUUID, {
    nullable: true,
    description: 'Done to this person’s account, sessions, tokens, links or connections, by whomever.',
  })
  affectedUserId?: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'At this time or later.' })
  from?: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Before this time.' })
  to?: Date | null;
}
