/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Whether a connected account can be used. */
export type ConnectedAccountStatus =
  /** It can be used. An expired access token is refreshed when it is needed. */
  | 'CONNECTED'
  /** It has ended. The user must connect again. */
  | 'NEEDS_AUTHORIZATION';

/** A new server. OAUTH2 takes nothing (the provider is discovered and this client registered there), or a client id with or without its secret (the endpoints are discovered), or client id, authorization URL and token URL (nothing is discovered). */
export type CreateMcpServerConfigInput = {
  /** API_KEY: the header that carries the key; Authorization unless said otherwise. At most 128 characters. */
  apiKeyHeader?: string | null | undefined;
  /** API_KEY: the header's whole value, sent as it is (with "Bearer " if the server wants that). At most 4,096 characters. Stored sealed and never shown. A blank one is refused. */
  apiKeyValue?: string | null | undefined;
  /** NONE unless said otherwise. Changing it empties the fields of the type that is left. */
  authType?: McpServerAuthType | null | undefined;
  /** DEFAULT_OFF unless said otherwise. */
  availability?: McpServerAvailability | null | undefined;
  /** CUSTOM_HEADERS: the whole set, at most 50; it replaces the one before. Names that differ only in case are refused. */
  customHeaders?: Array<McpServerHeaderInput> | null | undefined;
  /** At most 2,000 characters. */
  description?: string | null | undefined;
  /** Not blank. At most 120 characters. */
  displayName: string;
  /** false unless said otherwise. */
  enabled?: boolean | null | undefined;
  /** The address of an icon, http(s), without user, password or fragment. At most 2,048 characters. */
  iconUrl?: string | null | undefined;
  /** Its id, to know oauth2CallbackUrl before the server exists. Made here unless given. */
  id?: string | null | undefined;
  /** OAUTH2: the authorization endpoint, together with oauth2ClientId and oauth2TokenUrl: nothing is discovered then. http(s), without user, password or fragment. At most 2,048 characters. */
  oauth2AuthUrl?: string | null | undefined;
  /** OAUTH2: the client id that was registered by hand. Alone (or with the issuer), the endpoints are discovered and nothing is registered. At most 2,048 characters. */
  oauth2ClientId?: string | null | undefined;
  /** OAUTH2: the client's secret; null clears it. Needs oauth2ClientId. At most 8,192 characters. Stored sealed and never shown. A blank one is refused. */
  oauth2ClientSecret?: string | null | undefined;
  /** OAUTH2: what to relax for a provider that departs from the rules; null relaxes nothing. A change ends popups under way, and keeps connections unless what was discovered rests on a relaxation that is withdrawn, or the client id is another one then. To discover by the new rules, registerMcpServerOAuth2Client. */
  oauth2Compatibility?: OAuth2CompatibilityInput | null | undefined;
  /** OAUTH2: the authorization server that the client id belongs to, exactly as it names itself. Where the endpoints are discovered, another one is refused. At most 2,048 characters. */
  oauth2Issuer?: string | null | undefined;
  /** OAUTH2: the revocation endpoint (RFC 7009), where the endpoints are given. https, or http on a loopback address that this server may reach. At most 2,048 characters. */
  oauth2RevocationUrl?: string | null | undefined;
  /** OAUTH2: scopes to ask for, space-separated; they win over what is discovered. At most 2,000 characters. */
  oauth2Scopes?: string | null | undefined;
  /** OAUTH2: the token endpoint. https, or http on a loopback address that this server may reach. At most 2,048 characters. */
  oauth2TokenUrl?: string | null | undefined;
  /** Lower-case letters, digits and inner hyphens; unique. At most 64 characters. */
  slug: string;
  /** Tools that may be used; empty: all. Exact tool names, at most 500 of 200 characters; blanks are dropped. */
  toolAllowList?: Array<string> | null | undefined;
  /** Tools that may not be used, whatever is allowed. Exact tool names, at most 500 of 200 characters; blanks are dropped. */
  toolDenyList?: Array<string> | null | undefined;
  /** STREAMABLE_HTTP unless said otherwise. */
  transport?: McpServerTransport | null | undefined;
  /** The MCP endpoint: http(s), without user, password or fragment. At most 2,048 characters. */
  url: string;
};

