// An MCP server without a library, so that it costs little: /modern speaks MCP 2026-07-28, /legacy an older version with sessions.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportPort } from './report-port.js';

let sessions = 0;
const result = {
  initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} } },
  'server/discover': {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
  },
  'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'x'.repeat(200) }] },
} as const;

const server = createServer((req, res) => {
  let text = '';
  req.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  req.on('end', () => {
    const { id, method } = JSON.parse(text || '{}') as { id?: number; method?: keyof typeof result };
    const isLegacy = req.url === '/legacy';
    const isUnknown = isLegacy ? method === 'server/discover' : method === 'initialize';
    if (id === undefined || !method) return res.writeHead(202).end();
    if (isUnknown) return res.writeHead(404).end();
    const session = isLegacy && method === 'initialize' ? { 'mcp-session-id': `session-${++sessions}` } : {};
    const body = JSON.stringify({ jsonrpc: '2.0', id, result: result[method] });
    return res.writeHead(200, { 'content-type': 'application/json', ...session }).end(body);
  });
});
server.listen(0, '127.0.0.1', () => reportPort((server.address() as AddressInfo).port));
