// The practical limit: node:http, pg and JSON.stringify, with one statement for the session and one for the list. A request
// with the word `viewer` costs the session alone.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportPort } from '../report-port.js';
import { completeList, findViewer, openPool } from './catalogue-api.js';

const pool = openPool();

const server = createServer((req, res) => {
  let body = '';
  req.setEncoding('utf8').on('data', (text: string) => (body += text));
  req.once('end', async () => {
    try {
      const { query } = JSON.parse(body) as { query: string };
      const viewer = await findViewer(pool, req.headers);
      const json = JSON.stringify({ data: await dataOf(query, viewer) });
      res.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(json),
      });
      res.end(json);
    } catch (error) {
      res.writeHead(500).end(String(error));
    }
  });
});

async function dataOf(query: string, { id, role }: Awaited<ReturnType<typeof findViewer>>) {
  if (query.includes('__typename')) return { __typename: 'Query' };
  if (query.includes('viewer')) return { viewer: { id } };
  const { rows } = await pool.query({ name: `list-${role}`, text: completeList[role], values: [id] });
  return { mcpServerConfigs: rows };
}

server.listen(0, '127.0.0.1', () => reportPort((server.address() as AddressInfo).port));