/** What a connection to an MCP server is made of, from the bottom up. */
export type DiagnosticLayer =
  /** They may be reached: public ones, or listed in ALLOWED_PRIVATE_CIDRS. */
  | 'ADDRESS'
  /** The authorization server names its endpoints (RFC 8414). */
  | 'AUTHORIZATION_SERVER_METADATA'
  /** The authorization server knows this client: its client id and secret. */
  | 'CLIENT'
  /** What is stored here fits what is found there. */
  | 'CONFIGURATION'
  /** Something listens there, and nothing in between keeps us away. */
  | 'CONNECT'
  /** The MCP server takes the API key or the headers that are the same for everybody. */
  | 'CREDENTIALS'
  /** The host name has addresses. */
  | 'DNS'
  /** It answers in time, and with neither an outage nor a redirect out of bounds. */
  | 'HTTP'
  /** It speaks the Model Context Protocol. */
  | 'MCP'
  /** It names its authorization server (RFC 9728). */
  | 'RESOURCE_METADATA'
  /** It proves with a certificate who it is. */
  | 'TLS'
  /** The person's own token is there, can be renewed, and is taken by the MCP server. */
  | 'TOKEN';

/** How requests to the MCP server are authorized. */
export type McpServerAuthType =
  /** With one key in one header, the same for everybody. */
  | 'API_KEY'
  /** With a set of headers, the same for everybody. */
  | 'CUSTOM_HEADERS'
  /** Not at all: the server is open. */
  | 'NONE'
  /** With each person's own OAuth 2 connection. */
  | 'OAUTH2';

/** Whether products switch the server on for a person. */
export type McpServerAvailability =
  /** Off until a person switches it on. */
  | 'DEFAULT_OFF'
  /** On until a person switches it off. */
  | 'DEFAULT_ON'
  /** On for everybody; nobody may switch it off. */
  | 'FORCE_ON';

/** What a step of a diagnosis came to. */
export type McpServerDiagnosisOutcome =
  /** It failed. */
  | 'FAILED'
  /** All is well here. */
  | 'FOUND'
  /** There was nothing; the next place, or the next way, is tried. */
  | 'NOT_HERE'
  /** It was not tried; `detail` says why. */
  | 'SKIPPED';

/** One header that is sent with every request to the MCP server. */
export type McpServerHeaderInput = {
  /** A header name (RFC 9110 token). At most 128 characters. Hop-by-hop headers, Host, Content-Length, Cookie, Origin, Forwarded, X-Forwarded-* and Mcp-* are refused. */
  name: string;
  /** Sent as it is, spaces included; no line breaks or other control characters. At most 4,096 characters. Stored sealed and never shown. A blank one is refused. */
  value: string;
};

/** How the MCP server is spoken to. */
export type McpServerTransport =
  /** HTTP with server-sent events, the transport of MCP 2024-11-05. */
  | 'SSE'
  /** Streamable HTTP, the current transport. */
  | 'STREAMABLE_HTTP';

/** A parameter to add to every authorization request of a server. */
export type OAuth2AuthorizationParamInput = {
  /** 1 to 128 letters, digits, hyphens, underscores and dots. Refused are those that Switchboard sets itself (client_id, redirect_uri, state, response_type, code_challenge, resource, scope …) and those that would replace them (request, request_uri, response_mode, nonce …). */
  name: string;
  /** Sent as it is, trimmed. No place for secrets: people's browsers see it. At most 1,000 characters. */
  value: string;
};

/** Why the authorization server does not take this client. */
export type OAuth2ClientFailure =
  /** It does not know the client id any more, or not with this secret. */
  | 'INVALID_CLIENT'
  /** It knows the client, and does not let it do what it asked for. */
  | 'UNAUTHORIZED_CLIENT';

