import { GraphQLUUID } from 'graphql-scalars';
import { Field, GraphQLISODateTime, ObjectType, registerEnumType } from 'type-graphql';
import { Audience } from '../../audience.js';
import { PageInfoType } from '../../paging/page-info.type.js';
import { ConnectedAccountStatus, ConnectedAccountFailureCode } from '../store/connected-account.entity.js';

registerEnumType(ConnectedAccountStatus, {
  name: 'ConnectedAccountStatus',
  description: 'Whether a connection can be used.',
  valuesConfig: {
    CONNECTED: { description: 'It can be used: what has expired is renewed when it is needed.' },
    NEEDS_AUTHORIZATION: { description: 'It has ended. The person has to connect again.' },
  },
});

registerEnumType(ConnectedAccountFailureCode, {
  name: 'ConnectedAccountFailureCode',
  description: 'What is wrong with a connection.',
  valuesConfig: {
    INVALID_GRANT: { description: 'The provider has ended it, or the person did so there. Connect again.' },
    INVALID_CLIENT: {
      description:
        'The provider does not know this client any more, or does not let it renew connections. An administrator has to look at the server.',
    },
    PROVIDER_UNAVAILABLE: {
      description: 'The provider could not renew it just now. It is asked again by itself.',
    },
    ANSWER_LOST: {
      description:
        'The provider was asked to renew it, but its answer did not arrive. It is asked again by itself; at worst the person has to connect again then.',
    },
    REFUSED_BY_PROVIDER: {
      description: 'The provider refused to renew it, for a reason that has no code of its own here.',
    },
    REFUSED_BY_MCP_SERVER: { description: 'The MCP server does not accept its token. Connect again.' },
    EXPIRED: { description: 'It ran out, and the provider gave nothing to renew it with. Connect again.' },
    UNREADABLE: { description: 'What is stored of it cannot be read any more. Connect again.' },
    CLIENT_SECRET_UNREADABLE: {
      description:
        'The stored client secret cannot be read any more. An administrator has to give it again or register this client again.',
    },
  },
});

@Audience('EVERYONE')
@ObjectType('ConnectedAccountFailure', {
  simpleResolvers: true,
  description: 'What is wrong with a connection. It is gone once the connection is renewed or made anew.',
})
export class ConnectedAccountFailureType {
  @Field(() => ConnectedAccountFailureCode, { description: 'What kind of failure it is.' })
  code!: ConnectedAccountFailureCode;

  @Field(() => String, { description: 'What to tell people.' })
  message!: string;

  @Field(() => GraphQLISODateTime, { description: 'When it last failed.' })
  at!: Date;
}

@Audience('EVERYONE')
@ObjectType('ConnectedAccount', {
  simpleResolvers: true,
  description:
    "One person's connection to one MCP server: what the provider granted, without its tokens, which are in no field. You see your own; administrators see everybody's.",
})
export class ConnectedAccountType {
  @Field(() => GraphQLUUID, { description: 'The server; `disconnectMcpServer` takes it.' })
  serverId!: string;

  @Field(() => String, { description: 'What people call the server.' })
  serverName!: string;

  @Field(() => Boolean, {
    description:
      'Whether the server may be used. A connection to one that is disabled is kept until it is given up.',
  })
  serverEnabled!: boolean;

  @Field(() => ConnectedAccountStatus, { description: 'Whether it can be used.' })
  status!: ConnectedAccountStatus;

  @Field(() => [String], { description: 'What was granted, in the order of the provider; may be empty.' })
  scopes!: string[];

  @Field(() => String, {
    description:
      'The authorization server that granted it, exactly as it names itself (RFC 8414); empty where nobody named it.',
  })
  issuer!: string;

  @Field(() => GraphQLISODateTime, { description: 'When the person connected, the last time they did.' })
  connectedAt!: Date;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description:
      'When the present access token runs out; null when nobody knows, or when there is none. With CONNECTED it is renewed by itself.',
  })
  expiresAt!: Date | null;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'When it was last used, at most a minute late; null: not since it was made.',
  })
  lastUsedAt!: Date | null;

  @Field(() => GraphQLISODateTime, {
    nullable: true,
    description: 'When it was last renewed; null: not since it was made.',
  })
  lastRefreshedAt!: Date | null;

  @Field(() => ConnectedAccountFailureType, {
    nullable: true,
    description:
      'What is wrong with it; null when nothing is. With CONNECTED it can still be used, as long as its token lives, and is tried again.',
  })
  failure!: ConnectedAccountFailureType | null;
}

@Audience('EVERYONE')
@ObjectType('ConnectedAccountEdge', { description: 'A connection and its place in the list.' })
export class ConnectedAccountEdgeType {
  @Field(() => String, { description: 'To be given as `after` for what comes next in the list.' })
  cursor!: string;

  @Field(() => ConnectedAccountType, { description: 'The connection.' })
  node!: ConnectedAccountType;
}

@Audience('EVERYONE')
@ObjectType('ConnectedAccountConnection', {
  description:
    'A page of the connections to a server, those made last first. It is only ever answered to administrators.',
})
export class ConnectedAccountConnectionType {
  @Field(() => [ConnectedAccountEdgeType], { description: 'The connections of this page.' })
  edges!: ConnectedAccountEdgeType[];

  @Field(() => PageInfoType, { description: 'How to go on.' })
  pageInfo!: PageInfoType;
}
