import { describe, expect, test } from '@jest/globals';
import { discover } from '../../../src/oauth2/discovery/discovery.js';
import type { HandcraftedServer } from '../../support/handcrafted-server.js';
import { startMcpServer } from '../../support/mcp/mcp-server.js';
import { failureOf } from '../outbound.js';
import { discoveryWorld, places } from './discovery-world.js';

type Answer = Parameters<HandcraftedServer['answer']>[1];

const world = discoveryWorld();
const { outbound, authorizationServer, resourceMetadata, serverMetadata } = world;
const redirect = (location: string, status = 307): Answer => ({ status, headers: { location } });
const json = (result: object) => ({ json: { jsonrpc: '2.0', id: 1, result } });

/** Answers each method as given, and every other one with 401 and the URL of the metadata. */
function protect(open: Record<string, Answer>, challenge = `Bearer resource_metadata="${metadataUrl()}"`) {
  world.host.answer('POST /mcp', (body) => {
    const { method } = JSON.parse(body) as { method: string };
    return method in open
      ? (open[method] as never)
      : { status: 401, headers: { 'www-authenticate': challenge } };
  });
}
const metadataUrl = () => `${world.host.origin}/metadata`;
const initialized = json({
  protocolVersion: '2025-11-25',
  capabilities: {},
  serverInfo: { name: 'a', version: '1' },
});

describe('a redirect of the MCP endpoint', () => {
  test.each([
    ['/mcp', '/mcp/', 307],
    ['/mcp', '/mcp/', 308],
    ['/mcp', 'mcp/', 308],
    ['/mcp', '/v2/mcp', 307],
    ['/mcp/', '/mcp', 307],
    ['/mcp?tenant=1', '/mcp/?tenant=1', 307],
  ])('from %s to %s with %i is followed, and the address reported', async (from, to, status) => {
    const { host } = world;
    const issuer = await authorizationServer();
    const target = new URL(to, host.origin);
    host.answer(new URL(from, host.origin).pathname, redirect(to, status));
    world.challenge('Bearer', target.pathname);
    host.answer(places.rootResource, resourceMetadata(issuer.issuer, { resource: host.origin }));
    await expect(discover(host.origin + from, outbound)).resolves.toMatchObject({
      url: target.href,
      issuer: issuer.issuer,
    });
    const [first, second] = host.requests;
    expect(second).toMatchObject({ method: 'POST', body: first?.body });
  });

  test('is followed three times, and not a fourth time', async () => {
    const { host } = world;
    for (const n of [1, 2, 3, 4]) host.answer(`/${n}`, redirect(`/${n - 1}`));
    world.challenge('Bearer', '/0');
    host.answer(places.oauth, serverMetadata());
    await expect(discover(`${host.origin}/3`, outbound)).resolves.toMatchObject({ url: `${host.origin}/0` });
    const { details } = await failureOf(discover(`${host.origin}/4`, outbound));
    expect(details).toMatchObject({ layer: 'HTTP', responsibleParty: 'ADMINISTRATOR' });
  });

  test.each([301, 302, 303])('with %i is not followed, and the address is suggested', async (status) => {
    const { host } = world;
    host.answer('/mcp', redirect('/mcp/', status));
    const { details } = await failureOf(discover(world.mcpUrl, outbound));
    expect(details.suggestedUrl).toBe(`${host.origin}/mcp/`);
    expect(details.remedy).toContain(`${host.origin}/mcp/`);
    expect(host.count('/mcp/')).toBe(0);
  });

  test.each([307, 308, 301])(
    'to another origin with %i is sent nothing, and is not repeated',
    async (status) => {
      const elsewhere = await world.mcpServer();
      world.host.answer('/mcp', redirect(elsewhere.url, status));
      const failure = await failureOf(discover(world.mcpUrl, outbound));
      expect(failure.details.suggestedUrl).toBeUndefined();
      expect(JSON.stringify([failure.message, failure.details])).not.toContain(elsewhere.url);
      expect(elsewhere.requests).toHaveLength(0);
    },
  );

  test.each(['http://user:pass@HOST/mcp', 'ftp://HOST/mcp', 'http://['])(
    'to %s is neither followed nor suggested',
    async (location) => {
      const { host } = world;
      host.answer('/mcp', redirect(location.replace('HOST', new URL(host.origin).host)));
      const { details } = await failureOf(discover(world.mcpUrl, outbound));
      expect(details.suggestedUrl).toBeUndefined();
      expect(host.requests).toHaveLength(1);
    },
  );
});

