import {
  DiagnoseMcpServerDocument,
  FailureReportDocument,
  McpServerToolListDocument,
  type McpServerToolListQuery,
} from '../generated/graphql.js';
import { startApp, type TestApp } from '../support/app.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { answering, initialized, rpcError } from '../support/mcp/scripted-answers.js';
import { seedServer, seedSignedInUser, type SignedInUser } from '../support/seed.js';
import { callError, callTool, listTools, listingError } from './tool-calls.js';

let app: TestApp;
let upstream: HandcraftedServer;
let admin: SignedInUser;
let member: SignedInUser;
let servers = 0;

beforeAll(async () => {
  app = await startApp();
  upstream = await startHandcraftedServer();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
});

afterAll(async () => {
  await app.close();
  await upstream.close();
});

type Methods = Parameters<typeof answering>[0];

/** Seeds a server whose methods return what the scripts say. */
async function server(methods: Methods): Promise<string> {
  const path = `/mcp-${(servers += 1)}`;
  upstream.answer(path, answering(methods));
  return (await seedServer(app, { url: upstream.origin + path })).id;
}

const good = { name: 'good', inputSchema: { type: 'object' } };

type List = NonNullable<McpServerToolListQuery['mcpServerToolList']>;
const toolList = async ({ graphql }: SignedInUser, id: string): Promise<List> =>
  (await graphql.data(McpServerToolListDocument, { id })).mcpServerToolList;
const names = (tools: readonly { name: string }[]) => tools.map(({ name }) => name);

describe('a list with bad definitions', () => {
  const methods = {
    'tools/list': () => ({ tools: [{ name: 'odd\nwords', inputSchema: null }, null, good, { title: 'x' }] }),
  };

  test('has the usable tools, and names the mistakes to administrators only', async () => {
    const id = await server(methods);
    expect(names(await listTools(member, id))).toEqual(['odd\nwords', 'good']);
    expect(await toolList(member, id)).toMatchObject({ defects: null, defectCount: null });
    const { tools, defects, defectCount } = await toolList(admin, id);
    expect(names(tools)).toEqual(['odd\nwords', 'good']);
    expect(defectCount).toBe(3);
    expect(defects).toEqual([
      { name: 'odd words', position: 1, outcome: 'REPAIRED', message: 'Its `inputSchema` is missing.' },
      { name: '', position: 2, outcome: 'LEFT_OUT', message: 'It is not an object.' },
      { name: '', position: 4, outcome: 'LEFT_OUT', message: 'It has no name.' },
    ]);
  });

  test('does not end a diagnosis, which names them', async () => {
    const id = await server(methods);
    const { diagnosis } = (await admin.graphql.data(DiagnoseMcpServerDocument, { id })).diagnoseMcpServer;
    expect(diagnosis.succeeded).toBe(true);
    expect(diagnosis.steps.at(-1)?.detail).toBe(
      'The server lists 2 tools. Tool 1, "odd words", was repaired: Its `inputSchema` is missing. Tool 2 was left out: It is not an object. Tool 4 was left out: It has no name.',
    );
  });
});

test.each([
  ['empty', ''],
  ['null', null],
  ['the same again', 'same'],
])('a next cursor that is %s neither repeats nor loses tools', async (_what, nextCursor) => {
  let pages = 0;
  const id = await server({ 'tools/list': () => ((pages += 1), { tools: [good], nextCursor }) });
  expect(names(await listTools(member, id))).toEqual(['good']);
  expect(pages).toBe(nextCursor === 'same' ? 2 : 1);
});

test('a page that the server refuses ends the list, and administrators learn of it', async () => {
  const refused = rpcError({ code: -32_602, message: 'Remote words' });
  const id = await server({
    'tools/list': ({ cursor }) => (cursor ? refused : { tools: [good], nextCursor: '2' }),
  });
  const { tools, defects } = await toolList(admin, id);
  expect(names(tools)).toEqual(['good']);
  expect(defects).toMatchObject([{ outcome: 'INCOMPLETE', message: expect.stringContaining('-32602') }]);
});

describe('a server that declares no tools', () => {
  test.each([
    ['no capability', {}],
    ['another capability', { resources: {} }],
  ])('with %s is asked for its tools', async (_what, capabilities) => {
    const id = await server({
      initialize: () => ({ ...initialized, capabilities }),
      'tools/list': () => ({ tools: [good] }),
      'tools/call': () => ({ content: [{ type: 'text', text: 'paid' }] }),
    });
    expect(names(await listTools(member, id))).toEqual(['good']);
    expect((await callTool(member, id, 'good')).content).toEqual([{ type: 'text', text: 'paid' }]);
  });

  test('and has none has an empty list, with the reason for administrators', async () => {
    const id = await server({ initialize: () => ({ ...initialized, capabilities: {} }) });
    expect(await listTools(member, id)).toEqual([]);
    expect((await toolList(admin, id)).defects).toMatchObject([
      { outcome: 'INCOMPLETE', message: expect.stringContaining('declares no tools') },
    ]);
    const declaring = await server({});
    expect((await listingError(member, declaring)).message).toContain('-32601');
  });
});

