import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { close, listen, record, type RecordedRequest } from '../http-listener.js';
import { createToolbox, type ToolLog } from './toolbox.js';

export interface SseMcpServer extends ToolLog {
  /** The URL of the event stream: `http://127.0.0.1:port/sse`. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Ends every event stream abruptly. */
  hangUp(): void;
  close(): Promise<void>;
}

/** Starts an MCP server with the HTTP+SSE transport of MCP 2024-11-05, which the SDK no longer includes. */
export async function startSseMcpServer(): Promise<SseMcpServer> {
  const requests: RecordedRequest[] = [];
  const log: ToolLog = { called: [], cancelled: 0 };
  const streams = new Map<string, EventStream>();

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? '', 'http://here.invalid');
    if (req.method === 'GET' && url.pathname === '/sse') {
      const id = randomUUID();
      const stream = new EventStream(res, `/messages?session=${id}`);
      streams.set(id, stream);
      res.on('close', () => streams.delete(id));
      await createToolbox(log).connect(stream);
      return;
    }
    const stream = streams.get(url.searchParams.get('session') ?? '');
    if (req.method !== 'POST' || !stream) {
      res.writeHead(404).end();
      return;
    }
    const message = JSON.parse(Buffer.concat(await req.toArray()).toString()) as JSONRPCMessage;
    res.writeHead(202).end();
    stream.onmessage?.(message);
  };

  const http = createServer((req, res) => {
    requests.push(record(req));
    void handle(req, res);
  });
  const origin = await listen(http);
  return Object.assign(log, {
    url: `${origin}/sse`,
    requests,
    hangUp: () => streams.forEach((stream) => void stream.close()),
    close: () => close(http),
  });
}

/** The server side of one connection. */
class EventStream implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;

  constructor(
    private readonly res: ServerResponse,
    private readonly endpoint: string,
  ) {}

  async start(): Promise<void> {
    this.res.writeHead(200, { 'content-type': 'text/event-stream' });
    this.res.write(`event: endpoint\ndata: ${this.endpoint}\n\n`);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.res.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  async close(): Promise<void> {
    this.res.end();
    this.onclose?.();
  }
}
