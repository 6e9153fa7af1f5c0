// A process on the application's database, with its keys. It is the whole application, or it works on the outbox when its
// parent tells it to.
import { serve } from '../../../src/app.js';
import { createLog } from '../../../src/log.js';
import { KeyRing, Vault } from '../../../src/secrets/vault.js';
import { openOutbox } from './outbox.js';
import type { OutboxProcessSettings } from './outbox-processes.js';

process.once('message', async ({ databaseUrl, keys, serves }: OutboxProcessSettings) => {
  const ring = KeyRing.parse(keys);
  if (serves) {
    const app = await serve({
      databaseUrl,
      keys: ring,
      host: '127.0.0.1',
      port: 0,
      publicUrl: null,
      allowedOrigins: [],
      allowedPrivateCidrs: ['127.0.0.0/8'],
      oidc: null,
      trustedProxies: [],
      clientMetadata: false,
      auditRetentionDays: 400,
      maxQueryCost: 100_000,
      rateLimits: { unauthenticatedPerSecond: 20, unauthenticatedBurst: 100, flowsPerMinute: 10 },
      log: createLog('silent'),
    });
    process.send?.(app.publicUrl);
    return;
  }
  const outbox = await openOutbox({ databaseUrl, vault: new Vault(ring) });
  process.on('message', async () => process.send?.(await outbox.workDue()));
  process.send?.('');
});