test.each([
  [
    'an unknown block',
    {
      content: [
        { type: 'text', text: 'paid' },
        { type: 'widget', x: 1 },
      ],
    },
    undefined,
  ],
  [
    'a block of the wrong shape',
    {
      content: [
        { type: 'text', text: 42 },
        { type: 'image', data: 7 },
      ],
    },
    undefined,
  ],
  ['a link without a name', { content: [{ type: 'resource_link', uri: 'https://e.example/x' }] }, undefined],
  ['a text for content', { content: 'paid' }, [{ type: 'text', text: 'paid' }]],
  ['one block for content', { content: { type: 'text', text: 'paid' } }, [{ type: 'text', text: 'paid' }]],
  ['no content', { structuredContent: [1], _meta: { 'vendor/x': 1 }, vendor: { a: null } }, []],
  ['null for content', { content: null, isError: 'true' }, []],
])('a result with %s is handed on as it came', async (_what, result, content) => {
  let calls = 0;
  const id = await server({ 'tools/call': () => ((calls += 1), result) });
  expect(await callTool(member, id, 'good')).toEqual({
    content: content ?? result.content,
    structuredContent: 'structuredContent' in result ? result.structuredContent : null,
    isError: 'isError' in result,
    result,
  });
  expect(calls).toBe(1);
});

test('a result that cannot be handed on is an error that says that the tool has run', async () => {
  let deep: unknown = 'x';
  for (let depth = 0; depth < 150; depth++) deep = [deep];
  const id = await server({ 'tools/call': () => ({ structuredContent: deep }) });
  const error = await callError(member, id, 'good');
  expect(error.extensions.code).toBe('UPSTREAM_ERROR');
  expect(error.message).toMatch(/^The tool has run,.* 100 levels/);
});

test.each([
  ['that is not JSON', () => ({ text: '{"jsonrpc":', headers: { 'content-type': 'application/json' } })],
  ['with the status 502', () => ({ status: 502, text: 'Bad gateway' })],
  ['that is empty', () => ({ text: '', headers: { 'content-type': 'application/json' } })],
])('an answer to a call %s is an error that says that the tool may have run', async (_what, answer) => {
  const path = `/mcp-${(servers += 1)}`;
  const methods = answering({ 'tools/list': () => ({ tools: [good] }) });
  upstream.answer(path, (body) => (body.includes('"tools/call"') ? answer() : methods(body)));
  const { id } = await seedServer(app, { url: upstream.origin + path });
  expect((await callError(member, id, 'good')).message).toContain('The tool may have run.');
  expect(names(await listTools(member, id))).toEqual(['good']);
});

