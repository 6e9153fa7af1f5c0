import DataLoader from 'dataloader';
import type { UserRow, Users } from './users.js';

/** Returns a loader of users by id that asks once per request. An unknown id loads null. */
export function createUserLoader(users: Pick<Users, 'findByIds'>): DataLoader<string, UserRow | null> {
  return new DataLoader<string, UserRow | null>(async (ids) => {
    const rows = await users.findByIds(ids);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
