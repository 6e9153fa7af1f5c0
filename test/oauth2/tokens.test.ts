import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { authorizationUrl } from '../../src/oauth2/authorization.js';
import type { OAuth2Client } from '../../src/oauth2/client.js';
import { exchangeCode, revokeTokens } from '../../src/oauth2/tokens.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from '../support/authorization-server.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { startMcpServer, type McpServer } from '../support/mcp-server.js';
import { failureOf, openOutbound, sentinel } from './outbound.js';

const outbound = openOutbound();
const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((server) => server.close()));
});
afterAll(() => outbound.guarded.close());

const redirectUri = 'http://127.0.0.1:4000/mcp-servers/1/oauth2/callback';
const codeVerifier = 'v'.repeat(43);

describe('at a real authorization server', () => {
  let server: AuthorizationServer;
  let mcp: McpServer;
  let client: OAuth2Client;

  async function start(options: AuthorizationServerOptions = {}) {
    const clientId = 'a client:id';
    const clientSecret = 'a+b&c%d~e-f_g.h';
    server = await startAuthorizationServer({
      clients: [{ clientId, clientSecret, redirectUris: [redirectUri] }],
      ...options,
    });
    mcp = await startMcpServer({ authorizationServer: server });
    closing.push(server, mcp);
    client = {
      issuer: server.issuer,
      tokenEndpoint: `${server.issuer}/token`,
      revocationEndpoint: `${server.issuer}/token/revocation`,
      clientId,
      clientSecret,
      tokenAuthMethod: 'client_secret_basic',
    };
  }

  async function authorized(): Promise<string> {
    const url = await authorizationUrl({
      authorizationEndpoint: `${server.issuer}/auth`,
      clientId: client.clientId,
      redirectUri,
      resource: mcp.url,
      scope: 'mcp:tools',
      state: 's',
      codeVerifier,
    });
    return new URL(await server.approve(url, 'bob')).searchParams.get('code') ?? '';
  }

  const exchange = (code: string) =>
    exchangeCode(client, { code, codeVerifier, redirectUri, resource: mcp.url }, outbound);

  test('a code becomes a token that opens the MCP server, and only this one', async () => {
    await start();
    const other = await startMcpServer({ authorizationServer: server });
    closing.push(other);
    const tokens = await exchange(await authorized());
    expect(tokens).toMatchObject({
      tokenType: 'Bearer',
      scope: 'mcp:tools',
      refreshToken: expect.any(String),
    });
    expect(tokens.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    const statusAt = async (url: string) => {
      const headers = { authorization: `Bearer ${tokens.accessToken}`, 'content-type': 'application/json' };
      return (await fetch(url, { method: 'POST', headers, body: '{}' })).status;
    };
    expect(await statusAt(mcp.url)).not.toBe(401);
    expect(await statusAt(other.url)).toBe(401);
  });

  test('a code with another verifier, or used before, is refused in our words', async () => {
    await start();
    const code = await authorized();
    const wrong = { code, codeVerifier: 'w'.repeat(43), redirectUri, resource: mcp.url };
    const failure = await failureOf(exchangeCode(client, wrong, outbound));
    expect(failure).toMatchObject({
      code: 'UPSTREAM_ERROR',
      message: expect.stringContaining('connect again'),
    });
    await exchange(code);
    await failureOf(exchange(code));
  });

  test('a client that it does not know any more is told apart from a bad code', async () => {
    await start();
    const unknown = { ...client, clientSecret: 'wrong' };
    const request = { code: await authorized(), codeVerifier, redirectUri, resource: mcp.url };
    const failure = await failureOf(exchangeCode(unknown, request, outbound));
    expect(failure.message).toContain('register it again');
  });

  test('revocation ends both tokens, the refresh token first', async () => {
    await start();
    const tokens = await exchange(await authorized());
    await expect(revokeTokens(client, tokens, outbound)).resolves.toEqual({
      revoked: true,
      revocationError: null,
    });
    await expect(server.introspect(tokens.accessToken)).resolves.toEqual({ active: false });
    const hints = server.requests
      .filter(({ path }) => path === '/token/revocation')
      .map(({ body }) => new URLSearchParams(body).get('token_type_hint'));
    expect(hints).toEqual(['refresh_token', 'access_token']);
    await expect(revokeTokens(client, tokens, outbound)).resolves.toMatchObject({ revoked: true });
  });

  test('an access token that cannot be revoked is said to live on', async () => {
    await start({ accessTokenFormat: 'jwt' });
    const tokens = await exchange(await authorized());
    const outcome = await revokeTokens(client, tokens, outbound);
    expect(outcome.revoked).toBe(false);
    expect(outcome.revocationError).toContain('stays valid until it expires');
  });
});

describe('an answer of a token endpoint', () => {
  let host: HandcraftedServer;
  let client: OAuth2Client;
  beforeEach(async () => {
    host = await startHandcraftedServer();
    closing.push(host);
    client = {
      issuer: '',
      tokenEndpoint: `${host.origin}/token`,
      revocationEndpoint: `${host.origin}/revoke`,
      clientId: 'client',
      clientSecret: null,
      tokenAuthMethod: 'none',
    };
  });
  const request = { code: 'code', codeVerifier, redirectUri, resource: 'https://mcp.example' };
  const exchange = () => exchangeCode(client, request, outbound);
  const issues = (more: Record<string, unknown>) =>
    host.answer('/token', { json: { access_token: 'at', token_type: 'Bearer', ...more } });

  test.each(['Bearer', 'bearer', 'BEARER'])('may write its token type %s', async (token_type) => {
    issues({ token_type });
    await expect(exchange()).resolves.toMatchObject({ tokenType: 'Bearer' });
  });

  test.each(['DPoP', 'mac', 'N_A', 'Bearer '])('may not be of the type %s', async (token_type) => {
    issues({ token_type });
    await expect(failureOf(exchange())).resolves.toMatchObject({
      message: expect.stringContaining('only Bearer'),
    });
  });

  test('without expires_in takes the expiry of a JWT', async () => {
    const exp = Math.floor(Date.now() / 1000) + 1_234;
    issues({ access_token: new UnsecuredJWT({}).setExpirationTime(exp).encode() });
    await expect(exchange()).resolves.toMatchObject({ expiresAt: new Date(exp * 1000) });
  });

  test.each([
    ['nothing says', {}],
    ['its JWT does not say', { access_token: new UnsecuredJWT({}).encode() }],
    ['it is beyond every date', { expires_in: Number.MAX_SAFE_INTEGER }],
    ['it is over before it began', { expires_in: 0 }],
    [
      'the clocks differ by more than its life',
      { access_token: new UnsecuredJWT({}).setExpirationTime('-1s').encode() },
    ],
  ])('has an unknown expiry where %s', async (_what, more) => {
    issues(more);
    await expect(exchange()).resolves.toMatchObject({ expiresAt: null });
  });

  test('may say expires_in as a string', async () => {
    issues({ expires_in: '3600' });
    const { expiresAt } = await exchange();
    expect(Math.abs((expiresAt?.getTime() ?? 0) - Date.now() - 3_600_000)).toBeLessThan(5_000);
  });

  test.each([
    ['a line break', 'a\r\nSet-Cookie: b'],
    ['a NUL', 'a\0b'],
    ['a space', 'a b'],
    ['no ASCII', 'tök'],
    ['no end', 'x'.repeat(40_000)],
  ])('may have a token with %s in neither place', async (_what, token) => {
    issues({ access_token: token });
    await expect(failureOf(exchange())).resolves.toMatchObject({ code: 'UPSTREAM_ERROR' });
    issues({ refresh_token: token });
    await expect(failureOf(exchange())).resolves.toMatchObject({ code: 'UPSTREAM_ERROR' });
  });

  test.each<[string, Parameters<HandcraftedServer['answer']>[1], string]>([
    [
      'an unknown error',
      { status: 400, json: { error: sentinel, error_description: sentinel } },
      'refused to issue',
    ],
    ['a failure', { status: 503, text: sentinel }, 'failed with HTTP 503'],
    ['a page', { text: `<h1>${sentinel}</h1>` }, 'did not answer as OAuth'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://elsewhere.example/' } },
      'could not be reached',
    ],
    ['silence', null, 'took too long'],
    ['a bare 401', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }, 'register it again'],
    [
      'an error code beside a challenge',
      { status: 401, headers: { 'www-authenticate': 'Bearer' }, json: { error: 'invalid_grant' } },
      'connect again',
    ],
  ])('that is %s is told in our own words', async (_what, answer, message) => {
    host.answer('/token', answer);
    const failure = await failureOf(exchange());
    expect(failure).toMatchObject({ code: 'UPSTREAM_ERROR', message: expect.stringContaining(message) });
    expect(JSON.stringify([failure.message, failure.extensions])).not.toMatch(/REMOTE|elsewhere/);
    expect(host.count('/token')).toBe(1);
  });

  test.each(['http://as.example/token', 'ftp://as.example/token', 'https://user:pass@as.example/token', ''])(
    'is not even asked for at %j',
    async (tokenEndpoint) => {
      client.tokenEndpoint = tokenEndpoint;
      let asked = 0;
      const fetch: typeof outbound.fetch = () => Promise.reject(new Error(`asked ${(asked += 1)}`));
      const failure = await failureOf(exchangeCode(client, request, { ...outbound, fetch }));
      expect(failure.message).toContain('administrator');
      expect(asked).toBe(0);
    },
  );

  test('sends resource and redirect URI exactly as pinned, and the secret where the method says', async () => {
    issues({});
    await exchangeCode(
      { ...client, clientSecret: 's', tokenAuthMethod: 'client_secret_post' },
      request,
      outbound,
    );
    expect(Object.fromEntries(new URLSearchParams(host.requests[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'code',
      code_verifier: codeVerifier,
      redirect_uri: redirectUri,
      resource: 'https://mcp.example',
      client_id: 'client',
      client_secret: 's',
    });
    expect(host.requests[0]?.headers.authorization).toBeUndefined();
  });

  describe('to a revocation', () => {
    const both = { accessToken: 'at', refreshToken: 'rt' };

    test('is not asked for where there is nothing to revoke or no place to do it', async () => {
      const nothing = { accessToken: null, refreshToken: null };
      await expect(revokeTokens(client, nothing, outbound)).resolves.toEqual({
        revoked: false,
        revocationError: null,
      });
      client.revocationEndpoint = '';
      const outcome = await revokeTokens(client, both, outbound);
      expect(outcome).toEqual({
        revoked: false,
        revocationError: expect.stringContaining('no revocation URL'),
      });
      expect(host.requests).toHaveLength(0);
    });

    test.each<[string, Parameters<HandcraftedServer['answer']>[1]]>([
      ['an error', { status: 400, json: { error: sentinel } }],
      ['a failure', { status: 500, text: sentinel }],
      ['a challenge', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }],
      ['silence', null],
    ])('that is %s is reported, never thrown', async (_what, answer) => {
      host.answer('/revoke', answer);
      const outcome = await revokeTokens(client, both, outbound);
      expect(outcome).toEqual({ revoked: false, revocationError: expect.any(String) });
      expect(outcome.revocationError).not.toContain('REMOTE');
    });

    test('to an insecure place is reported without sending anything', async () => {
      client.revocationEndpoint = 'http://as.example/revoke';
      const outcome = await revokeTokens(client, both, outbound);
      expect(outcome).toEqual({ revoked: false, revocationError: expect.stringContaining('administrator') });
    });
  });
});
