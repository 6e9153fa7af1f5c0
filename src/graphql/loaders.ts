import DataLoader from 'dataloader';
import type { UserRow, Users } from '../identity/users/users.js';

/** People by id, in one statement however many rows name them; null for an id that nobody has. */
export function createUserLoader(users: Pick<Users, 'findByIds'>): DataLoader<string, UserRow | null> {
  return new DataLoader<string, UserRow | null>(async (ids) => {
    const rows = await users.findByIds(ids);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}
