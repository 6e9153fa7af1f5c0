/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The action that an event records. */
export type AuditAction =
  /** An account’s tokens were deleted, because the provider ended its authorization, the MCP server refused its token, or the provider refused to refresh it for seven days. The user must reconnect. `detail.reason` gives the reason. */
  | 'ACCOUNT_ENDED'
  /** A provider refreshed an account’s token after it had refused to. The user no longer needs to reconnect. */
  | 'ACCOUNT_RECOVERED'
  /** Refreshing an account’s token failed and will be retried. `detail.reason` gives the reason. */
  | 'ACCOUNT_REFRESH_FAILED'
  /** An administrator disconnected all accounts from an MCP server. `detail.disconnected` counts them. */
  | 'ALL_DISCONNECTED'
  /** An API token was created. `detail.scope` is its scope. */
  | 'API_TOKEN_CREATED'
  /** An API token was revoked by its owner. */
  | 'API_TOKEN_REVOKED'
  /** Stored secrets were resealed with the key that the subject names. `detail` counts them. */
  | 'ENCRYPTION_KEYS_ROTATED'
  /** An MCP server moved to another authorization server, and a client was registered there. `detail.disconnected` counts the accounts that this disconnected. */
  | 'MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED'
  /** The compatibility settings of an MCP server were changed. `changedFields` lists the members of `oauth2Compatibility`. */
  | 'MCP_SERVER_COMPATIBILITY_UPDATED'
  /** An MCP server was added. `changedFields` lists the fields that were set. */
  | 'MCP_SERVER_CONFIG_CREATED'
  /** An MCP server was deleted. `detail.disconnected` counts the accounts that this disconnected. */
  | 'MCP_SERVER_CONFIG_DELETED'
  /** An MCP server was edited. `detail.disconnected` counts the accounts that this disconnected. */
  | 'MCP_SERVER_CONFIG_UPDATED'
  /** A user connected their account to an MCP server. */
  | 'MCP_SERVER_CONNECTED'
  /** A user returned from the provider, but their account was not connected. `detail.code` gives the reason, and `detail.denied` tells whether access was denied. */
  | 'MCP_SERVER_CONNECT_FAILED'
  /** A user disconnected their account from an MCP server. */
  | 'MCP_SERVER_DISCONNECTED'
  /** Discovery and client registration ran again for an MCP server. `detail.disconnected` counts the accounts that this disconnected. */
  | 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED'
  /** A user began a browser session. The actor’s credential shows how. */
  | 'SIGNED_IN'
  /** A browser session was ended, or replaced by another sign-in in the same browser. */
  | 'SIGNED_OUT'
  /** A sign-in link was created. */
  | 'SIGN_IN_LINK_CREATED'
  /** A sign-in was refused. `detail.reason` gives the reason. */
  | 'SIGN_IN_REFUSED'
  /** A user was created. `detail.role` is the role. */
  | 'USER_CREATED'
  /** A user was disabled. `detail` counts the sessions, API tokens, sign-in links and connected accounts that this ended. */
  | 'USER_DISABLED'
  /** An administrator disconnected a user’s account from an MCP server. */
  | 'USER_DISCONNECTED'
  /** A disabled user was enabled. */
  | 'USER_ENABLED'
  /** A user was changed. `detail.role` is the new role. */
  | 'USER_UPDATED';

/** The kind of an actor. */
export type AuditActorKind =
  /** Switchboard itself. */
  | 'BACKGROUND'
  /** A command of Switchboard, run on its machine. */
  | 'COMMAND_LINE'
  /** A user, or a program with the user’s API token. */
  | 'USER';

/** The credential that a user authenticated with. */
export type AuditCredential =
  /** An API token. */
  | 'API_TOKEN'
  /** The team’s identity provider. */
  | 'IDENTITY_PROVIDER'
  /** A browser session. */
  | 'SESSION'
  /** A sign-in link. */
  | 'SIGN_IN_LINK';

/** Chooses events. An event must match every given field. */
export type AuditEventFilterInput = {
  /** The action is one of these. The list must not be empty. */
  actions?: Array<AuditAction> | null | undefined;
  /** The actor is this user. */
  actorUserId?: string | number | null | undefined;
  /** The affected user is this user, regardless of the actor. */
  affectedUserId?: string | number | null | undefined;
  /** The event occurred at this time or later. */
  from?: string | null | undefined;
  /** The subject has this id. It may be a deleted MCP server, user, API token, session or sign-in link. */
  subjectId?: string | number | null | undefined;
  /** The event occurred before this time. */
  to?: string | null | undefined;
};

/** The kind of thing that an event is about. */
export type AuditSubjectType =
  /** An API token. */
  | 'API_TOKEN'
  /** An encryption key. Its name is the key’s id. */
  | 'ENCRYPTION_KEY'
  /** An MCP server, or a user’s connected account at one. */
  | 'MCP_SERVER_CONFIG'
  /** A browser session. It has no name. */
  | 'SESSION'
  /** A sign-in link. It has no name. */
  | 'SIGN_IN_LINK'
  /** A user. Its name is the email address. */
  | 'USER';

export type AuditEventsQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: AuditEventFilterInput | null | undefined;
}>;


export type AuditEventsQuery = { auditEvents: { edges: Array<{ node: { id: string, occurredAt: string, action: AuditAction, changedFields: Array<string>, detail: Record<string, unknown>, actor: { kind: AuditActorKind, userId: string | null, email: string, credential: AuditCredential | null, credentialName: string }, subject: { type: AuditSubjectType, subjectId: string | null, name: string }, affectedUser: { userId: string, email: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type AuditFilterChoicesQueryVariables = Exact<{ [key: string]: never; }>;


export type AuditFilterChoicesQuery = { mcpServerConfigs: Array<{ id: string, displayName: string }> };

export type AuditUsersQueryVariables = Exact<{
  search: string;
}>;


export type AuditUsersQuery = { users: { totalCount: number, edges: Array<{ node: { id: string, displayName: string, email: string } }> } | null };

export type AuditUserQueryVariables = Exact<{
  id: string | number;
}>;


export type AuditUserQuery = { user: { id: string, displayName: string, email: string } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const AuditEventsDocument = new TypedDocumentString(`
    query AuditEvents($after: String, $filter: AuditEventFilterInput) {
  auditEvents(first: 50, after: $after, filter: $filter) {
    edges {
      node {
        id
        occurredAt
        action
        actor {
          kind
          userId
          email
          credential
          credentialName
        }
        subject {
          type
          subjectId
          name
        }
        affectedUser {
          userId
          email
        }
        changedFields
        detail
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AuditEventsQuery, AuditEventsQueryVariables>;
export const AuditFilterChoicesDocument = new TypedDocumentString(`
    query AuditFilterChoices {
  mcpServerConfigs {
    id
    displayName
  }
}
    `) as unknown as TypedDocumentString<AuditFilterChoicesQuery, AuditFilterChoicesQueryVariables>;
export const AuditUsersDocument = new TypedDocumentString(`
    query AuditUsers($search: String!) {
  users(search: $search, first: 20) {
    edges {
      node {
        id
        displayName
        email
      }
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<AuditUsersQuery, AuditUsersQueryVariables>;
export const AuditUserDocument = new TypedDocumentString(`
    query AuditUser($id: ID!) {
  user(id: $id) {
    id
    displayName
    email
  }
}
    `) as unknown as TypedDocumentString<AuditUserQuery, AuditUserQueryVariables>;