// Switchboard as `npm start` runs it, including its log, on a migrated database. The keys are an argument, or generated.
import { randomBytes } from 'node:crypto';
import { serve } from '../src/app.js';
import { createLog } from '../src/log.js';
import { openLogOutput } from '../src/log-output.js';
import { KeyRing } from '../src/secrets/vault.js';
import { reportPort } from './report-port.js';

const app = await serve({
  databaseUrl: process.argv[2] ?? '',
  host: '127.0.0.1',
  port: 0,
  publicUrl: null,
  allowedOrigins: [],
  allowedPrivateCidrs: ['127.0.0.0/8'],
  keys: KeyRing.parse(process.argv[3] ?? `bench:${randomBytes(32).toString('base64')}`),
  oidc: null,
  trustedProxies: [],
  clientMetadata: false,
  auditRetentionDays: 400,
  maxQueryCost: 100_000,
  rateLimits: {
    unauthenticatedPerSecond: Number(process.env.RATE_LIMIT ?? 20),
    unauthenticatedBurst: 100,
    flowsPerMinute: 10,
  },
  log: createLog('info', openLogOutput()),
});
reportPort(app.port);
