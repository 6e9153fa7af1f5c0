import { GraphQLUUID } from 'graphql-scalars';
import { Field, GraphQLISODateTime, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { RevocationStatus } from '../revoke/revocation.entity.js';

registerEnumType(RevocationStatus, {
  name: 'RevocationStatus',
  description: 'Whether a provider will be asked again to revoke a grant.',
  valuesConfig: {
    PENDING: { description: 'It is asked until it confirms, for seven days at most.' },
    GIVEN_UP: {
      description:
        'It is not asked any more. The grant ends there when it expires, or when the person removes it in the settings of the provider.',
    },
  },
});

@Audience('EVERYONE')
@ObjectType('McpServerRevocation', {
  simpleResolvers: true,
  description:
    'A connection that was given up and that its provider has not confirmed to be revoked. It is only ever answered to administrators, and holds no token.',
})
export class RevocationType {
  @Field(() => GraphQLUUID, { description: 'Of this revocation.' })
  id!: string;

  @Field(() => GraphQLUUID, { description: 'The server, which may have been deleted since.' })
  serverId!: string;

  @Field(() => String, { description: 'What people called the server when the connection was given up.' })
  serverName!: string;

  @Field(() => RevocationStatus, { description: 'Whether the provider is still asked.' })
  status!: RevocationStatus;

  @Field(() => String, { description: 'Why it is not revoked; empty before the first attempt has failed.' })
  reason!: string;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'When the provider is asked again; null when it is not.',
  })
  nextAttemptAt!: Date | null;

  @Field(() => GraphQLISODateTime, { description: 'When the connection was given up.' })
  createdAt!: Date;
}
