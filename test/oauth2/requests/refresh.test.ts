import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OAuth2Client } from '../../../src/oauth2/client.js';
import { refreshTokens, type RefreshResult } from '../../../src/oauth2/requests/refresh.js';
import {
  startHandcraftedServer,
  type HandcraftedAnswer,
  type HandcraftedServer,
} from '../../support/handcrafted-server.js';
import { openOutbound, sentinel } from '../outbound.js';

const outbound = openOutbound();
let host: HandcraftedServer;
let client: OAuth2Client;
beforeEach(async () => {
  host = await startHandcraftedServer();
  client = {
    issuer: '',
    tokenEndpoint: `${host.origin}/token`,
    revocationEndpoint: '',
    clientId: 'client',
    clientSecret: 's+e&c',
    tokenAuthMethod: 'client_secret_post',
    acceptsPlainHttp: false,
  };
});
afterEach(() => host.close());
afterAll(() => outbound.guarded.close());

const resource = 'https://mcp.example';
const refresh = (more: { scope?: string; resource?: string } = {}) =>
  refreshTokens(client, { refreshToken: 'r-1', resource, ...more }, outbound);
const sent = () => Object.fromEntries(new URLSearchParams(host.requests.at(-1)?.body));
const error = (code: string, status = 400): HandcraftedAnswer => ({
  status,
  json: { error: code, error_description: sentinel },
});

test('sends the refresh token once, with the unchanged resource and secret', async () => {
  host.answer('/token', { json: { access_token: 'at', token_type: 'bearer' } });
  await refresh();
  expect(sent()).toEqual({
    grant_type: 'refresh_token',
    refresh_token: 'r-1',
    resource,
    client_id: 'client',
    client_secret: 's+e&c',
  });
  await refresh({ resource: '', scope: 'less' });
  expect(sent()).not.toHaveProperty('resource');
  expect(sent()).toHaveProperty('scope', 'less');
  expect(host.count('/token')).toBe(2);
});

test('returns the members of the response, and null for missing ones', async () => {
  host.answer('/token', {
    json: { access_token: 'at', token_type: 'bearer', refresh_token: 'r-2', scope: 'a', expires_in: 60 },
  });
  expect(await refresh()).toEqual({
    outcome: 'success',
    tokens: {
      accessToken: 'at',
      refreshToken: 'r-2',
      tokenType: 'Bearer',
      scope: 'a',
      expiresAt: expect.any(Date),
    },
  });
  host.answer('/token', { json: { access_token: 'at', token_type: 'Bearer' } });
  expect(await refresh()).toMatchObject({ tokens: { refreshToken: null, scope: null, expiresAt: null } });
});

describe('a failure', () => {
  test.each<[string, HandcraftedAnswer, Partial<RefreshResult>]>([
    ['invalid_grant', error('invalid_grant'), { outcome: 'invalid_grant' }],
    ['invalid_grant with 401', error('invalid_grant', 401), { outcome: 'invalid_grant' }],
    ['an error in an answer with 200', error('invalid_grant', 200), { outcome: 'invalid_grant' }],
    ['bad_refresh_token with 200', error('bad_refresh_token', 200), { outcome: 'invalid_grant' }],
    ['invalid_client', error('invalid_client', 401), { outcome: 'invalid_client' }],
    ['unauthorized_client', error('unauthorized_client'), { outcome: 'unauthorized_client' }],
    [
      'a challenge to the client',
      { status: 401, headers: { 'www-authenticate': `Basic realm="${sentinel}"` } },
      { outcome: 'invalid_client' },
    ],
    ['invalid_scope', error('invalid_scope'), { outcome: 'refused' }],
    ['an unknown code', error(sentinel), { outcome: 'refused' }],
    ['a page with 403', { status: 403, text: sentinel }, { outcome: 'refused' }],
    ['another token type', { json: { access_token: 'at', token_type: 'mac' } }, { outcome: 'lost' }],
    [
      'a token that no header can carry',
      { json: { access_token: 'a\r\nt', token_type: 'Bearer' } },
      { outcome: 'refused' },
    ],
    ['503', { status: 503 }, { outcome: 'temporary', retryAfter: null }],
    ['500 with an error code', error('invalid_grant', 500), { outcome: 'temporary' }],
    [
      '429 with Retry-After',
      { status: 429, headers: { 'retry-after': '17' } },
      { outcome: 'temporary', retryAfter: 17 },
    ],
    [
      '503 with a malformed Retry-After',
      { status: 503, headers: { 'retry-after': sentinel } },
      { outcome: 'temporary', retryAfter: null },
    ],
    [
      '503 with a very long Retry-After',
      { status: 503, headers: { 'retry-after': '99999999999' } },
      { outcome: 'temporary', retryAfter: 86_400 },
    ],
    ['temporarily_unavailable', error('temporarily_unavailable'), { outcome: 'temporary' }],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, { outcome: 'temporary' }],
    ['a page with 200', { text: sentinel }, { outcome: 'lost' }],
    ['an answer without a token', { json: { token_type: 'Bearer' } }, { outcome: 'lost' }],
    ['no answer', null, { outcome: 'lost' }],
  ])('by %s is classified after one request, without remote text', async (_what, answer, expected) => {
    host.answer('/token', answer);
    const outcome = await refresh();
    expect(outcome).toMatchObject({ ...expected, message: expect.stringMatching(/^[A-Z].*\.$/) });
    expect(JSON.stringify(outcome)).not.toContain('REMOTE-TEXT');
    expect(host.count('/token')).toBe(1);
    expect(host.count('/elsewhere')).toBe(0);
  });

  test('reads Retry-After as a date', async () => {
    const at = new Date(Date.now() + 30_000).toUTCString();
    host.answer('/token', { status: 503, headers: { 'retry-after': at } });
    const outcome = await refresh();
    const { retryAfter } = outcome as { retryAfter: number };
    expect(retryAfter).toBeGreaterThan(27);
    expect(retryAfter).toBeLessThanOrEqual(30);
  });

  test('to reach the provider is temporary. An insecure URL is refused without a request', async () => {
    client.tokenEndpoint = 'https://name.invalid/token';
    expect(await refresh()).toMatchObject({ outcome: 'temporary', retryAfter: null });
    client.tokenEndpoint = 'http://example.com/token';
    expect(await refresh()).toMatchObject({ outcome: 'refused' });
    expect(host.requests).toHaveLength(0);
  });
});
