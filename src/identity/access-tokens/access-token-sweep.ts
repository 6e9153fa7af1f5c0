import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Deletes what has been of no use for a while, for everybody: sign-in links and sessions a day after they ended, API
 * tokens ninety days after, because until then `apiTokens` says why something stopped. Everybody's latest session stays:
 * it tells that they have signed in. Any number of processes may run it at once.
 * @returns how many went.
 */
export async function sweepAccessTokens(em: EntityManager): Promise<number> {
  const rows = await em.fork().execute<unknown[]>(
    `delete from access_tokens where id in (
       select t.id from access_tokens t
       where least(t.expires_at, t.revoked_at) < now() - case t.kind when 'API_TOKEN' then interval '90 days' else interval '1 day' end
         and (t.kind <> 'SESSION' or exists (
           select from access_tokens later
           where later.user_id = t.user_id and later.kind = 'SESSION' and later.created_at > t.created_at))
       order by t.id limit 10000 for update skip locked)
     returning id`,
  );
  return rows.length;
}
