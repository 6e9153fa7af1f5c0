/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The permissions of an API token. They never exceed those of its owner. */
export type ApiTokenScope =
  /** Has all permissions of its owner. */
  | 'ADMIN'
  /** Reads what a member can read. */
  | 'READ'
  /** Has the permissions of a member: reads, and uses the owner’s connected accounts. */
  | 'USE';

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

/** A tool of an MCP server and its arguments. */
export type CallMcpServerToolInput = {
  /** The arguments, as the tool’s `inputSchema` requires. The MCP server validates them. Defaults to {}. */
  arguments?: Record<string, unknown> | null | undefined;
  /** The tool’s exact name. */
  name: string;
};

/** The kind of a connected account’s failure. */
export type ConnectedAccountFailureCode =
  /** The provider’s answer to a refresh request did not arrive. Switchboard tries again. If the provider has replaced the refresh token, the user must connect again. */
  | 'ANSWER_LOST'
  /** The stored client secret cannot be decrypted. An administrator must enter it again or register the client again. */
  | 'CLIENT_SECRET_UNREADABLE'
  /** The token has expired and cannot be refreshed. Connect again. */
  | 'EXPIRED'
  /** The provider did not accept this client. Connect again. If that fails too, an administrator must check the server. */
  | 'INVALID_CLIENT'
  /** The provider, or the user at the provider, has revoked it. Connect again. */
  | 'INVALID_GRANT'
  /** The provider could not refresh the token. Switchboard tries again. */
  | 'PROVIDER_UNAVAILABLE'
  /** The MCP server does not accept the token. Connect again. */
  | 'REFUSED_BY_MCP_SERVER'
  /** The provider refused to refresh the token for another reason. Connect again. */
  | 'REFUSED_BY_PROVIDER'
  /** The stored tokens cannot be decrypted. Connect again. */
  | 'UNREADABLE';

/** Whether a connected account can be used. */
export type ConnectedAccountStatus =
  /** It can be used. An expired access token is refreshed when it is needed. */
  | 'CONNECTED'
  /** It cannot be used. The user must connect again. */
  | 'NEEDS_AUTHORIZATION';

/** An API token to create for the viewer. */
export type CreateApiTokenInput = {
  /** In the future, at most 366 days from now. Defaults to 90 days from now. */
  expiresAt?: string | null | undefined;
  /** A name that says what the token is for: one line of 1 to 100 characters. */
  name: string;
  /** Defaults to `USE`. */
  scope?: ApiTokenScope | null | undefined;
};

/** A new server. With OAUTH2, enter nothing else (the provider is discovered and a client is registered), or a client ID with or without its secret (the endpoints are discovered), or client ID, authorization URL and token URL (nothing is discovered). Every string except header values is trimmed. */
export type CreateMcpServerConfigInput = {
  /** API_KEY: the header that carries the key. At most 128 characters. Defaults to `Authorization`. */
  apiKeyHeader?: string | null | undefined;
  /** API_KEY: the whole value of the header, including "Bearer " if the server expects it. Sent unchanged. At most 4,096 characters. Stored encrypted and never returned. A blank value is refused. */
  apiKeyValue?: string | null | undefined;
  /** How requests to the server are authorized. A change clears the fields of the previous type. Defaults to `NONE`. */
  authType?: McpServerAuthType | null | undefined;
  /** Whether products turn the server on for a user. Defaults to `DEFAULT_OFF`. */
  availability?: McpServerAvailability | null | undefined;
  /** CUSTOM_HEADERS: all headers, at most 50. They replace the previous ones. Names that differ only in case are refused. OAUTH2: headers that the MCP server gets in addition to each user's token, such as `X-Goog-User-Project`. The provider never gets them. An empty list or null removes them. `Authorization`, `Accept`, `Content-Type` and `Last-Event-ID` are refused. */
  customHeaders?: Array<McpServerHeaderInput> | null | undefined;
  /** What the server is for. At most 2,000 characters. */
  description?: string | null | undefined;
  /** The name that users see. Not blank. At most 120 characters. */
  displayName: string;
  /** Whether the server can be used. Members do not see disabled servers. Defaults to `false`. */
  enabled?: boolean | null | undefined;
  /** The URL of an icon: http or https, without user, password or fragment. At most 2,048 characters. */
  iconUrl?: string | null | undefined;
  /** The id, if the redirect URI has to be known before the server exists. Generated by default. */
  id?: string | number | null | undefined;
  /** OAUTH2: the authorization endpoint. Needs `oauth2ClientId` and `oauth2TokenUrl`; nothing is discovered then. http or https, without user, password or fragment. At most 2,048 characters. */
  oauth2AuthUrl?: string | null | undefined;
  /** OAUTH2: the id of a client that was registered manually. Alone or with `oauth2Issuer`, the endpoints are discovered and no client is registered. At most 2,048 characters. */
  oauth2ClientId?: string | null | undefined;
  /** OAUTH2: the name that Switchboard registers the client with. Providers show it to users who consent. It is used at the next registration, and in the client ID metadata document. At most 120 characters. */
  oauth2ClientName?: string | null | undefined;
  /** OAUTH2: the client secret. Needs `oauth2ClientId`. Null clears it. At most 8,192 characters. Stored encrypted and never returned. A blank value is refused. */
  oauth2ClientSecret?: string | null | undefined;
  /** OAUTH2: compatibility settings for a provider that does not follow the standards. Null resets them. A change cancels authorizations in progress. It keeps connected accounts, unless it removes a setting that discovery depended on or changes the client ID. To discover with the new settings, run `registerMcpServerOAuth2Client`. */
  oauth2Compatibility?: OAuth2CompatibilityInput | null | undefined;
  /** OAUTH2: the issuer identifier of the authorization server, exactly as it names itself. Without a client ID, a client is registered there. Discovery refuses every other issuer. For MCP servers that do not name their authorization server themselves, or only when a tool is called. After a change, run `registerMcpServerOAuth2Client`. At most 2,048 characters. */
  oauth2Issuer?: string | null | undefined;
  /** OAUTH2: the URL of the MCP server’s protected resource metadata (RFC 9728). Discovery reads it instead of the announced one. For MCP servers that announce it in an unusable way, or only when a tool is called. Discovery refuses http, except on a loopback address that this server is allowed to reach. A change keeps accounts; `registerMcpServerOAuth2Client` applies it. At most 2,048 characters. */
  oauth2ResourceMetadataUrl?: string | null | undefined;
  /** OAUTH2: the revocation endpoint (RFC 7009), for endpoints that are entered manually, or where discovery finds none. Entering one where there was none keeps connected accounts. https, or http on a loopback address that this server is allowed to reach. At most 2,048 characters. */
  oauth2RevocationUrl?: string | null | undefined;
  /** OAUTH2: the scopes to request, separated by spaces. They overrule the discovered scopes. At most 2,000 characters. */
  oauth2Scopes?: string | null | undefined;
  /** OAUTH2: the token endpoint. https, or http on a loopback address that this server is allowed to reach. At most 2,048 characters. */
  oauth2TokenUrl?: string | null | undefined;
  /** Lower-case letters, digits and inner hyphens. Unique. At most 64 characters. */
  slug: string;
  /** The tools that can be used. Empty allows every tool. Exact tool names, at most 500 of at most 200 characters. Blank names are dropped. */
  toolAllowList?: Array<string> | null | undefined;
  /** The tools that cannot be used. Overrules `toolAllowList`. Exact tool names, at most 500 of at most 200 characters. Blank names are dropped. */
  toolDenyList?: Array<string> | null | undefined;
  /** The transport of the MCP endpoint. Defaults to `STREAMABLE_HTTP`. */
  transport?: McpServerTransport | null | undefined;
  /** The MCP endpoint: http or https, without user, password or fragment. At most 2,048 characters. */
  url: string;
};

/** A user to create. */
export type CreateUserInput = {
  /** One line of 1 to 200 characters. Defaults to the part of the email address before the @. */
  displayName?: string | null | undefined;
  /** The user’s email address: unique, at most 254 characters, stored in lower case. */
  email: string;
  /** Defaults to `MEMBER`. */
  role?: Role | null | undefined;
};

/** An MCP endpoint to diagnose. */
export type DiagnoseUrlInput = {
  /** The MCP endpoint. It needs no stored server. */
  url: string;
};

/** The layers of a connection to an MCP server, from the bottom up. */
export type DiagnosticLayer =
  /** The addresses may be reached: they are public, or listed in ALLOWED_PRIVATE_CIDRS. */
  | 'ADDRESS'
  /** The authorization server names its endpoints (RFC 8414). */
  | 'AUTHORIZATION_SERVER_METADATA'
  /** The authorization server accepts the client ID and secret. */
  | 'CLIENT'
  /** The stored settings match what discovery finds. */
  | 'CONFIGURATION'
  /** The host accepts connections, and nothing in between blocks them. */
  | 'CONNECT'
  /** The MCP server accepts the shared API key or headers. */
  | 'CREDENTIALS'
  /** The host name resolves to addresses. */
  | 'DNS'
  /** The host responds in time, without a temporary failure or a redirect that is not followed. */
  | 'HTTP'
  /** The server speaks the Model Context Protocol. */
  | 'MCP'
  /** The server names its authorization server (RFC 9728). */
  | 'RESOURCE_METADATA'
  /** The host has a valid certificate. */
  | 'TLS'
  /** The user's token exists, can be refreshed, and is accepted by the MCP server. */
  | 'TOKEN';