/** What to relax for a server whose provider departs from the rules. A member that is left out stays as it is; null is its strict default. */
export type OAuth2CompatibilityInput = {
  /** false unless said otherwise. Only for addresses in ALLOWED_PRIVATE_CIDRS; allowed loopback addresses do not need it. */
  acceptsPlainHttp?: boolean | null | undefined;
  /** With `issuer: ALLOW`: the other name, compared character for character. At most 2,048 characters. */
  allowedIssuer?: string | null | undefined;
  /** An https URL with a path, which then is the client id at providers that take client id metadata documents, whatever CLIENT_METADATA says. What has to be published there is what /mcp-servers/:id/oauth2/client-metadata.json answers. At most 2,048 characters. */
  clientMetadataUrl?: string | null | undefined;
  /** With `resource: CUSTOM`: an absolute URI without fragment, sent exactly so. At most 2,048 characters. */
  customResource?: string | null | undefined;
  /** The whole list, at most 20; it replaces the one before. */
  extraAuthorizationParams?: Array<OAuth2AuthorizationParamInput> | null | undefined;
  /** EXACT unless said otherwise. */
  issuer?: OAuth2IssuerRule | null | undefined;
  /** REQUIRE_ADVERTISED unless said otherwise. */
  pkce?: OAuth2PkceRule | null | undefined;
  /** AUTO unless said otherwise. */
  resource?: OAuth2ResourceRule | null | undefined;
  /** One character: a space unless said otherwise, else a comma, a semicolon, a vertical bar or a plus sign. */
  scopeSeparator?: string | null | undefined;
  /** AUTO unless said otherwise. A client that registered itself without a secret gets one with registerMcpServerOAuth2Client. */
  tokenAuthMethod?: OAuth2TokenAuthRule | null | undefined;
};

/** Which name the authorization server may go by (RFC 8414, RFC 9207). */
export type OAuth2IssuerRule =
  /** Also `allowedIssuer`, character for character. */
  | 'ALLOW'
  /** The one that was asked for, character for character. */
  | 'EXACT';

/** When a provider is believed to check PKCE (RFC 7636). S256 is sent in any case. */
export type OAuth2PkceRule =
  /** Also when its metadata says nothing of PKCE. */
  | 'ASSUME_S256'
  /** When its metadata lists S256; without, no authorization is started. */
  | 'REQUIRE_ADVERTISED';

/** How this client is known to the authorization server. */
export type OAuth2Registration =
  /** By dynamic client registration (RFC 7591). */
  | 'DYNAMIC'
  /** Registered by hand at the provider. */
  | 'MANUAL'
  /** By a client id metadata document that the provider fetches from here. */
  | 'METADATA_DOCUMENT';

/** What is sent as `resource` (RFC 8707), which binds tokens to one MCP server. */
export type OAuth2ResourceRule =
  /** What the MCP server names itself, which must cover its URL. */
  | 'AUTO'
  /** `customResource`, for providers that know the server by another name. */
  | 'CUSTOM'
  /** Nothing, for providers that refuse the parameter. */
  | 'OMIT';

/** How this client authenticates at the token endpoint (RFC 6749 section 2.3.1). */
export type OAuth2TokenAuthRule =
  /** As it is registered, or as the metadata lists. */
  | 'AUTO'
  /** With the client secret in an Authorization header. */
  | 'BASIC'
  /** Not at all; a client secret is not sent. */
  | 'NONE'
  /** With the client secret in the request body. */
  | 'POST';

/** Whose turn it is after a failure. */
export type ResponsibleParty =
  /** You, or whoever runs this Switchboard. */
  | 'ADMINISTRATOR'
  /** Whoever operates the MCP server. */
  | 'MCP_SERVER'
  /** Whoever runs the network in between: name servers, firewalls, proxies. */
  | 'NETWORK'
  /** Whoever operates the authorization server in front of it. */
  | 'PROVIDER';

