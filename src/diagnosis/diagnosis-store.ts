import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { sql } from 'kysely';
import { queries } from '../database/queries.js';
import { McpServerConfigSchema } from '../servers/store/mcp-server-config.entity.js';
import { ServerDiagnosis, ServerDiagnosisSchema } from './diagnosis.entity.js';
import type { Diagnosis } from './diagnosis.js';

/** The stored diagnoses of one server. */
export interface StoredDiagnoses {
  last: Diagnosis;
  /** The last one in which nothing failed. */
  lastSuccess: Diagnosis | null;
}

/** Returns the database's time, to the microsecond. It decides which of two diagnoses started later. */
export async function databaseTime(em: EntityManager): Promise<string> {
  const { rows } = await sql<{ now: string }>`select clock_timestamp()::text as now`.execute(
    queries(em.fork()),
  );
  return rows[0]?.now ?? '';
}

/**
 * Stores a diagnosis unless one that started later is stored. One statement does it, so that of several diagnoses that
 * end at once the last one started remains. It leaves the server's own row and its `version` unchanged, and stores
 * nothing for a deleted server.
 * @param startedAt a time from `databaseTime`
 */
export async function storeDiagnosis(
  em: EntityManager,
  serverId: string,
  startedAt: string,
  diagnosis: Diagnosis,
): Promise<void> {
  const document = JSON.stringify(diagnosis);
  const success = diagnosis.failure === null;
  await queries(em.fork(), ServerDiagnosisSchema, McpServerConfigSchema)
    .insertInto('ServerDiagnosis')
    .columns(['serverId', 'last', 'lastStartedAt', 'lastSuccess', 'lastSuccessStartedAt'])
    .expression((eb) =>
      eb
        .selectFrom('McpServerConfig as s')
        .select([
          's.id',
          sql`${document}::jsonb`.as('last'),
          sql`${startedAt}::timestamptz`.as('lastStartedAt'),
          sql`${success ? document : null}::jsonb`.as('lastSuccess'),
          sql`${success ? startedAt : null}::timestamptz`.as('lastSuccessStartedAt'),
        ])
        .where('s.id', '=', serverId)
        .forKeyShare(),
    )
    .onConflict((oc) =>
      oc.column('serverId').doUpdateSet((eb) => ({
        last: eb
          .case()
          .when('excluded.lastStartedAt', '>', eb.ref('ServerDiagnosis.lastStartedAt'))
          .then(eb.ref('excluded.last'))
          .else(eb.ref('ServerDiagnosis.last'))
          .end(),
        lastStartedAt: eb.fn('greatest', ['excluded.lastStartedAt', 'ServerDiagnosis.lastStartedAt']),
        lastSuccess: eb
          .case()
          .when(
            'excluded.lastSuccessStartedAt',
            '>',
            eb.fn.coalesce('ServerDiagnosis.lastSuccessStartedAt', sql<Date>`'-infinity'`),
          )
          .then(eb.ref('excluded.lastSuccess'))
          .else(eb.ref('ServerDiagnosis.lastSuccess'))
          .end(),
        lastSuccessStartedAt: eb.fn('greatest', [
          'excluded.lastSuccessStartedAt',
          'ServerDiagnosis.lastSuccessStartedAt',
        ]),
      })),
    )
    .execute();
}

/** Returns the diagnoses of these servers, in their order, with one statement. */
async function findDiagnoses(
  em: EntityManager,
  serverIds: readonly string[],
): Promise<(StoredDiagnoses | null)[]> {
  const rows = await em.find(
    ServerDiagnosis,
    { serverId: { $in: [...serverIds] } },
    { fields: ['serverId', 'last', 'lastSuccess'], disableIdentityMap: true },
  );
  const byServer = new Map(rows.map((row) => [row.serverId, row]));
  return serverIds.map((id) => {
    const row = byServer.get(id);
    return row ? { last: row.last, lastSuccess: row.lastSuccess ?? null } : null;
  });
}

/** Loads the diagnoses for all fields of one request with one statement. Create one per request. */
export type DiagnosisLoader = DataLoader<string, StoredDiagnoses | null>;

export function createDiagnosisLoader(em: EntityManager): DiagnosisLoader {
  return new DataLoader<string, StoredDiagnoses | null>((ids) => findDiagnoses(em, ids));
}
