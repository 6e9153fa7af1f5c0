import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { ConnectedAccountStatus, ConnectedAccountFailureCode } from '../store/connected-account.entity.js';

registerEnumType(ConnectedAccountStatus, {
  name: 'ConnectedAccountStatus',
  description: 'Whether a connected account can be used.',
  valuesConfig: {
    CONNECTED: { description: 'It can be used. An expired access token is refreshed when it is needed.' },
    NEEDS_AUTHORIZATION: { description: 'It cannot be used. The user must connect again.' },
  },
});

registerEnumType(ConnectedAccountFailureCode, {
  name: 'ConnectedAccountFailureCode',
  description: 'The kind of a connected account’s failure.',
  valuesConfig: {
    INVALID_GRANT: {
      description: 'The provider, or the user at the provider, has revoked it. Connect again.',
    },
    INVALID_CLIENT: {
      description:
        'The provider did not accept this client. Connect again. If that fails too, an administrator must check the server.',
    },
    PROVIDER_UNAVAILABLE: {
      description: 'The provider could not refresh the token. Switchboard tries again.',
    },
    ANSWER_LOST: {
      description:
        'The provider’s answer to a refresh request did not arrive. Switchboard tries again. If the provider has replaced the refresh token, the user must connect again.',
    },
    REFUSED_BY_PROVIDER: {
      description: 'The provider refused to refresh the token for another reason. Connect again.',
    },
    REFUSED_BY_MCP_SERVER: { description: 'The MCP server does not accept the token. Connect again.' },
    EXPIRED: { description: 'The token has expired and cannot be refreshed. Connect again.' },
    UNREADABLE: { description: 'The stored tokens cannot be decrypted. Connect again.' },
    CLIENT_SECRET_UNREADABLE: {
      description:
        'The stored client secret cannot be decrypted. An administrator must enter it again or register the client again.',
    },
  },
});

@Audience('EVERYONE')
@ObjectType('ConnectedAccountFailure', {
  simpleResolvers: true,
  description:
    'The reason why a connected account fails. It is cleared when a token is refreshed or the user connects again.',
})
export class ConnectedAccountFailureType {
  @Field(() => ConnectedAccountFailureCode, { description: 'The kind of failure.' })
  code!: ConnectedAccountFailureCode;

  @Field(() => String, { description: 'A message for users.' })
  message!: string;

  @Field(() => GraphQLISODateTime, { description: 'The time of the last failure.' })
  at!: Date;
}

@Audience('EVERYONE')
@ObjectType('ConnectedAccount', {
  simpleResolvers: true,
  description:
    'One user’s authorization at one MCP server. No field contains a token. You see your own accounts. Administrators see all accounts.',
})
export class ConnectedAccountType {
  @Field(() => ID, {
    description: 'Stays the same when the user reconnects. A disconnect ends it.',
  })
  id!: string;

  @Field(() => ID, { description: 'The server. Pass it to `disconnectMcpServer` as `id`.' })
  serverId!: string;

  @Field(() => String, { description: 'The server’s display name.' })
  serverName!: string;

  @Field(() => Boolean, {
    description:
      'Whether the server is enabled. An account at a disabled server is kept until it is disconnected.',
  })
  serverEnabled!: boolean;

  @Field(() => ConnectedAccountStatus, { description: 'Whether the account can be used.' })
  status!: ConnectedAccountStatus;

  @Field(() => [String], { description: 'The scopes that the provider granted, in its order. May be empty.' })
  scopes!: string[];

  @Field(() => String, {
    description:
      'The issuer identifier of the authorization server (RFC 8414), or an empty string if it is unknown.',
  })
  issuer!: string;

  @Field(() => GraphQLISODateTime, { description: 'The time at which the user last connected.' })
  connectedAt!: Date;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description:
      'The time at which the access token expires. Null if it is unknown or there is no token. A CONNECTED account’s token is refreshed automatically if the provider allows it.',
  })
  expiresAt!: Date | null;

  @Field(() => Boolean, {
    description:
      'Whether the provider issued a refresh token. Without one, the user must connect again when the access token expires.',
  })
  hasRefreshToken!: boolean;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The time of the last use, recorded within a minute. Null if the account has not been used.',
  })
  lastUsedAt!: Date | null;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'The time of the last token refresh. Null if there was none.',
  })
  lastRefreshedAt!: Date | null;

  @Field(() => ConnectedAccountFailureType, {
    nullable: true,
    description:
      'The current failure, or null. A CONNECTED account with a failure can be used until its token expires. Switchboard tries to refresh it again.',
  })
  failure!: ConnectedAccountFailureType | null;
}
