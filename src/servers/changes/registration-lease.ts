import type { EntityManager } from '@mikro-orm/postgresql';
import type { StoredServer } from '../store/stored-server.js';

/**
 * The right to register this client anew for a server: one process at a time has it. By the database's clock; longer
 * than a registration can take, so that it only ever runs out after a crash.
 * @returns null when somebody else has it, or the server was changed meanwhile.
 */
export async function takeRegistrationLease(
  em: EntityManager,
  { id, version }: Pick<StoredServer, 'id' | 'version'>,
): Promise<{ release(): Promise<void> } | null> {
  const rows = await em.fork().execute<{ until: string }[]>(
    `update mcp_server_configs set oauth2_registration_lease_until = now() + interval '3 minutes'
     where id = ? and version = ?
       and (oauth2_registration_lease_until is null or oauth2_registration_lease_until < now())
     returning oauth2_registration_lease_until::text as "until"`,
    [id, version],
  );
  const [row] = rows;
  if (!row) return null;
  return {
    release: async () => {
      await em.fork().execute(
        `update mcp_server_configs set oauth2_registration_lease_until = null
         where id = ? and oauth2_registration_lease_until = ?::timestamptz`,
        [id, row.until],
        'run',
      );
    },
  };
}
