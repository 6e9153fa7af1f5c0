import { raw, type EntityManager } from '@mikro-orm/postgresql';
import type { AuditDetail } from '../../audit/audit-event.entity.js';
import { recordAuditEvent } from '../../audit/record-audit-event.js';
import { badUserInput, SwitchboardError, type FieldMistake } from '../../errors.js';
import type { AccessTokenKind } from '../store/access-token.entity.js';
import { displayNameMistake } from './user-rules.js';
import { createUser, type NewUser } from './create-user.js';
import { createSignInLink, type SignInLink } from './sign-in-link.js';
import { findUser, selectUsers, type UserRow } from './user-rows.js';
import type { DroppedAccounts, AccountEnding } from '../account-ending.js';
import { anotherAdministratorRemains, lockAdministrators } from './last-administrator.js';
import type { Role } from '../store/user.entity.js';
import { actorOf, requireAdmin, type Viewer } from '../viewer.js';
import { isUuid } from '../../uuid.js';

export type { SignInLink } from './sign-in-link.js';
export type { UserRow } from './user-rows.js';

/** What an administrator may change about a person; what is left out is kept. */
export interface UserChange {
  displayName?: string | null | undefined;
  role?: Role | null | undefined;
  disabled?: boolean | null | undefined;
}

/** The administration of people. Every method needs an administrator with full rights, and throws FORBIDDEN else. */
export class Users {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;
  readonly #accountEnding: AccountEnding;
  readonly #publicUrl: string;

  constructor(deps: { em: EntityManager; viewer: Viewer; accountEnding: AccountEnding; publicUrl: string }) {
    this.#em = deps.em;
    this.#viewer = deps.viewer;
    this.#accountEnding = deps.accountEnding;
    this.#publicUrl = deps.publicUrl;
  }

