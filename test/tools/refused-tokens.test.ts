import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { startApp, type TestApp } from '../support/app.js';
import { close, listen } from '../support/http-listener.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser, type SignedInUser } from '../support/seed.js';
import { callError, callTool, listTools, listingError, text } from './tool-calls.js';

/** The answer of an MCP server to a token that it does not accept. */
interface Refusal {
  status: number;
  challenge?: string;
}

let app: TestApp;
let http: Server;
let origin: string;
let accepted: string;
let refusal: Refusal;
/** The methods whose tokens the server checks. Others are answered to any token. */
let isChecked: (method: string) => boolean;
let refresh: { status: number; body: unknown };
/** The requests as `token method`. */
let requests: string[];
let refreshes: number;

beforeAll(async () => {
  app = await startApp();
  http = createServer((req, res) => void answer(req, res));
  origin = await listen(http);
});

afterAll(async () => {
  await app.close();
  await close(http);
});

beforeEach(() => {
  accepted = 'access-2';
  isChecked = () => true;
  refresh = { status: 200, body: { access_token: 'access-2', token_type: 'Bearer', expires_in: 3_600 } };
  requests = [];
  refreshes = 0;
});

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body = Buffer.concat(await req.toArray()).toString();
  const json = (status: number, value: unknown, headers: Record<string, string> = {}) =>
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  if (req.url === '/token') {
    refreshes += 1;
    return void json(refresh.status, refresh.body);
  }
  if (req.url !== '/mcp') return void json(404, {});
  const { id, method = '' } = JSON.parse(body || '{}') as { id?: number; method?: string };
  const token = (req.headers.authorization ?? '').replace('Bearer ', '');
  if (id === undefined) return void res.writeHead(202).end();
  if (method === 'server/discover') return void json(404, {});
  requests.push(`${token} ${method}`);
  if (isChecked(method) && token !== accepted) {
    const { status, challenge } = refusal;
    return void json(status, { error: 'Remote words' }, challenge ? { 'www-authenticate': challenge } : {});
  }
  json(200, { jsonrpc: '2.0', id, result: results[method] });
}

const results: Record<string, unknown> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'scripted', version: '1' },
  },
  'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
};

/** A user with an unexpired token `access-1`. */
async function connected(refreshToken: string | null = 'refresh-1'): Promise<[SignedInUser, string]> {
  const user = await seedSignedInUser(app);
  const { id } = await seedOAuth2Server(app, { url: `${origin}/mcp`, oauth2TokenUrl: `${origin}/token` });
  const expiresAt = new Date(Date.now() + 3_600_000);
  await seedAccount(
    app,
    { userId: user.id, serverId: id },
    { accessToken: 'access-1', refreshToken, expiresAt },
  );
  return [user, id];
}

const calls = () => requests.filter((request) => request.endsWith('tools/call'));

async function statusOf({ id }: SignedInUser): Promise<string | undefined> {
  const [account] = await app.sql<{ status: string }>(
    'select status from mcp_server_user_tokens where user_id = $1',
    [id],
  );
  return account?.status;
}

const invalidToken = 'Bearer error="invalid_token", error_description="Remote words"';