/** An MCP endpoint whose authorization is discovered. */
export type DiscoverMcpServerOAuth2Input = {
  /** Compatibility settings for the discovery. Defaults to none. */
  oauth2Compatibility?: OAuth2CompatibilityInput | null | undefined;
  /** The issuer of the authorization server, for a server that does not name it. At most 2,048 characters. */
  oauth2Issuer?: string | null | undefined;
  /** The URL of the protected resource metadata, to read instead of the announced one. At most 2,048 characters. */
  oauth2ResourceMetadataUrl?: string | null | undefined;
  /** The MCP endpoint. */
  url: string;
};

/** The operation that failed. */
export type FailureStep =
  /** The authorization request, before the user was sent to the provider. */
  | 'AUTHORIZATION_REQUEST'
  /** The authorization response, with which the provider sent the user back. */
  | 'AUTHORIZATION_RESPONSE'
  /** A tool call. */
  | 'CALL_TOOL'
  /** Listing the MCP server’s tools. */
  | 'LIST_TOOLS'
  /** The refresh of the access token. */
  | 'REFRESH'
  /** The exchange of the authorization code for tokens. */
  | 'TOKEN_REQUEST';

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

/** Whether products turn a server on for a user. */
export type McpServerAvailability =
  /** Off by default. Users can turn it on. */
  | 'DEFAULT_OFF'
  /** On by default. Users can turn it off. */
  | 'DEFAULT_ON'
  /** On. Users cannot turn it off. */
  | 'FORCE_ON';

/** Conditions that all have to hold. */
export type McpServerConfigFilter = {
  /** Servers with this auth type. */
  authType?: McpServerAuthType | null | undefined;
  /** Servers with this availability. */
  availability?: McpServerAvailability | null | undefined;
  /** Members always see enabled servers only. */
  enabled?: boolean | null | undefined;
  /** Servers with this text in the display name, slug or description or, for administrators, the URL. Case makes no difference. At most 200 characters. */
  search?: string | null | undefined;
};

/** The outcome of a step. */
export type McpServerDiagnosisOutcome =
  /** The step failed. */
  | 'FAILED'
  /** The step succeeded. */
  | 'FOUND'
  /** Nothing was found. The next location or method is tried. */
  | 'NOT_HERE'
  /** The step was skipped. `detail` contains the reason. */
  | 'SKIPPED';

/** A header that Switchboard sends with every request to the MCP server. */
export type McpServerHeaderInput = {
  /** A header name (RFC 9110 token). At most 128 characters. Hop-by-hop headers, Host, Content-Length, Cookie, Origin, Forwarded, X-Forwarded-* and Mcp-* are refused. */
  name: string;
  /** Sent unchanged, including spaces. No line breaks or other control characters. At most 4,096 characters. Stored encrypted and never returned. A blank value is refused. */
  value: string;
};

/** The consequence of a mistake in a server’s list of tools. */
export type McpServerToolDefectOutcome =
  /** The list itself has the mistake. It may lack tools. */
  | 'INCOMPLETE'
  /** The definition is not usable, so the tool is not in the list. */
  | 'LEFT_OUT'
  /** Switchboard repaired the definition. The tool can be called. */
  | 'REPAIRED';

/** The transport of an MCP server. */
export type McpServerTransport =
  /** HTTP with server-sent events, the transport of MCP 2024-11-05. */
  | 'SSE'
  /** Streamable HTTP. */
  | 'STREAMABLE_HTTP';

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

/** A parameter to add to every authorization request of a server. */
export type OAuth2AuthorizationParamInput = {
  /** 1 to 128 letters, digits, hyphens, underscores and dots. Refused are the parameters that Switchboard sets itself (client_id, redirect_uri, state, response_type, code_challenge, resource, scope …) and those that would replace them (request, request_uri, response_mode, nonce …). */
  name: string;
  /** Trimmed and sent unchanged. Not for secrets, because users' browsers see it. At most 1,000 characters. */
  value: string;
};

/** Why the authorization server refuses the client. */
export type OAuth2ClientFailure =
  /** It does not know the client ID, or does not accept the secret. */
  | 'INVALID_CLIENT'
  /** The client is not allowed to make this request. */
  | 'UNAUTHORIZED_CLIENT';

/** Compatibility settings for a provider that does not follow the standards. An omitted field is kept. Null resets a field to its strict default. */
export type OAuth2CompatibilityInput = {
  /** Accepts plain http for addresses in ALLOWED_PRIVATE_CIDRS. Allowed loopback addresses do not need it. Defaults to `false`. */
  acceptsPlainHttp?: boolean | null | undefined;
  /** With `issuer: ALLOW`: the other issuer identifier, compared character by character. At most 2,048 characters. */
  allowedIssuer?: string | null | undefined;
  /** An https URL with a path. It is used as the client ID at providers that accept client ID metadata documents, even without CLIENT_METADATA. Publish the document of /mcp-servers/:id/oauth2/client-metadata.json there. At most 2,048 characters. */
  clientMetadataUrl?: string | null | undefined;
  /** Defaults to `AUTO`. A `prompt` in `extraAuthorizationParams` takes precedence. */
  consentPrompt?: OAuth2ConsentPromptRule | null | undefined;
  /** With `resource: CUSTOM`: an absolute URI without fragment, sent unchanged. At most 2,048 characters. */
  customResource?: string | null | undefined;
  /** All parameters, at most 20. They replace the previous ones. */
  extraAuthorizationParams?: Array<OAuth2AuthorizationParamInput> | null | undefined;
  /** Defaults to `EXACT`. */
  issuer?: OAuth2IssuerRule | null | undefined;
  /** Defaults to `REQUIRE_ADVERTISED`. */
  pkce?: OAuth2PkceRule | null | undefined;
  /** Defaults to `AUTO`. */
  resource?: OAuth2ResourceRule | null | undefined;
  /** One character: a space, a comma, a semicolon, a vertical bar or a plus sign. Defaults to a space. */
  scopeSeparator?: string | null | undefined;
  /** Defaults to `AUTO`. If the client was registered without a secret, run `registerMcpServerOAuth2Client` to get one. */
  tokenAuthMethod?: OAuth2TokenAuthRule | null | undefined;
  /** Defaults to `REQUIRE_BEARER`. */
  tokenType?: OAuth2TokenTypeRule | null | undefined;
};

/** When Switchboard sends `prompt=consent`, which makes the provider ask users for consent again. */
export type OAuth2ConsentPromptRule =
  /** When a refresh token may depend on it: with `offline_access`, with `access_type=offline`, and when a user who had a refresh token connects again. */
  | 'AUTO'
  /** Never. */
  | 'OMIT';

/** The outcome of a discovery step. */
export type OAuth2DiscoveryOutcome =
  /** The response cannot be used. Discovery ends, or tries a location as trustworthy. */
  | 'FAILED'
  /** The step found what the next one needs. */
  | 'FOUND'
  /** Nothing was found. Discovery tries the next location. */
  | 'NOT_HERE';

/** The issuer identifiers that are accepted from the authorization server (RFC 8414, RFC 9207). */
export type OAuth2IssuerRule =
  /** Also `allowedIssuer`, compared character by character. */
  | 'ALLOW'
  /** The expected issuer, compared character by character. */
  | 'EXACT';

/** When Switchboard assumes that a provider verifies PKCE (RFC 7636). S256 is always sent. */
export type OAuth2PkceRule =
  /** Even if its metadata does not mention PKCE. */
  | 'ASSUME_S256'
  /** Only if its metadata lists S256. Otherwise no authorization starts. */
  | 'REQUIRE_ADVERTISED';

/** How the client was registered at the authorization server. */
export type OAuth2Registration =
  /** By dynamic client registration (RFC 7591). */
  | 'DYNAMIC'
  /** Manually, at the provider. */
  | 'MANUAL'
  /** By a client ID metadata document, which the provider fetches. */
  | 'METADATA_DOCUMENT';

/** The `resource` parameter (RFC 8707), which binds tokens to one MCP server. */
export type OAuth2ResourceRule =
  /** The resource that the MCP server names. It must cover the server’s URL. */
  | 'AUTO'
  /** `customResource`, for providers that use another identifier for the server. */
  | 'CUSTOM'
  /** No parameter, for providers that refuse it. */
  | 'OMIT';

/** How the client authenticates at the token endpoint (RFC 6749, section 2.3.1). */
export type OAuth2TokenAuthRule =
  /** As registered, or as the metadata lists. */
  | 'AUTO'
  /** With the client secret in an Authorization header. */
  | 'BASIC'
  /** No authentication. The client secret is not sent. */
  | 'NONE'
  /** With the client secret in the request body. */
  | 'POST';

