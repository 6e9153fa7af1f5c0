import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { RevocationStatus } from '../revoke/revocation.entity.js';

registerEnumType(RevocationStatus, {
  name: 'RevocationStatus',
  description: 'Whether Switchboard still tries to revoke the tokens.',
  valuesConfig: {
    PENDING: { description: 'Switchboard tries until the provider confirms, for up to seven days.' },
    GIVEN_UP: {
      description:
        'Switchboard no longer tries. The authorization ends when it expires, or when the user removes it in the provider’s settings.',
    },
  },
});

@Audience('EVERYONE')
@ObjectType('McpServerRevocation', {
  simpleResolvers: true,
  description:
    'The revocation of a disconnected account that the provider has not confirmed. Contains no token. Administrators only.',
})
export class RevocationType {
  @Field(() => ID, { description: 'The id of the revocation.' })
  id!: string;

  @Field(() => ID, { description: 'The server, which may have been deleted.' })
  serverId!: string;

  @Field(() => String, { description: 'The server’s display name when the account was disconnected.' })
  serverName!: string;

  @Field(() => RevocationStatus, { description: 'Whether Switchboard still tries.' })
  status!: RevocationStatus;

  @Field(() => String, {
    description: 'The reason why it is not revoked. Empty before the first failed attempt.',
  })
  reason!: string;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The time of the next attempt. Null if there is none.',
  })
  nextAttemptAt!: Date | null;

  @Field(() => GraphQLISODateTime, { description: 'The time at which the account was disconnected.' })
  createdAt!: Date;
}