describe('a JSON-RPC error', () => {
  const data = { issues: [{ path: ['owner'], message: 'Required' }] };
  const error = { code: -32_602, message: 'Remote words: owner', data };

  test('of a call reaches the caller as data, and no sentence of Switchboard', async () => {
    const id = await server({ 'tools/call': () => rpcError(error) });
    const answered = await callError(member, id, 'good');
    expect(answered.extensions).toEqual({
      code: 'UPSTREAM_ERROR',
      reference: expect.any(String),
      jsonRpcError: error,
    });
    expect(answered.message).toContain('-32602');
    expect(answered.message).not.toContain('Remote words');
    expect(answered.message).not.toContain('may have run');
    expect(JSON.stringify(app.logs)).not.toContain('Remote words');
  });

  test('of a list does not reach members', async () => {
    const id = await server({ 'tools/list': () => rpcError(error) });
    const answered = await listingError(member, id);
    expect(answered.extensions).toEqual({ code: 'UPSTREAM_ERROR', reference: expect.any(String) });
    expect(JSON.stringify(answered)).not.toContain('Remote words');
    const reference = String(answered.extensions.reference);
    const { failureReport } = await admin.graphql.data(FailureReportDocument, { reference });
    expect(failureReport.remoteMessage).toBe(error.message);
    const { diagnosis } = (await admin.graphql.data(DiagnoseMcpServerDocument, { id })).diagnoseMcpServer;
    expect(diagnosis.failure?.message).not.toContain('Remote words');
    expect(diagnosis.steps.at(-1)?.detail).toContain('The server’s words: “Remote words: owner”');
  });

  test('does not contain the server’s key, which members must not read', async () => {
    const path = `/mcp-${(servers += 1)}`;
    const echo = { code: 1, message: 'Refused s3cret-key', data: { headers: { 'x-key': 's3cret-key' } } };
    upstream.answer(path, answering({ 'tools/call': () => rpcError(echo) }));
    const { id } = await seedServer(app, {
      url: upstream.origin + path,
      authType: 'API_KEY',
      apiKeyHeader: 'X-Key',
      apiKeyValue: 's3cret-key',
    });
    expect((await callError(member, id, 'good')).extensions.jsonRpcError).toEqual({
      code: 1,
      message: 'Refused [removed]',
      data: { headers: { 'x-key': '[removed]' } },
    });
  });

  test('that is large is cut to size', async () => {
    const large = { code: 7, message: 'é'.repeat(5_000), data: { text: 'x'.repeat(50_000) } };
    const id = await server({ 'tools/call': () => rpcError(large) });
    const { jsonRpcError } = (await callError(member, id, 'good')).extensions as {
      jsonRpcError?: { message: string; data: string };
    };
    expect(Buffer.byteLength(jsonRpcError?.message ?? '')).toBe(2_048);
    expect(jsonRpcError?.data).toMatch(/^\{"text":"x+$/);
    expect(jsonRpcError?.data).toHaveLength(8_192);
  });
});

describe('a tool that requires a page to be opened', () => {
  const elicitation = (url: string) => ({ mode: 'url', elicitationId: 'e-1', url, message: 'Pay first.' });
  const requiring = (...urls: string[]) =>
    server({
      'tools/call': () =>
        rpcError({
          code: -32_042,
          message: 'Pay first.',
          data: { elicitations: urls.map(elicitation) },
        }),
    });

  test('hands over the pages that are safe to open', async () => {
    const loopback = `${upstream.origin}/pay`;
    const id = await requiring(
      'https://pay.example/1',
      'javascript:alert(1)',
      'http://pay.example/2',
      loopback,
    );
    const error = await callError(member, id, 'good');
    expect(error.extensions).toEqual({
      code: 'URL_ELICITATION_REQUIRED',
      jsonRpcError: { code: -32_042, message: 'Pay first.', data: null },
      elicitations: ['https://pay.example/1', loopback].map((url) => ({
        url,
        message: 'Pay first.',
        elicitationId: 'e-1',
      })),
    });
    expect(error.message).not.toContain('pay.example');
  });

  test('and names no such page is an error for an administrator', async () => {
    const error = await callError(member, await requiring('javascript:alert(1)'), 'good');
    expect(error.extensions).toEqual({
      code: 'UPSTREAM_ERROR',
      reference: expect.any(String),
      jsonRpcError: { code: -32_042, message: 'Pay first.', data: null },
    });
  });
});

describe('the size of answers', () => {
  const property = { type: 'string', description: 'The value of this property.', enum: ['a', 'b', 'c'] };
  const properties = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`property_${index}`, property]),
  );
  const catalogue = Array.from({ length: 600 }, (_, index) => ({
    name: `tool-${index}`,
    description: 'x'.repeat(300),
    inputSchema: { type: 'object', properties },
  }));

  test('may be that of a real catalogue, and of a large result', async () => {
    expect(JSON.stringify(catalogue).length).toBeGreaterThan(2_500_000);
    const rows = Array.from({ length: 15_000 }, (_, id) => ({ id, name: 'n', price: 1.5, tags: ['a', 'b'] }));
    const id = await server({
      'tools/list': () => ({ tools: catalogue }),
      'tools/call': () => ({ content: [], structuredContent: rows }),
    });
    expect(names(await listTools(member, id))).toHaveLength(600);
    expect((await callTool(member, id, 'tool-1')).structuredContent).toHaveLength(15_000);
  });

  test.each([
    ['bytes', 'x'.repeat(1_100_000), 'is larger than 1 MiB'],
    ['values', Array.from({ length: 40_000 }, () => 1), 'contains more than 12,000 JSON values'],
  ])('has a limit of %s, which the error names', async (_what, structuredContent, sentence) => {
    const small = await startApp({ mcpMaxResponseMib: 1 });
    try {
      const user = await seedSignedInUser(small);
      const path = `/mcp-${(servers += 1)}`;
      const large = { content: [], structuredContent };
      upstream.answer(path, answering({ 'tools/call': () => large, 'tools/list': () => large }));
      const { id } = await seedServer(small, { url: upstream.origin + path });
      const raise = 'The operator of Switchboard can raise this limit with MCP_MAX_RESPONSE_MIB.';
      const called = await callError(user, id, 'good');
      expect(called.message).toContain(sentence);
      expect(called.message).toContain(`${raise} The tool may have run.`);
      const listed = await listingError(user, id);
      expect(listed.message).toContain(sentence);
      expect(listed.message).toMatch(new RegExp(`${raise}$`));
    } finally {
      await small.close();
    }
  });
});
