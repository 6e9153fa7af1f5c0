import { GraphQLJSONObject } from 'graphql-scalars';
import { Field, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';
import {
  AuditAction,
  AuditActorKind,
  AuditCredential,
  AuditSubjectType,
  type AuditDetail,
} from '../audit/audit-event.entity.js';
import { Audience } from '../audience.js';

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description: 'The action that an event records.',
  valuesConfig: {
    SIGNED_IN: { description: 'A user began a browser session. The actor’s credential shows how.' },
    SIGN_IN_REFUSED: { description: 'A sign-in was refused. `detail.reason` gives the reason.' },
    SIGNED_OUT: {
      description: 'A browser session was ended, or replaced by another sign-in in the same browser.',
    },
    SIGN_IN_LINK_CREATED: { description: 'A sign-in link was created.' },
    API_TOKEN_CREATED: { description: 'An API token was created. `detail.scope` is its scope.' },
    API_TOKEN_REVOKED: { description: 'An API token was revoked by its owner.' },
    USER_CREATED: { description: 'A user was created. `detail.role` is the role.' },
    USER_UPDATED: { description: 'A user was changed. `detail.role` is the new role.' },
    USER_DISABLED: {
      description:
        'A user was disabled. `detail` counts the sessions, API tokens, sign-in links and connected accounts that this ended.',
    },
    USER_ENABLED: { description: 'A disabled user was enabled.' },
    MCP_SERVER_CONFIG_CREATED: {
      description: 'An MCP server was added. `changedFields` lists the fields that were set.',
    },
    MCP_SERVER_CONFIG_UPDATED: {
      description:
        'An MCP server was edited. `detail.disconnected` counts the accounts that this disconnected.',
    },
    MCP_SERVER_CONFIG_DELETED: {
      description:
        'An MCP server was deleted. `detail.disconnected` counts the accounts that this disconnected.',
    },
    MCP_SERVER_COMPATIBILITY_UPDATED: {
      description:
        'The compatibility settings of an MCP server were changed. `changedFields` lists the members of `oauth2Compatibility`.',
    },
    MCP_SERVER_OAUTH2_CLIENT_REGISTERED: {
      description:
        'Discovery and client registration ran again for an MCP server. `detail.disconnected` counts the accounts that this disconnected.',
    },
    MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED: {
      description:
        'An MCP server moved to another authorization server, and a client was registered there. `detail.disconnected` counts the accounts that this disconnected.',
    },
    MCP_SERVER_CONNECTED: { description: 'A user connected their account to an MCP server.' },
    MCP_SERVER_CONNECT_FAILED: {
      description:
        'A user returned from the provider, but their account was not connected. `detail.code` gives the reason, and `detail.denied` tells whether access was denied.',
    },
    MCP_SERVER_DISCONNECTED: { description: 'A user disconnected their account from an MCP server.' },
    USER_DISCONNECTED: { description: 'An administrator disconnected a user’s account from an MCP server.' },
    ALL_DISCONNECTED: {
      description:
        'An administrator disconnected all accounts from an MCP server. `detail.disconnected` counts them.',
    },
    ACCOUNT_REFRESH_FAILED: {
      description:
        'Refreshing an account’s token failed and will be retried. `detail.reason` gives the reason.',
    },
    ACCOUNT_RECOVERED: {
      description:
        'A provider refreshed an account’s token after it had refused to. The user no longer needs to reconnect.',
    },
    ACCOUNT_ENDED: {
      description:
        'An account’s tokens were deleted, because the provider ended its authorization, the MCP server refused its token, or the provider refused to refresh it for seven days. The user must reconnect. `detail.reason` gives the reason.',
    },
    ENCRYPTION_KEYS_ROTATED: {
      description: 'Stored secrets were resealed with the key that the subject names. `detail` counts them.',
    },
  },
});

registerEnumType(AuditActorKind, {
  name: 'AuditActorKind',
  description: 'The kind of an actor.',
  valuesConfig: {
    USER: { description: 'A user, or a program with the user’s API token.' },
    COMMAND_LINE: { description: 'A command of Switchboard, run on its machine.' },
    BACKGROUND: { description: 'Switchboard itself.' },
  },
});