/** An edit. What is left out stays as it is; null means the default, and clears a secret. The same rules hold for the result as on creation. Updating never discovers or registers: see registerMcpServerOAuth2Client. */
export type UpdateMcpServerConfigInput = {
  /** API_KEY: the header that carries the key; Authorization unless said otherwise. At most 128 characters. */
  apiKeyHeader?: string | null | undefined;
  /** API_KEY: the header's whole value, sent as it is (with "Bearer " if the server wants that). At most 4,096 characters. Stored sealed and never shown. A blank one is refused. */
  apiKeyValue?: string | null | undefined;
  /** NONE unless said otherwise. Changing it empties the fields of the type that is left. */
  authType?: McpServerAuthType | null | undefined;
  /** DEFAULT_OFF unless said otherwise. */
  availability?: McpServerAvailability | null | undefined;
  /** CUSTOM_HEADERS: the whole set, at most 50; it replaces the one before. Names that differ only in case are refused. */
  customHeaders?: Array<McpServerHeaderInput> | null | undefined;
  /** At most 2,000 characters. */
  description?: string | null | undefined;
  /** Not blank. At most 120 characters. */
  displayName?: string | null | undefined;
  /** false unless said otherwise. */
  enabled?: boolean | null | undefined;
  /** The address of an icon, http(s), without user, password or fragment. At most 2,048 characters. */
  iconUrl?: string | null | undefined;
  /** OAUTH2: the authorization endpoint, together with oauth2ClientId and oauth2TokenUrl: nothing is discovered then. http(s), without user, password or fragment. At most 2,048 characters. */
  oauth2AuthUrl?: string | null | undefined;
  /** OAUTH2: the client id that was registered by hand. Alone (or with the issuer), the endpoints are discovered and nothing is registered. At most 2,048 characters. */
  oauth2ClientId?: string | null | undefined;
  /** OAUTH2: the client's secret; null clears it. Needs oauth2ClientId. At most 8,192 characters. Stored sealed and never shown. A blank one is refused. */
  oauth2ClientSecret?: string | null | undefined;
  /** OAUTH2: what to relax for a provider that departs from the rules; null relaxes nothing. A change ends popups under way, and keeps connections unless what was discovered rests on a relaxation that is withdrawn, or the client id is another one then. To discover by the new rules, registerMcpServerOAuth2Client. */
  oauth2Compatibility?: OAuth2CompatibilityInput | null | undefined;
  /** OAUTH2: the authorization server that the client id belongs to, exactly as it names itself. Where the endpoints are discovered, another one is refused. At most 2,048 characters. */
  oauth2Issuer?: string | null | undefined;
  /** OAUTH2: the revocation endpoint (RFC 7009), where the endpoints are given. https, or http on a loopback address that this server may reach. At most 2,048 characters. */
  oauth2RevocationUrl?: string | null | undefined;
  /** OAUTH2: scopes to ask for, space-separated; they win over what is discovered. At most 2,000 characters. */
  oauth2Scopes?: string | null | undefined;
  /** OAUTH2: the token endpoint. https, or http on a loopback address that this server may reach. At most 2,048 characters. */
  oauth2TokenUrl?: string | null | undefined;
  /** Lower-case letters, digits and inner hyphens; unique. At most 64 characters. */
  slug?: string | null | undefined;
  /** Tools that may be used; empty: all. Exact tool names, at most 500 of 200 characters; blanks are dropped. */
  toolAllowList?: Array<string> | null | undefined;
  /** Tools that may not be used, whatever is allowed. Exact tool names, at most 500 of 200 characters; blanks are dropped. */
  toolDenyList?: Array<string> | null | undefined;
  /** STREAMABLE_HTTP unless said otherwise. */
  transport?: McpServerTransport | null | undefined;
  /** The MCP endpoint: http(s), without user, password or fragment. At most 2,048 characters. */
  url?: string | null | undefined;
  /** The version that the edit was made from. If the server changed since, the edit is refused (CONFLICT). */
  version?: number | null | undefined;
};

export type ServersQueryVariables = Exact<{ [key: string]: never; }>;


export type ServersQuery = { mcpServerConfigs: Array<{ id: string, slug: string, displayName: string, url: string | null, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, accountCount: number | null, oauth2AuthUrl: string | null, oauth2ClientFailure: OAuth2ClientFailure | null, lastDiagnosis: { startedAt: string, failure: { message: string } | null } | null }>, failureReports: Array<{ serverId: string, reference: string, message: string, lastFailedAt: string }> };

export type ServerQueryVariables = Exact<{
  id: string;
}>;