describe.each<[string, Refusal]>([
  ['401 without a challenge', { status: 401 }],
  ['401 with a challenge', { status: 401, challenge: invalidToken }],
  ['403 with invalid_token', { status: 403, challenge: invalidToken }],
  ['400 with invalid_token', { status: 400, challenge: `Basic realm="x", ${invalidToken}` }],
  ['500 with invalid_token', { status: 500, challenge: invalidToken }],
])('%s', (_name, answered) => {
  beforeEach(() => {
    refusal = answered;
  });

  test('refreshes the token once, and repeats the request once', async () => {
    const [user, id] = await connected();
    expect(await listTools(user, id)).toHaveLength(1);
    expect(refreshes).toBe(1);
    expect(requests).toEqual(['access-1 initialize', 'access-2 initialize', 'access-2 tools/list']);
  });

  test('repeats a tool call, which did not run', async () => {
    isChecked = (method) => method === 'tools/call';
    const [user, id] = await connected();
    expect(text(await callTool(user, id, 'echo'))).toBe('done');
    expect(calls()).toEqual(['access-1 tools/call', 'access-2 tools/call']);
  });

  test('is told as a token that was never accepted if the refreshed token is refused too', async () => {
    accepted = 'none';
    const [user, id] = await connected();
    const error = await listingError(user, id);
    expect(error.extensions).toMatchObject({
      code: 'NEEDS_AUTHORIZATION',
      connectUrl: expect.any(String),
      reference: expect.any(String),
    });
    expect(error.message).toContain('another audience, or lacks a scope. An administrator must');
    expect(error.message).not.toContain('Remote words');
    expect(await statusOf(user)).toBe('NEEDS_AUTHORIZATION');
    expect((await listingError(user, id)).message).toBe(error.message);
    expect(refreshes).toBe(1);
  });
});

test('a first token that is refused and cannot be refreshed is told as never accepted', async () => {
  refusal = { status: 401 };
  const [user, id] = await connected(null);
  expect((await listingError(user, id)).message).toContain('has just issued');
});

test('a token that was accepted before is told as no longer accepted', async () => {
  refusal = { status: 401 };
  accepted = 'access-1';
  const [user, id] = await connected(null);
  await listTools(user, id);
  accepted = 'none';
  const error = await listingError(user, id);
  expect(error.message).toContain('no longer accepts your token');
  expect(error.message).not.toContain('has just issued');
});

test.each([
  ['403 without a challenge', { status: 403 }],
  ['403 for another reason', { status: 403, challenge: 'Bearer error="invalid_request"' }],
])('%s keeps the account and refreshes nothing', async (_name, answered) => {
  refusal = answered;
  const [user, id] = await connected();
  expect((await listingError(user, id)).extensions.code).toBe('UPSTREAM_ERROR');
  expect(refreshes).toBe(0);
  expect(await statusOf(user)).toBe('CONNECTED');
});

describe('500 without a challenge', () => {
  beforeEach(() => {
    refusal = { status: 500 };
  });

  test('refreshes the token and repeats the request', async () => {
    const [user, id] = await connected();
    expect(await listTools(user, id)).toHaveLength(1);
    expect(requests).toEqual(['access-1 initialize', 'access-2 initialize', 'access-2 tools/list']);
  });

  test('never repeats a tool call, and refreshes the token for the next one', async () => {
    isChecked = (method) => method === 'tools/call';
    const [user, id] = await connected();
    const error = await callError(user, id, 'echo');
    expect(error.extensions.code).toBe('UPSTREAM_ERROR');
    expect(error.message).toContain('HTTP 500');
    expect(calls()).toEqual(['access-1 tools/call']);
    expect(text(await callTool(user, id, 'echo'))).toBe('done');
    expect(calls()).toEqual(['access-1 tools/call', 'access-2 tools/call']);
    expect(refreshes).toBe(1);
  });

  test('refreshes once during an outage of the MCP server, and keeps the account', async () => {
    accepted = 'none';
    const [user, id] = await connected();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const error = await listingError(user, id);
      expect(error.extensions.code).toBe('UPSTREAM_ERROR');
      expect(error.message).toContain('The MCP server failed (HTTP 500)');
    }
    expect(refreshes).toBe(1);
    expect(await statusOf(user)).toBe('CONNECTED');
  });

  test('is told as the failure that it is when the token cannot be refreshed', async () => {
    refresh = { status: 503, body: {} };
    for (const [user, id] of [await connected(), await connected(null)] as const) {
      const error = await listingError(user, id);
      expect(error.extensions.code).toBe('UPSTREAM_ERROR');
      expect(error.message).toContain('The MCP server failed (HTTP 500)');
      expect(await statusOf(user)).toBe('CONNECTED');
    }
    expect(refreshes).toBe(1);
  });
});
