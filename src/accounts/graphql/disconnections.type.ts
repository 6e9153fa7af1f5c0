import { Field, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';

@Audience('EVERYONE')
@ObjectType('DisconnectionsPayload', {
  simpleResolvers: true,
  description:
    'What became of people’s connections that an administrator has ended. Here they are gone in any case.',
})
export class DisconnectionsType {
  @Field(() => Int, { description: 'How many people were connected, and are no more.' })
  disconnectedCount!: number;

  @Field(() => Int, { description: 'How many grants the provider has confirmed to be revoked (RFC 7009).' })
  revokedCount!: number;

  @Field(() => Int, {
    description:
      'How many it has not confirmed yet and will be asked for again, for seven days if need be: see mcpServerRevocations.',
  })
  revocationPendingCount!: number;

  @Field(() => Int, { description: 'How many it will never confirm, because it cannot revoke them.' })
  revocationFailedCount!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Why some grants may still stand at the provider; null when all are revoked, or when there were none.',
  })
  revocationError!: string | null;
}
