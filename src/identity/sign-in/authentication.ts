import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { AuditActor } from '../../audit/record-audit-event.js';
import type { HotRead, HotReads } from '../../database/hot-reads.js';
import { queries } from '../../database/queries.js';
import { SwitchboardError } from '../../errors.js';
import type { Logger } from '../../log.js';
import { accessTokenHash, apiTokenPrefix, issueAccessToken } from '../access-tokens/access-tokens.js';
import { LastUsed } from '../access-tokens/last-used.js';
import { AccessTokenSchema } from '../store/access-token.entity.js';
import { UserSchema, type Role } from '../store/user.entity.js';
import type { Viewer } from '../viewer.js';
import {
  identityProvider,
  recordRefusedSignIn,
  recordSignIn,
  recordSignOut,
  signInActor,
} from './sign-in-audit.js';

/** The credentials of a request. If there is a bearer token, the session token is ignored, even if the bearer is wrong. */
export interface Credentials {
  sessionToken?: string | undefined;
  bearerToken?: string | undefined;
}

/** A new browser session. `token` is the only copy; it is stored nowhere. */
export interface NewSession {
  token: string;
  expiresAt: Date;
}

/** The user of a sign-in link or a session, as the sign-in pages show them. */
export interface SignInUser {
  id: string;
  email: string;
  displayName: string;
  role: Role;
}

const now = sql<Date>`now()`;
const sessionLifetime = sql<Date>`now() + interval '14 days'`;

/** Reads the viewer of an access token. `lastUse` is the one that is not written yet. */
const readViewer: HotRead<
  { hash: string; kind: Viewer['kind']; lastUse: Date | null },
  Omit<Viewer, 'isAdmin'>
> = (em, { hash, kind, lastUse }) =>
  queries(em, AccessTokenSchema, UserSchema)
    .selectFrom('AccessToken as t')
    .innerJoin('User as u', 'u.id', 't.userId')
    .select([
      'u.id as userId',
      'u.email as email',
      'u.displayName as displayName',
      'u.role as role',
      'u.createdAt as createdAt',
      't.id as tokenId',
      't.kind as kind',
      't.name as tokenName',
      't.scope as scope',
    ])
    .where('t.tokenHash', '=', hash)
    .where('t.kind', '=', kind)
    .where('t.revokedAt', 'is', null)
    .where('t.expiresAt', '>', now)
    .where((eb) =>
      eb.or([
        eb('t.kind', '=', 'API_TOKEN'),
        sql<boolean>`greatest(${sql.ref('t.createdAt')}, ${sql.ref('t.lastUsedAt')}, ${lastUse}::timestamptz) > now() - interval '12 hours'`,
      ]),
    )
    .where('u.disabledAt', 'is', null)
    .$castTo<Omit<Viewer, 'isAdmin'>>();

/**
 * Authenticates requests, and begins and ends sessions. It needs no viewer.
 *
 * A session ends 12 hours after its last use and 14 days after it began. A sign-in link works once, for 15 minutes.
 * Every expiry is compared with the database's clock, so that all processes agree.
 */
export class Authentication {
  readonly #em: EntityManager;
  readonly #reads: HotReads;
  readonly #lastUsed: LastUsed;

