// A server whose state is a browser page. A call sees what the call before it left there.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { freePort, listen, ready, startProgram } from './support/program.ts';

const executable = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((place) => place !== undefined && existsSync(place));
if (executable === undefined) throw new Error('This stack needs Chromium. CHROMIUM names it.');

const site = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html').end('<title>A page</title><h1>Kept between calls</h1>');
});
const page = `http://127.0.0.1:${await listen(site)}/`;
const port = await freePort();
// It refuses requests to another host than the one that it prints.
const url = `http://localhost:${port}/mcp`;
await startProgram(
  '@playwright/mcp/cli.js',
  [
    '--headless',
    '--isolated',
    '--no-sandbox',
    '--browser=chromium',
    `--executable-path=${executable}`,
    '--host=localhost',
    `--port=${port}`,
  ],
  { url },
);
ready({
  url,
  calls: [
    { name: 'browser_navigate', arguments: { url: page }, result: 'A page' },
    { name: 'browser_snapshot', result: 'Kept between calls' },
  ],
});
