import { MikroORM } from '@mikro-orm/postgresql';
import { Revocations } from '../../../src/accounts/revoke/revocations.js';
import { ormOptions } from '../../../src/database/orm.js';
import { entities } from '../../../src/entities.js';
import { createLog } from '../../../src/log.js';
import { createGuardedFetch } from '../../../src/net/guarded-fetch.js';
import type { TestApp } from '../../support/app.js';

export interface Outbox {
  /** Attempts what is due, as the background task does. Returns the number of attempts. */
  workDue(): Promise<number>;
  /** Parsed log lines. */
  logs: Record<string, unknown>[];
  close(): Promise<void>;
}

/** Opens the outbox as another process does that shares the application's database and keys. */
export async function openOutbox(
  app: Pick<TestApp, 'databaseUrl' | 'vault'>,
  options: { oauthTimeoutMs?: number } = {},
): Promise<Outbox> {
  const orm = await MikroORM.init({ ...ormOptions(app.databaseUrl, entities), pool: { min: 0, max: 4 } });
  const outbound = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'], ...options });
  const logs: Record<string, unknown>[] = [];
  const log = createLog('debug', {
    write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>),
  });
  const revocations = new Revocations({ em: orm.em, vault: app.vault, outbound, log });
  return {
    workDue: () => revocations.workDue(new AbortController().signal),
    logs,
    async close() {
      await revocations.close();
      await outbound.close();
      await orm.close();
    },
  };
}

/** The row of a revocation. */
export interface RevocationRow {
  id: string;
  mcp_server_config_id: string;
  user_id: string;
  server_name: string;
  status: 'PENDING' | 'GIVEN_UP';
  refresh_token: string | null;
  access_token: string | null;
  client_secret: string | null;
  failure_reason: string;
  failures: number;
  lease_id: string | null;
  /** Seconds until the next attempt. */
  wait: number;
}

/** Returns the rows of the outbox, the oldest first. */
export function outboxRows(app: TestApp): Promise<RevocationRow[]> {
  return app.sql<RevocationRow>(
    `select *, extract(epoch from next_attempt_at - now())::float8 as wait from oauth2_revocations order by id`,
  );
}

/** Makes all revocations due. */
export async function makeDue(app: TestApp): Promise<void> {
  await app.sql('update oauth2_revocations set next_attempt_at = now()');
}

/** Stops the background task that works on the outbox, so that only the test's own calls do. */
export async function pauseBackgroundTask(app: TestApp): Promise<void> {
  await app.sql(
    `insert into background_tasks (name, due_at, lease_id) values ('revocations', 'infinity', gen_random_uuid())
     on conflict (name) do update set due_at = excluded.due_at, lease_id = excluded.lease_id`,
  );
}
