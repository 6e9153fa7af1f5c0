import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import type { AuditActor, AuditUser } from '../../audit/record-audit-event.js';
import { SwitchboardError } from '../../errors.js';
import type { Logger } from '../../log.js';
import type { ApiTokenScope } from '../store/access-token.entity.js';
import { LastUsed } from '../access-tokens/last-used.js';
import {
  comingIn,
  identityProvider,
  recordRefusedSignIn,
  recordSignIn,
  recordSignOut,
  type SignInRefusal,
} from './sign-in-events.js';
import { apiTokenPrefix, newSecretToken, secretTokenHash } from '../access-tokens/secret-token.js';
import type { Role } from '../store/user.entity.js';
import type { Viewer } from '../viewer.js';

/** Whatever came with a request. A bearer token decides alone: a wrong one is never rescued by a good cookie. */
export interface Credentials {
  sessionToken?: string | undefined;
  bearerToken?: string | undefined;
}

/** A browser session just begun; `token` is known to nobody else and stored nowhere. */
export interface NewSession {
  token: string;
  expiresAt: Date;
}

/** Whom a sign-in link or a session belongs to, as its pages name them. */
export interface SignInUser {
  id: string;
  email: string;
  displayName: string;
  role: Role;
}

interface ViewerRow {
  id: string;
  kind: 'SESSION' | 'API_TOKEN';
  name: string;
  scope: ApiTokenScope | null;
  userId: string;
  email: string;
  displayName: string;
  role: Role;
}

/**
 * Who is asking, and how they came to be known: everything that works before there is a viewer.
 *
 * Sessions end 12 hours after they were last used and 14 days after they began; sign-in links work once, for 15
 * minutes. Ends are compared with the database's clock, so several processes agree.
 */
export class Authentication {
  readonly #em: EntityManager;
  readonly #lastUsed: LastUsed;

  /** @param deps.em the global entity manager; transactions fork it. */
  constructor({ em, log }: { em: EntityManager; log: Logger }) {
    this.#em = em;
    this.#lastUsed = new LastUsed({
      em,
      log,
      rows: { table: 'access_tokens', key: { column: 'token_hash', type: 'text' } },
    });
  }

  /** Begins the once-a-minute flush of when tokens were last used. */
  start(): void {
    this.#lastUsed.start();
  }

  /** Ends it, and writes what is still only in memory. */
  stop(): Promise<void> {
    return this.#lastUsed.stop();
  }

  /** Writes when tokens were last used, now. Never throws. */
  flushLastUsed(): Promise<void> {
    return this.#lastUsed.flush();
  }

  /**
   * One indexed statement, never cached, so that a revocation, a role change or a disabling holds at the next request.
   * null for anything unknown, expired, idle for too long, revoked, or of a disabled user.
   */
  async findViewer({ sessionToken, bearerToken }: Credentials): Promise<Viewer | null> {
    const kind = bearerToken === undefined ? 'SESSION' : 'API_TOKEN';
    const token = bearerToken ?? sessionToken;
    if (!token || (kind === 'API_TOKEN' && !token.startsWith(apiTokenPrefix))) return null;
    const hash = secretTokenHash(token);
    const [row] = await this.#em.getConnection().execute<ViewerRow[]>(
      `select t.id, t.kind, t.name, t.scope, u.id as "userId", u.email, u.display_name as "displayName", u.role
       from access_tokens t join users u on u.id = t.user_id
       where t.token_hash = ? and t.kind = ? and t.revoked_at is null and t.expires_at > now()
         and (t.kind = 'API_TOKEN' or greatest(t.created_at, t.last_used_at, ?::timestamptz) > now() - interval '12 hours')
         and u.disabled_at is null`,
      [hash, kind, this.#lastUsed.unwritten(hash)],
      'all',
    );
    if (!row) return null;
    this.#lastUsed.note(hash);
    return {
      userId: row.userId,
      email: row.email,
      displayName: row.displayName,
      role: row.role,
      tokenId: row.id,
      kind: row.kind,
      tokenName: row.name,
      scope: row.scope,
      isAdmin: row.role === 'ADMIN' && (row.scope === null || row.scope === 'ADMIN'),
    };
  }

  /**
   * Begins a browser session of somebody whom the identity provider vouches for, with a new token, and ends the one it
   * replaces, whoever's that was.
   *
   * @param options.replaces the session token the browser held until now.
   * @throws FORBIDDEN when the account is disabled.
   */
  createSession(userId: string, { replaces }: { replaces?: string | undefined } = {}): Promise<NewSession> {
    return this.#em.fork().transactional(async (tx) => {
      const session = await insertSession(tx, userId);
      if (!session)
        throw new SwitchboardError('FORBIDDEN', 'This account is disabled. Ask an administrator.');
      const { id, user, token, expiresAt } = session;
      const actor = comingIn(user, identityProvider);
      await recordSignIn(tx, actor, id);
      if (replaces) await revokeSession(tx, replaces, actor);
      return { token, expiresAt };
    });
  }

  /** Whom a sign-in link would sign in, without using it up; null once it is unknown, used, expired or of no use. */
  async findSignInLink(token: string): Promise<{ user: SignInUser } | null> {
    const [user] = await this.#em.getConnection().execute<SignInUser[]>(
      `select u.id, u.email, u.display_name as "displayName", u.role
       from access_tokens t join users u on u.id = t.user_id
       where t.token_hash = ? and t.kind = 'SIGN_IN_LINK' and t.revoked_at is null and t.expires_at > now()
         and u.disabled_at is null`,
      [secretTokenHash(token)],
      'all',
    );
    return user ? { user } : null;
  }

  /**
   * Uses a sign-in link up, by one UPDATE, and begins its session; of any number of redemptions at once one succeeds.
   * null for a link that is unknown, used, expired, or of a disabled user.
   *
   * @param options.replaces the session token the browser held until now, which ends.
   */
  redeemSignInLink(
    token: string,
    { replaces }: { replaces?: string | undefined } = {},
  ): Promise<(NewSession & { user: SignInUser }) | null> {
    return this.#em.fork().transactional(async (tx) => {
      const [link] = await tx.execute<(SignInUser & { linkId: string })[]>(
        `update access_tokens t set revoked_at = now(), last_used_at = now() from users u
         where t.token_hash = ? and t.kind = 'SIGN_IN_LINK' and t.revoked_at is null and t.expires_at > now()
           and u.id = t.user_id and u.disabled_at is null
         returning t.id as "linkId", u.id, u.email, u.display_name as "displayName", u.role`,
        [secretTokenHash(token)],
        'all',
      );
      const session = link && (await insertSession(tx, link.id));
      if (!session) {
        await recordDeadLink(tx, token);
        return null;
      }
      const { linkId, ...user } = link;
      const actor = comingIn(user, { kind: 'SIGN_IN_LINK', id: linkId });
      await recordSignIn(tx, actor, session.id);
      if (replaces) await revokeSession(tx, replaces, actor);
      return { token: session.token, expiresAt: session.expiresAt, user };
    });
  }

  /** Ends a browser session, if it is one. */
  async endSession(sessionToken: string): Promise<void> {
    await this.#em.fork().transactional((tx) => revokeSession(tx, sessionToken));
  }
}

