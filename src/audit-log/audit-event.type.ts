import { GraphQLJSONObject, GraphQLUUID } from 'graphql-scalars';
import { Field, GraphQLISODateTime, ObjectType, registerEnumType } from 'type-graphql';
import {
  AuditAction,
  AuditActorKind,
  AuditCredential,
  AuditSubjectType,
  type AuditDetail,
} from '../audit/audit-event.entity.js';
import { Audience } from '../audience.js';
import { PageInfoType } from '../paging/page-info.type.js';

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description: 'What was done.',
  valuesConfig: {
    SIGNED_IN: { description: 'A browser session began; the actor’s credential says how.' },
    SIGN_IN_REFUSED: { description: 'Somebody with an account was not let in; `detail.reason` says why.' },
    SIGNED_OUT: {
      description: 'A browser session was ended, or gave way to another sign-in in its browser.',
    },
    SIGN_IN_LINK_CREATED: { description: 'A one-use sign-in link was made.' },
    API_TOKEN_CREATED: { description: 'An API token was issued; `detail.scope` says what it may do.' },
    API_TOKEN_REVOKED: { description: 'An API token was revoked by its owner.' },
    USER_CREATED: { description: 'An account was made; `detail.role` is its role.' },
    USER_UPDATED: { description: 'An account was changed; `detail.role` is its role since.' },
    USER_DISABLED: {
      description:
        'An account was disabled; `detail` counts the sessions, API tokens, sign-in links and connections that ended with it.',
    },
    USER_ENABLED: { description: 'A disabled account was let in again.' },
    MCP_SERVER_CONFIG_CREATED: { description: 'An MCP server was added; `changedFields` were set.' },
    MCP_SERVER_CONFIG_UPDATED: {
      description: 'An MCP server was edited; `detail.disconnected` people lost their connection by that.',
    },
    MCP_SERVER_CONFIG_DELETED: {
      description: 'An MCP server was deleted; `detail.disconnected` people lost their connection by that.',
    },
    MCP_SERVER_COMPATIBILITY_UPDATED: {
      description:
        'The rules that are relaxed for an MCP server were changed; `changedFields` names the members of oauth2Compatibility.',
    },
    MCP_SERVER_OAUTH2_CLIENT_REGISTERED: {
      description:
        'An MCP server’s authorization was discovered, and this client registered there, again; `detail.disconnected` people lost their connection by that.',
    },
    MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED: {
      description:
        'An MCP server named another authorization server, and this client was registered there; `detail.disconnected` people lost their connection by that.',
    },
    MCP_SERVER_CONNECTED: { description: 'A person connected their account to an MCP server.' },
    MCP_SERVER_CONNECT_FAILED: {
      description:
        'A person came back from the provider, and was not connected; `detail.code` says why, `detail.denied` whether access was not granted.',
    },
    MCP_SERVER_DISCONNECTED: { description: 'A person gave up their own connection to an MCP server.' },
    USER_DISCONNECTED: { description: 'An administrator ended a person’s connection to an MCP server.' },
    ALL_DISCONNECTED: {
      description:
        'An administrator ended all connections to an MCP server, `detail.disconnected` in number.',
    },
    ACCOUNT_REFRESH_FAILED: {
      description: 'A connection could not be refreshed and is tried again; `detail.reason` says why.',
    },
    ACCOUNT_ENDED: {
      description: 'A connection’s provider ended it: its person has to connect again.',
    },
    ENCRYPTION_KEYS_ROTATED: {
      description:
        'Stored secrets were sealed anew, with the key that the subject names; `detail` counts them.',
    },
  },
});

registerEnumType(AuditActorKind, {
  name: 'AuditActorKind',
  description: 'What kind of actor did something.',
  valuesConfig: {
    USER: { description: 'A person, or a program with their API token.' },
    COMMAND_LINE: { description: 'A command of Switchboard, run where the server runs.' },
    BACKGROUND: { description: 'Switchboard itself; nobody asked for it.' },
  },
});

registerEnumType(AuditCredential, {
  name: 'AuditCredential',
  description: 'What a person came with.',
  valuesConfig: {
    SESSION: { description: 'A signed-in browser.' },
    API_TOKEN: { description: 'An API token.' },
    SIGN_IN_LINK: { description: 'A one-use sign-in link.' },
    IDENTITY_PROVIDER: { description: 'The word of the team’s identity provider.' },
  },
});

