/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What was done. */
export type AuditAction =
  /** A connection’s provider ended it: its person has to connect again. */
  | 'ACCOUNT_ENDED'
  /** A connection could not be refreshed and is tried again; `detail.reason` says why. */
  | 'ACCOUNT_REFRESH_FAILED'
  /** An administrator ended all connections to an MCP server, `detail.disconnected` in number. */
  | 'ALL_DISCONNECTED'
  /** An API token was issued; `detail.scope` says what it may do. */
  | 'API_TOKEN_CREATED'
  /** An API token was revoked by its owner. */
  | 'API_TOKEN_REVOKED'
  /** Stored secrets were sealed anew, with the key that the subject names; `detail` counts them. */
  | 'ENCRYPTION_KEYS_ROTATED'
  /** An MCP server named another authorization server, and this client was registered there; `detail.disconnected` people lost their connection by that. */
  | 'MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED'
  /** The rules that are relaxed for an MCP server were changed; `changedFields` names the members of oauth2Compatibility. */
  | 'MCP_SERVER_COMPATIBILITY_UPDATED'
  /** An MCP server was added; `changedFields` were set. */
  | 'MCP_SERVER_CONFIG_CREATED'
  /** An MCP server was deleted; `detail.disconnected` people lost their connection by that. */
  | 'MCP_SERVER_CONFIG_DELETED'
  /** An MCP server was edited; `detail.disconnected` people lost their connection by that. */
  | 'MCP_SERVER_CONFIG_UPDATED'
  /** A person connected their account to an MCP server. */
  | 'MCP_SERVER_CONNECTED'
  /** A person came back from the provider, and was not connected; `detail.code` says why, `detail.denied` whether access was not granted. */
  | 'MCP_SERVER_CONNECT_FAILED'
  /** A person gave up their own connection to an MCP server. */
  | 'MCP_SERVER_DISCONNECTED'
  /** An MCP server’s authorization was discovered, and this client registered there, again; `detail.disconnected` people lost their connection by that. */
  | 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED'
  /** A browser session began; the actor’s credential says how. */
  | 'SIGNED_IN'
  /** A browser session was ended, or gave way to another sign-in in its browser. */
  | 'SIGNED_OUT'
  /** A one-use sign-in link was made. */
  | 'SIGN_IN_LINK_CREATED'
  /** Somebody with an account was not let in; `detail.reason` says why. */
  | 'SIGN_IN_REFUSED'
  /** An account was made; `detail.role` is its role. */
  | 'USER_CREATED'
  /** An account was disabled; `detail` counts the sessions, API tokens, sign-in links and connections that ended with it. */
  | 'USER_DISABLED'
  /** An administrator ended a person’s connection to an MCP server. */
  | 'USER_DISCONNECTED'
  /** A disabled account was let in again. */
  | 'USER_ENABLED'
  /** An account was changed; `detail.role` is its role since. */
  | 'USER_UPDATED';

/** What kind of actor did something. */
export type AuditActorKind =
  /** Switchboard itself; nobody asked for it. */
  | 'BACKGROUND'
  /** A command of Switchboard, run where the server runs. */
  | 'COMMAND_LINE'
  /** A person, or a program with their API token. */
  | 'USER';

/** What a person came with. */
export type AuditCredential =
  /** An API token. */
  | 'API_TOKEN'
  /** The word of the team’s identity provider. */
  | 'IDENTITY_PROVIDER'
  /** A signed-in browser. */
  | 'SESSION'
  /** A one-use sign-in link. */
  | 'SIGN_IN_LINK';

/** Which events to answer: those that match everything that is given. */
export type AuditEventFilterInput = {
  /** One of these actions; at least one. */
  actions?: Array<AuditAction> | null | undefined;
  /** Done by this person. */
  actorUserId?: string | null | undefined;
  /** Done to this person’s account, sessions, tokens, links or connections, by whomever. */
  affectedUserId?: string | null | undefined;
  /** At this time or later. */
  from?: string | null | undefined;
  /** Done to this: the id of an MCP server, person, API token, session or link, deleted ones too. */
  subjectId?: string | null | undefined;
  /** Before this time. */
  to?: string | null | undefined;
};

/** What kind of thing something was done to. */
export type AuditSubjectType =
  /** An API token. */
  | 'API_TOKEN'
  /** A key of the ring; its name is its id. */
  | 'ENCRYPTION_KEY'
  /** An MCP server, or somebody’s connection to it. */
  | 'MCP_SERVER_CONFIG'
  /** A browser session; it has no name. */
  | 'SESSION'
  /** A one-use sign-in link; it has no name. */
  | 'SIGN_IN_LINK'
  /** An account; its name is its address. */
  | 'USER';

export type AuditEventsQueryVariables = Exact<{
  after?: string | null | undefined;
  filter?: AuditEventFilterInput | null | undefined;
}>;


export type AuditEventsQuery = { auditEvents: { edges: Array<{ node: { id: string, occurredAt: string, action: AuditAction, changedFields: Array<string>, detail: Record<string, unknown>, actor: { kind: AuditActorKind, userId: string | null, email: string, credential: AuditCredential | null, credentialName: string }, subject: { type: AuditSubjectType, id: string | null, name: string }, affectedUser: { id: string, email: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AuditFilterChoicesQueryVariables = Exact<{ [key: string]: never; }>;


export type AuditFilterChoicesQuery = { users: Array<{ id: string, displayName: string, email: string }>, mcpServerConfigs: Array<{ id: string, displayName: string }> };

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
          id
          name
        }
        affectedUser {
          id
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
  users {
    id
    displayName
    email
  }
  mcpServerConfigs {
    id
    displayName
  }
}
    `) as unknown as TypedDocumentString<AuditFilterChoicesQuery, AuditFilterChoicesQueryVariables>;