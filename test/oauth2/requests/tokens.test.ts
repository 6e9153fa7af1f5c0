import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { authorizationUrl } from '../../../src/oauth2/requests/authorization.js';
import type { OAuth2Client } from '../../../src/oauth2/client.js';
import { revokeToken } from '../../../src/oauth2/requests/revocation.js';
import { exchangeCode } from '../../../src/oauth2/requests/tokens.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from '../../support/oauth/authorization-server.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { startMcpServer, type McpServer } from '../../support/mcp/mcp-server.js';
import { failureOf, openOutbound, sentinel } from '../outbound.js';

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
      acceptsPlainHttp: false,
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

  test('exchanges a code for a token of this MCP server only', async () => {
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

  test('explains the refusal of a code with another verifier and of a used code', async () => {
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

  test('distinguishes an unknown client from an invalid code', async () => {
    await start();
    const unknown = { ...client, clientSecret: 'wrong' };
    const request = { code: await authorized(), codeVerifier, redirectUri, resource: mcp.url };
    const failure = await failureOf(exchangeCode(unknown, request, outbound));
    expect(failure.message).toContain('register it again');
  });

  test('revokes a token, and revokes it again without an error', async () => {
    await start();
    const { accessToken, refreshToken } = await exchange(await authorized());
    const revoke = () => revokeToken(client, refreshToken ?? '', 'refresh_token', outbound);
    await expect(revoke()).resolves.toEqual({ outcome: 'revoked' });
    await expect(server.introspect(accessToken)).resolves.toEqual({ active: false });
    await expect(revoke()).resolves.toEqual({ outcome: 'revoked' });
    await expect(revokeToken(client, accessToken, 'access_token', outbound)).resolves.toEqual({
      outcome: 'revoked',
    });
    const hints = server.requests
      .filter(({ path }) => path === '/token/revocation')
      .map(({ body }) => new URLSearchParams(body).get('token_type_hint'));
    expect(hints).toEqual(['refresh_token', 'refresh_token', 'access_token']);
  });

  test('reports that an access token which cannot be revoked stays valid', async () => {
    await start({ accessTokenFormat: 'jwt' });
    const { accessToken } = await exchange(await authorized());
    await expect(revokeToken(client, accessToken, 'access_token', outbound)).resolves.toEqual({
      outcome: 'unsupported',
      message: expect.stringContaining('stays valid until it expires'),
    });
  });
});

describe('a response of a token endpoint', () => {
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
      acceptsPlainHttp: false,
    };
  });
  const request = { code: 'code', codeVerifier, redirectUri, resource: 'https://mcp.example' };
  const exchange = () => exchangeCode(client, request, outbound);
  const issues = (more: Record<string, unknown>) =>
    host.answer('/token', { json: { access_token: 'at', token_type: 'Bearer', ...more } });

  test.each(['Bearer', 'bearer', 'BEARER', 'BearerToken', 'Bearer '])(
    'can write its token type as %s',
    async (token_type) => {
      issues({ token_type });
      await expect(exchange()).resolves.toMatchObject({ tokenType: 'Bearer' });
    },
  );

  test.each(['DPoP', 'mac', 'N_A', 'user'])('with the token type %s is refused', async (token_type) => {
    issues({ token_type });
    await expect(failureOf(exchange())).resolves.toMatchObject({
      message: expect.stringContaining('Only Bearer'),
    });
  });

  test.each([
    ['user', ['tokenType: ASSUME_BEARER']],
    ['bot', ['tokenType: ASSUME_BEARER']],
    ['DPoP', []],
    ['mac', []],
  ])('with the token type %s suggests %j', async (token_type, suggested) => {
    issues({ token_type });
    const { evidence } = await failureOf(exchange());
    expect((evidence?.suggestedSettings ?? []).map(({ setting }) => setting)).toEqual(suggested);
  });

  test('with another token type is used as Bearer where an administrator assumes that, but not with DPoP', async () => {
    const assuming = () => exchangeCode(client, { ...request, tokenType: 'ASSUME_BEARER' }, outbound);
    issues({ token_type: 'user' });
    await expect(assuming()).resolves.toMatchObject({ accessToken: 'at', tokenType: 'Bearer' });
    issues({ token_type: 'DPoP' });
    await expect(failureOf(assuming())).resolves.toMatchObject({
      message: expect.stringContaining('Only Bearer'),
    });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['without an access token', { ok: true }, 'without an access token.'],
    [
      'with a nested token only',
      { authed_user: { access_token: 'at', token_type: 'user' } },
      'oauth.v2.user.access',
    ],
    ['with authed_user of another shape', { authed_user: 'U1' }, 'without an access token.'],
  ])('%s is described as that', async (_what, json, message) => {
    host.answer('/token', { json });
    await expect(failureOf(exchange())).resolves.toMatchObject({ message: expect.stringContaining(message) });
  });

  test('without expires_in has the expiry of the JWT', async () => {
    const exp = Math.floor(Date.now() / 1000) + 1_234;
    issues({ access_token: new UnsecuredJWT({}).setExpirationTime(exp).encode() });
    await expect(exchange()).resolves.toMatchObject({ expiresAt: new Date(exp * 1000) });
  });

  test.each([
    ['neither it nor the token tells', {}],
    ['its JWT has none', { access_token: new UnsecuredJWT({}).encode() }],
    ['it is later than every date', { expires_in: Number.MAX_SAFE_INTEGER }],
    ['it has expired already', { expires_in: 0 }],
    [
      'the clocks differ by more than its lifetime',
      { access_token: new UnsecuredJWT({}).setExpirationTime('-1s').encode() },
    ],
  ])('has an unknown expiry if %s', async (_what, more) => {
    issues(more);
    await expect(exchange()).resolves.toMatchObject({ expiresAt: null });
  });

  test('can write expires_in as a string', async () => {
    issues({ expires_in: '3600' });
    const { expiresAt } = await exchange();
    expect(Math.abs((expiresAt?.getTime() ?? 0) - Date.now() - 3_600_000)).toBeLessThan(5_000);
  });

  test.each([
    ['a line break', 'a\r\nSet-Cookie: b'],
    ['a NUL', 'a\0b'],
    ['a space', 'a b'],
    ['a character outside ASCII', 'tök'],
    ['40,000 characters', 'x'.repeat(40_000)],
  ])('with %s in the access or refresh token is refused', async (_what, token) => {
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
    ['a page', { text: `<h1>${sentinel}</h1>` }, 'did not answer as an OAuth'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://elsewhere.example/' } },
      'could not be reached',
    ],
    ['missing', null, 'took too long'],
    ['a bare 401', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }, 'register it again'],
    [
      'an error code beside a challenge',
      { status: 401, headers: { 'www-authenticate': 'Bearer' }, json: { error: 'invalid_grant' } },
      'connect again',
    ],
  ])('that is %s is described without remote text', async (_what, answer, message) => {
    host.answer('/token', answer);
    const failure = await failureOf(exchange());
    expect(failure).toMatchObject({ code: 'UPSTREAM_ERROR', message: expect.stringContaining(message) });
    expect(JSON.stringify([failure.message, failure.details])).not.toMatch(/REMOTE|elsewhere/);
    expect(host.count('/token')).toBe(1);
  });

  test.each(['http://as.example/token', 'ftp://as.example/token', 'https://user:pass@as.example/token', ''])(
    'is not requested at %j',
    async (tokenEndpoint) => {
      client.tokenEndpoint = tokenEndpoint;
      let asked = 0;
      const fetch: typeof outbound.fetch = () => Promise.reject(new Error(`asked ${(asked += 1)}`));
      const failure = await failureOf(exchangeCode(client, request, { ...outbound, fetch }));
      expect(failure.message).toContain('administrator');
      expect(asked).toBe(0);
    },
  );

  test('sends the pinned resource and redirect URI, and the secret as the method requires', async () => {
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

  describe('for a revocation', () => {
    const revoke = () => revokeToken(client, 'rt', 'refresh_token', outbound);

    test.each<[string, Parameters<HandcraftedServer['answer']>[1], object]>([
      ['an error', { status: 400, json: { error: sentinel } }, { outcome: 'refused' }],
      [
        'a challenge',
        { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
        { outcome: 'refused' },
      ],
      ['a failure', { status: 500, text: sentinel }, { outcome: 'unavailable', retryAfter: null }],
      [
        'a request to wait',
        { status: 503, headers: { 'retry-after': '120' } },
        { outcome: 'unavailable', retryAfter: 120 },
      ],
      [
        'too many requests',
        { status: 429, headers: { 'retry-after': '7' } },
        { outcome: 'unavailable', retryAfter: 7 },
      ],
      ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, { outcome: 'unavailable' }],
      ['silence', null, { outcome: 'unavailable', retryAfter: null }],
    ])('that is %s is returned as a result', async (_what, answer, expected) => {
      host.answer('/revoke', answer);
      const outcome = await revoke();
      expect(outcome).toMatchObject({ ...expected, message: expect.stringMatching(/\w+ \w+/) });
      expect(JSON.stringify(outcome)).not.toContain('REMOTE');
      expect(host.count('/revoke')).toBe(1);
      expect(host.count('/elsewhere')).toBe(0);
    });

    test('authenticates the client with its registered method', async () => {
      host.answer('/revoke', { status: 200 });
      const secret = { clientSecret: 's e' };
      for (const method of [
        { tokenAuthMethod: 'none' as const },
        { ...secret, tokenAuthMethod: 'client_secret_post' as const },
        { ...secret, tokenAuthMethod: 'client_secret_basic' as const },
      ]) {
        await expect(revokeToken({ ...client, ...method }, 'rt', 'refresh_token', outbound)).resolves.toEqual(
          { outcome: 'revoked' },
        );
      }
      const shown = host.requests.map(({ headers, body }) => {
        const form = Object.fromEntries(new URLSearchParams(body));
        return { authorization: headers.authorization, form };
      });
      const token = { token: 'rt', token_type_hint: 'refresh_token' };
      expect(shown).toEqual([
        { authorization: undefined, form: { ...token, client_id: 'client' } },
        { authorization: undefined, form: { ...token, client_id: 'client', client_secret: 's e' } },
        { authorization: `Basic ${btoa('client:s+e')}`, form: token },
      ]);
    });

    test('at an insecure URL is reported without a request', async () => {
      client.revocationEndpoint = 'http://as.example/revoke';
      await expect(revoke()).resolves.toEqual({
        outcome: 'refused',
        message: expect.stringContaining('administrator'),
      });
    });
  });
});
