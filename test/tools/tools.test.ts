import { client, credentialHeaders } from '../support/graphql.js';
import { startApp, type TestApp } from '../support/app.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { startMcpServer, type McpServer, type McpServerOptions } from '../support/mcp/mcp-server.js';
import {
  seedApiToken,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
  type ServerSeed,
} from '../support/seed.js';
import { startSseMcpServer, type SseMcpServer } from '../support/mcp/sse-mcp-server.js';
import { callError, callTool, listTools, listingError, text } from './tool-calls.js';

let app: TestApp;
let mcp: McpServer;
let legacy: McpServer;
let sse: SseMcpServer;
let rough: HandcraftedServer;
let admin: SignedInUser;
let member: SignedInUser;
const others: McpServer[] = [];

beforeAll(async () => {
  app = await startApp();
  mcp = await startMcpServer();
  legacy = await startMcpServer({ isLegacy: true });
  sse = await startSseMcpServer();
  rough = await startHandcraftedServer();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
});

afterAll(async () => {
  await app.close();
  await Promise.all([mcp, legacy, sse, rough, ...others].map((server) => server.close()));
});

const server = async (seed: ServerSeed = {}) => (await seedServer(app, { url: mcp.url, ...seed })).id;

async function startServer(options: McpServerOptions): Promise<McpServer> {
  const started = await startMcpServer(options);
  others.push(started);
  return started;
}

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5_000; !condition();) {
    if (Date.now() > deadline) throw new Error('The condition was not met within five seconds.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('an open server', () => {
  test('lists its tools as it describes them', async () => {
    const tools = await listTools(member, await server());
    expect(tools.map(({ name }) => name)).toEqual([
      'whoami',
      'add',
      'regional',
      'write',
      'fail',
      'huge',
      'deep',
      'slow',
    ]);
    expect(tools[1]).toEqual({
      name: 'add',
      title: 'Add up',
      description: 'Adds two numbers.',
      inputSchema: expect.objectContaining({ type: 'object', required: ['a', 'b'] }),
      allowed: true,
      reason: 'NOT_RESTRICTED',
    });
    expect(tools[3]).toMatchObject({ name: 'write', title: '', description: '' });
  });

  test('returns content, structured content and errors of tool calls unchanged', async () => {
    const id = await server();
    expect(await callTool(member, id, 'add', { a: 2, b: 3 })).toEqual({
      content: [{ type: 'text', text: '5' }],
      structuredContent: { sum: 5 },
      isError: false,
      result: expect.objectContaining({
        content: [{ type: 'text', text: '5' }],
        structuredContent: { sum: 5 },
        _meta: expect.any(Object),
      }),
    });
    expect(await callTool(member, id, 'fail')).toEqual({
      content: [{ type: 'text', text: '<b>Out of paper</b>' }],
      structuredContent: null,
      isError: true,
      result: expect.objectContaining({ isError: true }),
    });
    expect(text(await callTool(member, id, 'whoami'))).toBe('nobody');
  });

  test('uses MCP 2026-07-28 if the server supports it, and initialize otherwise', async () => {
    const methods = ({ requests }: McpServer, from: number) =>
      requests.slice(from).map(({ body }) => (JSON.parse(body || '{}') as { method?: string }).method);
    const [modernFrom, legacyFrom] = [mcp.requests.length, legacy.requests.length];
    expect(text(await callTool(member, await server(), 'add', { a: 1, b: 1 }))).toBe('2');
    expect(text(await callTool(member, await server({ url: legacy.url }), 'add', { a: 1, b: 1 }))).toBe('2');
    expect(methods(mcp, modernFrom)).toEqual(['server/discover', 'tools/call']);
    expect(methods(legacy, legacyFrom)).toEqual([
      'server/discover',
      'initialize',
      'notifications/initialized',
      'tools/call',
    ]);
    expect(mcp.requests.at(-1)?.headers['mcp-protocol-version']).toBe('2026-07-28');
  });

  test('sends a parameter in a header if the tool requires it', async () => {
    expect(text(await callTool(member, await server(), 'regional', { region: 'eu' }))).toBe('eu');
    expect(mcp.requests.at(-1)?.headers['mcp-param-region']).toBe('eu');
  });

  test('reports an unknown tool by the error code, without the server’s text', async () => {
    const error = await callError(member, await server(), 'no-such-tool');
    expect(error.extensions.code).toBe('UPSTREAM_ERROR');
    expect(error.message).toContain('-32602');
    expect(error.message).not.toContain('no-such-tool');
  });
});

