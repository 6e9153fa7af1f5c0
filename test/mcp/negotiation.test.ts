import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { callTool, listTools } from '../../src/mcp/tools.js';
import type { SessionOptions } from '../../src/mcp/session.js';
import { createGuardedFetch } from '../../src/net/guarded-fetch.js';
import { close, listen } from '../support/http-listener.js';

const outbound = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'] });
afterAll(() => outbound.close());

const options = (url: string, more: Partial<SessionOptions> = {}): SessionOptions => ({
  endpoint: { url, transport: 'STREAMABLE_HTTP' },
  credentials: { headers: [] },
  fetch: outbound.mcp,
  timeoutMs: 20_000,
  ...more,
});

interface Message {
  id?: number;
  method: string;
  params: Record<string, unknown>;
  authorization: string | undefined;
}
/** Answers a message. Returns false to let the well-behaved server answer. */
type Answer = (message: Message, res: ServerResponse, req: IncomingMessage) => unknown;

const json = (res: ServerResponse, status: number, body: unknown) =>
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Starts a well-behaved server of the older versions that answers some requests in its own way. */
async function withServer(answer: Answer, work: (url: string, messages: Message[]) => Promise<void>) {
  const messages: Message[] = [];
  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    const body = JSON.parse(Buffer.concat(await req.toArray()).toString() || '{}') as Partial<Message>;
    const { method = req.method ?? '', params = {} } = body;
    const message = { ...body, method, params, authorization: req.headers.authorization };
    messages.push(message);
    if ((await answer(message, res, req)) !== false) return;
    if (message.id === undefined) return void res.writeHead(202).end();
    if (method === 'server/discover') return void res.writeHead(404).end();
    const result =
      method === 'initialize'
        ? { protocolVersion: params.protocolVersion, capabilities: {} }
        : { tools: [{ name: 'one', inputSchema: { type: 'object' } }], content: [] };
    json(res, 200, { jsonrpc: '2.0', id: message.id, result });
  };
  const http = createServer((req, res) => void handle(req, res));
  try {
    await work(`${await listen(http)}/mcp`, messages);
  } finally {
    http.closeAllConnections();
    await close(http);
  }
}

const at =
  (method: string, answer: Answer): Answer =>
  (message, res, req) =>
    message.method === method ? answer(message, res, req) : false;

const rpcError = (code: number, id: unknown = null) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message: 'No.' },
});

