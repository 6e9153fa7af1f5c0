import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { HotRead, HotReads } from '../../database/hot-reads.js';
import { Leases } from '../../database/lease.js';
import { queries } from '../../database/queries.js';
import { UserSchema } from '../../identity/store/user.entity.js';
import { UnreadableSecret, type Place, type Vault } from '../../secrets/vault.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import type { CredentialHeaders } from '../session-fetch.js';
import type { SessionStore, StoredNegotiation } from '../session-store.js';
import type { SealedSession } from './ended-session.js';
import { UpstreamSessionSchema } from './upstream-session.entity.js';

export interface SessionOwner {
  userId: string;
  serverId: string;
  /** The version of the server's row that the call uses. */
  serverVersion: number;
  url: string;
  /** Identifies the server's settings and the account. */
  binding: string;
  headers: CredentialHeaders;
  /** Returns true while the account of this call is connected. Keeps it so until the transaction ends. */
  isConnected?(tx: EntityManager): Promise<boolean>;
}

export interface StoredSessionDeps {
  em: EntityManager;
  reads: HotReads;
  vault: Vault;
  note(id: string): void;
}

/** Longer than a negotiation with a slow server. */
const leases = new Leases(UpstreamSessionSchema, { id: 'leaseId', until: 'leaseUntil' }, 30_000);

/** The time that a call waits for another one's negotiation, and the pauses between its reads. */
const maxWaitMs = 10_000;
const firstPauseMs = 20;
const maxPauseMs = 250;

/**
 * True for a row that a call may use. A server that has learned the modern era still answers in the older one, so that
 * era expires. A session outlives it. A server that has lost the modern era fails, and the row is deleted.
 */
export function isCurrent(): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`UpstreamSession.${name}`);
  const isFresh = sql<boolean>`${column('negotiatedAt')} > now() - case ${column('era')} when 'MODERN' then interval '1 day' else interval '1 hour' end`;
  return sql<boolean>`(${column('era')} is not null and (${column('session')} is not null or ${isFresh}))`;
}

interface Row {
  id: string;
  era: 'MODERN' | 'LEGACY' | null;
  protocolVersion: string | null;
  session: string | null;
}

const readSession: HotRead<{ serverId: string; userId: string }, Row> = (em, { serverId, userId }) =>
  queries(em, UpstreamSessionSchema)
    .selectFrom('UpstreamSession')
    .select([
      'UpstreamSession.id as id',
      'UpstreamSession.era as era',
      'UpstreamSession.protocolVersion as protocolVersion',
      'UpstreamSession.session as session',
    ])
    .where('UpstreamSession.serverId', '=', serverId)
    .where('UpstreamSession.userId', '=', userId)
    .where('UpstreamSession.capabilitiesDigest', '=', '')
    .where(isCurrent());

/** Returns the place that a session is sealed for. */
export function sessionPlace(id: string): Place {
  return { table: 'mcp_upstream_sessions', column: 'session', row: id };
}

/** Opens a sealed session. Returns null for one that no key opens. */
export async function openSession(vault: Vault, id: string, sealed: string): Promise<SealedSession | null> {
  try {
    return JSON.parse(await vault.open(sealed, sessionPlace(id))) as SealedSession;
  } catch (error) {
    if (error instanceof UnreadableSecret) return null;
    throw error;
  }
}

/** The stored negotiation of one user with one server, for one call. */
export class StoredSession implements SessionStore {
  readonly #deps: StoredSessionDeps;
  readonly #owner: SessionOwner;
  /** The row that this call uses or has leased. */
  #id = '';
  #sealed: string | null = null;
  #leaseId: string | null = null;

  constructor(deps: StoredSessionDeps, owner: SessionOwner) {
    this.#deps = deps;
    this.#owner = owner;
  }