/** The token types that are accepted (RFC 6749, section 7.1). Types that need a proof, such as DPoP, are always refused. */
export type OAuth2TokenTypeRule =
  /** Also unknown types, such as `user` and `bot`. They are used as Bearer. */
  | 'ASSUME_BEARER'
  /** Only Bearer, in any spelling. */
  | 'REQUIRE_BEARER';

/** Who can fix a failure. */
export type ResponsibleParty =
  /** An administrator of this Switchboard. */
  | 'ADMINISTRATOR'
  /** The operator of the MCP server. */
  | 'MCP_SERVER'
  /** The operator of the network in between: name servers, firewalls, proxies. */
  | 'NETWORK'
  /** The operator of the authorization server. */
  | 'PROVIDER';

/** Whether Switchboard still tries to revoke the tokens. */
export type RevocationStatus =
  /** Switchboard no longer tries. The authorization ends when it expires, or when the user removes it in the provider’s settings. */
  | 'GIVEN_UP'
  /** Switchboard tries until the provider confirms, for up to seven days. */
  | 'PENDING';

/** The permissions of a user. */
export type Role =
  /** Manages users and MCP servers, and has the permissions of a member. */
  | 'ADMIN'
  /** Sees enabled MCP servers and connects their own accounts to them. */
  | 'MEMBER';

/** An edit. Omitted fields are kept. Null means the default, and clears a secret. The result has to meet the same rules as a new server. An edit never discovers or registers: see `registerMcpServerOAuth2Client`. */
export type UpdateMcpServerConfigInput = {
  /** API_KEY: the header that carries the key. At most 128 characters. Defaults to `Authorization`. */
  apiKeyHeader?: string | null | undefined;
  /** API_KEY: the whole value of the header, including "Bearer " if the server expects it. Sent unchanged. At most 4,096 characters. Stored encrypted and never returned. A blank value is refused. */
  apiKeyValue?: string | null | undefined;
  /** How requests to the server are authorized. A change clears the fields of the previous type. Defaults to `NONE`. */
  authType?: McpServerAuthType | null | undefined;
  /** Whether products turn the server on for a user. Defaults to `DEFAULT_OFF`. */
  availability?: McpServerAvailability | null | undefined;
  /** CUSTOM_HEADERS: all headers, at most 50. They replace the previous ones. Names that differ only in case are refused. OAUTH2: headers that the MCP server gets in addition to each user's token, such as `X-Goog-User-Project`. The provider never gets them. An empty list or null removes them. `Authorization`, `Accept`, `Content-Type` and `Last-Event-ID` are refused. */
  customHeaders?: Array<McpServerHeaderInput> | null | undefined;
  /** What the server is for. At most 2,000 characters. */
  description?: string | null | undefined;
  /** The name that users see. Not blank. At most 120 characters. */
  displayName?: string | null | undefined;
  /** Whether the server can be used. Members do not see disabled servers. Defaults to `false`. */
  enabled?: boolean | null | undefined;
  /** The URL of an icon: http or https, without user, password or fragment. At most 2,048 characters. */
  iconUrl?: string | null | undefined;
  /** OAUTH2: the authorization endpoint. Needs `oauth2ClientId` and `oauth2TokenUrl`; nothing is discovered then. http or https, without user, password or fragment. At most 2,048 characters. */
  oauth2AuthUrl?: string | null | undefined;
  /** OAUTH2: the id of a client that was registered manually. Alone or with `oauth2Issuer`, the endpoints are discovered and no client is registered. At most 2,048 characters. */
  oauth2ClientId?: string | null | undefined;
  /** OAUTH2: the name that Switchboard registers the client with. Providers show it to users who consent. It is used at the next registration, and in the client ID metadata document. At most 120 characters. */
  oauth2ClientName?: string | null | undefined;
  /** OAUTH2: the client secret. Needs `oauth2ClientId`. Null clears it. At most 8,192 characters. Stored encrypted and never returned. A blank value is refused. */
  oauth2ClientSecret?: string | null | undefined;
  /** OAUTH2: compatibility settings for a provider that does not follow the standards. Null resets them. A change cancels authorizations in progress. It keeps connected accounts, unless it removes a setting that discovery depended on or changes the client ID. To discover with the new settings, run `registerMcpServerOAuth2Client`. */
  oauth2Compatibility?: OAuth2CompatibilityInput | null | undefined;
  /** OAUTH2: the issuer identifier of the authorization server, exactly as it names itself. Without a client ID, a client is registered there. Discovery refuses every other issuer. For MCP servers that do not name their authorization server themselves, or only when a tool is called. After a change, run `registerMcpServerOAuth2Client`. At most 2,048 characters. */
  oauth2Issuer?: string | null | undefined;
  /** OAUTH2: the URL of the MCP server’s protected resource metadata (RFC 9728). Discovery reads it instead of the announced one. For MCP servers that announce it in an unusable way, or only when a tool is called. Discovery refuses http, except on a loopback address that this server is allowed to reach. A change keeps accounts; `registerMcpServerOAuth2Client` applies it. At most 2,048 characters. */
  oauth2ResourceMetadataUrl?: string | null | undefined;
  /** OAUTH2: the revocation endpoint (RFC 7009), for endpoints that are entered manually, or where discovery finds none. Entering one where there was none keeps connected accounts. https, or http on a loopback address that this server is allowed to reach. At most 2,048 characters. */
  oauth2RevocationUrl?: string | null | undefined;
  /** OAUTH2: the scopes to request, separated by spaces. They overrule the discovered scopes. At most 2,000 characters. */
  oauth2Scopes?: string | null | undefined;
  /** OAUTH2: the token endpoint. https, or http on a loopback address that this server is allowed to reach. At most 2,048 characters. */
  oauth2TokenUrl?: string | null | undefined;
  /** Lower-case letters, digits and inner hyphens. Unique. At most 64 characters. */
  slug?: string | null | undefined;
  /** The tools that can be used. Empty allows every tool. Exact tool names, at most 500 of at most 200 characters. Blank names are dropped. */
  toolAllowList?: Array<string> | null | undefined;
  /** The tools that cannot be used. Overrules `toolAllowList`. Exact tool names, at most 500 of at most 200 characters. Blank names are dropped. */
  toolDenyList?: Array<string> | null | undefined;
  /** The transport of the MCP endpoint. Defaults to `STREAMABLE_HTTP`. */
  transport?: McpServerTransport | null | undefined;
  /** The MCP endpoint: http or https, without user, password or fragment. At most 2,048 characters. */
  url?: string | null | undefined;
  /** The version that the edit is based on. If the server has changed since, the update fails with CONFLICT. */
  version?: number | null | undefined;
};

/** Changes to a user. Omitted fields are kept. A field must not be null. */
export type UpdateUserInput = {
  /** `true` ends the user’s sessions, API tokens and sign-in links, and disconnects and revokes their accounts. `false` lets the user sign in again. */
  disabled?: boolean | null | undefined;
  /** One line of 1 to 200 characters. */
  displayName?: string | null | undefined;
  /** Takes effect with the user’s next request. */
  role?: Role | null | undefined;
};

/** The credential of a request. */
export type ViewerAccessKind =
  /** An API token. */
  | 'API_TOKEN'
  /** A browser session. */
  | 'SESSION';

export type EveryPageInfoFieldFragment = { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { id: string, email: string, displayName: string, role: Role, createdAt: string, disabledAt: string | null, access: { kind: ViewerAccessKind, scope: ApiTokenScope | null, canUseAccounts: boolean, canConnectAccounts: boolean, canManageApiTokens: boolean, canAdminister: boolean, apiToken: { id: string, name: string, expiresAt: string } | null } | null } };

