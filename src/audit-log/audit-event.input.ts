import { Field, GraphQLISODateTime, ID, InputType } from 'type-graphql';
import { Uuid } from '../uuid-input.js';
import { AuditAction } from '../audit/audit-event.entity.js';

@InputType({ description: 'Chooses events. An event must match every given field.' })
export class AuditEventFilterInput {
  @Field(() => [AuditAction], {
    nullable: true,
    description: 'The action is one of these. The list must not be empty.',
  })
  actions?: AuditAction[] | null;

  @Uuid()
  @Field(() => ID, { nullable: true, description: 'The actor is this user.' })
  actorUserId?: string | null;

  @Uuid()
  @Field(() => ID, {
    nullable: true,
    description:
      'The subject has this id. It may be a deleted MCP server, user, API token, session or sign-in link.',
  })
  subjectId?: string | null;

  @Uuid()
  @Field(() => ID, {
    nullable: true,
    description: 'The affected user is this user, regardless of the actor.',
  })
  affectedUserId?: string | null;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The event occurred at this time or later.',
  })
  from?: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'The event occurred before this time.' })
  to?: Date | null;
}
