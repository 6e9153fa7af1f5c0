/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Whether a connected account can be used. */
export type ConnectedAccountStatus =
  /** It can be used. An expired access token is refreshed when it is needed. */
  | 'CONNECTED'
  /** It cannot be used. The user must connect again. */
  | 'NEEDS_AUTHORIZATION';

/** How Switchboard authorizes its requests to an MCP server. */
export type McpServerAuthType =
  /** With one key in one header, shared by all users. */
  | 'API_KEY'
  /** With several headers, shared by all users. */
  | 'CUSTOM_HEADERS'
  /** Without credentials. */
  | 'NONE'
  /** With the OAuth 2.0 account that each user connects. */
  | 'OAUTH2';

/** The reason for a tool’s access decision. */
export type McpToolAccessReason =
  /** Denied: the server has an allow list, and the tool is not on it. */
  | 'NOT_ON_ALLOW_LIST'
  /** Allowed: the server has no allow list. */
  | 'NOT_RESTRICTED'
  /** Allowed: the tool is on the allow list. */
  | 'ON_ALLOW_LIST'
  /** Denied: the tool is on the deny list, which takes precedence over the allow list. */
  | 'ON_DENY_LIST';

export type AccountsQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountsQuery = { mcpServerConfigs: Array<{ id: string, slug: string, displayName: string, description: string, authType: McpServerAuthType, authConnected: boolean, connectUrl: string | null, account: { status: ConnectedAccountStatus, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, failure: { message: string } | null } | null }>, myAccounts: Array<{ serverId: string, serverName: string, serverEnabled: boolean }> };

export type ServerToolsQueryVariables = Exact<{
  id: string | number;
}>;


export type ServerToolsQuery = { mcpServerTools: Array<{ name: string, title: string, description: string, allowed: boolean, reason: McpToolAccessReason }> | null };

export type DisconnectMutationVariables = Exact<{
  id: string | number;
}>;


export type DisconnectMutation = { disconnectMcpServer: { revoked: boolean, revocationPending: boolean, revocationError: string | null, revocationRemark: string | null } | null };

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

export const AccountsDocument = new TypedDocumentString(`
    query Accounts {
  mcpServerConfigs(filter: {enabled: true}) {
    id
    slug
    displayName
    description
    authType
    authConnected
    connectUrl
    account {
      status
      connectedAt
      expiresAt
      hasRefreshToken
      failure {
        message
      }
    }
  }
  myAccounts {
    serverId
    serverName
    serverEnabled
  }
}
    `) as unknown as TypedDocumentString<AccountsQuery, AccountsQueryVariables>;
export const ServerToolsDocument = new TypedDocumentString(`
    query ServerTools($id: ID!) {
  mcpServerTools(id: $id) {
    name
    title
    description
    allowed
    reason
  }
}
    `) as unknown as TypedDocumentString<ServerToolsQuery, ServerToolsQueryVariables>;
export const DisconnectDocument = new TypedDocumentString(`
    mutation Disconnect($id: ID!) {
  disconnectMcpServer(id: $id) {
    revoked
    revocationPending
    revocationError
    revocationRemark
  }
}
    `) as unknown as TypedDocumentString<DisconnectMutation, DisconnectMutationVariables>;