  async take(signal: AbortSignal): Promise<StoredNegotiation | 'LEASED' | null> {
    const until = performance.now() + maxWaitMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
      const { em, reads } = this.#deps;
      const [row] = await reads.run(em, readSession, this.#owner);
      const negotiated = row ? await this.#open(row) : null;
      if (negotiated) return negotiated;
      if (await this.#lease(row?.session ?? null)) return 'LEASED';
      if (performance.now() > until) return null;
      await sleep(pauseMs, undefined, { signal });
    }
  }

  async keep(negotiated: StoredNegotiation): Promise<boolean> {
    const leaseId = this.#leaseId;
    if (leaseId === null) return false;
    this.#leaseId = null;
    const { era, protocolVersion, sessionId } = negotiated;
    const sealed = sessionId === null ? null : await this.#seal(sessionId, protocolVersion);
    const isKept = await this.#deps.em.fork().transactional(async (tx) => {
      if (!(await this.#isAllowed(tx))) return false;
      const now = sql<Date>`now()`;
      const { numUpdatedRows } = await queries(tx, UpstreamSessionSchema)
        .updateTable('UpstreamSession')
        .set({
          ...leases.released,
          era,
          protocolVersion,
          negotiatedAt: now,
          lastUsedAt: now,
          session: sealed,
        })
        .where('id', '=', this.#id)
        .where('leaseId', '=', leaseId)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
    this.#sealed = sealed;
    if (!isKept) await this.#release(leaseId);
    return isKept;
  }

  async release(): Promise<void> {
    const leaseId = this.#leaseId;
    this.#leaseId = null;
    if (leaseId !== null) await this.#release(leaseId);
  }

  async forget(): Promise<void> {
    await queries(this.#deps.em.fork(), UpstreamSessionSchema)
      .deleteFrom('UpstreamSession')
      .where('id', '=', this.#id)
      .where('session', 'is not distinct from', this.#sealed)
      .where(leases.isFree())
      .execute();
  }

  async #open({ id, era, protocolVersion, session }: Row): Promise<StoredNegotiation | null> {
    if (era === null || protocolVersion === null) return null;
    this.#id = id;
    this.#sealed = session;
    if (session === null) return { era, protocolVersion, sessionId: null };
    const opened = await openSession(this.#deps.vault, id, session);
    if (opened?.binding !== this.#owner.binding) return null;
    if (JSON.stringify(opened.headers) !== JSON.stringify(this.#owner.headers)) await this.#renew(opened);
    this.#deps.note(id);
    return { era, protocolVersion, sessionId: opened.sessionId };
  }

  /** Stores the refreshed credentials of a session, so that they end it one day. */
  async #renew({ sessionId, protocolVersion }: SealedSession): Promise<void> {
    const sealed = await this.#seal(sessionId, protocolVersion);
    const { numUpdatedRows } = await queries(this.#deps.em.fork(), UpstreamSessionSchema)
      .updateTable('UpstreamSession')
      .set({ session: sealed })
      .where('id', '=', this.#id)
      .where('session', '=', this.#sealed)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) this.#sealed = sealed;
  }

  #seal(sessionId: string, protocolVersion: string): Promise<string> {
    const { url, binding, headers } = this.#owner;
    const session: SealedSession = { sessionId, protocolVersion, url, binding, headers };
    return this.#deps.vault.seal(JSON.stringify(session), sessionPlace(this.#id));
  }

  /**
   * Takes the lease of the row, which it makes if there is none. Of any number of calls, one gets it.
   * @param unusable a session that was read and is not for this call
   */
  async #lease(unusable: string | null): Promise<boolean> {
    const { userId, serverId } = this.#owner;
    const { lease, taken } = leases.begin();
    const row = await queries(this.#deps.em.fork(), UpstreamSessionSchema)
      .insertInto('UpstreamSession')
      .values({ id: uuidv7(), serverId, userId, createdAt: sql<Date>`now()`, ...taken })
      .onConflict((conflict) =>
        conflict
          .columns(['serverId', 'userId', 'capabilitiesDigest'])
          .doUpdateSet(taken)
          .where(leases.isFree())
          .where((eb) => eb.or([eb.not(isCurrent()), eb('UpstreamSession.session', '=', unusable)])),
      )
      .returning('id')
      .executeTakeFirst();
    if (!row) return false;
    this.#id = row.id;
    this.#leaseId = lease.leaseId;
    return true;
  }

  /**
   * Returns true if the user, the server and the account are as this call has read them. Locks them, so that none of them
   * ends before the session is stored: whatever ends it then also deletes the session.
   */
  async #isAllowed(tx: EntityManager): Promise<boolean> {
    const { userId, serverId, serverVersion, isConnected } = this.#owner;
    const user = await queries(tx, UserSchema)
      .selectFrom('User')
      .select('disabledAt')
      .where('id', '=', userId)
      .forShare()
      .executeTakeFirst();
    if (!user || user.disabledAt !== null) return false;
    const server = await queries(tx, McpServerConfigSchema)
      .selectFrom('McpServerConfig')
      .select(['version', 'enabled'])
      .where('id', '=', serverId)
      .forShare()
      .executeTakeFirst();
    if (!server?.enabled || server.version !== serverVersion) return false;
    return isConnected ? isConnected(tx) : true;
  }

  /** Releases a lease, and deletes the row if nothing was ever negotiated. */
  async #release(leaseId: string): Promise<void> {
    const db = queries(this.#deps.em.fork(), UpstreamSessionSchema);
    await db
      .deleteFrom('UpstreamSession')
      .where('id', '=', this.#id)
      .where('leaseId', '=', leaseId)
      .execute();
  }
}
