// The reference server on stdio, behind a gateway that speaks HTTP.
import { freePort, packageFile, ready, startProgram } from './support/program.ts';

const [transport = ''] = process.argv.slice(2);
const port = await freePort();
const url = `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`;
const stdio = `${process.execPath} ${packageFile('@modelcontextprotocol/server-everything/dist/index.js')} stdio`;
await startProgram(
  'supergateway/dist/index.js',
  ['--stdio', stdio, '--outputTransport', transport, '--port', String(port)],
  { url },
);
ready({
  url,
  calls: [
    { name: 'echo', arguments: { message: 'hello' }, result: 'hello' },
    { name: 'get-sum', arguments: { a: 20, b: 22 }, result: '42' },
  ],
});