registerEnumType(AuditSubjectType, {
  name: 'AuditSubjectType',
  description: 'What kind of thing something was done to.',
  valuesConfig: {
    USER: { description: 'An account; its name is its address.' },
    SESSION: { description: 'A browser session; it has no name.' },
    SIGN_IN_LINK: { description: 'A one-use sign-in link; it has no name.' },
    API_TOKEN: { description: 'An API token.' },
    MCP_SERVER_CONFIG: { description: 'An MCP server, or somebody’s connection to it.' },
    ENCRYPTION_KEY: { description: 'A key of the ring; its name is its id.' },
  },
});

@Audience('EVERYONE')
@ObjectType('AuditActor', { description: 'Who did something, as they were then.' })
export class AuditActorType {
  @Field(() => AuditActorKind, { description: 'Whether it was a person at all.' })
  kind!: AuditActorKind;

  @Field(() => GraphQLUUID, { nullable: true, description: 'The person; null for every other kind.' })
  userId!: string | null;

  @Field(() => String, { description: 'The address that the person had; empty for every other kind.' })
  email!: string;

  @Field(() => AuditCredential, {
    nullable: true,
    description: 'What the person came with; null for every other kind.',
  })
  credential!: AuditCredential | null;

  @Field(() => GraphQLUUID, {
    nullable: true,
    description: 'Which session, API token or link it was; null for everything else.',
  })
  credentialId!: string | null;

  @Field(() => String, { description: 'What the API token was called; empty for everything else.' })
  credentialName!: string;
}

@Audience('EVERYONE')
@ObjectType('AuditSubject', {
  description: 'What something was done to, as it was then. It may be gone since.',
})
export class AuditedSubjectType {
  @Field(() => AuditSubjectType, { description: 'What kind of thing it is.' })
  type!: AuditSubjectType;

  @Field(() => GraphQLUUID, { nullable: true, description: 'null for what has none.' })
  id!: string | null;

  @Field(() => String, { description: 'What it was called; empty for what has no name.' })
  name!: string;
}

@Audience('EVERYONE')
@ObjectType('AuditUser', { description: 'A person, as they were then.' })
export class AuditUserType {
  @Field(() => GraphQLUUID, { description: 'The account’s id.' })
  id!: string;

  @Field(() => String, { description: 'The address that the account had.' })
  email!: string;
}

@Audience('EVERYONE')
@ObjectType('AuditEvent', {
  simpleResolvers: true,
  description:
    'Something that was done: it appears when it is done, and never otherwise, and nobody can change it. Only ever answered to administrators; no secret is in it.',
})
export class AuditEventType {
  @Field(() => GraphQLUUID, { description: 'Unique.' })
  id!: string;

  @Field(() => GraphQLISODateTime, { description: 'When, by the clock of the database.' })
  occurredAt!: Date;

  @Field(() => AuditAction, { description: 'What was done.' })
  action!: AuditAction;

  @Field(() => AuditActorType, { description: 'Who did it.' })
  actor!: AuditActorType;

  @Field(() => AuditedSubjectType, { description: 'What it was done to.' })
  subject!: AuditedSubjectType;

  @Field(() => AuditUserType, {
    nullable: true,
    description:
      'Whose account, session, token, link or connection it was done to; null where it is nobody’s.',
  })
  affectedUser!: AuditUserType | null;

  @Field(() => [String], {
    description: 'The fields that were changed, by their names here; of secrets this is all that is kept.',
  })
  changedFields!: string[];

  @Field(() => GraphQLJSONObject, {
    description:
      'Counts, and words of Switchboard’s own enums, by the names that the action’s description gives.',
  })
  detail!: AuditDetail;
}

@Audience('EVERYONE')
@ObjectType('AuditEventEdge', { description: 'An event and its place in the list.' })
export class AuditEventEdgeType {
  @Field(() => String, { description: 'To be given as `after` for what comes next in the list.' })
  cursor!: string;

  @Field(() => AuditEventType, { description: 'The event.' })
  node!: AuditEventType;
}

@Audience('EVERYONE')
@ObjectType('AuditEventConnection', { description: 'A page of the audit log, newest first.' })
export class AuditEventConnectionType {
  @Field(() => [AuditEventEdgeType], { description: 'The events of this page.' })
  edges!: AuditEventEdgeType[];

  @Field(() => PageInfoType, { description: 'How to go on.' })
  pageInfo!: PageInfoType;
}
