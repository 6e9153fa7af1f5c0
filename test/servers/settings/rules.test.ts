import { minimal, startCatalogue, type Catalogue } from '../catalogue.js';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await startCatalogue();
});
afterAll(() => catalogue.close());

type Input = Record<string, unknown>;

const oauth2 = (input: Input): Input => ({ authType: 'OAUTH2', ...input });
const manual = (input: Input = {}): Input =>
  oauth2({
    oauth2ClientId: 'client',
    oauth2AuthUrl: 'https://auth.example.com/authorize',
    oauth2TokenUrl: 'https://auth.example.com/token',
    ...input,
  });
const compatibility = (oauth2Compatibility: Input): Input => manual({ oauth2Compatibility });
const apiKey = (input: Input = {}): Input => ({ authType: 'API_KEY', apiKeyValue: 'Bearer key', ...input });
const headers = (...pairs: [string, string][]): Input => ({
  authType: 'CUSTOM_HEADERS',
  customHeaders: pairs.map(([name, value]) => ({ name, value })),
});
const long = (characters: number) => 'x'.repeat(characters);

/** Refused inputs, with the paths of the mistakes. */
const refused: [string, Input, string[]][] = [
  ['a blank display name', { displayName: ' \t ' }, ['displayName']],
  ['a display name of 121 characters', { displayName: long(121) }, ['displayName']],
  ['a display name with a line break', { displayName: 'a\nb' }, ['displayName']],
  ['a display name with NUL', { displayName: 'a\0b' }, ['displayName']],
  ['a description of 2001 characters', { description: long(2001) }, ['description']],
  ['a description with NUL', { description: 'a\0b' }, ['description']],
  ['a blank slug', { slug: '  ' }, ['slug']],
  ['a slug in upper case', { slug: 'Notes' }, ['slug']],
  ['a slug with a hyphen at the end', { slug: 'notes-' }, ['slug']],
  ['a slug with a hyphen at the start', { slug: '-notes' }, ['slug']],
  ['a slug with an underscore', { slug: 'no_tes' }, ['slug']],
  ['a slug with a line break inside', { slug: 'no\ntes' }, ['slug']],
  ['a slug of 65 characters', { slug: long(65) }, ['slug']],
  ['a blank url', { url: ' ' }, ['url']],
  ['a url without scheme', { url: 'mcp.example.com' }, ['url']],
  ['an ftp url', { url: 'ftp://mcp.example.com/' }, ['url']],
  ['a javascript url', { url: 'javascript:alert(1)' }, ['url']],
  ['a url with its scheme in upper case', { url: 'HTTPS://mcp.example.com/' }, ['url']],
  ['a url with a space', { url: 'https://mcp.example.com/a b' }, ['url']],
  ['a url with a next-line character', { url: 'https://mcp.example.com/a\u0085b' }, ['url']],
  ['a url without host', { url: 'https://' }, ['url']],
  ['a url with user and password', { url: 'https://me:secret@mcp.example.com/' }, ['url']],
  ['a url with empty userinfo', { url: 'https://@mcp.example.com/' }, ['url']],
  ['a url with a fragment', { url: 'https://mcp.example.com/#top' }, ['url']],
  ['a url with an empty fragment', { url: 'https://mcp.example.com/#' }, ['url']],
  ['a url of 2049 characters', { url: `https://mcp.example.com/${long(2025)}` }, ['url']],
  ['an icon URL that is not http or https', { iconUrl: 'data:image/png;base64,AAAA' }, ['iconUrl']],
  ['a tool name of 201 characters', { toolAllowList: ['ok', long(201)] }, ['toolAllowList[1]']],
  [
    '501 denied tools',
    { toolDenyList: Array.from({ length: 501 }, (_, n) => `tool-${n}`) },
    ['toolDenyList'],
  ],
  ['a tool name with NUL', { toolDenyList: ['a\0'] }, ['toolDenyList[0]']],

  ['OAUTH2 with a secret alone', oauth2({ oauth2ClientSecret: 's' }), ['oauth2ClientSecret']],
  [
    'OAUTH2 with an authorization URL alone',
    oauth2({ oauth2AuthUrl: 'https://a.example/auth' }),
    ['oauth2ClientId', 'oauth2TokenUrl'],
  ],
  [
    'OAUTH2 with a token URL alone',
    oauth2({ oauth2TokenUrl: 'https://a.example/token' }),
    ['oauth2ClientId', 'oauth2AuthUrl'],
  ],
  ['OAUTH2 with endpoints and no client id', manual({ oauth2ClientId: '' }), ['oauth2ClientId']],
  ['manual OAUTH2 without token URL', manual({ oauth2TokenUrl: '' }), ['oauth2TokenUrl']],
  ['manual OAUTH2 without authorization URL', manual({ oauth2AuthUrl: '' }), ['oauth2AuthUrl']],
  [
    'OAUTH2 with a revocation URL alone',
    oauth2({ oauth2RevocationUrl: 'https://a.example/r' }),
    ['oauth2RevocationUrl'],
  ],
  [
    'OAUTH2 with client id and revocation URL',
    oauth2({ oauth2ClientId: 'client', oauth2RevocationUrl: 'https://a.example/r' }),
    ['oauth2RevocationUrl'],
  ],
  ['OAUTH2 with an issuer that is no URL', oauth2({ oauth2Issuer: 'a.example' }), ['oauth2Issuer']],
  ['a blank client secret', manual({ oauth2ClientSecret: '  ' }), ['oauth2ClientSecret']],
  ['a client secret of 8193 characters', manual({ oauth2ClientSecret: long(8193) }), ['oauth2ClientSecret']],
  ['a client secret with NUL', manual({ oauth2ClientSecret: 'a\0b' }), ['oauth2ClientSecret']],
  ['a client id of 2049 characters', manual({ oauth2ClientId: long(2049) }), ['oauth2ClientId']],
  [
    'a token URL on plain http',
    manual({ oauth2TokenUrl: 'http://auth.example.com/token' }),
    ['oauth2TokenUrl'],
  ],
  [
    'a token URL on a loopback address that is not allowed',
    manual({ oauth2TokenUrl: 'http://[::1]/token' }),
    ['oauth2TokenUrl'],
  ],
  [
    'a revocation URL on plain http',
    manual({ oauth2RevocationUrl: 'http://auth.example.com/revoke' }),
    ['oauth2RevocationUrl'],
  ],
  [
    'an authorization URL with a fragment',
    manual({ oauth2AuthUrl: 'https://a.example/#x' }),
    ['oauth2AuthUrl'],
  ],
  ['an issuer with a query', manual({ oauth2Issuer: 'https://a.example/?a' }), ['oauth2Issuer']],
  ['a scope with a quotation mark', manual({ oauth2Scopes: 'read "write"' }), ['oauth2Scopes']],
  ['scopes of 2001 characters', manual({ oauth2Scopes: long(2001) }), ['oauth2Scopes']],

  [
    'a custom resource that is no URI',
    compatibility({ resource: 'CUSTOM', customResource: 'notes' }),
    ['oauth2Compatibility.customResource'],
  ],
  [
    'resource CUSTOM without one',
    compatibility({ resource: 'CUSTOM' }),
    ['oauth2Compatibility.customResource'],
  ],
  [
    'a custom resource with a fragment',
    compatibility({ resource: 'CUSTOM', customResource: 'https://a.example/#x' }),
    ['oauth2Compatibility.customResource'],
  ],
  [
    'a custom resource and an allowed issuer without their rules',
    compatibility({ customResource: 'urn:a', allowedIssuer: 'https://a.example' }),
    ['oauth2Compatibility.customResource', 'oauth2Compatibility.allowedIssuer'],
  ],
  ['issuer ALLOW without one', compatibility({ issuer: 'ALLOW' }), ['oauth2Compatibility.allowedIssuer']],
  [
    'an allowed issuer with a query',
    compatibility({ issuer: 'ALLOW', allowedIssuer: 'https://a.example/?a' }),
    ['oauth2Compatibility.allowedIssuer'],
  ],
  [
    'BASIC without a secret',
    compatibility({ tokenAuthMethod: 'BASIC' }),
    ['oauth2Compatibility.tokenAuthMethod'],
  ],
  ...[
    'client_id',
    'client_secret',
    'redirect_uri',
    'state',
    'response_type',
    'response_mode',
    'code_challenge',
    'code_challenge_method',
    'resource',
    'scope',
    'nonce',
    'request',
    'request_uri',
    'REDIRECT_URI',
    'redirect.uri',
    'scope[]',
    'a b',
    '',
  ].map((name): [string, Input, string[]] => [
    `the extra parameter "${name}"`,
    compatibility({ extraAuthorizationParams: [{ name, value: 'x' }] }),
    ['oauth2Compatibility.extraAuthorizationParams[0].name'],
  ]),
  [
    'an extra parameter given twice, with a line break',
    compatibility({
      extraAuthorizationParams: [
        { name: 'audience', value: 'a' },
        { name: 'audience', value: 'a\nb' },
      ],
    }),
    [
      'oauth2Compatibility.extraAuthorizationParams[1].name',
      'oauth2Compatibility.extraAuthorizationParams[1].value',
    ],
  ],
  [
    '21 extra parameters',
    compatibility({
      extraAuthorizationParams: Array.from({ length: 21 }, (_, n) => ({ name: `p${n}`, value: '' })),
    }),
    ['oauth2Compatibility.extraAuthorizationParams'],
  ],
  ...['', '  ', 'a', ', '].map((scopeSeparator): [string, Input, string[]] => [
    `the scope separator "${scopeSeparator}"`,
    compatibility({ scopeSeparator }),
    ['oauth2Compatibility.scopeSeparator'],
  ]),
  ...[
    'http://a.example/client.json',
    'https://a.example/',
    'https://a.example/x/../client.json',
    'https://a.example/client.json#x',
    'https://me@a.example/client.json',
  ].map((clientMetadataUrl): [string, Input, string[]] => [
    `the client metadata URL ${clientMetadataUrl}`,
    compatibility({ clientMetadataUrl }),
    ['oauth2Compatibility.clientMetadataUrl'],
  ]),
  [
    'a client metadata URL with a secret',
    compatibility({ clientMetadataUrl: 'https://a.example/client.json', tokenAuthMethod: 'POST' }),
    ['oauth2Compatibility.clientMetadataUrl', 'oauth2Compatibility.tokenAuthMethod'],
  ],
  [
    'a public token URL on plain http, although that is accepted',
    manual({
      oauth2TokenUrl: 'http://93.184.215.14/token',
      oauth2Compatibility: { acceptsPlainHttp: true },
    }),
    ['oauth2TokenUrl'],
  ],
  [
    'compatibility settings for another auth type',
    { authType: 'NONE', oauth2Compatibility: { resource: 'OMIT' } },
    ['oauth2Compatibility'],
  ],

  ['API_KEY without value', { authType: 'API_KEY' }, ['apiKeyValue']],
  ['API_KEY with null for its value', apiKey({ apiKeyValue: null }), ['apiKeyValue']],
  ['a blank API key', apiKey({ apiKeyValue: ' ' }), ['apiKeyValue']],
  ['an API key with CR', apiKey({ apiKeyValue: 'a\rb' }), ['apiKeyValue']],
  ['an API key with LF', apiKey({ apiKeyValue: 'a\nb' }), ['apiKeyValue']],
  ['an API key with NUL', apiKey({ apiKeyValue: 'a\0b' }), ['apiKeyValue']],
  ['an API key that no header can carry', apiKey({ apiKeyValue: 'ключ' }), ['apiKeyValue']],
  ['an API key of 4097 characters', apiKey({ apiKeyValue: long(4097) }), ['apiKeyValue']],
  ['a blank API key header', apiKey({ apiKeyHeader: ' ' }), ['apiKeyHeader']],
  ['an API key header with a space', apiKey({ apiKeyHeader: 'X Key' }), ['apiKeyHeader']],
  ['an API key header with a colon', apiKey({ apiKeyHeader: 'X-Key:' }), ['apiKeyHeader']],
  ['an API key header of 129 characters', apiKey({ apiKeyHeader: long(129) }), ['apiKeyHeader']],
  ...[
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Connection',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Upgrade',
    'COOKIE',
    'Forwarded',
    'X-Forwarded-For',
    'x-forwarded-anything',
    'Origin',
    'Mcp-Session-Id',
    'mcp-protocol-version',
  ].flatMap((name): [string, Input, string[]][] => [
    [`the API key header ${name}`, apiKey({ apiKeyHeader: name }), ['apiKeyHeader']],
    [`the custom header ${name}`, headers(['X-Ok', 'v'], [name, 'v']), ['customHeaders[1].name']],
  ]),

  ['CUSTOM_HEADERS without headers', { authType: 'CUSTOM_HEADERS' }, ['customHeaders']],
  ['CUSTOM_HEADERS with none', headers(), ['customHeaders']],
  ['CUSTOM_HEADERS with null', { authType: 'CUSTOM_HEADERS', customHeaders: null }, ['customHeaders']],
  [
    'header names that differ only in case',
    headers(['X-Key', 'a'], ['x-key', 'b']),
    ['customHeaders[1].name'],
  ],
  ['a blank header name', headers([' ', 'a']), ['customHeaders[0].name']],
  ['a blank header value', headers(['X-Key', ' ']), ['customHeaders[0].value']],
  ['a header value with LF', headers(['X-Key', 'a\nb']), ['customHeaders[0].value']],
  [
    '51 headers',
    headers(...Array.from({ length: 51 }, (_, n): [string, string] => [`X-${n}`, 'v'])),
    ['customHeaders'],
  ],

  [
    'OAuth fields with NONE',
    { oauth2ClientId: 'client', oauth2Scopes: 'read' },
    ['oauth2ClientId', 'oauth2Scopes'],
  ],
  ['a blank secret of another type', { oauth2ClientSecret: '' }, ['oauth2ClientSecret']],
  ['an API key with OAUTH2', manual({ apiKeyValue: 'key' }), ['apiKeyValue']],
  ...[
    'Authorization',
    'authorization',
    'Cookie',
    'Accept',
    'Content-Type',
    'Last-Event-ID',
    'Mcp-Session-Id',
  ].map((name): [string, Input, string[]] => [
    `the header ${name} with OAUTH2`,
    manual({
      customHeaders: [
        { name: 'X-Ok', value: 'v' },
        { name, value: 'v' },
      ],
    }),
    ['customHeaders[1].name'],
  ]),
  [
    'a blank header value with OAUTH2',
    manual({ customHeaders: [{ name: 'X-Key', value: ' ' }] }),
    ['customHeaders[0].value'],
  ],
  ['a client name with a line break', oauth2({ oauth2ClientName: 'a\nb' }), ['oauth2ClientName']],
  ['headers with API_KEY', apiKey({ customHeaders: [{ name: 'X-Key', value: 'v' }] }), ['customHeaders']],
];

