import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import type { AuthorizationServerMetadata } from '../../oauth2/discovery/discovery.js';
import { McpServerConfig } from './mcp-server-config.entity.js';
import { unknownServer } from './server-errors.js';
import { adminColumns, memberColumns, type ServerRow } from './server-row.js';
import { isUuid } from '../../uuid.js';

const storedColumns = [
  ...memberColumns,
  ...adminColumns,
  'oauth2DiscoveredScopes',
  'oauth2RedirectUri',
  'oauth2TokenAuthMethod',
  'oauth2AsMetadata',
] as const satisfies readonly (keyof McpServerConfig)[];

/** A server as it is stored, without its secrets: what an edit or a registration starts from. */
export interface StoredServer extends Required<Omit<ServerRow, 'oauth2CallbackUrl'>> {
  oauth2DiscoveredScopes: string;
  oauth2RedirectUri: string;
  oauth2TokenAuthMethod: TokenAuthMethod | null;
  /** null: the endpoints, if there are any, were given by hand. */
  oauth2AsMetadata: AuthorizationServerMetadata | null;
}

/** @throws NOT_FOUND */
export async function getStoredServer(em: EntityManager, id: string): Promise<StoredServer> {
  return selectStored(em, id);
}

/**
 * The same, locked FOR UPDATE until the transaction ends: no edit, callback or registration gets in between.
 * @throws NOT_FOUND
 */
export async function lockStoredServer(em: EntityManager, id: string): Promise<StoredServer> {
  return selectStored(em, id, LockMode.PESSIMISTIC_WRITE);
}

async function selectStored(em: EntityManager, id: string, lock = LockMode.NONE): Promise<StoredServer> {
  if (!isUuid(id)) throw unknownServer();
  const [row] = await em
    .createQueryBuilder(McpServerConfig)
    .select([...storedColumns])
    .where({ id })
    .setLockMode(lock)
    .execute<StoredServer[]>('all');
  if (!row) throw unknownServer();
  return row;
}
