import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { AuditDetail } from '../../audit/audit-event.entity.js';
import { recordAuditEvent } from '../../audit/record-audit-event.js';
import { queries } from '../../database/queries.js';
import { badUserInput, conflict, SwitchboardError, type FieldMistake } from '../../errors.js';
import type { CountedPage, PageRequest } from '../../paging/page.js';
import { isUuid } from '../../uuid.js';
import type { AccountEnding, DroppedAccounts } from '../account-ending.js';
import { AccessTokenSchema, type AccessTokenKind } from '../store/access-token.entity.js';
import { UserSchema, type Role } from '../store/user.entity.js';
import { actorOf, requireAdmin, type Viewer } from '../viewer.js';
import { createUser, type NewUser } from './create-user.js';
import { anotherAdministratorRemains, lockAdministrators } from './last-administrator.js';
import { createSignInLink, type SignInLink } from './sign-in-link.js';
import { findUser, selectUsers, userColumns, type UserRow } from './user-rows.js';
import { displayNameMistake } from './user-rules.js';
import { findUserPage } from './user-pages.js';

export type { SignInLink } from './sign-in-link.js';
export type { UserRow } from './user-rows.js';

const now = sql<Date>`now()`;

/** The changes that an administrator can make to a user. An omitted field is kept. */
export interface UserChange {
  displayName?: string | null | undefined;
  role?: Role | null | undefined;
  disabled?: boolean | null | undefined;
}

/** The administration of users. Every method throws FORBIDDEN unless the viewer is an administrator with full rights. */
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

  /**
   * Returns a page of the users by name, disabled ones included.
   * @param search words that a user's name or email address contains, each somewhere, in any case; null for all users
   * @throws BAD_USER_INPUT for a search that is too long, a `first` out of bounds or an invalid cursor
   */
  async list(search: string | null | undefined, request: PageRequest): Promise<CountedPage<UserRow>> {
    requireAdmin(this.#viewer);
    return findUserPage(this.#em, search ?? '', request);
  }

  /** @throws NOT_FOUND */
  async get(id: string): Promise<UserRow> {
    requireAdmin(this.#viewer);
    const user = isUuid(id) ? await findUser(this.#em, id) : null;
    if (!user) throw userNotFound();
    return user;
  }

  /** Returns the users with these ids, in any order and in one statement. Unknown ids are left out. */
  async findByIds(ids: readonly string[]): Promise<UserRow[]> {
    requireAdmin(this.#viewer);
    return selectUsers(this.#em)
      .where((eb) => eb('id', '=', eb.fn.any(eb.val(ids))))
      .execute();
  }

  /**
   * Creates a user, who can sign in with a sign-in link or with the team's identity provider.
   *
   * @throws BAD_USER_INPUT naming every mistake; CONFLICT if the email address is taken
   */
  async create(input: NewUser): Promise<UserRow> {
    requireAdmin(this.#viewer);
    return createUser(this.#em, input, actorOf(this.#viewer));
  }

  /**
   * Changes a user. The change takes effect with the user's next request. A change to the stored values writes and records
   * nothing. Disabling revokes every session, API token and sign-in link and drops every connected account in one
   * transaction, and then revokes the accounts at their providers. Enabling the user again restores none of that.
   *
   * @throws NOT_FOUND; BAD_USER_INPUT naming every mistake; CONFLICT for the last enabled administrator, who can be
   *   neither disabled nor demoted, even if several administrators try at once
   */
  async update(id: string, change: UserChange): Promise<UserRow> {
    requireAdmin(this.#viewer);
    const { displayName, role, disabled } = checkChange(change);
    if (!isUuid(id)) throw userNotFound();
    let dropped: DroppedAccounts | undefined;
    const changed = await this.#em.transactional(async (tx) => {
      const fewerAdministrators = role === 'MEMBER' || disabled === true;
      if (fewerAdministrators) await lockAdministrators(tx);
      const before = await selectUsers(tx).where('id', '=', id).forUpdate().executeTakeFirst();
      if (!before) throw userNotFound();
      if (fewerAdministrators && !(await anotherAdministratorRemains(tx, id))) {
        throw lastAdministrator(disabled ? 'disabled' : 'role');
      }
      const changes = {
        displayName: displayName !== undefined && displayName !== before.displayName,
        role: role !== undefined && role !== before.role,
        disabled: disabled !== undefined && disabled !== (before.disabledAt !== null),
      };
      if (!Object.values(changes).includes(true)) return before;
      const after = await queries(tx, UserSchema)
        .updateTable('User')
        .set({
          ...(changes.displayName && { displayName }),
          ...(changes.role && { role }),
          ...(changes.disabled && { disabledAt: disabled ? now : null }),
          updatedAt: now,
        })
        .where('id', '=', id)
        .returning(userColumns)
        .executeTakeFirstOrThrow();
      let ended: AuditDetail = {};
      if (changes.disabled && disabled) {
        const credentials = await revokeCredentials(tx, id);
        dropped = await this.#accountEnding.dropForUser(tx, id);
        ended = { ...credentials, disconnected: dropped.count };
      }
      await this.#recordChange(tx, after, changes, ended);
      return after;
    });
    await dropped?.revoke();
    return changed;
  }

  async #recordChange(
    tx: EntityManager,
    after: UserRow,
    changes: Record<keyof UserChange, boolean>,
    ended: AuditDetail,
  ): Promise<void> {
    const isDisabled = after.disabledAt !== null;
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

  /** @throws NOT_FOUND; CONFLICT for a disabled user */
  async createSignInLink(userId: string): Promise<{ user: UserRow; signInLink: SignInLink }> {
    const user = await this.get(userId);
    const actor = actorOf(this.#viewer);
    return {
      user,
      signInLink: await createSignInLink(this.#em, { user, publicUrl: this.#publicUrl, actor }),
    };
  }
}

/** Revokes every session, API token and sign-in link of a user, and counts those that were unexpired. */
async function revokeCredentials(tx: EntityManager, userId: string): Promise<AuditDetail> {
  const revoked = await queries(tx, AccessTokenSchema)
    .updateTable('AccessToken')
    .set({ revokedAt: now })
    .where('userId', '=', userId)
    .where('revokedAt', 'is', null)
    .returning((eb) => ['kind', eb('expiresAt', '>', now).as('unexpired')])
    .execute();
  const count = (kind: AccessTokenKind) => revoked.filter((row) => row.kind === kind && row.unexpired).length;
  return { sessions: count('SESSION'), apiTokens: count('API_TOKEN'), signInLinks: count('SIGN_IN_LINK') };
}

function checkChange(change: UserChange): {
  displayName: string | undefined;
  role: Role | undefined;
  disabled: boolean | undefined;
} {
  const mistakes: FieldMistake[] = [];
  for (const path of ['displayName', 'role', 'disabled'] as const) {
    if (change[path] === null)
      mistakes.push({ path, message: 'Enter a value, or omit the field to keep it.' });
  }
  const displayName = change.displayName?.trim();
  const mistake = displayName === undefined ? null : displayNameMistake(displayName);
  if (mistake) mistakes.push(mistake);
  if (mistakes.length > 0) throw badUserInput(mistakes);
  return { displayName, role: change.role ?? undefined, disabled: change.disabled ?? undefined };
}

function userNotFound(): SwitchboardError {
  return new SwitchboardError('NOT_FOUND', 'The user does not exist.');
}

function lastAdministrator(change: 'role' | 'disabled'): SwitchboardError {
  return conflict(
    'This is the last enabled administrator. Make another user an administrator first.',
    change,
  );
}
