import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OAuth2Client } from '../../../src/oauth2/client.js';
import { refreshTokens, type RefreshFailure } from '../../../src/oauth2/requests/refresh.js';
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

const page = (status: number): HandcraftedAnswer => ({
  status,
  headers: { 'content-type': 'text/html' },
  text: `<html>${sentinel}</html>`,
});
const json = (status: number, body: unknown): HandcraftedAnswer => ({ status, json: body });
const challenge = (scheme: string): HandcraftedAnswer => ({
  status: 401,
  headers: { 'www-authenticate': `${scheme} realm="x", error="invalid_token"` },
});

describe('a failure', () => {
  test.each<[string, HandcraftedAnswer, Partial<RefreshFailure>]>([
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
    ['invalid_request', error('invalid_request'), { outcome: 'refused', oauth2Error: 'invalid_request' }],
    ['interaction_required', error('interaction_required'), { outcome: 'refused' }],
    ['access_denied with 403', error('access_denied', 403), { outcome: 'refused', httpStatus: 403 }],
    ['unauthorized_client with 403', error('unauthorized_client', 403), { outcome: 'unauthorized_client' }],
    ['an OAuth error with 422', error('invalid_token', 422), { outcome: 'refused' }],
    ['400 with an empty body', { status: 400 }, { outcome: 'refused' }],
    ['403 with blanks', { status: 403, text: ' \n' }, { outcome: 'refused' }],
    ['a bare 401', { status: 401 }, { outcome: 'refused' }],
    ['401 with a Bearer challenge', challenge('Bearer'), { outcome: 'refused' }],
    ['401 with a Basic challenge', challenge('Basic'), { outcome: 'invalid_client' }],
    ['ok: false with 200', json(200, { ok: false, error: 'invalid_refresh_token' }), { outcome: 'refused' }],
    ['ok: false without an error', json(200, { ok: false }), { outcome: 'refused' }],
    ['an error object with 200', json(200, { error: { code: 'TOKEN_EXPIRED' } }), { outcome: 'refused' }],
    ['token_revoked', error('token_revoked'), { outcome: 'refused', oauth2Error: '' }],
    [
      'a status of its own',
      json(400, { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' }),
      { outcome: 'refused', remoteMessage: 'BAD_REFRESH_TOKEN: missing or invalid refresh token' },
    ],
    [
      'an error object with 400',
      json(400, { error: { type: 'OAuthException', code: 190 } }),
      { outcome: 'refused' },
    ],
    ['a message with 403', json(403, { message: 'Forbidden' }), { outcome: 'refused' }],
    ['an empty object with 400', json(400, {}), { outcome: 'refused' }],
    ['a list with 400', json(400, ['no']), { outcome: 'refused' }],
    ['a JSON text with 401', json(401, 'expired'), { outcome: 'refused' }],
    [
      'a form-encoded error',
      {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        text: 'error=incorrect_refresh_token',
      },
      { outcome: 'refused' },
    ],
    [
      'JSON called text',
      { status: 400, headers: { 'content-type': 'text/html' }, text: '{"error":"gone"}' },
      { outcome: 'refused' },
    ],
    ['a page with 400', page(400), { outcome: 'temporary', httpStatus: 400 }],
    ['a page with 401', page(401), { outcome: 'temporary' }],
    ['a page with 403', page(403), { outcome: 'temporary' }],
    [
      'a text with 400',
      { status: 400, headers: { 'content-type': 'text/plain' }, text: sentinel },
      { outcome: 'temporary' },
    ],
    [
      'a broken JSON body',
      { status: 400, headers: { 'content-type': 'application/json' }, text: '{' },
      { outcome: 'temporary' },
    ],
    ...[404, 405, 408, 425, 429].map((status): [string, HandcraftedAnswer, Partial<RefreshFailure>] => [
      `an OAuth error with ${status}`,
      error('invalid_grant', status),
      { outcome: 'temporary', httpStatus: status },
    ]),
    ['an empty 404', { status: 404 }, { outcome: 'temporary' }],
    ['422 without an OAuth error', json(422, { message: 'no' }), { outcome: 'temporary' }],
    ['slow_down', error('slow_down'), { outcome: 'temporary' }],
    ...[
      'ratelimited',
      'rate_limit_exceeded',
      'RATE_LIMITS',
      'too_many_requests',
      'internal_error',
      'internal_server_error',
      'Internal Server Error',
      'service_unavailable',
      'fatal_error',
      'request_timeout',
      'backendError',
      'overloaded_error',
    ].flatMap((word): [string, HandcraftedAnswer, Partial<RefreshFailure>][] => [
      [`${word} with 400`, error(word), { outcome: 'temporary' }],
      [`ok: false and ${word}`, json(200, { ok: false, error: word }), { outcome: 'temporary' }],
      [`the category ${word}`, json(403, { status: 'error', category: word }), { outcome: 'temporary' }],
      [`${word} with 500`, error(word, 500), { outcome: 'temporary' }],
    ]),
    ['a message about load', json(403, { message: 'Too many requests' }), { outcome: 'temporary' }],
    ['server_error', error('server_error'), { outcome: 'failing', oauth2Error: 'server_error' }],
    ['server_error with 200', error('server_error', 200), { outcome: 'failing' }],
    ['500 with server_error', error('server_error', 500), { outcome: 'failing', httpStatus: 500 }],
    ['500 with an error code', error('invalid_grant', 500), { outcome: 'failing' }],
    ['500 with a page', page(500), { outcome: 'temporary' }],
    ['500 with an empty body', { status: 500 }, { outcome: 'temporary' }],
    ['500 with another JSON body', json(500, { message: 'no' }), { outcome: 'temporary' }],
    [
      '503 with server_error and Retry-After',
      { ...error('server_error', 503), headers: { 'retry-after': '9' } },
      { outcome: 'temporary', retryAfter: 9 },
    ],
    ['503 with temporarily_unavailable', error('temporarily_unavailable', 503), { outcome: 'temporary' }],
    ['another token type', { json: { access_token: 'at', token_type: 'mac' } }, { outcome: 'lost' }],
    [
      'a token that no header can carry',
      { json: { access_token: 'a\r\nt', token_type: 'Bearer' } },
      { outcome: 'unusable' },
    ],
    ['503', { status: 503 }, { outcome: 'temporary', retryAfter: null }],
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
  ])(
    'by %s is classified after one request, and tells users no remote text',
    async (_what, answer, expected) => {
      host.answer('/token', answer);
      const outcome = await refresh();
      expect(outcome).toMatchObject({ ...expected, message: expect.stringMatching(/^[A-Z].*\.$/) });
      const { remoteMessage: _forAdministrators, ...forUsers } = outcome as RefreshFailure;
      expect(JSON.stringify(forUsers)).not.toContain('REMOTE-TEXT');
      expect(host.count('/token')).toBe(1);
      expect(host.count('/elsewhere')).toBe(0);
    },
  );

  test('has the provider’s words for administrators, as one bounded line without secrets', async () => {
    const description = `r-1-secret is\u202e dead\n${'x'.repeat(1_000)}`;
    host.answer('/token', { status: 400, json: { error: 'token_revoked', error_description: description } });
    const outcome = await refreshTokens(client, { refreshToken: 'r-1-secret', resource }, outbound);
    const { remoteMessage } = outcome as RefreshFailure;
    expect(remoteMessage).toMatch(/^token_revoked: \[removed\] is dead x+$/);
    expect(remoteMessage.length).toBeLessThanOrEqual(500);
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
    expect(await refresh()).toMatchObject({ outcome: 'unusable' });
    expect(host.requests).toHaveLength(0);
  });
});