/** null when the user is disabled: locked FOR SHARE, so that a disabling under way is waited for and then seen. */
async function insertSession(
  tx: EntityManager,
  userId: string,
): Promise<(NewSession & { id: string; user: AuditUser }) | null> {
  const token = newSecretToken();
  const [row] = await tx.execute<{ id: string; expiresAt: string; email: string }[]>(
    `with owner as (
       select id, email from users where id = ? and disabled_at is null for share
     ), session as (
       insert into access_tokens (id, user_id, kind, token_hash, created_at, expires_at)
       select ?, id, 'SESSION', ?, now(), now() + interval '14 days' from owner
       returning id, expires_at
     )
     select session.id, session.expires_at as "expiresAt", owner.email from session, owner`,
    [userId, uuidv7(), secretTokenHash(token)],
    'all',
  );
  if (!row) return null;
  return { id: row.id, token, expiresAt: new Date(row.expiresAt), user: { id: userId, email: row.email } };
}

/** @param actor who ends it; left out: its own user, by signing out. */
async function revokeSession(tx: EntityManager, sessionToken: string, actor?: AuditActor): Promise<void> {
  const [ended] = await tx.execute<{ id: string; userId: string; email: string; wasAlive: boolean }[]>(
    `update access_tokens t set revoked_at = now() from users u
     where t.token_hash = ? and t.kind = 'SESSION' and t.revoked_at is null and u.id = t.user_id
     returning t.id, u.id as "userId", u.email,
       t.expires_at > now() and greatest(t.created_at, t.last_used_at) > now() - interval '12 hours' as "wasAlive"`,
    [secretTokenHash(sessionToken)],
    'all',
  );
  if (!ended?.wasAlive) return;
  await recordSignOut(tx, { id: ended.id, user: { id: ended.userId, email: ended.email } }, actor);
}

/** Records that a link did not let somebody in, unless it is no link that there ever was. */
async function recordDeadLink(tx: EntityManager, token: string): Promise<void> {
  const [link] = await tx.execute<(AuditUser & { linkId: string; reason: SignInRefusal })[]>(
    `select t.id as "linkId", u.id, u.email,
       case when u.disabled_at is not null then 'USER_DISABLED'
         when t.revoked_at is not null then 'LINK_USED' else 'LINK_EXPIRED' end as reason
     from access_tokens t join users u on u.id = t.user_id where t.token_hash = ? and t.kind = 'SIGN_IN_LINK'`,
    [secretTokenHash(token)],
    'all',
  );
  if (link) await recordRefusedSignIn(tx, link, { kind: 'SIGN_IN_LINK', id: link.linkId }, link.reason);
}
