import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { checkIssuer, verifyUnknownIssuer } from '../../../src/oauth2/discovery/issuer.js';
import { ProviderError } from '../../../src/oauth2/report/failure.js';
import {
  authorizationErrorMessage,
  authorizationUrl,
  newCodeVerifier,
  newState,
  stateHash,
} from '../../../src/oauth2/requests/authorization.js';
import { offlineAccessParameters, requestedScope } from '../../../src/oauth2/requests/offline-access.js';
import { compatibilityOf } from '../../../src/oauth2/compatibility.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from '../../support/oauth/authorization-server.js';
import { failureOf, openOutbound, sentinel } from '../outbound.js';

const request = {
  authorizationEndpoint: 'https://as.example/authorize',
  clientId: 'client',
  redirectUri: 'https://switchboard.example/mcp-servers/1/oauth2/callback',
  resource: 'https://mcp.example',
  scope: 'files:read',
  state: 'our-state',
  codeVerifier: 'v'.repeat(43),
};

async function parameters(changes: Partial<typeof request> = {}): Promise<URLSearchParams> {
  return new URL(await authorizationUrl({ ...request, ...changes })).searchParams;
}

describe('the authorization URL', () => {
  test('contains PKCE with S256, the state and the unchanged resource', async () => {
    const challenge = createHash('sha256').update(request.codeVerifier).digest('base64url');
    expect(Object.fromEntries(await parameters())).toEqual({
      response_type: 'code',
      client_id: 'client',
      redirect_uri: request.redirectUri,
      state: 'our-state',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      resource: 'https://mcp.example',
      scope: 'files:read',
    });
  });

  test('keeps configured parameters, except reserved ones', async () => {
    const preset =
      'audience=api&audience=web&client_id=theirs&state=theirs&redirect_uri=https%3A%2F%2Fattacker.example&code_challenge_method=plain&code_challenge=x&response_type=token&resource=y&response_mode=form_post&request=jwt&request_uri=urn%3Ax';
    const found = await parameters({ authorizationEndpoint: `${request.authorizationEndpoint}?${preset}` });
    const plain = await parameters();
    for (const [name, value] of plain) expect(found.getAll(name)).toEqual([value]);
    expect(found.getAll('audience')).toEqual(['api', 'web']);
    expect([...new Set(found.keys())].toSorted()).toEqual([...new Set(plain.keys()), 'audience'].toSorted());
  });

  test('omits an empty scope and resource', async () => {
    const found = await parameters({ scope: '', resource: '' });
    expect(found.has('scope') || found.has('resource')).toBe(false);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://user:pass@as.example/',
    'https://as.example/#x',
    ' https://as.example/',
    '',
  ])('is never built from %j', async (authorizationEndpoint) => {
    const failure = await failureOf(authorizationUrl({ ...request, authorizationEndpoint }));
    expect(failure.code).toBe('UPSTREAM_ERROR');
  });

  test('has a new state and verifier of 256 bits each time', () => {
    for (const make of [newState, newCodeVerifier]) {
      const made = new Set(Array.from({ length: 100 }, make));
      expect(made.size).toBe(100);
      for (const value of made) expect(Buffer.from(value, 'base64url')).toHaveLength(32);
    }
    expect(stateHash('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });
});

describe('the requested scope', () => {
  const listing = (...scopes_supported: string[]) => ({ issuer: 'https://as.example', scopes_supported });
  const offline = listing('offline_access');
  const many = Array.from({ length: 200 }, (_, index) => `scope:${index}`);

  test.each([
    ['what the administrator set, unchanged', 'a offline_access', 'b', null, 'a offline_access'],
    ['with offline_access added to it where it is listed', 'a', 'b', offline, 'a offline_access'],
    ['and once', 'offline_access  a', '', offline, 'offline_access a'],
    ['else what was discovered', '', 'b c', null, 'b c'],
    ['with offline_access where it is listed', '', 'b', offline, 'b offline_access'],
    ['and without where it is not', ' ', 'b offline_access', listing('b'), 'b'],
    ['else nothing', '', '', listing('read', 'write'), ''],
    ['else nothing, without metadata', '', '', null, ''],
    [
      'unless offline_access is listed, then all that is',
      '',
      '',
      listing('a', 'offline_access', 'b'),
      'a offline_access b',
    ],
    ['or with openid', '', '', listing('openid', 'email', 'offline_access'), 'openid offline_access'],
    ['or alone beside a long list', '', '', listing(...many, 'offline_access'), 'offline_access'],
    ['and no malformed scope', '', '', listing('a b', 'c', 'offline_access', 'c'), 'c offline_access'],
  ])('is %s', (_what, oauth2Scopes, discoveredScopes, metadata, expected) => {
    expect(requestedScope({ oauth2Scopes, discoveredScopes, metadata })).toBe(expected);
  });
});

describe('for a refresh token', () => {
  const plain = {
    issuer: 'https://as.example',
    authorizationEndpoint: request.authorizationEndpoint,
    scope: 'a',
    hadRefreshToken: false,
  };
  const params = (...extraAuthorizationParams: { name: string; value: string }[]) => ({
    extraAuthorizationParams,
  });
  const accessType = (value: string) => ({ name: 'access_type', value });
  const prompt = { name: 'prompt', value: 'select_account' };
  const google = { issuer: 'https://accounts.google.com' };
  const offline = { scope: 'a offline_access' };
  const consent = { prompt: 'consent' };

  test.each([
    ['nothing is sent to other providers', {}, {}, {}],
    ['consent is asked for with offline_access', offline, {}, consent],
    ['consent is asked for with access_type=offline', {}, params(accessType('offline')), consent],
    ['and not with access_type=online', {}, params(accessType('online')), {}],
    ['consent is asked for where a refresh token was issued before', { hadRefreshToken: true }, {}, consent],
    ['Google gets both', google, {}, { access_type: 'offline', ...consent }],
    [
      'Google gets both with manual endpoints',
      { issuer: '', authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth' },
      {},
      { access_type: 'offline', ...consent },
    ],
    ['a similar host gets nothing', { issuer: 'https://accounts.google.com.evil.example' }, {}, {}],
    ['Google gets the access_type of the administrator', google, params(accessType('online')), {}],
    ['Google gets the prompt of the administrator', google, params(prompt), { access_type: 'offline' }],
    ['the prompt of the administrator takes precedence', offline, params(prompt), {}],
    [
      'consent can be switched off',
      { ...offline, hadRefreshToken: true },
      { consentPrompt: 'OMIT' as const },
      {},
    ],
    ['and at Google', google, { consentPrompt: 'OMIT' as const }, { access_type: 'offline' }],
  ])('%s', (_what, changes, compatibility, expected) => {
    expect(offlineAccessParameters({ ...plain, ...changes }, compatibilityOf(compatibility))).toEqual(
      expected,
    );
  });

  test('the parameters are part of the authorization URL, each once', async () => {
    const offlineAccess = { access_type: 'offline', ...consent };
    const extraAuthorizationParams = [prompt];
    const found = new URL(await authorizationUrl({ ...request, offlineAccess, extraAuthorizationParams }));
    expect(found.searchParams.getAll('access_type')).toEqual(['offline']);
    expect(found.searchParams.getAll('prompt')).toEqual(['select_account']);
  });
});

describe('iss of an authorization response (RFC 9207)', () => {
  const issuer = 'https://as.example';
  const check =
    (query: string, issRequired: boolean, expected = issuer) =>
    () =>
      checkIssuer(new URLSearchParams(query), { issuer: expected, issRequired });

  test.each([
    [`iss=${encodeURIComponent(issuer)}`, true],
    [`iss=${encodeURIComponent(issuer)}`, false],
    ['', false],
  ])('passes with %j if required is %j', (query, required) => {
    expect(check(query, required)).not.toThrow();
  });

  test.each([
    ['missing although promised', '', true],
    ['empty', 'iss=', false],
    ['another', 'iss=https%3A%2F%2Fattacker.example', false],
    ['with a slash added', 'iss=https%3A%2F%2Fas.example%2F', false],
    ['in other case', 'iss=https%3A%2F%2FAS.example', false],
    ['with its default port', 'iss=https%3A%2F%2Fas.example%3A443', false],
    ['repeated', `iss=${encodeURIComponent(issuer)}&iss=${encodeURIComponent(issuer)}`, false],
  ])('is refused when %s', (_what, query, required) => {
    expect(check(query, required)).toThrow(ProviderError);
  });
});

describe('the authorization response of a real provider', () => {
  let server: AuthorizationServer;
  afterEach(() => server.close());

  async function redirectBack(options: AuthorizationServerOptions): Promise<URLSearchParams> {
    const { clientId, redirectUri } = request;
    server = await startAuthorizationServer({
      clients: [{ clientId, redirectUris: [redirectUri] }],
      ...options,
    });
    const url = await authorizationUrl({
      ...request,
      authorizationEndpoint: `${server.issuer}/auth?ui=dark`,
      scope: 'mcp:tools',
    });
    const [approved, denied] = await Promise.all([server.approve(url), server.deny(url)]);
    expect(new URL(denied).searchParams.get('error')).toBe('access_denied');
    expect(new URL(denied).searchParams.get('iss')).toBe(new URL(approved).searchParams.get('iss'));
    return new URL(approved).searchParams;
  }

  test('contains the state, a code and the exact issuer', async () => {
    const params = await redirectBack({});
    expect(params.get('state')).toBe(request.state);
    expect(params.get('code')).toMatch(/./);
    expect(() => checkIssuer(params, { issuer: server.issuer, issRequired: true })).not.toThrow();
  });

  test.each([
    ['another issuer', 'https://attacker.example'],
    ['no issuer, although promised', null],
  ])('is refused with %s', async (_what, iss) => {
    const params = await redirectBack({ iss });
    expect(() => checkIssuer(params, { issuer: server.issuer, issRequired: true })).toThrow(
      'Your account was not connected',
    );
  });
});

describe('iss without a configured issuer', () => {
  const outbound = openOutbound();
  let server: AuthorizationServer;
  afterEach(() => server.close());
  afterAll(() => outbound.guarded.close());
  const endpoints = () => ({
    authorizationEndpoint: `${server.issuer}/auth`,
    tokenEndpoint: `${server.issuer}/token`,
  });

  test('passes when its metadata names exactly the configured endpoints', async () => {
    server = await startAuthorizationServer();
    await verifyUnknownIssuer(server.issuer, endpoints(), outbound);
  });

  test('is refused when its metadata names other endpoints', async () => {
    server = await startAuthorizationServer();
    for (const other of [
      { tokenEndpoint: 'https://as.example/token' },
      { authorizationEndpoint: `${server.issuer}/auth/` },
    ]) {
      const failure = await failureOf(
        verifyUnknownIssuer(server.issuer, { ...endpoints(), ...other }, outbound),
      );
      expect(failure.code).toBe('UPSTREAM_ERROR');
    }
  });

  test('is refused when it has no metadata, or is not an issuer', async () => {
    server = await startAuthorizationServer({ metadataAt: [] });
    for (const iss of [
      server.issuer,
      'javascript:alert(1)',
      'http://as.example',
      `${server.issuer}?x`,
      sentinel,
    ]) {
      const failure = await failureOf(verifyUnknownIssuer(iss, endpoints(), outbound));
      expect(failure.code).toBe('UPSTREAM_ERROR');
      expect(failure.message).not.toContain(iss);
    }
  });
});

test('describes the error code of a provider, and does not repeat an unknown one', () => {
  expect(authorizationErrorMessage('access_denied')).toContain('denied access');
  for (const unknown of [sentinel, '__proto__', 'constructor']) {
    expect(authorizationErrorMessage(unknown)).toBe('The provider refused the authorization.');
  }
});
