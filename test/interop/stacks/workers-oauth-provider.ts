// Cloudflare's library for Workers, in the Workers runtime.
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { freePort, ready } from './support/program.ts';

const [worker = ''] = process.argv.slice(2);
const { outputFiles } = await build({
  entryPoints: [new URL(`workers/${worker}.ts`, import.meta.url).pathname],
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  conditions: ['workerd', 'worker', 'browser'],
  external: ['cloudflare:*', 'node:*'],
  // The runtime has the modules of Node.js under these names only.
  alias: { path: 'node:path' },
  banner: { js: `import { createRequire } from 'node:module'; const require = createRequire('/');` },
  logLevel: 'error',
});
const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port,
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents: outputFiles[0]?.text ?? '' }],
  compatibilityDate: '2026-07-01',
  compatibilityFlags: ['nodejs_compat'],
  kvNamespaces: ['OAUTH_KV'],
  durableObjects: worker === 'sse' ? { AGENT: { className: 'Whoami', useSQLite: true } } : {},
  bindings: { ORIGIN: origin },
  // Requests about the runtime itself.
  cf: false,
  telemetry: { enabled: false },
});
await miniflare.ready;
ready({
  url: `${origin}/${worker === 'sse' ? 'sse' : 'mcp'}`,
  calls: [{ name: 'whoami', result: 'alice' }],
  form: { login: 'alice' },
});
