// The reference server with every feature of MCP, on one of its transports.
import { freePort, ready, startProgram } from './support/program.ts';

const [transport = ''] = process.argv.slice(2);
const port = await freePort();
const url = `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`;
await startProgram('@modelcontextprotocol/server-everything/dist/index.js', [transport], {
  url,
  env: { PORT: String(port) },
});
ready({
  url,
  calls: [
    { name: 'echo', arguments: { message: 'hello' }, result: 'hello' },
    { name: 'get-sum', arguments: { a: 20, b: 22 }, result: '42' },
  ],
});