const pathsOf = (error: { extensions: { fields?: { path: string; message: string }[] } }) =>
  error.extensions.fields?.map(({ path }) => path).sort();

describe.each(refused)('%s', (_what, input, paths) => {
  test('is refused on creation, and nothing is stored', async () => {
    const before = await catalogue.list();
    const error = await catalogue.createError(minimal(input));
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(pathsOf(error)).toEqual(paths.map((path) => `input.${path}`).sort());
    expect(await catalogue.list()).toEqual(before);
  });

  test('is refused on update, and nothing is changed', async () => {
    const server = await catalogue.create(minimal());
    const error = await catalogue.updateError(server.id, input);
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
    expect(pathsOf(error)).toEqual(paths.map((path) => `input.${path}`).sort());
    expect(await catalogue.get(server.id)).toEqual(server);
  });
});

test('reports every mistake at once, and repeats no input', async () => {
  const error = await catalogue.createError({
    slug: 'SENTINEL slug',
    displayName: ' ',
    url: 'https://SENTINEL@host/',
    authType: 'API_KEY',
    apiKeyHeader: 'SENTINEL header',
    apiKeyValue: 'SENTINEL\n',
    toolAllowList: [`SENTINEL\u0007`],
    oauth2ClientSecret: 'SENTINEL',
  });
  expect(pathsOf(error)).toEqual(
    [
      'apiKeyHeader',
      'apiKeyValue',
      'displayName',
      'oauth2ClientSecret',
      'slug',
      'toolAllowList[0]',
      'url',
    ].map((path) => `input.${path}`),
  );
  expect(JSON.stringify(error)).not.toContain('SENTINEL');
});