describe('a server that asks for authorization only when a tool is called', () => {
  test('is found by the call of a tool that does not exist', async () => {
    const issuer = await authorizationServer();
    world.host.answer('/metadata', resourceMetadata(issuer.issuer));
    protect({ initialize: initialized, 'tools/list': json({ tools: [] }) });
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({
      requiresAuthorization: true,
      issuer: issuer.issuer,
    });
    const called = world.host.requests.map(({ body }) => body).find((body) => body.includes('tools/call'));
    expect(called).toContain('"name":"switchboard.authorization-probe","arguments":{}');
  });

  test.each<[string, Answer]>([
    [
      'an unknown tool',
      { json: { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'Unknown tool' } } },
    ],
    ['an error result', json({ isError: true, content: [] })],
    ['400', { status: 400 }],
    ['403 without a challenge', { status: 403 }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['silence', null],
  ])('is not assumed from %s', async (_what, answer) => {
    protect({ initialize: initialized, 'tools/list': json({ tools: [] }), 'tools/call': answer });
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ requiresAuthorization: false });
  });

  test.each<[string, Answer]>([
    ['400', { status: 400 }],
    ['500', { status: 500 }],
  ])('is open in spite of %s to tools/list', async (_what, answer) => {
    protect({ initialize: initialized, 'tools/list': answer, 'tools/call': answer });
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ requiresAuthorization: false });
  });
});

test.each([500, 502, 503, 429])(
  'a server that answers %i without a token is found by its metadata, if it has any',
  async (status) => {
    world.host.answer('/mcp', { status });
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.message).toContain(`answered HTTP ${status}`);
    const issuer = await authorizationServer();
    world.host.answer(places.resource, resourceMetadata(issuer.issuer));
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: issuer.issuer });
  },
);

describe('the older SSE transport', () => {
  const stream: Answer = {
    headers: { 'content-type': 'text/event-stream' },
    text: 'event: endpoint\ndata: /messages\n\n',
  };

  test.each([400, 404, 405, 415])('is recognized when the server answers POST with %i', async (status) => {
    world.host.answer('/mcp', { status });
    world.host.answer('GET /mcp', stream);
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({
      transport: 'SSE',
      requiresAuthorization: false,
    });
  });

  test('is recognized when the stream asks for authorization', async () => {
    world.host.answer('/mcp', { status: 405 });
    world.host.answer('GET /mcp', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    world.host.answer(places.oauth, serverMetadata());
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ transport: 'SSE' });
  });

  test.each(['/sse', '/v1/sse', '/sse/'])(
    'is recognized by the path %s of a protected server',
    async (path) => {
      world.challenge('Bearer', path);
      world.host.answer(places.oauth, serverMetadata());
      await expect(discover(world.host.origin + path, outbound)).resolves.toMatchObject({ transport: 'SSE' });
    },
  );

  test('is not assumed for a server that also speaks Streamable HTTP', async () => {
    const mcp = await startMcpServer();
    await expect(discover(mcp.url, outbound)).resolves.toMatchObject({ transport: 'STREAMABLE_HTTP' });
    await mcp.close();
    world.host.answer('/sse', json({}));
    await expect(discover(`${world.host.origin}/sse`, outbound)).resolves.toMatchObject({
      transport: 'STREAMABLE_HTTP',
    });
  });
});
