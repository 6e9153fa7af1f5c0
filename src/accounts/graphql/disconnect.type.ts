import { Field, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../audience.js';

@Audience('EVERYONE')
@ObjectType('DisconnectMcpServerPayload', {
  simpleResolvers: true,
  description: 'The result of disconnecting your account.',
})
export class DisconnectType {
  @Field(() => Boolean, {
    description:
      'Whether the provider confirmed that the tokens are revoked (RFC 7009). Switchboard deletes its copy in any case.',
  })
  revoked!: boolean;

  @Field(() => Boolean, {
    description:
      'Whether the provider has not confirmed the revocation yet. Switchboard tries again for up to seven days. You need not do anything.',
  })
  revocationPending!: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The reason why the tokens may still be valid at the provider. Null if they are revoked or there were none.',
  })
  revocationError!: string | null;
}

@Audience('EVERYONE')
@ObjectType('DisconnectionsPayload', {
  simpleResolvers: true,
  description:
    'The result of disconnecting users’ accounts. Switchboard deletes its copies of the tokens in any case.',
})
export class DisconnectionsType {
  @Field(() => Int, { description: 'The number of users who were connected.' })
  disconnectedCount!: number;

  @Field(() => Int, {
    description: 'The number of accounts whose revocation the provider has confirmed (RFC 7009).',
  })
  revokedCount!: number;

  @Field(() => Int, {
    description:
      'The number of accounts whose revocation the provider has not confirmed yet. Switchboard tries again for up to seven days. See `mcpServerRevocations`.',
  })
  revocationPendingCount!: number;

  @Field(() => Int, { description: 'The number of accounts that the provider cannot revoke.' })
  revocationFailedCount!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'The reason why some tokens may still be valid at the provider. Null if all are revoked or there were none.',
  })
  revocationError!: string | null;
}
