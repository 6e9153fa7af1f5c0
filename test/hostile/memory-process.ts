// A process that sends requests to an upstream on messages of its parent, and reports the rise of its memory above the
// first requests. Run it with --expose-gc.
import { Worker } from 'node:worker_threads';
import { callTool, listTools } from '../../src/mcp/tools.js';
import { createGuardedFetch } from '../../src/net/guarded-fetch.js';
import { strict } from '../../src/oauth2/compatibility.js';
import { discover } from '../../src/oauth2/discovery/discovery.js';
import { oauth2Outbound } from '../../src/oauth2/endpoints.js';
import { refreshTokens } from '../../src/oauth2/requests/refresh.js';
import { registerClient } from '../../src/oauth2/requests/registration.js';
import { revokeToken } from '../../src/oauth2/requests/revocation.js';
import { exchangeCode } from '../../src/oauth2/requests/tokens.js';
import type { MemoryAnswer, MemorySettings, MemoryTask, Work } from './memory.test.js';

/** Samples the memory every millisecond, even while the main thread is busy. */
const watcher = `
  const { workerData: peak } = require('node:worker_threads');
  setInterval(() => Atomics.store(peak, 0, Math.max(Atomics.load(peak, 0), process.memoryUsage.rss() / 1024)), 1);`;
const peakKib = new Int32Array(new SharedArrayBuffer(4));
new Worker(watcher, { eval: true, workerData: peakKib }).unref();

const residentKib = () => process.memoryUsage.rss() / 1024;
const collect = globalThis.gc ?? (() => Promise.reject(new Error('Run it with --expose-gc.')));

process.once('message', async ({ origin, ca }: MemorySettings) => {
  const guarded = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], extraCa: ca });
  const outbound = oauth2Outbound(guarded, strict);
  const client = {
    issuer: origin,
    tokenEndpoint: `${origin}/token`,
    revocationEndpoint: `${origin}/revoke`,
    clientId: 'good-client',
    clientSecret: null,
    tokenAuthMethod: 'none' as const,
    acceptsPlainHttp: false,
  };
  const session = (transport: 'STREAMABLE_HTTP' | 'SSE') => ({
    endpoint: { url: `${origin}/mcp`, transport },
    credentials: { headers: [['authorization', 'Bearer token']] as const },
    fetch: guarded.mcp,
    timeoutMs: 30_000,
  });
  const request = { codeVerifier: 'v'.repeat(43), redirectUri: `${origin}/callback`, resource: '' };
  const registration = { clientName: 'Switchboard', clientUri: origin, clientMetadataUrl: null };
  const works: Record<Work, () => Promise<unknown>> = {
    discover: () => discover(`${origin}/mcp`, outbound),
    register: async () => {
      const discovery = await discover(`${origin}/mcp`, outbound);
      return registerClient(discovery, {
        ...registration,
        fetch: outbound.fetch,
        redirectUri: request.redirectUri,
      });
    },
    exchange: () => exchangeCode(client, { ...request, code: 'code' }, outbound),
    refresh: () => refreshTokens(client, { refreshToken: 'refresh-token', resource: '' }, outbound),
    revoke: () => revokeToken(client, 'refresh-token', 'refresh_token', outbound),
    list: () => listTools(session('STREAMABLE_HTTP')),
    'list over an event stream': () => listTools(session('SSE')),
    call: () => callTool(session('STREAMABLE_HTTP'), { name: 'good', arguments: {} }),
  };
  const tell = (answer: MemoryAnswer) => process.send?.(answer);
  // Modules and code that are loaded at first use do not count as a rise.
  for (const work of Object.values(works)) await work().catch(() => {});
  collect();
  const baseline = residentKib();
  process.on('message', async ({ work }: MemoryTask) => {
    collect();
    Atomics.store(peakKib, 0, residentKib());
    const outcome = await works[work]().then(
      (value) => (Object(value) as { outcome?: string }).outcome ?? 'done',
      (error: Error) => error.message,
    );
    const riseMib = Math.round((Math.max(Atomics.load(peakKib, 0), residentKib()) - baseline) / 1024);
    tell({ outcome, riseMib });
  });
  tell({ outcome: 'ready', riseMib: 0 });
});
