import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import type { Diagnosis } from './diagnosis.js';

/** What is kept of one server's diagnoses. */
export interface KeptDiagnoses {
  last: Diagnosis;
  /** The last one in which nothing failed. */
  lastSuccess: Diagnosis | null;
}

/** The database's clock, to the microsecond: what decides which of two diagnoses started later. */
export async function startingNow(em: EntityManager): Promise<string> {
  const [row] = await em.fork().execute<{ now: string }[]>('select clock_timestamp()::text as "now"');
  return row?.now ?? '';
}

/**
 * Keeps a diagnosis, unless one that started later is kept already: one statement, so that of any number that end at
 * once the last started stays. The server's own row, and its `version`, are not touched. Nothing is kept for a server
 * that is gone.
 * @param startedAt as `startingNow` answered
 */
export async function keepDiagnosis(
  em: EntityManager,
  serverId: string,
  startedAt: string,
  diagnosis: Diagnosis,
): Promise<void> {
  const document = JSON.stringify(diagnosis);
  const success = diagnosis.failure === null;
  await em.fork().execute(
    `insert into mcp_server_diagnoses as d
       (mcp_server_config_id, last, last_started_at, last_success, last_success_started_at)
     select c.id, ?::jsonb, ?::timestamptz, ?::jsonb, ?::timestamptz
     from mcp_server_configs c where c.id = ? for key share
     on conflict (mcp_server_config_id) do update set
       last = case when excluded.last_started_at > d.last_started_at then excluded.last else d.last end,
       last_started_at = greatest(excluded.last_started_at, d.last_started_at),
       last_success = case when excluded.last_success_started_at > coalesce(d.last_success_started_at, '-infinity')
         then excluded.last_success else d.last_success end,
       last_success_started_at = greatest(excluded.last_success_started_at, d.last_success_started_at)`,
    [document, startedAt, success ? document : null, success ? startedAt : null, serverId],
    'run',
  );
}

/** What is kept for these servers, in their order, by one statement whatever their number. */
async function findDiagnoses(
  em: EntityManager,
  serverIds: readonly string[],
): Promise<(KeptDiagnoses | null)[]> {
  const rows = await em.execute<(KeptDiagnoses & { serverId: string })[]>(
    `select mcp_server_config_id as "serverId", last, last_success as "lastSuccess"
     from mcp_server_diagnoses where mcp_server_config_id in (?)`,
    [serverIds],
  );
  const byServer = new Map(rows.map(({ serverId, ...kept }) => [serverId, kept]));
  return serverIds.map((id) => byServer.get(id) ?? null);
}

/** Gathers what one request's fields ask about diagnoses into one statement. Make one for each request. */
export type DiagnosisLoader = DataLoader<string, KeptDiagnoses | null>;

export function createDiagnosisLoader(em: EntityManager): DiagnosisLoader {
  return new DataLoader<string, KeptDiagnoses | null>((ids) => findDiagnoses(em, ids));
}