export type ServerQuery = { mcpServerConfig: { id: string, slug: string, displayName: string, description: string, iconUrl: string, url: string | null, transport: McpServerTransport | null, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, version: number, updatedAt: string, accountCount: number | null, oauth2ClientId: string | null, oauth2AuthUrl: string | null, oauth2TokenUrl: string | null, oauth2RevocationUrl: string | null, oauth2Scopes: string | null, oauth2Issuer: string | null, oauth2Registration: OAuth2Registration | null, oauth2CallbackUrl: string | null, hasOauth2ClientSecret: boolean, apiKeyHeader: string | null, hasApiKey: boolean, customHeaderNames: Array<string> | null, hasCustomHeaders: boolean, toolAllowList: Array<string>, toolDenyList: Array<string>, updatedBy: { displayName: string } | null, oauth2Compatibility: { resource: OAuth2ResourceRule, customResource: string, pkce: OAuth2PkceRule, issuer: OAuth2IssuerRule, allowedIssuer: string, tokenAuthMethod: OAuth2TokenAuthRule, scopeSeparator: string, acceptsPlainHttp: boolean, clientMetadataUrl: string, extraAuthorizationParams: Array<{ name: string, value: string }>, activeSettings: Array<{ setting: string, lessSafe: string }> } | null } };

export type EditableServerFragment = { id: string, slug: string, displayName: string, description: string, iconUrl: string, url: string | null, transport: McpServerTransport | null, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, version: number, updatedAt: string, accountCount: number | null, oauth2ClientId: string | null, oauth2AuthUrl: string | null, oauth2TokenUrl: string | null, oauth2RevocationUrl: string | null, oauth2Scopes: string | null, oauth2Issuer: string | null, oauth2Registration: OAuth2Registration | null, oauth2CallbackUrl: string | null, hasOauth2ClientSecret: boolean, apiKeyHeader: string | null, hasApiKey: boolean, customHeaderNames: Array<string> | null, hasCustomHeaders: boolean, toolAllowList: Array<string>, toolDenyList: Array<string>, updatedBy: { displayName: string } | null, oauth2Compatibility: { resource: OAuth2ResourceRule, customResource: string, pkce: OAuth2PkceRule, issuer: OAuth2IssuerRule, allowedIssuer: string, tokenAuthMethod: OAuth2TokenAuthRule, scopeSeparator: string, acceptsPlainHttp: boolean, clientMetadataUrl: string, extraAuthorizationParams: Array<{ name: string, value: string }>, activeSettings: Array<{ setting: string, lessSafe: string }> } | null };

export type CreateServerMutationVariables = Exact<{
  input: CreateMcpServerConfigInput;
}>;


export type CreateServerMutation = { createMcpServerConfig: { id: string, displayName: string } };

export type UpdateServerMutationVariables = Exact<{
  id: string;
  input: UpdateMcpServerConfigInput;
  dryRun: boolean;
}>;


export type UpdateServerMutation = { updateMcpServerConfig: { disconnects: number, clearedFields: Array<string> } };

export type DeleteServerMutationVariables = Exact<{
  id: string;
}>;


export type DeleteServerMutation = { deleteMcpServerConfig: string };

export type RegisterAgainMutationVariables = Exact<{
  id: string;
}>;


export type RegisterAgainMutation = { registerMcpServerOAuth2Client: { id: string } };

export type ToolsOfServerQueryVariables = Exact<{
  id: string;
}>;


export type ToolsOfServerQuery = { mcpServerTools: Array<{ name: string, title: string, description: string }> };

export type DiagnosesQueryVariables = Exact<{
  id: string;
}>;


export type DiagnosesQuery = { mcpServerConfig: { lastDiagnosis: { startedAt: string, durationMs: number, succeeded: boolean, failure: { layer: DiagnosticLayer, responsibleParty: ResponsibleParty, message: string, remedy: string } | null, steps: Array<{ layer: DiagnosticLayer, name: string, url: string, status: number | null, durationMs: number | null, outcome: McpServerDiagnosisOutcome, expected: string, detail: string }> } | null, lastSuccessfulDiagnosis: { startedAt: string } | null, diagnosisChanges: Array<{ before: { name: string, detail: string } | null, now: { name: string, detail: string } | null }> | null } };

export type DiagnoseMutationVariables = Exact<{
  id: string;
}>;