describe('the SSE transport', () => {
  const sseServer = () => server({ url: sse.url, transport: 'SSE' });

  test('lists and calls tools over one event stream', async () => {
    expect((await listTools(member, await sseServer())).map(({ name }) => name)).toContain('add');
    expect(text(await callTool(member, await sseServer(), 'add', { a: 20, b: 22 }))).toBe('42');
  });

  test('fails at once if the stream ends before the response', async () => {
    const calls = sse.called.length;
    const failed = callError(member, await sseServer(), 'slow');
    await until(() => sse.called.length > calls);
    const since = Date.now();
    sse.hangUp();
    expect((await failed).extensions.code).toBe('UPSTREAM_ERROR');
    expect(Date.now() - since).toBeLessThan(2_000);
  });
});

describe('a server’s own credentials', () => {
  test('are sent in the configured header, verbatim', async () => {
    const requiredHeader = { name: 'x-key', value: 'Key = a/b+c' };
    const keyed = await startServer({ requiredHeader });
    const seed = {
      url: keyed.url,
      authType: 'API_KEY',
      apiKeyHeader: 'X-Key',
      apiKeyValue: 'Key = a/b+c',
    } as const;
    expect(text(await callTool(member, await server(seed), 'add', { a: 1, b: 2 }))).toBe('3');
    const withoutPrefix = { ...seed, apiKeyHeader: 'Authorization' };
    const asAuthorization = await startServer({
      requiredHeader: { name: 'authorization', value: 'Key = a/b+c' },
    });
    const id = await server({ ...withoutPrefix, url: asAuthorization.url });
    expect((await listTools(member, id)).length).toBeGreaterThan(0);
  });

  test('may be several headers', async () => {
    const keyed = await startServer({ requiredHeader: { name: 'x-tenant', value: 'acme' } });
    const customHeaders = [
      { name: 'X-Other', value: 'other' },
      { name: 'X-Tenant', value: 'acme' },
    ];
    const id = await server({ url: keyed.url, authType: 'CUSTOM_HEADERS', customHeaders });
    expect(text(await callTool(member, id, 'add', { a: 1, b: 2 }))).toBe('3');
    expect(keyed.requests.at(-1)?.headers['x-other']).toBe('other');
  });

  test.each([
    ['a wrong key', { authType: 'API_KEY', apiKeyHeader: 'X-Key', apiKeyValue: 'wrong' }],
    ['no key at all', { authType: 'NONE' }],
  ] as [string, ServerSeed][])('with %s require an administrator', async (_what, seed) => {
    const keyed = await startServer({ requiredHeader: { name: 'x-key', value: 'right' } });
    const error = await listingError(member, await server({ ...seed, url: keyed.url }));
    expect(error.extensions).toEqual({ code: 'UPSTREAM_ERROR', reference: expect.any(String) });
    expect(error.message).toContain('An administrator must');
    expect(error.message).not.toContain('Remote words');
  });

  test('are not sent to another origin', async () => {
    const thief = await startHandcraftedServer();
    rough.answer('/elsewhere', { status: 307, headers: { location: `${thief.origin}/mcp` } });
    const id = await server({
      url: `${rough.origin}/elsewhere`,
      authType: 'API_KEY',
      apiKeyHeader: 'X-Key',
      apiKeyValue: 'secret',
    });
    const error = await listingError(member, id);
    expect(error).toMatchObject({
      message: expect.stringMatching(/redirects .*HTTP 307/),
      extensions: { code: 'UPSTREAM_ERROR' },
    });
    expect(rough.count('/elsewhere')).toBeGreaterThan(0);
    expect(thief.requests).toEqual([]);
    await thief.close();
  });
});

describe('the allow and deny lists of a server', () => {
  test('apply to listing and calling alike', async () => {
    const id = await server({ toolAllowList: ['add', 'whoami'], toolDenyList: ['whoami'] });
    const access = (await listTools(member, id)).map(({ name, allowed, reason }) => [name, allowed, reason]);
    expect(access.slice(0, 2).concat(access.slice(3, 4))).toEqual([
      ['whoami', false, 'ON_DENY_LIST'],
      ['add', true, 'ON_ALLOW_LIST'],
      ['write', false, 'NOT_ON_ALLOW_LIST'],
    ]);
    const requests = mcp.requests.length;
    for (const name of ['whoami', 'write', 'unheard of', 'Add', ' add']) {
      expect((await callError(member, id, name)).extensions.code).toBe('FORBIDDEN');
      expect((await callError(admin, id, name)).extensions.code).toBe('FORBIDDEN');
    }
    expect(mcp.requests.length).toBe(requests);
    expect(text(await callTool(member, id, 'add', { a: 1, b: 1 }))).toBe('2');
  });
});

