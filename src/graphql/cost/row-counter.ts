import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../../database/queries.js';
import { ServerDiagnosisSchema } from '../../diagnosis/diagnosis.entity.js';
import type { RowCounts } from '../../expected-rows.js';
import { describeFailure, type Logger } from '../../log.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { withTimeLimit } from '../../time-limit.js';
import type { RowSource } from './query-cost.js';

const maxAgeMs = 60_000;
/** Age at which counts are replaced in the background, so that a request rarely waits. */
const refreshAgeMs = 50_000;
/** Time until the next attempt after a failed one. */
const retryMs = 5_000;
/** Longest wait of a request for new counts. After that, it uses the old ones. */
const maxWaitMs = 1_000;

interface Counts {
  servers: number;
  enabledServers: number;
  diagnoses: number;
}

export interface RowCounterDeps {
  em: EntityManager;
  log: Logger;
  /** The largest number that makes a difference. No table is counted further. */
  maxCount: number;
}

/**
 * Counts the rows that queries have to expect. One statement for all counts runs at most about once a minute, when a
 * query needs them. Without an answer of the database, the last counts hold, at first zero: a query that is too expensive
 * then passes, and the outage refuses it.
 */
export class RowCounter implements RowSource {
  #counts: Counts = { servers: 0, enabledServers: 0, diagnoses: 0 };
  #countedAt = -Infinity;
  #nextAttemptAt = -Infinity;
  #counting: Promise<void> | null = null;

  constructor(private readonly deps: RowCounterDeps) {}

  /** Returns the numbers for one viewer, without a wait where the counts are young enough. */
  expected({ isAdmin }: { isAdmin: boolean }): RowCounts | Promise<RowCounts> {
    const now = performance.now();
    if (now - this.#countedAt > refreshAgeMs && now >= this.#nextAttemptAt) {
      this.#counting ??= this.#count().finally(() => {
        this.#counting = null;
      });
    }
    if (now - this.#countedAt <= maxAgeMs || !this.#counting) return this.#for(isAdmin);
    return withTimeLimit(maxWaitMs, this.#counting, undefined).then(() => this.#for(isAdmin));
  }

  /** Raises a count after a list had more rows: others may have added them less than a minute ago. */
  observe(name: keyof RowCounts, rows: number, { isAdmin }: { isAdmin: boolean }): void {
    const counts = this.#counts;
    if (name !== 'SERVERS') return;
    counts.servers = Math.max(counts.servers, rows);
    if (!isAdmin) counts.enabledServers = Math.max(counts.enabledServers, rows);
  }

  #for(isAdmin: boolean): RowCounts {
    const { servers, enabledServers, diagnoses } = this.#counts;
    return {
      SERVERS: isAdmin ? servers : enabledServers,
      DIAGNOSES_OF_SERVER: servers === 0 ? 0 : Math.min(diagnoses / servers, 1),
    };
  }

  async #count(): Promise<void> {
    const { em, log, maxCount } = this.deps;
    const db = queries(em.fork(), McpServerConfigSchema, ServerDiagnosisSchema);
    const one = sql<number>`1`.as('one');
    const servers = db.selectFrom('McpServerConfig').select(one).limit(maxCount);
    const enabledServers = servers.where('McpServerConfig.enabled', '=', true);
    const diagnoses = db.selectFrom('ServerDiagnosis').select(one).limit(maxCount);
    const number = sql<number>`count(*)::int`;
    try {
      this.#counts = await db
        .selectNoFrom((eb) => [
          eb.selectFrom(servers.as('s')).select(number.as('n')).$asScalar().$notNull().as('servers'),
          eb
            .selectFrom(enabledServers.as('e'))
            .select(number.as('n'))
            .$asScalar()
            .$notNull()
            .as('enabledServers'),
          eb.selectFrom(diagnoses.as('d')).select(number.as('n')).$asScalar().$notNull().as('diagnoses'),
        ])
        .executeTakeFirstOrThrow();
      this.#countedAt = performance.now();
    } catch (error) {
      this.#nextAttemptAt = performance.now() + retryMs;
      log.warn({ failure: describeFailure(error) }, 'Counting rows for the costs of queries failed');
    }
  }
}
