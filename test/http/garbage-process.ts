// A server on a migrated database. Its parent asks for the size of its heap after two young collections. Run it with
// --expose-gc.
import { PerformanceObserver, constants } from 'node:perf_hooks';
import { serve } from '../../src/app.js';
import { createLog } from '../../src/log.js';
import { KeyRing } from '../../src/secrets/vault.js';
import type { HeapAnswer, HeapSettings } from './garbage.test.js';

let fullCollections = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { detail } = entry as unknown as { detail: { kind: number } };
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) fullCollections += 1;
  }
}).observe({ entryTypes: ['gc'] });

const collect = globalThis.gc;
if (!collect) throw new Error('Run it with --expose-gc.');

process.once('message', async ({ databaseUrl, keys }: HeapSettings) => {
  const app = await serve({
    databaseUrl,
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    allowedOrigins: [],
    allowedPrivateCidrs: [],
    keys: KeyRing.parse(keys),
    oidc: null,
    trustedProxies: [],
    clientMetadata: false,
    auditRetentionDays: 400,
    maxQueryCost: 100_000,
    rateLimits: { unauthenticatedPerSecond: 0, unauthenticatedBurst: 1, flowsPerMinute: 0 },
    log: createLog('info', { write: () => {} }),
  });
  process.on('message', () => {
    collect({ type: 'minor', execution: 'sync' });
    collect({ type: 'minor', execution: 'sync' });
    const answer: HeapAnswer = { heapBytes: process.memoryUsage().heapUsed, fullCollections };
    process.send?.(answer);
  });
  process.send?.({ port: app.port });
});
process.on('disconnect', () => process.exit(0));
