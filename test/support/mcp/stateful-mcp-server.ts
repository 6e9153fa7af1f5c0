import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close, listen } from '../http-listener.js';

export interface StatefulRequest {
  /** The JSON-RPC method, or DELETE. */
  method: string;
  session: string | undefined;
  authorization: string | undefined;
}

/** An MCP server of the older versions whose tool `count` counts its calls in each session, as a browser keeps its page. */
export interface StatefulMcpServer {
  readonly url: string;
  readonly requests: readonly StatefulRequest[];
  count(method: string): number;
  /** Forgets every session, as a restart does. */
  forget(): void;
  /** Awaited before the answer to `initialize`. */
  beforeInitialize: () => Promise<void>;
  /** The status for an unknown session. */
  unknownStatus: 400 | 404;
  /** Set to issue no session ids. */
  isStateless: boolean;
  close(): Promise<void>;
}

export async function startStatefulMcpServer(): Promise<StatefulMcpServer> {
  const requests: StatefulRequest[] = [];
  const sessions = new Map<string, number>();
  const http = createServer((req, res) => void handle(req, res).catch(() => res.destroy()));
  const send = (res: ServerResponse, status: number, body: unknown, headers = {}) =>
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    const text = Buffer.concat(await req.toArray()).toString();
    const { id, method = req.method ?? '' } = JSON.parse(text || '{}') as { id?: number; method?: string };
    const session = req.headers['mcp-session-id']?.toString();
    requests.push({ method, session, authorization: req.headers.authorization });
    if (method === 'server/discover') return res.writeHead(404).end();
    if (method === 'initialize') {
      await server.beforeInitialize();
      const issued = randomUUID();
      if (!server.isStateless) sessions.set(issued, 0);
      const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} } };
      const headers = server.isStateless ? {} : { 'mcp-session-id': issued };
      return send(res, 200, { jsonrpc: '2.0', id, result }, headers);
    }
    const calls = server.isStateless ? 0 : sessions.get(session ?? '');
    if (calls === undefined) {
      const error = { code: -32_001, message: 'Bad Request: No valid session ID provided' };
      return send(res, server.unknownStatus, { jsonrpc: '2.0', id: null, error });
    }
    if (method === 'DELETE') sessions.delete(session ?? '');
    if (id === undefined) return res.writeHead(202).end();
    if (method === 'tools/call') sessions.set(session ?? '', calls + 1);
    const content = [{ type: 'text', text: String(calls + 1) }];
    return send(res, 200, {
      jsonrpc: '2.0',
      id,
      result: method === 'tools/list' ? { tools: [] } : { content },
    });
  };

  const server: StatefulMcpServer = {
    url: `${await listen(http)}/mcp`,
    requests,
    count: (method) => requests.filter((request) => request.method === method).length,
    forget: () => sessions.clear(),
    beforeInitialize: async () => {},
    unknownStatus: 404,
    isStateless: false,
    close: () => close(http),
  };
  return server;
}
