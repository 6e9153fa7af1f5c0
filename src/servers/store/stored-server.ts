import type { EntityManager } from '@mikro-orm/postgresql';
import { queries } from '../../database/queries.js';
import { isUuid } from '../../uuid.js';
import { adminColumns, internalColumns, memberColumns } from '../fields/fields.js';
import { McpServerConfigSchema } from './mcp-server-config.entity.js';
import { unknownServer } from './server-errors.js';
import type { ServerColumns } from './visible-servers.js';

const storedColumns = [...memberColumns, ...adminColumns, ...internalColumns];

/** A server as it is stored, without its secrets. An edit or a registration starts from it. */
export interface StoredServer extends Pick<ServerColumns, (typeof storedColumns)[number]> {}

/**
 * Returns a stored server.
 * @throws NOT_FOUND
 */
export async function getStoredServer(em: EntityManager, id: string): Promise<StoredServer> {
  const server = isUuid(id) ? await selectStored(em, id).executeTakeFirst() : undefined;
  if (!server) throw unknownServer();
  return server;
}

/**
 * Returns a stored server and locks its row FOR UPDATE until the transaction ends, so that no edit, callback or
 * registration gets in between.
 * @throws NOT_FOUND
 */
export async function lockStoredServer(em: EntityManager, id: string): Promise<StoredServer> {
  const server = isUuid(id) ? await selectStored(em, id).forUpdate().executeTakeFirst() : undefined;
  if (!server) throw unknownServer();
  return server;
}

function selectStored(em: EntityManager, id: string) {
  return queries(em, McpServerConfigSchema)
    .selectFrom('McpServerConfig')
    .select(storedColumns)
    .where('id', '=', id);
}