export type DiagnoseMutation = { diagnoseMcpServer: { startedAt: string, durationMs: number, succeeded: boolean, failure: { layer: DiagnosticLayer, responsibleParty: ResponsibleParty, message: string, remedy: string } | null, steps: Array<{ layer: DiagnosticLayer, name: string, url: string, status: number | null, durationMs: number | null, outcome: McpServerDiagnosisOutcome, expected: string, detail: string }> } };

export type DiagnosisFragment = { startedAt: string, durationMs: number, succeeded: boolean, failure: { layer: DiagnosticLayer, responsibleParty: ResponsibleParty, message: string, remedy: string } | null, steps: Array<{ layer: DiagnosticLayer, name: string, url: string, status: number | null, durationMs: number | null, outcome: McpServerDiagnosisOutcome, expected: string, detail: string }> };

export type ConnectedPeopleQueryVariables = Exact<{
  id: string;
  after?: string | null | undefined;
}>;


export type ConnectedPeopleQuery = { mcpServerAccounts: { edges: Array<{ node: { status: ConnectedAccountStatus, connectedAt: string, lastUsedAt: string | null, user: { id: string, displayName: string, email: string } | null, failure: { message: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type DisconnectPersonMutationVariables = Exact<{
  serverId: string;
  userId: string;
}>;


export type DisconnectPersonMutation = { disconnectUserFromMcpServer: { disconnectedCount: number, revokedCount: number, revocationPendingCount: number, revocationError: string | null } };

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
export const EditableServerFragmentDoc = new TypedDocumentString(`
    fragment EditableServer on McpServerConfig {
  id
  slug
  displayName
  description
  iconUrl
  url
  transport
  authType
  availability
  enabled
  version
  updatedAt
  updatedBy {
    displayName
  }
  accountCount
  oauth2ClientId
  oauth2AuthUrl
  oauth2TokenUrl
  oauth2RevocationUrl
  oauth2Scopes
  oauth2Issuer
  oauth2Registration
  oauth2CallbackUrl
  oauth2Compatibility {
    resource
    customResource
    pkce
    issuer
    allowedIssuer
    tokenAuthMethod
    scopeSeparator
    acceptsPlainHttp
    clientMetadataUrl
    extraAuthorizationParams {
      name
      value
    }
    activeSettings {
      setting
      lessSafe
    }
  }
  hasOauth2ClientSecret
  apiKeyHeader
  hasApiKey
  customHeaderNames
  hasCustomHeaders
  toolAllowList
  toolDenyList
}
    `, {"fragmentName":"EditableServer"}) as unknown as TypedDocumentString<EditableServerFragment, unknown>;
export const DiagnosisFragmentDoc = new TypedDocumentString(`
    fragment Diagnosis on McpServerDiagnosis {
  startedAt
  durationMs
  succeeded
  failure {
    layer
    responsibleParty
    message
    remedy
  }
  steps {
    layer
    name
    url
    status
    durationMs
    outcome
    expected
    detail
  }
}
    `, {"fragmentName":"Diagnosis"}) as unknown as TypedDocumentString<DiagnosisFragment, unknown>;
export const ServersDocument = new TypedDocumentString(`
    query Servers {
  mcpServerConfigs {
    id
    slug
    displayName
    url
    authType
    availability
    enabled
    accountCount
    oauth2AuthUrl
    oauth2ClientFailure
    lastDiagnosis {
      startedAt
      failure {
        message
      }
    }
  }
  failureReports(first: 200) {
    serverId
    reference
    message
    lastFailedAt
  }
}
    `) as unknown as TypedDocumentString<ServersQuery, ServersQueryVariables>;
export const ServerDocument = new TypedDocumentString(`
    query Server($id: UUID!) {
  mcpServerConfig(id: $id) {
    ...EditableServer
  }
}
    fragment EditableServer on McpServerConfig {
  id
  slug
  displayName
  description
  iconUrl
  url
  transport
  authType
  availability
  enabled
  version
  updatedAt
  updatedBy {
    displayName
  }
  accountCount
  oauth2ClientId
  oauth2AuthUrl
  oauth2TokenUrl
  oauth2RevocationUrl
  oauth2Scopes
  oauth2Issuer
  oauth2Registration
  oauth2CallbackUrl
  oauth2Compatibility {
    resource
    customResource
    pkce
    issuer
    allowedIssuer
    tokenAuthMethod
    scopeSeparator
    acceptsPlainHttp
    clientMetadataUrl
    extraAuthorizationParams {
      name
      value
    }
    activeSettings {
      setting
      lessSafe
    }
  }
  hasOauth2ClientSecret
  apiKeyHeader
  hasApiKey
  customHeaderNames
  hasCustomHeaders
  toolAllowList
  toolDenyList
}`) as unknown as TypedDocumentString<ServerQuery, ServerQueryVariables>;
export const CreateServerDocument = new TypedDocumentString(`
    mutation CreateServer($input: CreateMcpServerConfigInput!) {
  createMcpServerConfig(input: $input) {
    id
    displayName
  }
}
    `) as unknown as TypedDocumentString<CreateServerMutation, CreateServerMutationVariables>;
export const UpdateServerDocument = new TypedDocumentString(`
    mutation UpdateServer($id: UUID!, $input: UpdateMcpServerConfigInput!, $dryRun: Boolean!) {
  updateMcpServerConfig(id: $id, input: $input, dryRun: $dryRun) {
    disconnects
    clearedFields
  }
}
    `) as unknown as TypedDocumentString<UpdateServerMutation, UpdateServerMutationVariables>;
export const DeleteServerDocument = new TypedDocumentString(`
    mutation DeleteServer($id: UUID!) {
  deleteMcpServerConfig(id: $id)
}
    `) as unknown as TypedDocumentString<DeleteServerMutation, DeleteServerMutationVariables>;
export const RegisterAgainDocument = new TypedDocumentString(`
    mutation RegisterAgain($id: UUID!) {
  registerMcpServerOAuth2Client(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<RegisterAgainMutation, RegisterAgainMutationVariables>;
export const ToolsOfServerDocument = new TypedDocumentString(`
    query ToolsOfServer($id: UUID!) {
  mcpServerTools(id: $id) {
    name
    title
    description
  }
}
    `) as unknown as TypedDocumentString<ToolsOfServerQuery, ToolsOfServerQueryVariables>;
export const DiagnosesDocument = new TypedDocumentString(`
    query Diagnoses($id: UUID!) {
  mcpServerConfig(id: $id) {
    lastDiagnosis {
      ...Diagnosis
    }
    lastSuccessfulDiagnosis {
      startedAt
    }
    diagnosisChanges {
      before {
        name
        detail
      }
      now {
        name
        detail
      }
    }
  }
}
    fragment Diagnosis on McpServerDiagnosis {
  startedAt
  durationMs
  succeeded
  failure {
    layer
    responsibleParty
    message
    remedy
  }
  steps {
    layer
    name
    url
    status
    durationMs
    outcome
    expected
    detail
  }
}`) as unknown as TypedDocumentString<DiagnosesQuery, DiagnosesQueryVariables>;
export const DiagnoseDocument = new TypedDocumentString(`
    mutation Diagnose($id: UUID!) {
  diagnoseMcpServer(id: $id) {
    ...Diagnosis
  }
}
    fragment Diagnosis on McpServerDiagnosis {
  startedAt
  durationMs
  succeeded
  failure {
    layer
    responsibleParty
    message
    remedy
  }
  steps {
    layer
    name
    url
    status
    durationMs
    outcome
    expected
    detail
  }
}`) as unknown as TypedDocumentString<DiagnoseMutation, DiagnoseMutationVariables>;
export const ConnectedPeopleDocument = new TypedDocumentString(`
    query ConnectedPeople($id: UUID!, $after: String) {
  mcpServerAccounts(id: $id, first: 50, after: $after) {
    edges {
      node {
        user {
          id
          displayName
          email
        }
        status
        connectedAt
        lastUsedAt
        failure {
          message
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ConnectedPeopleQuery, ConnectedPeopleQueryVariables>;
export const DisconnectPersonDocument = new TypedDocumentString(`
    mutation DisconnectPerson($serverId: UUID!, $userId: UUID!) {
  disconnectUserFromMcpServer(id: $serverId, userId: $userId) {
    disconnectedCount
    revokedCount
    revocationPendingCount
    revocationError
  }
}
    `) as unknown as TypedDocumentString<DisconnectPersonMutation, DisconnectPersonMutationVariables>;