import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../../database/queries.js';
import { badUserInput } from '../../errors.js';
import { byId, byText, type Order } from '../../paging/order.js';
import { findPage, type CountedPage, type PageRequest } from '../../paging/page.js';
import { UserSchema } from '../store/user.entity.js';
import { selectUsers, type UserRow } from './user-rows.js';

export const searchMaxLength = 100;

const name = sql<string>`lower(${sql.ref('displayName')})`;
const byName: Order = { list: 'users', direction: 'asc', keys: [byText(name), byId('id')] };

/**
 * Returns a page of users by name. A search reads the users in the order of the index until the page is full. No index
 * finds a part of a word without an extension of PostgreSQL, and a team's users are few.
 * @param search words separated by blanks; a user matches if the name or the email address contains each of them
 * @throws BAD_USER_INPUT naming `search`, or the mistakes of the request
 */
export async function findUserPage(
  em: EntityManager,
  search: string,
  request: PageRequest,
): Promise<CountedPage<UserRow>> {
  if (search.length > searchMaxLength) {
    throw badUserInput([{ path: 'search', message: `Use at most ${searchMaxLength} characters.` }]);
  }
  const condition = matches(search);
  return {
    ...(await findPage(selectUsers(em).where(condition), byName, request)),
    async count() {
      const { total } = await queries(em, UserSchema)
        .selectFrom('User')
        .select(sql<number>`count(*)::int`.as('total'))
        .where(condition)
        .executeTakeFirstOrThrow();
      return total;
    },
  };
}

/** `strpos` has no wildcards, so a word needs no escaping. */
function matches(search: string) {
  const words = search
    .normalize('NFC')
    .split(/\s+/)
    .filter((word) => word !== '');
  const conditions = words.map(
    (word) =>
      sql<boolean>`(strpos(${name}, lower(${word})) > 0 or strpos(${sql.ref('email')}, lower(${word})) > 0)`,
  );
  return conditions.length === 0 ? sql<boolean>`true` : sql<boolean>`${sql.join(conditions, sql` and `)}`;
}
