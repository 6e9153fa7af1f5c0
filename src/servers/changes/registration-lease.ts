import type { EntityManager } from '@mikro-orm/postgresql';
import { Leases } from '../../database/lease.js';
import { queries } from '../../database/queries.js';
import { McpServerConfigSchema } from '../store/mcp-server-config.entity.js';
import type { StoredServer } from '../store/stored-server.js';

/** Longer than a registration takes, so that a lease expires only after a crash. */
const durationMs = 180_000;

const leases = new Leases(
  McpServerConfigSchema,
  { id: 'oauth2RegistrationLeaseId', until: 'oauth2RegistrationLeaseUntil' },
  durationMs,
);

/**
 * Takes the lease on registering a server's client again. One process at a time has it.
 * @returns null when another process has it, or the server was changed in the meantime
 */
export async function takeRegistrationLease(
  em: EntityManager,
  { id, version }: Pick<StoredServer, 'id' | 'version'>,
): Promise<{ release(): Promise<void> } | null> {
  const { lease, taken } = leases.begin();
  const row = await queries(em.fork(), McpServerConfigSchema)
    .updateTable('McpServerConfig')
    .set(taken)
    .where('id', '=', id)
    .where('version', '=', version)
    .where(leases.isFree())
    .returning('id')
    .executeTakeFirst();
  return row ? { release: () => leases.release(em, id, lease) } : null;
}
