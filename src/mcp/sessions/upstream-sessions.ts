import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { HotReads } from '../../database/hot-reads.js';
import { queries } from '../../database/queries.js';
import { deleteInBatches } from '../../database/sweep.js';
import { LastUsed } from '../../identity/access-tokens/last-used.js';
import type { Logger } from '../../log.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import type { Vault } from '../../secrets/vault.js';
import type { SessionStore } from '../session-store.js';
import { endSession } from './ended-session.js';
import { isCurrent, openSession, StoredSession, type SessionOwner } from './stored-session.js';
import type { DeletedSession } from './delete-sessions.js';
import { UpstreamSessionSchema } from './upstream-session.entity.js';

/** Idle sessions that one statement deletes, and sessions that are ended at once. */
const batch = 100;
const concurrency = 8;

/** Stores the eras and sessions that calls have negotiated with MCP servers. One per process. */
export class UpstreamSessions {
  readonly #em: EntityManager;
  readonly #reads: HotReads;
  readonly #vault: Vault;
  readonly #outbound: GuardedFetch;
  readonly #lastUsed: LastUsed;

  constructor(deps: {
    em: EntityManager;
    reads: HotReads;
    vault: Vault;
    outbound: GuardedFetch;
    log: Logger;
  }) {
    this.#em = deps.em;
    this.#reads = deps.reads;
    this.#vault = deps.vault;
    this.#outbound = deps.outbound;
    const rows = { table: 'mcp_upstream_sessions', key: { column: 'id', type: 'uuid' } } as const;
    this.#lastUsed = new LastUsed({ em: deps.em, log: deps.log, rows });
  }

  /** Starts to write when sessions were used. */
  start(): void {
    this.#lastUsed.start();
  }

  async stop(): Promise<void> {
    await this.#lastUsed.stop();
  }

  /** Returns the store for one call. */
  storeFor(owner: SessionOwner): SessionStore {
    const deps = { em: this.#em, reads: this.#reads, vault: this.#vault };
    return new StoredSession({ ...deps, note: (id) => this.#lastUsed.note(id) }, owner);
  }

  /** Ends deleted sessions on their servers, a hundred at most. Returns within seconds. Never throws. */
  async end(rows: readonly DeletedSession[]): Promise<void> {
    // All workers share one iterator.
    const rest = rows.slice(0, batch).values();
    const work = async () => {
      for (const { id, session } of rest) {
        const opened = session === null ? null : await openSession(this.#vault, id, session);
        if (!opened) continue;
        const { withoutCredentials } = this.#outbound;
        const { mcp } = opened.headers.length === 0 ? withoutCredentials : this.#outbound;
        await endSession(mcp, opened);
      }
    };
    await Promise.all(Array.from({ length: Math.min(rows.length, concurrency) }, work));
  }

  /** Ends sessions that were idle for ten minutes, and deletes outdated eras. Returns the number of rows. */
  async sweep(signal: AbortSignal): Promise<number> {
    let swept = 0;
    for (let count = batch; count === batch && !signal.aborted; swept += count) {
      const rows = await this.#deleteIdle();
      count = rows.length;
      await this.end(rows);
    }
    const outdated = await deleteInBatches(
      this.#em,
      UpstreamSessionSchema,
      (rows) =>
        rows
          .where((eb) => eb.not(isCurrent()))
          .where((eb) => eb.or([eb('leaseUntil', 'is', null), eb('leaseUntil', '<', sql<Date>`now()`)])),
      { signal },
    );
    return swept + outdated;
  }

  #deleteIdle() {
    return queries(this.#em.fork(), UpstreamSessionSchema)
      .deleteFrom('UpstreamSession')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('UpstreamSession')
          .select('id')
          .where('session', 'is not', null)
          .where('lastUsedAt', '<', sql<Date>`now() - interval '10 minutes'`)
          .limit(batch)
          .forUpdate()
          .skipLocked(),
      )
      .returning(['id', 'session'])
      .execute();
  }
}
