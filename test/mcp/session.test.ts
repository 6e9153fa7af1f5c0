import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { SwitchboardError } from '../../src/errors.js';
import { listTools, callTool } from '../../src/mcp/tools.js';
import type { SessionOptions } from '../../src/mcp/session.js';
import { SessionFetch } from '../../src/mcp/session-fetch.js';
import { createGuardedFetch } from '../../src/net/guarded-fetch.js';
import { mcpLimits } from '../../src/net/response-limit.js';
import { close, listen } from '../support/http-listener.js';
import { startMcpServer, type McpServer } from '../support/mcp/mcp-server.js';

const outbound = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'] });
let mcp: McpServer;

beforeAll(async () => {
  mcp = await startMcpServer();
});

afterAll(async () => {
  await outbound.close();
  await mcp.close();
});

const options = (url: string, more: Partial<SessionOptions> = {}): SessionOptions => ({
  endpoint: { url, transport: 'STREAMABLE_HTTP' },
  credentials: { headers: [] },
  fetch: outbound.mcp,
  timeoutMs: 10_000,
  ...more,
});

type Answer = (method: string, params: Record<string, unknown>, res: ServerResponse) => unknown;

/** Starts a server of the older protocol version. `answer` returns a result, or undefined if it has responded itself. */
async function withServer<Result>(answer: Answer, work: (url: string) => Promise<Result>): Promise<Result> {
  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    const text = Buffer.concat(await req.toArray()).toString();
    const {
      id,
      method = '',
      params = {},
    } = JSON.parse(text || '{}') as {
      id?: number;
      method?: string;
      params?: Record<string, unknown>;
    };
    if (id === undefined) return res.writeHead(202).end();
    if (method === 'server/discover') return res.writeHead(404).end();
    const result =
      method === 'initialize'
        ? {
            protocolVersion: '2025-06-18',
            capabilities: { tools: {} },
            serverInfo: { name: 'scripted', version: '1' },
          }
        : answer(method, params, res);
    if (result === undefined) return res;
    return res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  };
  const http = createServer((req, res) => void handle(req, res));
  try {
    return await work(`${await listen(http)}/mcp`);
  } finally {
    await close(http);
  }
}

const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });

test('ends at its timeout while a tool is running', async () => {
  const since = Date.now();
  const call = callTool(options(mcp.url, { timeoutMs: 500 }), { name: 'slow', arguments: {} });
  await expect(call).rejects.toMatchObject({
    code: 'UPSTREAM_ERROR',
    message: expect.stringContaining('too long'),
  });
  expect(Date.now() - since).toBeLessThan(10_000);
});

test('ends at its timeout while a response trickles in', async () => {
  const drip: Answer = (_method, _params, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => res.write(': still here\n\n'), 20);
    res.on('close', () => clearInterval(timer));
  };
  await withServer(drip, async (url) => {
    const since = Date.now();
    await expect(listTools(options(url, { timeoutMs: 500 }))).rejects.toMatchObject({
      code: 'UPSTREAM_ERROR',
    });
    expect(Date.now() - since).toBeLessThan(10_000);
  });
});

test('limits the total size of all responses in a session', async () => {
  const chatter: Answer = (_method, _params, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => res.write(`data: ${'{}'.padEnd(4_000)}\n\n`), 1);
    res.on('close', () => clearInterval(timer));
  };
  await withServer(chatter, async (url) => {
    await expect(
      listTools(options(url, { limits: { ...mcpLimits(16, null), bytes: 100_000 } })),
    ).rejects.toMatchObject({
      code: 'UPSTREAM_ERROR',
      message: expect.stringContaining('larger than 100,000 bytes'),
    });
  });
});

test('fails immediately when the connection closes before the response', async () => {
  const breakOff: Answer = (_method, _params, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': soon\n\n');
    setTimeout(() => res.destroy(), 20);
  };
  await withServer(breakOff, async (url) => {
    const since = Date.now();
    await expect(listTools(options(url))).rejects.toMatchObject({ code: 'UPSTREAM_ERROR' });
    expect(Date.now() - since).toBeLessThan(2_000);
  });
});

test('reads a list page by page and fails if it does not end', async () => {
  const paged =
    (last: number): Answer =>
    (_method, { cursor }) => {
      const page = Number(cursor ?? 0);
      return { tools: [tool(`tool-${page}`)], ...(page < last && { nextCursor: String(page + 1) }) };
    };
  await withServer(paged(2), async (url) => {
    const { tools } = await listTools(options(url));
    expect(tools.map(({ name }) => name)).toEqual(['tool-0', 'tool-1', 'tool-2']);
  });
  await withServer(paged(Infinity), async (url) => {
    await expect(listTools(options(url))).rejects.toMatchObject({
      message: expect.stringContaining('does not end'),
    });
  });
});

test('repeats the code of an error, and its message only for administrators', async () => {
  const refuse: Answer = (_method, _params, res) => {
    const error = { code: -32_000, message: 'Remote words', data: 'Remote words' };
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, error }));
  };
  await withServer(refuse, async (url) => {
    const failure = await listTools(options(url)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UPSTREAM_ERROR', message: expect.stringContaining('-32000') });
    const { evidence, ...shown } = failure as SwitchboardError;
    expect(evidence?.remoteMessage).toBe('Remote words');
    expect(JSON.stringify(shown) + String((failure as Error).stack)).not.toContain('Remote words');
    expect((failure as Error).cause).toBeUndefined();
  });
});

describe('credentials', () => {
  /** Starts a server that accepts the credential `second` only, and returns the credentials of each request. */
  const guarded = async (work: (url: string) => Promise<void>) => {
    const server = await startMcpServer({ requiredHeader: { name: 'authorization', value: 'second' } });
    try {
      await work(server.url);
      return server.requests.map(({ headers }) => headers.authorization);
    } finally {
      await server.close();
    }
  };

  test('are renewed once after both eras refused them, and only refused requests are repeated', async () => {
    let renewals = 0;
    const seen = await guarded(async (url) => {
      const credentials = {
        headers: [['authorization', 'first']] as const,
        renew: async () => {
          renewals += 1;
          return [['authorization', 'second']] as const;
        },
      };
      const result = await callTool(options(url, { credentials }), { name: 'whoami', arguments: {} });
      expect(result.content).toEqual([{ type: 'text', text: 'nobody' }]);
    });
    expect(renewals).toBe(1);
    expect(seen).toEqual(['first', 'first', 'second', 'second']);
  });

  test('that are refused again are not retried', async () => {
    const seen = await guarded(async (url) => {
      const credentials = {
        headers: [['authorization', 'first']] as const,
        renew: async () => [['authorization', 'third']] as const,
      };
      await expect(listTools(options(url, { credentials }))).rejects.toMatchObject({
        name: 'McpAuthorizationError',
        status: 401,
      });
    });
    expect(seen).toEqual(['first', 'first', 'third', 'third']);
  });
});

test('credentials are sent to the origin of the server only', async () => {
  const sent: string[] = [];
  const sessionFetch = new SessionFetch({
    fetch: async (url) => {
      sent.push(url);
      return new Response('{}');
    },
    url: new URL('https://mcp.example.com/mcp'),
    credentials: { headers: [['authorization', 'secret']] },
  });
  const post = (url: string) => sessionFetch.fetch(new URL(url), { method: 'POST', headers: {}, body: '{}' });
  await post('https://mcp.example.com/messages');
  await expect(post('https://mcp.example.com:444/messages')).rejects.toThrow();
  await expect(post('http://mcp.example.com/messages')).rejects.toThrow();
  expect(sent).toEqual(['https://mcp.example.com/messages']);
});