const accepted: [string, Input, Input][] = [
  [
    'strings are trimmed',
    { displayName: ' Notes ', description: ' a\nb ', url: ' https://mcp.example.com/ ' },
    {
      displayName: 'Notes',
      description: 'a\nb',
      url: 'https://mcp.example.com/',
    },
  ],
  [
    'urls are kept as written',
    { url: 'https://MCP.example.com:443/a/../b?x=%20' },
    {
      url: 'https://MCP.example.com:443/a/../b?x=%20',
    },
  ],
  [
    'null means the default',
    {
      description: null,
      iconUrl: null,
      transport: null,
      authType: null,
      toolAllowList: null,
      toolDenyList: null,
      availability: null,
      enabled: null,
      oauth2Scopes: null,
      customHeaders: null,
    },
    {
      description: '',
      iconUrl: '',
      transport: 'STREAMABLE_HTTP',
      authType: 'NONE',
      toolAllowList: [],
      toolDenyList: [],
      availability: 'DEFAULT_OFF',
      enabled: false,
    },
  ],
  [
    'tool names are trimmed, without blanks, and otherwise exact',
    {
      toolAllowList: [' add ', '', 'a,b', 'c"d', '{e}', '\\f', 'NULL', 'add'],
    },
    { toolAllowList: ['add', 'a,b', 'c"d', '{e}', '\\f', 'NULL'] },
  ],
  [
    'empty fields of another type are accepted',
    { oauth2ClientId: '', customHeaders: [], apiKeyHeader: ' ' },
    {
      oauth2ClientId: '',
      apiKeyHeader: '',
    },
  ],
  [
    'manual OAUTH2',
    manual({ oauth2ClientSecret: 's', oauth2Scopes: ' read  write ' }),
    {
      oauth2ClientId: 'client',
      oauth2Registration: 'MANUAL',
      hasOauth2ClientSecret: true,
      oauth2Scopes: 'read write',
      oauth2Issuer: '',
    },
  ],
  [
    'token and revocation URLs on an allowed loopback address',
    manual({
      oauth2TokenUrl: 'http://127.0.0.1:9/token',
      oauth2RevocationUrl: 'http://localhost:9/revoke',
    }),
    { oauth2TokenUrl: 'http://127.0.0.1:9/token', oauth2RevocationUrl: 'http://localhost:9/revoke' },
  ],
  ['API_KEY in the Authorization header', apiKey(), { apiKeyHeader: 'Authorization', hasApiKey: true }],
  ['API_KEY in another header', apiKey({ apiKeyHeader: ' X-Api-Key ' }), { apiKeyHeader: 'X-Api-Key' }],
  [
    'custom headers',
    headers(['X-A', ' 1 '], ['X-B', 'é']),
    { customHeaderNames: ['X-A', 'X-B'], hasCustomHeaders: true },
  ],
];