test.each<[string, Answer]>([
  ['401', (_message, res) => json(res, 401, {})],
  ['403', (_message, res) => json(res, 403, {})],
  ['405', (_message, res) => json(res, 405, {})],
  ['500', (_message, res) => json(res, 500, { error: 'x' })],
  ['503 with a page', (_message, res) => res.writeHead(503, { 'content-type': 'text/html' }).end('<html>')],
  ['a page', (_message, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['an empty object', (_message, res) => json(res, 200, {})],
  ['nothing', (_message, res) => res.writeHead(204).end()],
  ['a result without versions', ({ id }, res) => json(res, 200, { jsonrpc: '2.0', id, result: {} })],
  ['-32600 without an id', (_message, res) => json(res, 200, rpcError(-32_600))],
  ['-32700 without an id', (_message, res) => json(res, 400, rpcError(-32_700))],
  ['-32601', ({ id }, res) => json(res, 200, rpcError(-32_601, id))],
  ['a closed connection', (_message, res) => res.destroy()],
  [
    'an event stream without an answer',
    (_message, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).end(': \n\n'),
  ],
  ['silence', () => true],
])('a server that answers server/discover with %s is used by initialize', async (_what, answer) => {
  await withServer(at('server/discover', answer), async (url, messages) => {
    const { tools } = await listTools(options(url));
    expect(tools).toHaveLength(1);
    expect(messages.map(({ method }) => method)).toEqual([
      'server/discover',
      'initialize',
      'notifications/initialized',
      'tools/list',
    ]);
  });
});

describe('credentials', () => {
  const renewable = () => {
    const renewals: string[] = [];
    const renew = async (refusal: string) => {
      renewals.push(refusal);
      return [['authorization', 'new']] as const;
    };
    return { renewals, credentials: { headers: [['authorization', 'old']] as const, renew } };
  };

  test('that only server/discover refuses are not renewed', async () => {
    const { renewals, credentials } = renewable();
    await withServer(
      at('server/discover', (_message, res) => json(res, 401, {})),
      async (url) => {
        expect((await listTools(options(url, { credentials }))).tools).toHaveLength(1);
      },
    );
    expect(renewals).toEqual([]);
  });

  test('that initialize refuses as well are renewed once', async () => {
    const { renewals, credentials } = renewable();
    const refuse: Answer = ({ authorization }, res) => authorization !== 'new' && json(res, 401, {});
    await withServer(refuse, async (url) => {
      expect((await listTools(options(url, { credentials }))).tools).toHaveLength(1);
    });
    expect(renewals).toEqual(['REFUSED']);
  });

  test('are renewed if server/discover refuses them and the server has no initialize', async () => {
    const { renewals, credentials } = renewable();
    const modern: Answer = ({ id, method, authorization }, res) => {
      if (method === 'initialize') return json(res, 400, rpcError(-32_022, id));
      if (authorization !== 'new') return json(res, 401, {});
      const result = method === 'server/discover' ? { supportedVersions: ['2026-07-28'] } : { tools: [] };
      return json(res, 200, { jsonrpc: '2.0', id, result: { resultType: 'complete', ...result } });
    };
    await withServer(modern, async (url) => {
      expect((await listTools(options(url, { credentials }))).tools).toEqual([]);
    });
    expect(renewals).toEqual(['REFUSED']);
  });
});

const unsupported = 'Unsupported protocol version';
test.each<[string, number, (id: unknown) => unknown]>([
  [
    'its data',
    400,
    (id) => ({
      jsonrpc: '2.0',
      id,
      error: { code: -32_602, message: unsupported, data: { supported: ['2024-11-05', '2025-03-26'] } },
    }),
  ],
  [
    'its message',
    200,
    (id) => ({
      jsonrpc: '2.0',
      id,
      error: { code: -32_000, message: `${unsupported} (supported: 2025-03-26, 2024-11-05)` },
    }),
  ],
  ['a body that is no JSON-RPC', 400, () => ({ error: `${unsupported}. Use 2025-03-26.` })],
])(
  'initialize is repeated with the newest version that the server names in %s',
  async (_where, status, body) => {
    const versions: unknown[] = [];
    const refuse = at('initialize', ({ id, params }, res) => {
      versions.push(params.protocolVersion);
      return params.protocolVersion !== '2025-03-26' && json(res, status, body(id));
    });
    await withServer(refuse, async (url) => {
      expect((await listTools(options(url))).tools).toHaveLength(1);
    });
    expect(versions).toEqual(['2025-11-25', '2025-03-26']);
  },
);

test('initialize is tried with three versions at most', async () => {
  let named = 10;
  const refuse = at('initialize', ({ id }, res) =>
    json(res, 400, { jsonrpc: '2.0', id, error: { code: -32_602, message: `Use 2025-01-${named++}.` } }),
  );
  await withServer(refuse, async (url, messages) => {
    await expect(listTools(options(url))).rejects.toMatchObject({ code: 'UPSTREAM_ERROR' });
    expect(messages.filter(({ method }) => method === 'initialize')).toHaveLength(3);
  });
});

test.each([['text/plain'], ['application/json-rpc'], ['application/octet-stream'], [undefined]])(
  'JSON with the content type %s is read',
  async (type) => {
    const send: Answer = ({ id, method }, res) => {
      if (method !== 'tools/call') return false;
      const text = JSON.stringify({ jsonrpc: '2.0', id: String(id), result: { content: [] } });
      return res.writeHead(200, type === undefined ? {} : { 'content-type': type }).end(text);
    };
    await withServer(send, async (url) => {
      expect((await callTool(options(url), { name: 'one', arguments: {} })).content).toEqual([]);
    });
  },
);

test('a stream that ends before its answer is resumed from its last event', async () => {
  const resumable: Answer = ({ id, method }, res, req) => {
    const stream = { 'content-type': 'text/event-stream' };
    if (method === 'tools/call') {
      waiting = id;
      return res.writeHead(200, stream).end('id: 7\nretry: 10\ndata:\n\n');
    }
    if (method !== 'GET') return false;
    expect(req.headers['last-event-id']).toBe('7');
    const answer = JSON.stringify({ jsonrpc: '2.0', id: waiting, result: { content: [] } });
    return res.writeHead(200, stream).end(`id: 8\ndata: ${answer}\n\n`);
  };
  let waiting: number | undefined;
  await withServer(resumable, async (url, messages) => {
    await callTool(options(url), { name: 'one', arguments: {} });
    expect(messages.filter(({ method }) => method === 'tools/call')).toHaveLength(1);
  });
});

describe('the SSE transport', () => {
  /** Starts a server whose POSTs are answered with an empty event stream, and whose stream names `endpoint`. */
  const withSse = (endpoint: string, work: (url: string) => Promise<void>) => {
    let stream: ServerResponse | undefined;
    const answer: Answer = ({ id, method }, res) => {
      if (method === 'GET') {
        stream = res.writeHead(200, { 'content-type': 'text/event-stream' });
        return stream.write(`event: endpoint\ndata: ${endpoint}\n\n`);
      }
      res.writeHead(202, { 'content-type': 'text/event-stream' }).end();
      const result = method === 'initialize' ? { protocolVersion: '2024-11-05' } : { tools: [] };
      const message = JSON.stringify({ jsonrpc: '2.0', id, result });
      return id === undefined || stream?.write(`event: message\ndata: ${message}\n\n`);
    };
    return withServer(answer, work);
  };
  const sse = (url: string) => options(url, { endpoint: { url, transport: 'SSE' } });

  test('survives event streams in response to POSTs', async () => {
    await withSse('/messages', async (url) => {
      expect((await listTools(sse(url))).tools).toEqual([]);
    });
  });

  test.each(['http://backend.internal:8080/messages', 'https://127.0.0.1/messages', '//elsewhere.example/'])(
    'refuses the endpoint %s and says why',
    async (endpoint) => {
      await withSse(endpoint, async (url) => {
        await expect(listTools(sse(url))).rejects.toMatchObject({
          message: expect.stringContaining('another scheme, host or port'),
        });
      });
    },
  );
});