  /** @param deps.em the global entity manager; each operation forks it */
  constructor({ em, reads, log }: { em: EntityManager; reads: HotReads; log: Logger }) {
    this.#em = em;
    this.#reads = reads;
    this.#lastUsed = new LastUsed({
      em,
      log,
      rows: { table: 'access_tokens', key: { column: 'token_hash', type: 'text' } },
    });
  }

  /** Starts writing the times of last use once a minute. */
  start(): void {
    this.#lastUsed.start();
  }

  /** Stops, and writes the times that are only in memory. */
  stop(): Promise<void> {
    return this.#lastUsed.stop();
  }

  /** Writes the times of last use now. Never throws. */
  flushLastUsed(): Promise<void> {
    return this.#lastUsed.flush();
  }

  /**
   * Returns the viewer of a request by one indexed statement. It is never cached, so that a revocation, a role change or
   * a disabling takes effect with the next request.
   *
   * @returns null for a token that is unknown, expired, idle for too long, revoked, or of a disabled user
   */
  async findViewer({ sessionToken, bearerToken }: Credentials): Promise<Viewer | null> {
    const kind = bearerToken === undefined ? 'SESSION' : 'API_TOKEN';
    const token = bearerToken ?? sessionToken;
    if (!token || (kind === 'API_TOKEN' && !token.startsWith(apiTokenPrefix))) return null;
    const hash = accessTokenHash(token);
    const [viewer] = await this.#reads.run(this.#em, readViewer, {
      hash,
      kind,
      lastUse: this.#lastUsed.unwritten(hash),
    });
    if (!viewer) return null;
    this.#lastUsed.note(hash);
    const { role, scope } = viewer;
    return { ...viewer, isAdmin: role === 'ADMIN' && (scope === null || scope === 'ADMIN') };
  }

  /**
   * Begins a browser session, with a new token, for a user who signed in with the identity provider. Ends the session
   * that it replaces, even if another user had it.
   *
   * @param options.replaces the session token that the browser sent
   * @throws FORBIDDEN if the user is disabled
   */
  createSession(userId: string, { replaces }: { replaces?: string | undefined } = {}): Promise<NewSession> {
    return this.#em.fork().transactional(async (tx) => {
      const session = await issueAccessToken(tx, userId, { kind: 'SESSION', expiresAt: sessionLifetime });
      if (!session) {
        throw new SwitchboardError('FORBIDDEN', 'Your user account is disabled. Ask an administrator.');
      }
      const { id, user, token, expiresAt } = session;
      const actor = signInActor(user, identityProvider);
      await recordSignIn(tx, actor, id);
      if (replaces) await revokeSession(tx, replaces, actor);
      return { token, expiresAt };
    });
  }

  /**
   * Returns the user of a sign-in link without using the link.
   * @returns null if the link is unknown, used or expired, or its user is disabled
   */
  async findSignInLink(token: string): Promise<{ user: SignInUser } | null> {
    const user = await queries(this.#em.fork(), AccessTokenSchema, UserSchema)
      .selectFrom('AccessToken as t')
      .innerJoin('User as u', 'u.id', 't.userId')
      .select(['u.id', 'u.email', 'u.displayName', 'u.role'])
      .where('t.tokenHash', '=', accessTokenHash(token))
      .where('t.kind', '=', 'SIGN_IN_LINK')
      .where('t.revokedAt', 'is', null)
      .where('t.expiresAt', '>', now)
      .where('u.disabledAt', 'is', null)
      .executeTakeFirst();
    return user ? { user } : null;
  }

  /**
   * Uses a sign-in link, by one UPDATE, and begins a session. If a link is redeemed several times at once, one succeeds.
   *
   * @param options.replaces the session token that the browser sent; that session ends
   * @returns null if the link is unknown, used or expired, or its user is disabled
   */
  redeemSignInLink(
    token: string,
    { replaces }: { replaces?: string | undefined } = {},
  ): Promise<(NewSession & { user: SignInUser }) | null> {
    return this.#em.fork().transactional(async (tx) => {
      const link = await queries(tx, AccessTokenSchema, UserSchema)
        .updateTable('AccessToken')
        .from('User as u')
        .set({ revokedAt: now, lastUsedAt: now })
        .whereRef('u.id', '=', 'AccessToken.userId')
        .where('AccessToken.tokenHash', '=', accessTokenHash(token))
        .where('AccessToken.kind', '=', 'SIGN_IN_LINK')
        .where('AccessToken.revokedAt', 'is', null)
        .where('AccessToken.expiresAt', '>', now)
        .where('u.disabledAt', 'is', null)
        .returning(['AccessToken.id as link', 'u.id', 'u.email', 'u.displayName', 'u.role'])
        .executeTakeFirst();
      const session =
        link && (await issueAccessToken(tx, link.id, { kind: 'SESSION', expiresAt: sessionLifetime }));
      if (!session) {
        await recordRefusedLink(tx, token);
        return null;
      }
      const { link: id, ...user } = link;
      const actor = signInActor(user, { kind: 'SIGN_IN_LINK', id });
      await recordSignIn(tx, actor, session.id);
      if (replaces) await revokeSession(tx, replaces, actor);
      return { token: session.token, expiresAt: session.expiresAt, user };
    });
  }

  /** Ends a browser session, if this is the token of one. */
  async endSession(sessionToken: string): Promise<void> {
    await this.#em.fork().transactional((tx) => revokeSession(tx, sessionToken));
  }
}

/** @param actor defaults to the session's user, who signs out */
async function revokeSession(tx: EntityManager, sessionToken: string, actor?: AuditActor): Promise<void> {
  const revoked = await queries(tx, AccessTokenSchema, UserSchema)
    .updateTable('AccessToken')
    .from('User as u')
    .set({ revokedAt: now })
    .whereRef('u.id', '=', 'AccessToken.userId')
    .where('AccessToken.tokenHash', '=', accessTokenHash(sessionToken))
    .where('AccessToken.kind', '=', 'SESSION')
    .where('AccessToken.revokedAt', 'is', null)
    .returning((eb) => [
      'AccessToken.id as session',
      'u.id',
      'u.email',
      eb
        .and([
          eb('AccessToken.expiresAt', '>', now),
          eb(
            eb.fn<Date>('greatest', ['AccessToken.createdAt', 'AccessToken.lastUsedAt']),
            '>',
            sql<Date>`now() - interval '12 hours'`,
          ),
        ])
        .as('valid'),
    ])
    .executeTakeFirst();
  if (!revoked?.valid) return;
  await recordSignOut(tx, { id: revoked.session, user: { id: revoked.id, email: revoked.email } }, actor);
}

/** Records that a sign-in link was refused. Does nothing for a token that was never one. */
async function recordRefusedLink(tx: EntityManager, token: string): Promise<void> {
  const link = await queries(tx, AccessTokenSchema, UserSchema)
    .selectFrom('AccessToken as t')
    .innerJoin('User as u', 'u.id', 't.userId')
    .select(['t.id as link', 't.revokedAt', 'u.id', 'u.email', 'u.disabledAt'])
    .where('t.tokenHash', '=', accessTokenHash(token))
    .where('t.kind', '=', 'SIGN_IN_LINK')
    .executeTakeFirst();
  if (!link) return;
  const reason = link.disabledAt ? 'USER_DISABLED' : link.revokedAt ? 'LINK_USED' : 'LINK_EXPIRED';
  await recordRefusedSignIn(tx, link, { kind: 'SIGN_IN_LINK', id: link.link }, reason);
}