test.each(accepted)('%s, on creation and on update', async (_what, input, expected) => {
  expect(await catalogue.create(minimal(input))).toMatchObject(expected);
  const other = await catalogue.create(minimal());
  expect((await catalogue.update(other.id, input)).server).toMatchObject(expected);
});

test('required fields cannot be cleared by an update', async () => {
  const { id } = await catalogue.create(minimal());
  const error = await catalogue.updateError(id, { slug: null, displayName: null, url: null });
  expect(pathsOf(error)).toEqual(['input.displayName', 'input.slug', 'input.url']);
});

test('seals an API key and header values unchanged, and trims other secrets', async () => {
  const { app } = catalogue;
  const open = async (id: string, column: 'api_key_value' | 'custom_headers' | 'oauth2_client_secret') => {
    const [row] = await app.sql<Record<string, string>>(
      `select ${column} from mcp_server_configs where id = $1`,
      [id],
    );
    return app.vault.open(row?.[column] ?? '', { table: 'mcp_server_configs', column, row: id });
  };
  const key = await catalogue.create(minimal(apiKey({ apiKeyValue: '  two spaces  ' })));
  expect(await open(key.id, 'api_key_value')).toBe('  two spaces  ');
  const custom = await catalogue.create(minimal(headers([' X-A ', ' 1 '])));
  expect(JSON.parse(await open(custom.id, 'custom_headers'))).toEqual([{ name: 'X-A', value: ' 1 ' }]);
  const client = await catalogue.create(minimal(manual({ oauth2ClientSecret: ' s ' })));
  expect(await open(client.id, 'oauth2_client_secret')).toBe('s');
});