describe('permissions', () => {
  test('a read-only token lists tools and calls none', async () => {
    const reader = { graphql: client(app, { token: await seedApiToken(app, member.email, 'READ') }) };
    const id = await server();
    expect((await listTools(reader, id)).length).toBeGreaterThan(0);
    const calls = mcp.called.length;
    expect((await callError(reader, id, 'whoami')).extensions.code).toBe('FORBIDDEN');
    expect(mcp.called.length).toBe(calls);
  });

  test('answers NOT_FOUND with the same message for an unknown server and a disabled one', async () => {
    const disabled = await server({ enabled: false });
    const requests = mcp.requests.length;
    const errors = [
      await listingError(member, disabled),
      await callError(member, disabled, 'whoami'),
      await listingError(member, '00000000-0000-4000-8000-000000000000'),
    ];
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
    expect((await listingError(admin, disabled)).extensions.code).toBe('BAD_USER_INPUT');
    expect(mcp.requests.length).toBe(requests);
  });

  test('limits a user to ten concurrent sessions, without an effect on other users', async () => {
    const id = await server();
    const calls = mcp.called.length;
    const gone = new AbortController();
    const waiting = Array.from({ length: 10 }, () => slowCall(member, id, gone.signal));
    await until(() => mcp.called.length === calls + 10);
    expect((await callError(member, id, 'whoami')).extensions.code).toBe('RATE_LIMITED');
    expect(text(await callTool(admin, id, 'whoami'))).toBe('nobody');
    gone.abort();
    await Promise.allSettled(waiting);
    await until(() => mcp.cancelled >= 10);
    expect(text(await callTool(member, id, 'whoami'))).toBe('nobody');
  });
});

/** Starts a slow tool call that `signal` aborts, as a browser does that leaves the page. */
function slowCall(user: SignedInUser, id: string, signal: AbortSignal): Promise<Response> {
  return fetch(`${app.url}/graphql`, {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/json', ...credentialHeaders(app, user) },
    body: JSON.stringify({
      query: 'mutation ($id: ID!) { callMcpServerTool(id: $id, input: { name: "slow" }) { isError } }',
      variables: { id },
    }),
  });
}

describe('limits', () => {
  test.each([
    ['over streamable HTTP', () => server()],
    ['over streamable HTTP, older version', () => server({ url: legacy.url })],
    ['over server-sent events', () => server({ url: sse.url, transport: 'SSE' })],
  ])('cancels the tool call when the client disconnects, %s', async (_how, seeded) => {
    const id = await seeded();
    const logs = [mcp, legacy, sse];
    const cancelled = () => logs.reduce((sum, log) => sum + log.cancelled, 0);
    const called = () => logs.reduce((sum, log) => sum + log.called.length, 0);
    const [cancelledBefore, calledBefore] = [cancelled(), called()];
    const gone = new AbortController();
    const call = slowCall(admin, id, gone.signal).catch(() => 'gone');
    await until(() => called() > calledBefore);
    gone.abort();
    expect(await call).toBe('gone');
    await until(() => cancelled() === cancelledBefore + 1);
  });

  test.each(['huge', 'deep'])('refuses a %s response', async (tool) => {
    const error = await callError(member, await server(), tool);
    expect(error.extensions).toEqual({ code: 'UPSTREAM_ERROR', reference: expect.any(String) });
  });

  test('refuses deeply nested arguments before it sends them', async () => {
    let nested: Record<string, unknown> = {};
    for (let depth = 0; depth < 200; depth++) nested = { nested };
    const requests = mcp.requests.length;
    expect((await callError(member, await server(), 'add', nested)).extensions.code).toBe('BAD_USER_INPUT');
    expect(mcp.requests.length).toBe(requests);
  });

  test.each([
    ['HTML', { text: '<h1>Remote words</h1>', headers: { 'content-type': 'text/html' } }],
    ['a JSON that is no JSON-RPC', { json: { remote: 'Remote words' } }],
    ['an error status', { status: 500, text: 'Remote words' }],
    ['a refusal', { status: 403, text: 'Remote words' }],
    ['nothing there', { status: 404, text: 'Remote words' }],
  ])('answers %s with an error without remote text, also in the log', async (what, answer) => {
    const path = `/${what.replaceAll(' ', '-')}`;
    rough.answer(path, answer);
    const logged = app.logs.length;
    const error = await listingError(member, await server({ url: rough.origin + path }));
    expect(error.extensions).toEqual({ code: 'UPSTREAM_ERROR', reference: expect.any(String) });
    expect(JSON.stringify([error, ...app.logs.slice(logged)])).not.toContain('Remote words');
  });
});
