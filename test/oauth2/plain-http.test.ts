import { createGuardedFetch } from '../../src/net/guarded-fetch.js';
import { strict } from '../../src/oauth2/compatibility.js';
import { discover } from '../../src/oauth2/discovery/discovery.js';
import { oauth2Outbound } from '../../src/oauth2/endpoints.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { failureOf } from './outbound.js';

/** Allows loopback addresses, and resolves `listed.test` to one. Only literal addresses and localhost count as loopback. */
const guarded = createGuardedFetch({
  allowedPrivateCidrs: ['127.0.0.0/8'],
  resolver: async (name) => (name === 'listed.test' ? ['127.0.0.1'] : []),
});
const compatibility = { ...strict, acceptsPlainHttp: true };
const find = (url: string) => discover(url, oauth2Outbound(guarded, strict));
const findOverPlainHttp = (url: string) =>
  discover(url, oauth2Outbound(guarded, compatibility), { compatibility });

let host: HandcraftedServer;
let listed: string;

beforeEach(async () => {
  host = await startHandcraftedServer();
  listed = host.origin.replace('127.0.0.1', 'listed.test');
  challenge('Bearer');
});
afterEach(() => host.close());
afterAll(() => guarded.close());

const challenge = (header: string) =>
  host.answer('/mcp', { status: 401, headers: { 'www-authenticate': header } });

function publishResource(authorizationServer: string, at = '/.well-known/oauth-protected-resource/mcp') {
  const json = { resource: `${host.origin}/mcp`, authorization_servers: [authorizationServer] };
  host.answer(at, { json });
}

function publishServer(issuer: string, tokenEndpoint: string, path = '') {
  host.answer(`/.well-known/oauth-authorization-server${path}`, {
    json: {
      issuer,
      authorization_endpoint: 'https://login.example/authorize',
      token_endpoint: tokenEndpoint,
      code_challenge_methods_supported: ['S256'],
    },
  });
}

/** Each function returns the URL to discover. */
const places: [string, () => string][] = [
  [
    'an endpoint',
    () => {
      publishServer(host.origin, `${listed}/token`);
      return `${host.origin}/mcp`;
    },
  ],
  [
    'the authorization server',
    () => {
      publishResource(listed);
      publishServer(listed, 'https://login.example/token');
      return `${host.origin}/mcp`;
    },
  ],
  [
    'the announced resource metadata',
    () => {
      challenge(`Bearer resource_metadata="${listed}/elsewhere"`);
      publishResource(`${host.origin}/tenant`, '/elsewhere');
      publishServer(`${host.origin}/tenant`, 'https://login.example/token', '/tenant');
      return `${host.origin}/mcp`;
    },
  ],
  [
    'the MCP server without metadata',
    () => {
      for (const path of ['/authorize', '/token', '/register']) host.answer(path, { status: 400 });
      return `${listed}/mcp`;
    },
  ],
];

test.each(places)(
  '%s on plain HTTP at an allowed address needs the suggested setting',
  async (_what, set) => {
    const url = set();
    const { code, details } = await failureOf(find(url));
    expect(code).toBe('DISCOVERY_FAILED');
    expect(details).toMatchObject({
      suggestedSettings: [
        { setting: 'acceptsPlainHttp: true', lessSafe: expect.stringContaining('unencrypted') },
      ],
      remedy: expect.stringContaining('oauth2Compatibility: { acceptsPlainHttp: true }'),
    });
    expect(await findOverPlainHttp(url)).toMatchObject({ requiresAuthorization: true });
  },
);

test('an endpoint on plain HTTP at a public address is always refused, without a suggested setting', async () => {
  publishServer(host.origin, 'http://93.184.215.14/token');
  for (const attempt of [find, findOverPlainHttp]) {
    const { code, details } = await failureOf(attempt(`${host.origin}/mcp`));
    expect(code).toBe('DISCOVERY_FAILED');
    expect(details.suggestedSettings ?? []).toEqual([]);
  }
});