  /** Everybody, the disabled too, by name. */
  list(): Promise<UserRow[]> {
    requireAdmin(this.#viewer);
    return selectUsers(this.#em)
      .orderBy([{ [raw('lower(u.display_name)')]: 'asc' }, { email: 'asc' }])
      .execute<UserRow[]>('all');
  }

  /** @throws NOT_FOUND */
  async get(id: string): Promise<UserRow> {
    requireAdmin(this.#viewer);
    return found(isUuid(id) ? await findUser(this.#em, id) : null);
  }

  /** Those of these ids that exist, in no order; one statement for any number. */
  findByIds(ids: readonly string[]): Promise<UserRow[]> {
    requireAdmin(this.#viewer);
    return selectUsers(this.#em)
      .where({ id: { $in: [...ids] } })
      .execute<UserRow[]>('all');
  }

  /**
   * Creates an account; it can sign in once it has a sign-in link, or with the team's identity provider.
   *
   * @throws BAD_USER_INPUT naming every mistake; CONFLICT when the address is taken.
   */
  create(input: NewUser): Promise<UserRow> {
    requireAdmin(this.#viewer);
    return createUser(this.#em, input, actorOf(this.#viewer));
  }

  /**
   * Changes a person. It holds at that person's next request. Disabling ends every session, API token and sign-in link
   * and drops every connection, in one transaction, and then revokes the connections at their providers; enabling again
   * brings none of that back.
   *
   * @throws NOT_FOUND; BAD_USER_INPUT naming every mistake; CONFLICT for the last enabled administrator, who can be
   *   neither disabled nor demoted, however many try at once.
   */
  async update(id: string, change: UserChange): Promise<UserRow> {
    requireAdmin(this.#viewer);
    const { displayName, role, disabled } = checked(change);
    if (!isUuid(id)) throw noSuchUser();
    let dropped: DroppedAccounts | undefined;
    const changed = await this.#em.transactional(async (tx) => {
      const fewerAdministrators = role === 'MEMBER' || disabled === true;
      if (fewerAdministrators) await lockAdministrators(tx);
      const locked = await tx.execute<{ id: string }[]>(
        'select id from users where id = ? for update',
        [id],
        'all',
      );
      if (locked.length === 0) throw noSuchUser();
      const before = found(await findUser(tx, id));
      if (fewerAdministrators && !(await anotherAdministratorRemains(tx, id))) throw lastAdministrator();
      await tx.execute(
        `update users set display_name = coalesce(?, display_name), role = coalesce(?, role),
           disabled_at = case when ?::boolean is null then disabled_at when ?::boolean then coalesce(disabled_at, now()) end,
           updated_at = now()
         where id = ?`,
        [displayName ?? null, role ?? null, disabled ?? null, disabled ?? null, id],
        'run',
      );
      let ended: AuditDetail = {};
      if (disabled) {
        const credentials = await revokeCredentials(tx, id);
        dropped = await this.#accountEnding.dropForUser(tx, id);
        ended = { ...credentials, disconnected: dropped.count };
      }
      const after = found(await findUser(tx, id));
      await this.#recordChange(tx, before, after, ended);
      return after;
    });
    await dropped?.revoke();
    return changed;
  }

  async #recordChange(tx: EntityManager, before: UserRow, after: UserRow, ended: AuditDetail): Promise<void> {
    const [wasDisabled, isDisabled] = [before.disabledAt !== null, after.disabledAt !== null];
    const changes = {
      displayName: before.displayName !== after.displayName,
      role: before.role !== after.role,
      disabled: wasDisabled !== isDisabled,
    };
    const { id, email, role } = after;
    await recordAuditEvent(tx, {
      action: !changes.disabled ? 'USER_UPDATED' : isDisabled ? 'USER_DISABLED' : 'USER_ENABLED',
      actor: actorOf(this.#viewer),
      subject: { type: 'USER', id, name: email },
      affectedUser: { id, email },
      changedFields: Object.entries(changes).flatMap(([field, changed]) => (changed ? [field] : [])),
      detail: { ...(changes.role && { role }), ...ended },
    });
  }

  /** @throws NOT_FOUND; CONFLICT for a disabled user. */
  async createSignInLink(userId: string): Promise<SignInLink> {
    const user = await this.get(userId);
    return createSignInLink(this.#em, {
      user,
      publicUrl: this.#publicUrl,
      actor: actorOf(this.#viewer),
    });
  }
}

/** Ends all that a person could come in with, and counts what would still have let them in. */
async function revokeCredentials(tx: EntityManager, userId: string): Promise<AuditDetail> {
  const ended = await tx.execute<{ kind: AccessTokenKind; wasAlive: boolean }[]>(
    `update access_tokens set revoked_at = now() where user_id = ? and revoked_at is null
     returning kind, expires_at > now() as "wasAlive"`,
    [userId],
    'all',
  );
  const count = (kind: AccessTokenKind) => ended.filter((each) => each.kind === kind && each.wasAlive).length;
  return { sessions: count('SESSION'), apiTokens: count('API_TOKEN'), signInLinks: count('SIGN_IN_LINK') };
}

function checked(change: UserChange): {
  displayName: string | undefined;
  role: Role | undefined;
  disabled: boolean | undefined;
} {
  const mistakes: FieldMistake[] = [];
  for (const path of ['displayName', 'role', 'disabled'] as const) {
    if (change[path] === null) mistakes.push({ path, message: 'must not be null; leave it out to keep it' });
  }
  const displayName = change.displayName?.trim();
  const inName = displayName === undefined ? null : displayNameMistake(displayName);
  if (inName) mistakes.push(inName);
  if (mistakes.length > 0) throw badUserInput(mistakes);
  return { displayName, role: change.role ?? undefined, disabled: change.disabled ?? undefined };
}

function found(row: UserRow | null): UserRow {
  if (!row) throw noSuchUser();
  return row;
}

function noSuchUser(): SwitchboardError {
  return new SwitchboardError('NOT_FOUND', 'There is no such user.');
}

function lastAdministrator(): SwitchboardError {
  return new SwitchboardError(
    'CONFLICT',
    'This is the last enabled administrator. Make somebody else an administrator first.',
  );
}