export type UsersQueryVariables = Exact<{
  search?: string | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;


export type UsersQuery = { users: { totalCount: number, edges: Array<{ cursor: string, node: { id: string, email: string, displayName: string, role: Role, disabledAt: string | null, createdAt: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type UserQueryVariables = Exact<{
  id: string | number;
}>;


export type UserQuery = { user: { id: string, email: string, displayName: string, role: Role, disabledAt: string | null, createdAt: string } | null };

export type EveryUserFieldFragment = { id: string, email: string, displayName: string, role: Role, disabledAt: string | null, createdAt: string };

export type CreateUserMutationVariables = Exact<{
  input: CreateUserInput;
}>;


export type CreateUserMutation = { createUser: { user: { id: string, email: string } } | null };

export type UpdateUserMutationVariables = Exact<{
  id: string | number;
  input: UpdateUserInput;
}>;


export type UpdateUserMutation = { updateUser: { user: { id: string, displayName: string, role: Role, disabledAt: string | null } } | null };

export type CreateSignInLinkMutationVariables = Exact<{
  userId: string | number;
}>;


export type CreateSignInLinkMutation = { createSignInLink: { signInLink: { url: string, expiresAt: string }, user: { id: string } } | null };

export type ApiTokensQueryVariables = Exact<{ [key: string]: never; }>;


export type ApiTokensQuery = { apiTokens: Array<{ id: string, name: string, scope: ApiTokenScope, createdAt: string, lastUsedAt: string | null, expiresAt: string }> };

export type CreateApiTokenMutationVariables = Exact<{
  input: CreateApiTokenInput;
}>;


export type CreateApiTokenMutation = { createApiToken: { token: string, apiToken: { id: string, name: string, scope: ApiTokenScope, expiresAt: string } } | null };

export type RevokeApiTokenMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeApiTokenMutation = { revokeApiToken: { deletedApiTokenId: string } | null };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { signOut: { signedOut: boolean } | null };

export type EveryConnectedAccountFieldFragment = { serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null };

export type EveryFieldFragment = { id: string, slug: string, displayName: string, description: string, iconUrl: string, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, toolAllowList: Array<string>, toolDenyList: Array<string>, hasOauth2ClientSecret: boolean, hasApiKey: boolean, hasCustomHeaders: boolean, authConnected: boolean, connectUrl: string | null, version: number, createdAt: string, updatedAt: string, url: string | null, transport: McpServerTransport | null, oauth2ClientId: string | null, oauth2ClientName: string | null, oauth2AuthUrl: string | null, oauth2TokenUrl: string | null, oauth2RevocationUrl: string | null, oauth2Scopes: string | null, oauth2Issuer: string | null, oauth2ResourceMetadataUrl: string | null, oauth2Resource: string | null, oauth2Registration: OAuth2Registration | null, oauth2ClientFailure: OAuth2ClientFailure | null, oauth2ClientFailureAt: string | null, oauth2CallbackUrl: string | null, apiKeyHeader: string | null, customHeaderNames: Array<string> | null, accountCount: number | null, account: { serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null } | null, oauth2Compatibility: { resource: OAuth2ResourceRule, customResource: string, pkce: OAuth2PkceRule, issuer: OAuth2IssuerRule, allowedIssuer: string, tokenAuthMethod: OAuth2TokenAuthRule, tokenType: OAuth2TokenTypeRule, consentPrompt: OAuth2ConsentPromptRule, scopeSeparator: string, acceptsPlainHttp: boolean, clientMetadataUrl: string, extraAuthorizationParams: Array<{ name: string, value: string }>, activeSettings: Array<{ setting: string, lessSafe: string }> } | null, createdBy: { email: string } | null, updatedBy: { email: string } | null };

export type McpServerConfigsQueryVariables = Exact<{
  filter?: McpServerConfigFilter | null | undefined;
}>;


export type McpServerConfigsQuery = { mcpServerConfigs: Array<{ id: string, slug: string, displayName: string, description: string, iconUrl: string, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, toolAllowList: Array<string>, toolDenyList: Array<string>, hasOauth2ClientSecret: boolean, hasApiKey: boolean, hasCustomHeaders: boolean, authConnected: boolean, connectUrl: string | null, version: number, createdAt: string, updatedAt: string, url: string | null, transport: McpServerTransport | null, oauth2ClientId: string | null, oauth2ClientName: string | null, oauth2AuthUrl: string | null, oauth2TokenUrl: string | null, oauth2RevocationUrl: string | null, oauth2Scopes: string | null, oauth2Issuer: string | null, oauth2ResourceMetadataUrl: string | null, oauth2Resource: string | null, oauth2Registration: OAuth2Registration | null, oauth2ClientFailure: OAuth2ClientFailure | null, oauth2ClientFailureAt: string | null, oauth2CallbackUrl: string | null, apiKeyHeader: string | null, customHeaderNames: Array<string> | null, accountCount: number | null, account: { serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null } | null, oauth2Compatibility: { resource: OAuth2ResourceRule, customResource: string, pkce: OAuth2PkceRule, issuer: OAuth2IssuerRule, allowedIssuer: string, tokenAuthMethod: OAuth2TokenAuthRule, tokenType: OAuth2TokenTypeRule, consentPrompt: OAuth2ConsentPromptRule, scopeSeparator: string, acceptsPlainHttp: boolean, clientMetadataUrl: string, extraAuthorizationParams: Array<{ name: string, value: string }>, activeSettings: Array<{ setting: string, lessSafe: string }> } | null, createdBy: { email: string } | null, updatedBy: { email: string } | null }> };

export type McpServerConfigQueryVariables = Exact<{
  id?: string | number | null | undefined;
  slug?: string | null | undefined;
}>;


export type McpServerConfigQuery = { mcpServerConfig: { id: string, slug: string, displayName: string, description: string, iconUrl: string, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, toolAllowList: Array<string>, toolDenyList: Array<string>, hasOauth2ClientSecret: boolean, hasApiKey: boolean, hasCustomHeaders: boolean, authConnected: boolean, connectUrl: string | null, version: number, createdAt: string, updatedAt: string, url: string | null, transport: McpServerTransport | null, oauth2ClientId: string | null, oauth2ClientName: string | null, oauth2AuthUrl: string | null, oauth2TokenUrl: string | null, oauth2RevocationUrl: string | null, oauth2Scopes: string | null, oauth2Issuer: string | null, oauth2ResourceMetadataUrl: string | null, oauth2Resource: string | null, oauth2Registration: OAuth2Registration | null, oauth2ClientFailure: OAuth2ClientFailure | null, oauth2ClientFailureAt: string | null, oauth2CallbackUrl: string | null, apiKeyHeader: string | null, customHeaderNames: Array<string> | null, accountCount: number | null, account: { serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null } | null, oauth2Compatibility: { resource: OAuth2ResourceRule, customResource: string, pkce: OAuth2PkceRule, issuer: OAuth2IssuerRule, allowedIssuer: string, tokenAuthMethod: OAuth2TokenAuthRule, tokenType: OAuth2TokenTypeRule, consentPrompt: OAuth2ConsentPromptRule, scopeSeparator: string, acceptsPlainHttp: boolean, clientMetadataUrl: string, extraAuthorizationParams: Array<{ name: string, value: string }>, activeSettings: Array<{ setting: string, lessSafe: string }> } | null, createdBy: { email: string } | null, updatedBy: { email: string } | null } | null };

export type CreateMcpServerConfigMutationVariables = Exact<{
  input: CreateMcpServerConfigInput;
}>;


export type CreateMcpServerConfigMutation = { createMcpServerConfig: { server: { id: string, slug: string, displayName: string, description: string, iconUrl: string, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, toolAllowList: Array<string>, toolDenyList: Array<string>, hasOauth2ClientSecret: boolean, hasApiKey: boolean, hasCustomHeaders: boolean, authConnected: boolean, connectUrl: string | null, version: number, createdAt: string, updatedAt: string, url: string | null, transport: McpServerTransport | null, oauth2ClientId: string | null, oauth2ClientName: string | null, oauth2AuthUrl: string | null, oauth2TokenUrl: string | null, oauth2RevocationUrl: string | null, oauth2Scopes: string | null, oauth2Issuer: string | null, oauth2ResourceMetadataUrl: string | null, oauth2Resource: string | null, oauth2Registration: OAuth2Registration | null, oauth2ClientFailure: OAuth2ClientFailure | null, oauth2ClientFailureAt: string | null, oauth2CallbackUrl: string | null, apiKeyHeader: string | null, customHeaderNames: Array<string> | null, accountCount: number | null, account: { serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null } | null, oauth2Compatibility: { resource: OAuth2ResourceRule, customResource: string, pkce: OAuth2PkceRule, issuer: OAuth2IssuerRule, allowedIssuer: string, tokenAuthMethod: OAuth2TokenAuthRule, tokenType: OAuth2TokenTypeRule, consentPrompt: OAuth2ConsentPromptRule, scopeSeparator: string, acceptsPlainHttp: boolean, clientMetadataUrl: string, extraAuthorizationParams: Array<{ name: string, value: string }>, activeSettings: Array<{ setting: string, lessSafe: string }> } | null, createdBy: { email: string } | null, updatedBy: { email: string } | null } } | null };

export type UpdateMcpServerConfigMutationVariables = Exact<{
  id: string | number;
  input: UpdateMcpServerConfigInput;
}>;


export type UpdateMcpServerConfigMutation = { updateMcpServerConfig: { disconnects: number, clearedFields: Array<string>, changedFields: Array<string>, server: { id: string, slug: string, displayName: string, description: string, iconUrl: string, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, toolAllowList: Array<string>, toolDenyList: Array<string>, hasOauth2ClientSecret: boolean, hasApiKey: boolean, hasCustomHeaders: boolean, authConnected: boolean, connectUrl: string | null, version: number, createdAt: string, updatedAt: string, url: string | null, transport: McpServerTransport | null, oauth2ClientId: string | null, oauth2ClientName: string | null, oauth2AuthUrl: string | null, oauth2TokenUrl: string | null, oauth2RevocationUrl: string | null, oauth2Scopes: string | null, oauth2Issuer: string | null, oauth2ResourceMetadataUrl: string | null, oauth2Resource: string | null, oauth2Registration: OAuth2Registration | null, oauth2ClientFailure: OAuth2ClientFailure | null, oauth2ClientFailureAt: string | null, oauth2CallbackUrl: string | null, apiKeyHeader: string | null, customHeaderNames: Array<string> | null, accountCount: number | null, account: { serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null } | null, oauth2Compatibility: { resource: OAuth2ResourceRule, customResource: string, pkce: OAuth2PkceRule, issuer: OAuth2IssuerRule, allowedIssuer: string, tokenAuthMethod: OAuth2TokenAuthRule, tokenType: OAuth2TokenTypeRule, consentPrompt: OAuth2ConsentPromptRule, scopeSeparator: string, acceptsPlainHttp: boolean, clientMetadataUrl: string, extraAuthorizationParams: Array<{ name: string, value: string }>, activeSettings: Array<{ setting: string, lessSafe: string }> } | null, createdBy: { email: string } | null, updatedBy: { email: string } | null } } | null };

export type PreviewMcpServerConfigUpdateQueryVariables = Exact<{
  id: string | number;
  input: UpdateMcpServerConfigInput;
}>;


export type PreviewMcpServerConfigUpdateQuery = { previewMcpServerConfigUpdate: { disconnects: number, clearedFields: Array<string>, changedFields: Array<string> } | null };

export type DeleteMcpServerConfigMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteMcpServerConfigMutation = { deleteMcpServerConfig: { deletedServerId: string } | null };

export type DiscoverMcpServerOAuth2MutationVariables = Exact<{
  input: DiscoverMcpServerOAuth2Input;
}>;


export type DiscoverMcpServerOAuth2Mutation = { discoverMcpServerOAuth2: { discovery: { requiresAuthorization: boolean, issuer: string, authorizationUrl: string, tokenUrl: string, revocationUrl: string, scopes: string, registration: OAuth2Registration | null, resource: string, transport: McpServerTransport, suggestedUrl: string | null, suggestedAuthType: McpServerAuthType, steps: Array<{ layer: DiagnosticLayer, name: string, url: string, status: number | null, contentType: string | null, durationMs: number | null, expected: string, outcome: OAuth2DiscoveryOutcome, detail: string }> } } | null };

export type EveryStepFieldFragment = { layer: DiagnosticLayer, name: string, url: string, expected: string, outcome: McpServerDiagnosisOutcome, detail: string, status: number | null, contentType: string | null, durationMs: number | null };

export type EveryDiagnosisFieldFragment = { startedAt: string, durationMs: number, url: string, transport: McpServerTransport | null, version: number | null, succeeded: boolean, failure: { layer: DiagnosticLayer, responsibleParty: ResponsibleParty, message: string, remedy: string } | null, steps: Array<{ layer: DiagnosticLayer, name: string, url: string, expected: string, outcome: McpServerDiagnosisOutcome, detail: string, status: number | null, contentType: string | null, durationMs: number | null }> };

export type DiagnoseMcpServerMutationVariables = Exact<{
  id: string | number;
}>;


export type DiagnoseMcpServerMutation = { diagnoseMcpServer: { server: { id: string, lastDiagnosis: { startedAt: string, durationMs: number, url: string, transport: McpServerTransport | null, version: number | null, succeeded: boolean, failure: { layer: DiagnosticLayer, responsibleParty: ResponsibleParty, message: string, remedy: string } | null, steps: Array<{ layer: DiagnosticLayer, name: string, url: string, expected: string, outcome: McpServerDiagnosisOutcome, detail: string, status: number | null, contentType: string | null, durationMs: number | null }> } | null } | null, diagnosis: { startedAt: string, durationMs: number, url: string, transport: McpServerTransport | null, version: number | null, succeeded: boolean, failure: { layer: DiagnosticLayer, responsibleParty: ResponsibleParty, message: string, remedy: string } | null, steps: Array<{ layer: DiagnosticLayer, name: string, url: string, expected: string, outcome: McpServerDiagnosisOutcome, detail: string, status: number | null, contentType: string | null, durationMs: number | null }> } } | null };

export type DiagnoseUrlMutationVariables = Exact<{
  input: DiagnoseUrlInput;
}>;


export type DiagnoseUrlMutation = { diagnoseUrl: { diagnosis: { startedAt: string, durationMs: number, url: string, transport: McpServerTransport | null, version: number | null, succeeded: boolean, failure: { layer: DiagnosticLayer, responsibleParty: ResponsibleParty, message: string, remedy: string } | null, steps: Array<{ layer: DiagnosticLayer, name: string, url: string, expected: string, outcome: McpServerDiagnosisOutcome, detail: string, status: number | null, contentType: string | null, durationMs: number | null }> } } | null };

export type RegisterMcpServerOAuth2ClientMutationVariables = Exact<{
  id: string | number;
}>;


export type RegisterMcpServerOAuth2ClientMutation = { registerMcpServerOAuth2Client: { server: { id: string, slug: string, displayName: string, description: string, iconUrl: string, authType: McpServerAuthType, availability: McpServerAvailability, enabled: boolean, toolAllowList: Array<string>, toolDenyList: Array<string>, hasOauth2ClientSecret: boolean, hasApiKey: boolean, hasCustomHeaders: boolean, authConnected: boolean, connectUrl: string | null, version: number, createdAt: string, updatedAt: string, url: string | null, transport: McpServerTransport | null, oauth2ClientId: string | null, oauth2ClientName: string | null, oauth2AuthUrl: string | null, oauth2TokenUrl: string | null, oauth2RevocationUrl: string | null, oauth2Scopes: string | null, oauth2Issuer: string | null, oauth2ResourceMetadataUrl: string | null, oauth2Resource: string | null, oauth2Registration: OAuth2Registration | null, oauth2ClientFailure: OAuth2ClientFailure | null, oauth2ClientFailureAt: string | null, oauth2CallbackUrl: string | null, apiKeyHeader: string | null, customHeaderNames: Array<string> | null, accountCount: number | null, account: { serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null } | null, oauth2Compatibility: { resource: OAuth2ResourceRule, customResource: string, pkce: OAuth2PkceRule, issuer: OAuth2IssuerRule, allowedIssuer: string, tokenAuthMethod: OAuth2TokenAuthRule, tokenType: OAuth2TokenTypeRule, consentPrompt: OAuth2ConsentPromptRule, scopeSeparator: string, acceptsPlainHttp: boolean, clientMetadataUrl: string, extraAuthorizationParams: Array<{ name: string, value: string }>, activeSettings: Array<{ setting: string, lessSafe: string }> } | null, createdBy: { email: string } | null, updatedBy: { email: string } | null } } | null };

export type MyAccountsQueryVariables = Exact<{ [key: string]: never; }>;


export type MyAccountsQuery = { myAccounts: Array<{ serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null }> };

export type McpServerAccountsQueryVariables = Exact<{
  serverId: string | number;
  first?: number;
  after?: string | null | undefined;
}>;


export type McpServerAccountsQuery = { mcpServerAccounts: { totalCount: number, edges: Array<{ cursor: string, node: { serverId: string, serverName: string, serverEnabled: boolean, status: ConnectedAccountStatus, scopes: Array<string>, issuer: string, connectedAt: string, expiresAt: string | null, hasRefreshToken: boolean, lastUsedAt: string | null, lastRefreshedAt: string | null, user: { email: string } | null, failure: { code: ConnectedAccountFailureCode, message: string, at: string } | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type DisconnectMcpServerMutationVariables = Exact<{
  id: string | number;
}>;


export type DisconnectMcpServerMutation = { disconnectMcpServer: { deletedAccountId: string | null, revoked: boolean, revocationPending: boolean, revocationError: string | null, server: { id: string, authConnected: boolean, account: { status: ConnectedAccountStatus } | null } | null, account: { status: ConnectedAccountStatus } | null } | null };

export type EveryFailureFieldFragment = { reference: string, serverId: string, serverName: string, step: FailureStep, code: string, oauth2Error: string, httpStatus: number | null, message: string, remoteMessage: string, occurrences: number, firstFailedAt: string, lastFailedAt: string, user: { email: string } | null, suggestedSettings: Array<{ setting: string, lessSafe: string }> };

export type FailureReportQueryVariables = Exact<{
  reference: string;
}>;


export type FailureReportQuery = { failureReport: { reference: string, serverId: string, serverName: string, step: FailureStep, code: string, oauth2Error: string, httpStatus: number | null, message: string, remoteMessage: string, occurrences: number, firstFailedAt: string, lastFailedAt: string, user: { email: string } | null, suggestedSettings: Array<{ setting: string, lessSafe: string }> } | null };

export type FailureReportsQueryVariables = Exact<{
  serverId?: string | number | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;


export type FailureReportsQuery = { failureReports: { totalCount: number, edges: Array<{ cursor: string, node: { reference: string, serverId: string, serverName: string, step: FailureStep, code: string, oauth2Error: string, httpStatus: number | null, message: string, remoteMessage: string, occurrences: number, firstFailedAt: string, lastFailedAt: string, user: { email: string } | null, suggestedSettings: Array<{ setting: string, lessSafe: string }> } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type DisconnectUserFromMcpServerMutationVariables = Exact<{
  serverId: string | number;
  userId: string | number;
}>;


export type DisconnectUserFromMcpServerMutation = { disconnectUserFromMcpServer: { deletedAccountId: string | null, disconnectedCount: number, revokedCount: number, revocationPendingCount: number, revocationFailedCount: number, revocationError: string | null, server: { id: string, accountCount: number | null } | null, user: { id: string } | null } | null };

export type DisconnectAllFromMcpServerMutationVariables = Exact<{
  serverId: string | number;
}>;


export type DisconnectAllFromMcpServerMutation = { disconnectAllFromMcpServer: { disconnectedCount: number, revokedCount: number, revocationPendingCount: number, revocationFailedCount: number, revocationError: string | null, server: { id: string, accountCount: number | null } | null } | null };

export type McpServerRevocationsQueryVariables = Exact<{
  serverId?: string | number | null | undefined;
  status?: RevocationStatus | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;


export type McpServerRevocationsQuery = { mcpServerRevocations: { totalCount: number, edges: Array<{ cursor: string, node: { id: string, serverId: string, serverName: string, status: RevocationStatus, reason: string, nextAttemptAt: string | null, createdAt: string, user: { id: string, email: string } | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type McpServerToolsQueryVariables = Exact<{
  id: string | number;
}>;


export type McpServerToolsQuery = { mcpServerTools: Array<{ name: string, title: string, description: string, inputSchema: Record<string, unknown>, allowed: boolean, reason: McpToolAccessReason }> | null };

export type McpServerToolListQueryVariables = Exact<{
  id: string | number;
}>;


export type McpServerToolListQuery = { mcpServerToolList: { defectCount: number | null, tools: Array<{ name: string, title: string, description: string, inputSchema: Record<string, unknown>, allowed: boolean, reason: McpToolAccessReason }>, defects: Array<{ name: string, position: number | null, outcome: McpServerToolDefectOutcome, message: string }> | null } | null };

export type CallMcpServerToolMutationVariables = Exact<{
  id: string | number;
  input: CallMcpServerToolInput;
}>;


export type CallMcpServerToolMutation = { callMcpServerTool: { content: Array<Record<string, unknown>>, structuredContent: unknown, isError: boolean, result: unknown, server: { id: string, account: { id: string, status: ConnectedAccountStatus } | null } | null } | null };

export type AuditEventsQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
  filter?: AuditEventFilterInput | null | undefined;
}>;


export type AuditEventsQuery = { auditEvents: { edges: Array<{ cursor: string, node: { id: string, occurredAt: string, action: AuditAction, changedFields: Array<string>, detail: Record<string, unknown>, actor: { kind: AuditActorKind, userId: string | null, email: string, credential: AuditCredential | null, credentialId: string | null, credentialName: string }, subject: { type: AuditSubjectType, subjectId: string | null, name: string }, affectedUser: { userId: string, email: string } | null } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } | null };

export type EveryAuditEventFieldFragment = { id: string, occurredAt: string, action: AuditAction, changedFields: Array<string>, detail: Record<string, unknown>, actor: { kind: AuditActorKind, userId: string | null, email: string, credential: AuditCredential | null, credentialId: string | null, credentialName: string }, subject: { type: AuditSubjectType, subjectId: string | null, name: string }, affectedUser: { userId: string, email: string } | null };

export const EveryPageInfoFieldFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryPageInfoField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<EveryPageInfoFieldFragment, unknown>;
export const EveryUserFieldFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryUserField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<EveryUserFieldFragment, unknown>;
export const EveryConnectedAccountFieldFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<EveryConnectedAccountFieldFragment, unknown>;
export const EveryFieldFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerConfig"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"iconUrl"}},{"kind":"Field","name":{"kind":"Name","value":"authType"}},{"kind":"Field","name":{"kind":"Name","value":"availability"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"toolAllowList"}},{"kind":"Field","name":{"kind":"Name","value":"toolDenyList"}},{"kind":"Field","name":{"kind":"Name","value":"hasOauth2ClientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"hasApiKey"}},{"kind":"Field","name":{"kind":"Name","value":"hasCustomHeaders"}},{"kind":"Field","name":{"kind":"Name","value":"authConnected"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryConnectedAccountField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"connectUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientId"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientName"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2AuthUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2TokenUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2RevocationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Scopes"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Issuer"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ResourceMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Resource"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Registration"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Compatibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"customResource"}},{"kind":"Field","name":{"kind":"Name","value":"pkce"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"allowedIssuer"}},{"kind":"Field","name":{"kind":"Name","value":"tokenAuthMethod"}},{"kind":"Field","name":{"kind":"Name","value":"tokenType"}},{"kind":"Field","name":{"kind":"Name","value":"consentPrompt"}},{"kind":"Field","name":{"kind":"Name","value":"extraAuthorizationParams"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"scopeSeparator"}},{"kind":"Field","name":{"kind":"Name","value":"acceptsPlainHttp"}},{"kind":"Field","name":{"kind":"Name","value":"clientMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"activeSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailure"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2CallbackUrl"}},{"kind":"Field","name":{"kind":"Name","value":"apiKeyHeader"}},{"kind":"Field","name":{"kind":"Name","value":"customHeaderNames"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"updatedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountCount"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<EveryFieldFragment, unknown>;
export const EveryStepFieldFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryStepField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerDiagnosisStep"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"layer"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expected"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"contentType"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}}]}}]} as unknown as DocumentNode<EveryStepFieldFragment, unknown>;
export const EveryDiagnosisFieldFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryDiagnosisField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerDiagnosis"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"layer"}},{"kind":"Field","name":{"kind":"Name","value":"responsibleParty"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remedy"}}]}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryStepField"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryStepField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerDiagnosisStep"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"layer"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expected"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"contentType"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}}]}}]} as unknown as DocumentNode<EveryDiagnosisFieldFragment, unknown>;
export const EveryFailureFieldFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryFailureField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FailureReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reference"}},{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"step"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Error"}},{"kind":"Field","name":{"kind":"Name","value":"httpStatus"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remoteMessage"}},{"kind":"Field","name":{"kind":"Name","value":"suggestedSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}},{"kind":"Field","name":{"kind":"Name","value":"occurrences"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailedAt"}}]}}]} as unknown as DocumentNode<EveryFailureFieldFragment, unknown>;
export const EveryAuditEventFieldFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryAuditEventField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEvent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"credential"}},{"kind":"Field","name":{"kind":"Name","value":"credentialId"}},{"kind":"Field","name":{"kind":"Name","value":"credentialName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"subject"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"subjectId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"affectedUser"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changedFields"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}}]}}]} as unknown as DocumentNode<EveryAuditEventFieldFragment, unknown>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"access"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"canUseAccounts"}},{"kind":"Field","name":{"kind":"Name","value":"canConnectAccounts"}},{"kind":"Field","name":{"kind":"Name","value":"canManageApiTokens"}},{"kind":"Field","name":{"kind":"Name","value":"canAdminister"}},{"kind":"Field","name":{"kind":"Name","value":"apiToken"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const UsersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Users"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"search"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"users"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"search"},"value":{"kind":"Variable","name":{"kind":"Name","value":"search"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryUserField"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryPageInfoField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryUserField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryPageInfoField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<UsersQuery, UsersQueryVariables>;
export const UserDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"User"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryUserField"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryUserField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"User"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]} as unknown as DocumentNode<UserQuery, UserQueryVariables>;
export const CreateUserDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateUser"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]}}]} as unknown as DocumentNode<CreateUserMutation, CreateUserMutationVariables>;
export const UpdateUserDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateUser"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateUserInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateUser"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"disabledAt"}}]}}]}}]}}]} as unknown as DocumentNode<UpdateUserMutation, UpdateUserMutationVariables>;
export const CreateSignInLinkDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateSignInLink"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createSignInLink"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signInLink"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<CreateSignInLinkMutation, CreateSignInLinkMutationVariables>;
export const ApiTokensDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ApiTokens"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiTokens"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]} as unknown as DocumentNode<ApiTokensQuery, ApiTokensQueryVariables>;
export const CreateApiTokenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateApiToken"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateApiTokenInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createApiToken"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}},{"kind":"Field","name":{"kind":"Name","value":"apiToken"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}}]} as unknown as DocumentNode<CreateApiTokenMutation, CreateApiTokenMutationVariables>;
export const RevokeApiTokenDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeApiToken"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeApiToken"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletedApiTokenId"}}]}}]}}]} as unknown as DocumentNode<RevokeApiTokenMutation, RevokeApiTokenMutationVariables>;
export const SignOutDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignOut"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signOut"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signedOut"}}]}}]}}]} as unknown as DocumentNode<SignOutMutation, SignOutMutationVariables>;
export const McpServerConfigsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"McpServerConfigs"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerConfigFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mcpServerConfigs"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryField"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerConfig"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"iconUrl"}},{"kind":"Field","name":{"kind":"Name","value":"authType"}},{"kind":"Field","name":{"kind":"Name","value":"availability"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"toolAllowList"}},{"kind":"Field","name":{"kind":"Name","value":"toolDenyList"}},{"kind":"Field","name":{"kind":"Name","value":"hasOauth2ClientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"hasApiKey"}},{"kind":"Field","name":{"kind":"Name","value":"hasCustomHeaders"}},{"kind":"Field","name":{"kind":"Name","value":"authConnected"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryConnectedAccountField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"connectUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientId"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientName"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2AuthUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2TokenUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2RevocationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Scopes"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Issuer"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ResourceMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Resource"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Registration"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Compatibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"customResource"}},{"kind":"Field","name":{"kind":"Name","value":"pkce"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"allowedIssuer"}},{"kind":"Field","name":{"kind":"Name","value":"tokenAuthMethod"}},{"kind":"Field","name":{"kind":"Name","value":"tokenType"}},{"kind":"Field","name":{"kind":"Name","value":"consentPrompt"}},{"kind":"Field","name":{"kind":"Name","value":"extraAuthorizationParams"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"scopeSeparator"}},{"kind":"Field","name":{"kind":"Name","value":"acceptsPlainHttp"}},{"kind":"Field","name":{"kind":"Name","value":"clientMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"activeSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailure"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2CallbackUrl"}},{"kind":"Field","name":{"kind":"Name","value":"apiKeyHeader"}},{"kind":"Field","name":{"kind":"Name","value":"customHeaderNames"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"updatedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountCount"}}]}}]} as unknown as DocumentNode<McpServerConfigsQuery, McpServerConfigsQueryVariables>;
export const McpServerConfigDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"McpServerConfig"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"slug"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mcpServerConfig"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"slug"},"value":{"kind":"Variable","name":{"kind":"Name","value":"slug"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryField"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerConfig"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"iconUrl"}},{"kind":"Field","name":{"kind":"Name","value":"authType"}},{"kind":"Field","name":{"kind":"Name","value":"availability"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"toolAllowList"}},{"kind":"Field","name":{"kind":"Name","value":"toolDenyList"}},{"kind":"Field","name":{"kind":"Name","value":"hasOauth2ClientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"hasApiKey"}},{"kind":"Field","name":{"kind":"Name","value":"hasCustomHeaders"}},{"kind":"Field","name":{"kind":"Name","value":"authConnected"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryConnectedAccountField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"connectUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientId"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientName"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2AuthUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2TokenUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2RevocationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Scopes"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Issuer"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ResourceMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Resource"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Registration"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Compatibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"customResource"}},{"kind":"Field","name":{"kind":"Name","value":"pkce"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"allowedIssuer"}},{"kind":"Field","name":{"kind":"Name","value":"tokenAuthMethod"}},{"kind":"Field","name":{"kind":"Name","value":"tokenType"}},{"kind":"Field","name":{"kind":"Name","value":"consentPrompt"}},{"kind":"Field","name":{"kind":"Name","value":"extraAuthorizationParams"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"scopeSeparator"}},{"kind":"Field","name":{"kind":"Name","value":"acceptsPlainHttp"}},{"kind":"Field","name":{"kind":"Name","value":"clientMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"activeSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailure"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2CallbackUrl"}},{"kind":"Field","name":{"kind":"Name","value":"apiKeyHeader"}},{"kind":"Field","name":{"kind":"Name","value":"customHeaderNames"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"updatedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountCount"}}]}}]} as unknown as DocumentNode<McpServerConfigQuery, McpServerConfigQueryVariables>;
export const CreateMcpServerConfigDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateMcpServerConfig"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateMcpServerConfigInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createMcpServerConfig"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"server"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryField"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerConfig"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"iconUrl"}},{"kind":"Field","name":{"kind":"Name","value":"authType"}},{"kind":"Field","name":{"kind":"Name","value":"availability"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"toolAllowList"}},{"kind":"Field","name":{"kind":"Name","value":"toolDenyList"}},{"kind":"Field","name":{"kind":"Name","value":"hasOauth2ClientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"hasApiKey"}},{"kind":"Field","name":{"kind":"Name","value":"hasCustomHeaders"}},{"kind":"Field","name":{"kind":"Name","value":"authConnected"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryConnectedAccountField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"connectUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientId"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientName"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2AuthUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2TokenUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2RevocationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Scopes"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Issuer"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ResourceMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Resource"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Registration"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Compatibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"customResource"}},{"kind":"Field","name":{"kind":"Name","value":"pkce"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"allowedIssuer"}},{"kind":"Field","name":{"kind":"Name","value":"tokenAuthMethod"}},{"kind":"Field","name":{"kind":"Name","value":"tokenType"}},{"kind":"Field","name":{"kind":"Name","value":"consentPrompt"}},{"kind":"Field","name":{"kind":"Name","value":"extraAuthorizationParams"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"scopeSeparator"}},{"kind":"Field","name":{"kind":"Name","value":"acceptsPlainHttp"}},{"kind":"Field","name":{"kind":"Name","value":"clientMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"activeSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailure"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2CallbackUrl"}},{"kind":"Field","name":{"kind":"Name","value":"apiKeyHeader"}},{"kind":"Field","name":{"kind":"Name","value":"customHeaderNames"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"updatedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountCount"}}]}}]} as unknown as DocumentNode<CreateMcpServerConfigMutation, CreateMcpServerConfigMutationVariables>;
export const UpdateMcpServerConfigDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateMcpServerConfig"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateMcpServerConfigInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateMcpServerConfig"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"server"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"disconnects"}},{"kind":"Field","name":{"kind":"Name","value":"clearedFields"}},{"kind":"Field","name":{"kind":"Name","value":"changedFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerConfig"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"iconUrl"}},{"kind":"Field","name":{"kind":"Name","value":"authType"}},{"kind":"Field","name":{"kind":"Name","value":"availability"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"toolAllowList"}},{"kind":"Field","name":{"kind":"Name","value":"toolDenyList"}},{"kind":"Field","name":{"kind":"Name","value":"hasOauth2ClientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"hasApiKey"}},{"kind":"Field","name":{"kind":"Name","value":"hasCustomHeaders"}},{"kind":"Field","name":{"kind":"Name","value":"authConnected"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryConnectedAccountField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"connectUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientId"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientName"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2AuthUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2TokenUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2RevocationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Scopes"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Issuer"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ResourceMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Resource"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Registration"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Compatibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"customResource"}},{"kind":"Field","name":{"kind":"Name","value":"pkce"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"allowedIssuer"}},{"kind":"Field","name":{"kind":"Name","value":"tokenAuthMethod"}},{"kind":"Field","name":{"kind":"Name","value":"tokenType"}},{"kind":"Field","name":{"kind":"Name","value":"consentPrompt"}},{"kind":"Field","name":{"kind":"Name","value":"extraAuthorizationParams"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"scopeSeparator"}},{"kind":"Field","name":{"kind":"Name","value":"acceptsPlainHttp"}},{"kind":"Field","name":{"kind":"Name","value":"clientMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"activeSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailure"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2CallbackUrl"}},{"kind":"Field","name":{"kind":"Name","value":"apiKeyHeader"}},{"kind":"Field","name":{"kind":"Name","value":"customHeaderNames"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"updatedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountCount"}}]}}]} as unknown as DocumentNode<UpdateMcpServerConfigMutation, UpdateMcpServerConfigMutationVariables>;
export const PreviewMcpServerConfigUpdateDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PreviewMcpServerConfigUpdate"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateMcpServerConfigInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"previewMcpServerConfigUpdate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"disconnects"}},{"kind":"Field","name":{"kind":"Name","value":"clearedFields"}},{"kind":"Field","name":{"kind":"Name","value":"changedFields"}}]}}]}}]} as unknown as DocumentNode<PreviewMcpServerConfigUpdateQuery, PreviewMcpServerConfigUpdateQueryVariables>;
export const DeleteMcpServerConfigDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteMcpServerConfig"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteMcpServerConfig"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deletedServerId"}}]}}]}}]} as unknown as DocumentNode<DeleteMcpServerConfigMutation, DeleteMcpServerConfigMutationVariables>;
export const DiscoverMcpServerOAuth2Document = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DiscoverMcpServerOAuth2"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DiscoverMcpServerOAuth2Input"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"discoverMcpServerOAuth2"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"discovery"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requiresAuthorization"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"authorizationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"tokenUrl"}},{"kind":"Field","name":{"kind":"Name","value":"revocationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"registration"}},{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"suggestedUrl"}},{"kind":"Field","name":{"kind":"Name","value":"suggestedAuthType"}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"layer"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"contentType"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}},{"kind":"Field","name":{"kind":"Name","value":"expected"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}}]}}]}}]}}]}}]} as unknown as DocumentNode<DiscoverMcpServerOAuth2Mutation, DiscoverMcpServerOAuth2MutationVariables>;
export const DiagnoseMcpServerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DiagnoseMcpServer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"diagnoseMcpServer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"server"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"lastDiagnosis"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryDiagnosisField"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"diagnosis"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryDiagnosisField"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryStepField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerDiagnosisStep"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"layer"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expected"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"contentType"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryDiagnosisField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerDiagnosis"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"layer"}},{"kind":"Field","name":{"kind":"Name","value":"responsibleParty"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remedy"}}]}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryStepField"}}]}}]}}]} as unknown as DocumentNode<DiagnoseMcpServerMutation, DiagnoseMcpServerMutationVariables>;
export const DiagnoseUrlDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DiagnoseUrl"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DiagnoseUrlInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"diagnoseUrl"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"diagnosis"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryDiagnosisField"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryStepField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerDiagnosisStep"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"layer"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expected"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"contentType"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryDiagnosisField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerDiagnosis"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationMs"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"succeeded"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"layer"}},{"kind":"Field","name":{"kind":"Name","value":"responsibleParty"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remedy"}}]}},{"kind":"Field","name":{"kind":"Name","value":"steps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryStepField"}}]}}]}}]} as unknown as DocumentNode<DiagnoseUrlMutation, DiagnoseUrlMutationVariables>;
export const RegisterMcpServerOAuth2ClientDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RegisterMcpServerOAuth2Client"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registerMcpServerOAuth2Client"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"server"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryField"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"McpServerConfig"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slug"}},{"kind":"Field","name":{"kind":"Name","value":"displayName"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"iconUrl"}},{"kind":"Field","name":{"kind":"Name","value":"authType"}},{"kind":"Field","name":{"kind":"Name","value":"availability"}},{"kind":"Field","name":{"kind":"Name","value":"enabled"}},{"kind":"Field","name":{"kind":"Name","value":"toolAllowList"}},{"kind":"Field","name":{"kind":"Name","value":"toolDenyList"}},{"kind":"Field","name":{"kind":"Name","value":"hasOauth2ClientSecret"}},{"kind":"Field","name":{"kind":"Name","value":"hasApiKey"}},{"kind":"Field","name":{"kind":"Name","value":"hasCustomHeaders"}},{"kind":"Field","name":{"kind":"Name","value":"authConnected"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryConnectedAccountField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"connectUrl"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"transport"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientId"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientName"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2AuthUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2TokenUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2RevocationUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Scopes"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Issuer"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ResourceMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Resource"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Registration"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Compatibility"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resource"}},{"kind":"Field","name":{"kind":"Name","value":"customResource"}},{"kind":"Field","name":{"kind":"Name","value":"pkce"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"allowedIssuer"}},{"kind":"Field","name":{"kind":"Name","value":"tokenAuthMethod"}},{"kind":"Field","name":{"kind":"Name","value":"tokenType"}},{"kind":"Field","name":{"kind":"Name","value":"consentPrompt"}},{"kind":"Field","name":{"kind":"Name","value":"extraAuthorizationParams"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"scopeSeparator"}},{"kind":"Field","name":{"kind":"Name","value":"acceptsPlainHttp"}},{"kind":"Field","name":{"kind":"Name","value":"clientMetadataUrl"}},{"kind":"Field","name":{"kind":"Name","value":"activeSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailure"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2ClientFailureAt"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2CallbackUrl"}},{"kind":"Field","name":{"kind":"Name","value":"apiKeyHeader"}},{"kind":"Field","name":{"kind":"Name","value":"customHeaderNames"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"updatedBy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accountCount"}}]}}]} as unknown as DocumentNode<RegisterMcpServerOAuth2ClientMutation, RegisterMcpServerOAuth2ClientMutationVariables>;
export const MyAccountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MyAccounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"myAccounts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryConnectedAccountField"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<MyAccountsQuery, MyAccountsQueryVariables>;
export const McpServerAccountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"McpServerAccounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mcpServerAccounts"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryConnectedAccountField"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryPageInfoField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryConnectedAccountField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ConnectedAccount"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"serverEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"scopes"}},{"kind":"Field","name":{"kind":"Name","value":"issuer"}},{"kind":"Field","name":{"kind":"Name","value":"connectedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasRefreshToken"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastRefreshedAt"}},{"kind":"Field","name":{"kind":"Name","value":"failure"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryPageInfoField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<McpServerAccountsQuery, McpServerAccountsQueryVariables>;
export const DisconnectMcpServerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DisconnectMcpServer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"disconnectMcpServer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"server"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"authConnected"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deletedAccountId"}},{"kind":"Field","name":{"kind":"Name","value":"revoked"}},{"kind":"Field","name":{"kind":"Name","value":"revocationPending"}},{"kind":"Field","name":{"kind":"Name","value":"revocationError"}}]}}]}}]} as unknown as DocumentNode<DisconnectMcpServerMutation, DisconnectMcpServerMutationVariables>;
export const FailureReportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FailureReport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reference"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"failureReport"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"reference"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reference"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryFailureField"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryFailureField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FailureReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reference"}},{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"step"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Error"}},{"kind":"Field","name":{"kind":"Name","value":"httpStatus"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remoteMessage"}},{"kind":"Field","name":{"kind":"Name","value":"suggestedSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}},{"kind":"Field","name":{"kind":"Name","value":"occurrences"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailedAt"}}]}}]} as unknown as DocumentNode<FailureReportQuery, FailureReportQueryVariables>;
export const FailureReportsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FailureReports"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"failureReports"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"serverId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryFailureField"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryPageInfoField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryFailureField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"FailureReport"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reference"}},{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"step"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"oauth2Error"}},{"kind":"Field","name":{"kind":"Name","value":"httpStatus"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"remoteMessage"}},{"kind":"Field","name":{"kind":"Name","value":"suggestedSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"setting"}},{"kind":"Field","name":{"kind":"Name","value":"lessSafe"}}]}},{"kind":"Field","name":{"kind":"Name","value":"occurrences"}},{"kind":"Field","name":{"kind":"Name","value":"firstFailedAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastFailedAt"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryPageInfoField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<FailureReportsQuery, FailureReportsQueryVariables>;
export const DisconnectUserFromMcpServerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DisconnectUserFromMcpServer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"userId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"disconnectUserFromMcpServer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}}},{"kind":"Argument","name":{"kind":"Name","value":"userId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"userId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"server"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"accountCount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"deletedAccountId"}},{"kind":"Field","name":{"kind":"Name","value":"disconnectedCount"}},{"kind":"Field","name":{"kind":"Name","value":"revokedCount"}},{"kind":"Field","name":{"kind":"Name","value":"revocationPendingCount"}},{"kind":"Field","name":{"kind":"Name","value":"revocationFailedCount"}},{"kind":"Field","name":{"kind":"Name","value":"revocationError"}}]}}]}}]} as unknown as DocumentNode<DisconnectUserFromMcpServerMutation, DisconnectUserFromMcpServerMutationVariables>;
export const DisconnectAllFromMcpServerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DisconnectAllFromMcpServer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"disconnectAllFromMcpServer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"server"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"accountCount"}}]}},{"kind":"Field","name":{"kind":"Name","value":"disconnectedCount"}},{"kind":"Field","name":{"kind":"Name","value":"revokedCount"}},{"kind":"Field","name":{"kind":"Name","value":"revocationPendingCount"}},{"kind":"Field","name":{"kind":"Name","value":"revocationFailedCount"}},{"kind":"Field","name":{"kind":"Name","value":"revocationError"}}]}}]}}]} as unknown as DocumentNode<DisconnectAllFromMcpServerMutation, DisconnectAllFromMcpServerMutationVariables>;
export const McpServerRevocationsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"McpServerRevocations"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"status"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"RevocationStatus"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mcpServerRevocations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"serverId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"serverId"}}},{"kind":"Argument","name":{"kind":"Name","value":"status"},"value":{"kind":"Variable","name":{"kind":"Name","value":"status"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"serverId"}},{"kind":"Field","name":{"kind":"Name","value":"serverName"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"nextAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryPageInfoField"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryPageInfoField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<McpServerRevocationsQuery, McpServerRevocationsQueryVariables>;
export const McpServerToolsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"McpServerTools"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mcpServerTools"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"inputSchema"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]} as unknown as DocumentNode<McpServerToolsQuery, McpServerToolsQueryVariables>;
export const McpServerToolListDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"McpServerToolList"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mcpServerToolList"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tools"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"inputSchema"}},{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"defects"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"defectCount"}}]}}]}}]} as unknown as DocumentNode<McpServerToolListQuery, McpServerToolListQueryVariables>;
export const CallMcpServerToolDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CallMcpServerTool"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CallMcpServerToolInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"callMcpServerTool"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"server"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"account"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"content"}},{"kind":"Field","name":{"kind":"Name","value":"structuredContent"}},{"kind":"Field","name":{"kind":"Name","value":"isError"}},{"kind":"Field","name":{"kind":"Name","value":"result"}}]}}]}}]} as unknown as DocumentNode<CallMcpServerToolMutation, CallMcpServerToolMutationVariables>;
export const AuditEventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AuditEvents"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},"defaultValue":{"kind":"IntValue","value":"50"}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEventFilterInput"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"auditEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryAuditEventField"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"EveryPageInfoField"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryAuditEventField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"AuditEvent"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"action"}},{"kind":"Field","name":{"kind":"Name","value":"actor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"credential"}},{"kind":"Field","name":{"kind":"Name","value":"credentialId"}},{"kind":"Field","name":{"kind":"Name","value":"credentialName"}}]}},{"kind":"Field","name":{"kind":"Name","value":"subject"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"subjectId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"affectedUser"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"userId"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"changedFields"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"EveryPageInfoField"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"PageInfo"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"hasPreviousPage"}},{"kind":"Field","name":{"kind":"Name","value":"startCursor"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]} as unknown as DocumentNode<AuditEventsQuery, AuditEventsQueryVariables>;