import { limits, type ServerFields } from './field.js';

const oauth2Setting = {
  audience: 'ADMIN',
  source: 'GIVEN',
  authType: 'OAUTH2',
  type: 'String',
  empty: '',
} as const;

/** Neither GraphQL nor the console shows these, so they need no words. */
const hidden = { audience: 'NONE', authType: 'OAUTH2', label: '', description: '' } as const;

/** The fields that belong to one auth type. */
export const authFields = {
  oauth2ClientId: {
    ...oauth2Setting,
    label: 'Client ID',
    description: 'The client ID, entered by an administrator or registered.',
    bindsAccounts: true,
    input: {
      rule: 'text',
      description:
        'OAUTH2: the id of a client that was registered manually. Alone or with `oauth2Issuer`, the endpoints are discovered and no client is registered.',
      max: limits.clientId,
    },
  },
  oauth2ClientSecret: {
    audience: 'NONE',
    source: 'SECRET',
    authType: 'OAUTH2',
    label: 'Client secret',
    type: 'String',
    description: '',
    sealedColumn: 'oauth2_client_secret',
    has: 'hasOauth2ClientSecret',
    input: {
      rule: 'secret',
      description: 'OAUTH2: the client secret. Needs `oauth2ClientId`. Null clears it.',
      max: limits.secret,
    },
  },
  hasOauth2ClientSecret: {
    audience: 'EVERYONE',
    source: 'GENERATED',
    authType: 'OAUTH2',
    label: 'Client secret',
    type: 'Boolean',
    description: 'Whether an OAuth 2.0 client secret is stored.',
  },
  oauth2ClientName: {
    ...oauth2Setting,
    label: 'Client name',
    description: 'The name that the client is registered with. Empty for `Switchboard`.',
    input: {
      rule: 'text',
      description:
        'OAUTH2: the name that Switchboard registers the client with. Providers show it to users who consent. It is used at the next registration, and in the client ID metadata document.',
      max: limits.clientName,
    },
  },
  oauth2AuthUrl: {
    ...oauth2Setting,
    label: 'Authorization URL',
    description:
      'The authorization endpoint, entered by an administrator or discovered. While it is empty, connecting fails with "authorization URL is not configured".',
    input: {
      rule: 'url',
      description:
        'OAUTH2: the authorization endpoint. Needs `oauth2ClientId` and `oauth2TokenUrl`; nothing is discovered then. http or https, without user, password or fragment.',
      max: limits.url,
    },
  },
  oauth2TokenUrl: {
    ...oauth2Setting,
    label: 'Token URL',
    description: 'The token endpoint, entered by an administrator or discovered.',
    bindsAccounts: true,
    input: {
      rule: 'credentialsUrl',
      description:
        'OAUTH2: the token endpoint. https, or http on a loopback address that this server is allowed to reach.',
      max: limits.url,
    },
  },
  oauth2RevocationUrl: {
    ...oauth2Setting,
    label: 'Revocation URL',
    description: 'The revocation endpoint (RFC 7009), or an empty string.',
    bindsAccounts: true,
    input: {
      rule: 'credentialsUrl',
      description:
        'OAUTH2: the revocation endpoint (RFC 7009), for endpoints that are entered manually, or where discovery finds none. Entering one where there was none keeps connected accounts. https, or http on a loopback address that this server is allowed to reach.',
      max: limits.url,
    },
  },
  oauth2Scopes: {
    ...oauth2Setting,
    label: 'Scopes',
    description: 'The scopes to request, separated by spaces. Empty requests the discovered scopes.',
    input: {
      rule: 'scopes',
      description: 'OAUTH2: the scopes to request, separated by spaces. They overrule the discovered scopes.',
      max: limits.scopes,
    },
  },
  oauth2DiscoveredScopes: { ...hidden, source: 'DISCOVERED', type: 'String', empty: '' },
  oauth2Issuer: {
    ...oauth2Setting,
    label: 'Issuer',
    description:
      'The issuer identifier of the authorization server, exactly as it names itself (RFC 8414). Empty if unknown.',
    bindsAccounts: true,
    input: {
      rule: 'issuer',
      description:
        'OAUTH2: the issuer identifier of the authorization server, exactly as it names itself. Without a client ID, a client is registered there. Discovery refuses every other issuer. For MCP servers that do not name their authorization server themselves, or only when a tool is called. After a change, run `registerMcpServerOAuth2Client`.',
      max: limits.url,
    },
  },
  oauth2NamedIssuer: { ...hidden, source: 'DISCOVERED', type: 'String', empty: '' },
  oauth2ResourceMetadataUrl: {
    ...oauth2Setting,
    label: 'Resource metadata URL',
    description:
      'The URL of the protected resource metadata (RFC 9728) that an administrator entered, or an empty string.',
    input: {
      rule: 'url',
      description:
        'OAUTH2: the URL of the MCP server’s protected resource metadata (RFC 9728). Discovery reads it instead of the announced one. For MCP servers that announce it in an unusable way, or only when a tool is called. Discovery refuses http, except on a loopback address that this server is allowed to reach. A change keeps accounts; `registerMcpServerOAuth2Client` applies it.',
      max: limits.url,
    },
  },
  oauth2Resource: {
    audience: 'ADMIN',
    source: 'DISCOVERED',
    authType: 'OAUTH2',
    label: 'Resource',
    type: 'String',
    description:
      'The `resource` that tokens are requested for (RFC 8707), exactly as discovered. Empty omits the parameter.',
    empty: '',
  },
  oauth2RedirectUri: { ...hidden, source: 'DISCOVERED', type: 'String', empty: '' },
  oauth2Registration: {
    audience: 'ADMIN',
    source: 'DISCOVERED',
    authType: 'OAUTH2',
    label: 'Registration',
    type: 'OAuth2Registration',
    description: 'How the client was registered. Also null before any registration.',
    empty: null,
  },
  oauth2TokenAuthMethod: { ...hidden, source: 'DISCOVERED', type: 'String', empty: null },
  oauth2AsMetadata: { ...hidden, source: 'DISCOVERED', type: 'String', empty: null },
  oauth2Compatibility: {
    audience: 'ADMIN',
    source: 'GIVEN',
    authType: 'OAUTH2',
    label: 'Compatibility settings',
    type: 'OAuth2Compatibility',
    description: 'The compatibility settings of an OAUTH2 server, and why the active ones are less safe.',
    empty: {},
    input: {
      rule: 'compatibility',
      description:
        'OAUTH2: compatibility settings for a provider that does not follow the standards. Null resets them. A change cancels authorizations in progress. It keeps connected accounts, unless it removes a setting that discovery depended on or changes the client ID. To discover with the new settings, run `registerMcpServerOAuth2Client`.',
    },
  },
  oauth2RegistrationLeaseId: { ...hidden, source: 'COORDINATION', type: 'ID' },
  oauth2RegistrationLeaseUntil: { ...hidden, source: 'COORDINATION', type: 'DateTime' },
  oauth2ClientFailure: {
    audience: 'ADMIN',
    source: 'STATE',
    authType: 'OAUTH2',
    label: 'Client failure',
    type: 'OAuth2ClientFailure',
    description:
      'Why the authorization server refuses the client. Null while it accepts the client. Only a check of the client sets it, never the refusal of one user’s token. Switchboard registers a dynamically registered client again, at most once an hour, and keeps the accounts. For any other client, or if that fails, enter a new client ID or secret or run `registerMcpServerOAuth2Client`. A new client clears the failure, and so does the next request that the authorization server accepts.',
  },
  oauth2ClientFailureAt: {
    audience: 'ADMIN',
    source: 'STATE',
    authType: 'OAUTH2',
    label: 'Client failure since',
    type: 'DateTime',
    description: 'The time since which the authorization server has refused the client.',
  },
  oauth2ClientRenewalAt: { ...hidden, source: 'COORDINATION', type: 'DateTime' },
  oauth2CallbackUrl: {
    audience: 'ADMIN',
    source: 'COMPUTED',
    label: 'Redirect URI',
    type: 'String',
    description: 'The redirect URI to register at the provider when you register a client manually.',
  },
  apiKeyHeader: {
    audience: 'ADMIN',
    source: 'GIVEN',
    authType: 'API_KEY',
    label: 'Header',
    type: 'String',
    description: 'The header that carries the key of an API_KEY server.',
    empty: '',
    input: {
      rule: 'headerName',
      description: 'API_KEY: the header that carries the key.',
      max: limits.headerName,
      default: 'Authorization',
    },
  },
  apiKeyValue: {
    audience: 'NONE',
    source: 'SECRET',
    authType: 'API_KEY',
    label: 'Key',
    type: 'String',
    description: '',
    sealedColumn: 'api_key_value',
    has: 'hasApiKey',
    input: {
      rule: 'headerSecret',
      description:
        'API_KEY: the whole value of the header, including "Bearer " if the server expects it. Sent unchanged.',
      max: limits.headerValue,
    },
  },
  hasApiKey: {
    audience: 'EVERYONE',
    source: 'GENERATED',
    authType: 'API_KEY',
    label: 'Key',
    type: 'Boolean',
    description: 'Whether an API key is stored.',
  },
  customHeaderNames: {
    audience: 'ADMIN',
    source: 'DERIVED',
    authType: 'CUSTOM_HEADERS',
    alsoFor: ['OAUTH2'],
    label: 'Headers',
    type: '[String]',
    description: 'The names of the custom headers of a CUSTOM_HEADERS or OAUTH2 server.',
    empty: [],
  },
  customHeaders: {
    audience: 'NONE',
    source: 'SECRET',
    authType: 'CUSTOM_HEADERS',
    alsoFor: ['OAUTH2'],
    label: 'Headers',
    type: '[McpServerHeader]',
    description: '',
    sealedColumn: 'custom_headers',
    has: 'hasCustomHeaders',
    input: {
      rule: 'headers',
      description: `CUSTOM_HEADERS: all headers, at most ${limits.customHeaders}. They replace the previous ones. Names that differ only in case are refused. OAUTH2: headers that the MCP server gets in addition to each user's token, such as \`X-Goog-User-Project\`. The provider never gets them. An empty list or null removes them. \`Authorization\`, \`Accept\`, \`Content-Type\` and \`Last-Event-ID\` are refused.`,
    },
  },
  hasCustomHeaders: {
    audience: 'EVERYONE',
    source: 'GENERATED',
    authType: 'CUSTOM_HEADERS',
    alsoFor: ['OAUTH2'],
    label: 'Headers',
    type: 'Boolean',
    description: 'Whether custom headers are stored.',
  },
} as const satisfies ServerFields;
