import { describe, expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { discover } from '../../../src/oauth2/discovery/discovery.js';
import { close, listen } from '../../support/http-listener.js';
import { failureOf, sentinel } from '../outbound.js';
import { discoveryWorld } from './discovery-world.js';

const world = discoveryWorld();
const { outbound, challenge } = world;
const endpoints = ['/authorize', '/token', '/register'] as const;

describe('the default endpoints of MCP 2025-03-26', () => {
  test.each<[string, Record<(typeof endpoints)[number], { status?: number; json?: unknown }>]>([
    [
      'an authorization server',
      {
        '/authorize': { status: 400 },
        '/token': { status: 400, json: { error: 'invalid_request' } },
        '/register': { status: 400 },
      },
    ],
    [
      'an authorization server that wants a client first',
      {
        '/authorize': { status: 302 },
        '/token': { status: 401, json: { error: 'invalid_client' } },
        '/register': { status: 405 },
      },
    ],
    [
      'a server that fails without parameters',
      { '/authorize': { status: 500 }, '/token': { status: 500 }, '/register': { status: 500 } },
    ],
  ])('are found at %s', async (_what, answers) => {
    for (const [path, answer] of Object.entries(answers)) world.host.answer(path, answer);
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({
      requiresAuthorization: true,
      metadata: null,
      issuer: world.host.origin,
      authorizationEndpoint: `${world.host.origin}/authorize`,
      tokenEndpoint: `${world.host.origin}/token`,
      registrationEndpoint:
        answers['/register'].status === 405 ? expect.any(String) : `${world.host.origin}/register`,
    });
  });

  test('are found without registration if there is none', async () => {
    world.host.answer('/authorize', { status: 400 });
    world.host.answer('/token', { status: 400, json: { error: 'invalid_request' } });
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ registrationEndpoint: '' });
  });

  test.each(['/authorize', '/token'])('are not found without %s', async (missing) => {
    for (const path of endpoints) if (path !== missing) world.host.answer(path, { status: 400 });
    const { details } = await failureOf(discover(world.mcpUrl, outbound));
    expect(details).toMatchObject({ suggestedAuthType: 'API_KEY', layer: 'CONFIGURATION' });
    expect(world.host.requests.filter(({ path }) => path === '/register')).toHaveLength(0);
  });

  test('get no credentials and no parameters', async () => {
    for (const path of endpoints) world.host.answer(path, { status: 400 });
    await discover(world.mcpUrl, outbound);
    for (const { path, body, headers } of world.host.requests.filter(({ path }) => path !== '/mcp')) {
      expect(headers.authorization).toBeUndefined();
      expect(path).not.toContain('?');
      expect(['', '{"redirect_uris":[]}']).toContain(body);
    }
  });
});

/** The answers of servers that treat every path alike, so that no path proves an endpoint. */
const alike: [string, (req: IncomingMessage) => { status: number; type: string; body: string }][] = [
  ['401 as JSON', () => ({ status: 401, type: 'application/json', body: '{"error":"unauthorized"}' })],
  [
    '401 as an OAuth error',
    () => ({ status: 401, type: 'application/json', body: '{"error":"invalid_client"}' }),
  ],
  ['401 without a body', () => ({ status: 401, type: 'text/plain', body: '' })],
  ['403', () => ({ status: 403, type: 'text/html', body: sentinel })],
  ['404', () => ({ status: 404, type: 'text/html', body: sentinel })],
  ['405', () => ({ status: 405, type: 'text/plain', body: '' })],
  [
    'a page, and 405 to other methods',
    ({ method }) => ({ status: method === 'GET' ? 200 : 405, type: 'text/html', body: sentinel }),
  ],
  ['an empty object', () => ({ status: 200, type: 'application/json', body: '{}' })],
];

describe.each(alike)(
  'a server that asks for a key and answers every other path with %s',
  (_what, answerTo) => {
    test.each(['Bearer', 'Bearer realm="mcp", error="invalid_token"', null])(
      'probably wants an API key, and no client is registered there (challenge %s)',
      async (header) => {
        const requests: string[] = [];
        const server = createServer((req, res) => {
          requests.push(`${req.method} ${req.url}`);
          const { status, type, body } =
            req.url === '/mcp' ? { status: 401, type: 'application/json', body: '{}' } : answerTo(req);
          res.writeHead(status, {
            'content-type': type,
            ...(req.url === '/mcp' && header !== null && { 'www-authenticate': header }),
          });
          res.end(body);
        });
        const origin = await listen(server);
        try {
          const { message, details } = await failureOf(discover(`${origin}/mcp`, outbound));
          expect(message).toContain('probably requires an API key');
          expect(details).toMatchObject({
            layer: 'CONFIGURATION',
            responsibleParty: 'ADMINISTRATOR',
            suggestedAuthType: 'API_KEY',
            remedy: expect.stringMatching(/API_KEY.*oauth2Issuer/),
          });
          expect(JSON.stringify(details)).not.toContain('REMOTE-TEXT');
          expect(requests.filter((request) => request.includes('/register'))).toEqual([]);
        } finally {
          await close(server);
        }
      },
    );
  },
);

test.each(['Basic realm="inside"', 'ApiKey', 'Digest realm="a", nonce="b"'])(
  'a server that asks for %s gets no default endpoints',
  async (header) => {
    challenge(header);
    for (const path of endpoints) world.host.answer(path, { status: 400 });
    const { details } = await failureOf(discover(world.mcpUrl, outbound));
    expect(details.suggestedAuthType).toBe('API_KEY');
    expect(world.host.count('/token')).toBe(0);
  },
);