registerEnumType(AuditCredential, {
  name: 'AuditCredential',
  description: 'The credential that a user authenticated with.',
  valuesConfig: {
    SESSION: { description: 'A browser session.' },
    API_TOKEN: { description: 'An API token.' },
    SIGN_IN_LINK: { description: 'A sign-in link.' },
    IDENTITY_PROVIDER: { description: 'The team’s identity provider.' },
  },
});

registerEnumType(AuditSubjectType, {
  name: 'AuditSubjectType',
  description: 'The kind of thing that an event is about.',
  valuesConfig: {
    USER: { description: 'A user. Its name is the email address.' },
    SESSION: { description: 'A browser session. It has no name.' },
    SIGN_IN_LINK: { description: 'A sign-in link. It has no name.' },
    API_TOKEN: { description: 'An API token.' },
    MCP_SERVER_CONFIG: { description: 'An MCP server, or a user’s connected account at one.' },
    ENCRYPTION_KEY: { description: 'An encryption key. Its name is the key’s id.' },
  },
});

@Audience('EVERYONE')
@ObjectType('AuditActor', { description: 'The actor of an event, as it was at the time.' })
export class AuditActorType {
  @Field(() => AuditActorKind, { description: 'The kind of actor.' })
  kind!: AuditActorKind;

  @Field(() => ID, { nullable: true, description: 'The user’s id; null for other kinds.' })
  userId!: string | null;

  @Field(() => String, {
    description: 'The user’s email address at the time; empty for other kinds.',
  })
  email!: string;

  @Field(() => AuditCredential, {
    nullable: true,
    description: 'The user’s credential; null for other kinds.',
  })
  credential!: AuditCredential | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the session, API token or sign-in link; null for other credentials.',
  })
  credentialId!: string | null;

  @Field(() => String, { description: 'The name of the API token; empty for other credentials.' })
  credentialName!: string;
}

@Audience('EVERYONE')
@ObjectType('AuditSubject', {
  description: 'What an event is about, as it was at the time. It may have been deleted since.',
})
export class AuditedSubjectType {
  @Field(() => AuditSubjectType, { description: 'The kind of subject.' })
  type!: AuditSubjectType;

  @Field(() => ID, { nullable: true, description: 'The subject’s id; null if it has none.' })
  subjectId!: string | null;

  @Field(() => String, { description: 'The subject’s name; empty if it has none.' })
  name!: string;
}

@Audience('EVERYONE')
@ObjectType('AuditUser', { description: 'A user, as they were at the time.' })
export class AuditUserType {
  @Field(() => ID, { description: 'The user’s id.' })
  userId!: string;

  @Field(() => String, { description: 'The user’s email address at the time.' })
  email!: string;
}

@Audience('EVERYONE')
@ObjectType('AuditEvent', {
  simpleResolvers: true,
  description:
    'An entry of the audit log. It is written together with the action that it records, and it can’t be changed. It contains no secrets. Administrators only.',
})
export class AuditEventType {
  @Field(() => ID, { description: 'The event’s id.' })
  id!: string;

  @Field(() => GraphQLISODateTime, { description: 'The time of the event, by the database’s clock.' })
  occurredAt!: Date;

  @Field(() => AuditAction, { description: 'The recorded action.' })
  action!: AuditAction;

  @Field(() => AuditActorType, { description: 'The user, command or process that performed the action.' })
  actor!: AuditActorType;

  @Field(() => AuditedSubjectType, { description: 'What the action was performed on.' })
  subject!: AuditedSubjectType;

  @Field(() => AuditUserType, {
    nullable: true,
    description:
      'The user whose user account, session, API token, sign-in link or connected account is affected; null if there is none.',
  })
  affectedUser!: AuditUserType | null;

  @Field(() => [String], {
    description: 'The names of the changed fields in this schema. Of secrets, only the names are recorded.',
  })
  changedFields!: string[];

  @Field(() => GraphQLJSONObject, {
    description: 'Counts and enum values of Switchboard. The description of each action lists the names.',
  })
  detail!: AuditDetail;
}
