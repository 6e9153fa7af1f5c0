import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { serve, type RunningApp, type ServeSettings } from '../../src/app.js';
import { createLog } from '../../src/log.js';
import { KeyRing, Vault } from '../../src/secrets/vault.js';
import { createTestDatabase } from './database.js';

export interface TestApp extends RunningApp {
  /** The origin that it listens on, and its PUBLIC_URL by default. */
  readonly url: string;
  readonly databaseUrl: string;
  /** Every log line, parsed, from the level `debug` up. */
  readonly logs: readonly Record<string, unknown>[];
  readonly keys: KeyRing;
  /** Seals and opens with this application's keys. */
  readonly vault: Vault;
  /** Runs a statement in the database, bypassing the application. */
  sql<T extends pg.QueryResultRow>(statement: string, values?: readonly unknown[]): Promise<T[]>;
}

/**
 * Starts the application as production does, on a free port of 127.0.0.1 and its own database. Outgoing requests may
 * reach 127.0.0.0/8, where the tests' providers and MCP servers listen.
 */
export async function startApp(settings: Partial<ServeSettings> = {}): Promise<TestApp> {
  const database = settings.databaseUrl ? null : await createTestDatabase();
  const databaseUrl = settings.databaseUrl ?? database?.url ?? '';
  const keys = settings.keys ?? KeyRing.parse(`test:${randomBytes(32).toString('base64')}`);
  const logs: Record<string, unknown>[] = [];
  const log = createLog('debug', {
    write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>),
  });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  // Dropping the database ends idle connections. That isn't a failure of the test.
  pool.on('error', () => {});
  const app = await serve({
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
    // Tests send many requests from one address.
    rateLimits: { unauthenticatedPerSecond: 0, unauthenticatedBurst: 1, flowsPerMinute: 0 },
    ...settings,
    databaseUrl,
    keys,
    log,
  });
  return {
    ...app,
    url: `http://localhost:${app.port}`,
    databaseUrl,
    logs,
    keys,
    vault: new Vault(keys),
    sql: async (statement, values = []) => (await pool.query(statement, [...values])).rows,
    async close() {
      await app.close();
      await pool.end();
      await database?.drop();
    },
  };
}
