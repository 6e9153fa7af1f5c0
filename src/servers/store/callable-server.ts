import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../../errors.js';
import type { Vault } from '../../secrets/vault.js';
import { McpServerConfig, type AuthType, type Transport } from './mcp-server-config.entity.js';
import { secretPlace, type SecretColumn } from './secret-places.js';
import { unknownServer } from './server-errors.js';
import { isUuid } from '../../uuid.js';

/** A server as whoever speaks to it needs it, whatever the viewer may read of it: none of this is for an answer. */
export interface CallableServer {
  id: string;
  url: string;
  transport: Transport;
  authType: AuthType;
  toolAllowList: string[];
  toolDenyList: string[];
  /** The headers that carry the server's own secret, opened; none for NONE, and for OAUTH2, where each person has a token. */
  headers: readonly (readonly [name: string, value: string])[];
}

type StoredCallable = Omit<CallableServer, 'headers'> & {
  enabled: boolean;
  apiKeyHeader: string;
  apiKeyValue: string | null;
  customHeaders: string | null;
};

/**
 * A server to list or call tools at, with the credentials that belong to the server itself.
 * @param options.evenDisabled lets administrators look at a disabled one
 * @throws NOT_FOUND for one that is not there or not for this viewer; BAD_USER_INPUT for a disabled one, which only
 *   administrators are told; UnreadableSecret when no key of the ring opens its secret.
 */
export async function getCallableServer(
  { em, viewer, vault }: { em: EntityManager; viewer: { isAdmin: boolean }; vault: Vault },
  id: string,
  { evenDisabled = false }: { evenDisabled?: boolean } = {},
): Promise<CallableServer> {
  if (!isUuid(id)) throw unknownServer();
  const [row] = await em
    .createQueryBuilder(McpServerConfig)
    .select([
      'id',
      'url',
      'transport',
      'authType',
      'enabled',
      'toolAllowList',
      'toolDenyList',
      'apiKeyHeader',
      'apiKeyValue',
      'customHeaders',
    ])
    .where({ id })
    .execute<StoredCallable[]>('all');
  if (!row || !(row.enabled || viewer.isAdmin)) throw unknownServer();
  if (!row.enabled && !evenDisabled) {
    throw new SwitchboardError('BAD_USER_INPUT', 'This MCP server is disabled. Enable it to use its tools.');
  }
  const { url, transport, authType, toolAllowList, toolDenyList } = row;
  const headers = await headersOf(vault, row);
  return { id: row.id, url, transport, authType, toolAllowList, toolDenyList, headers };
}

async function headersOf(vault: Vault, row: StoredCallable): Promise<[string, string][]> {
  const open = async (column: SecretColumn, sealed: string | null) =>
    sealed === null ? null : vault.open(sealed, secretPlace(column, row.id));
  switch (row.authType) {
    case 'NONE':
    case 'OAUTH2':
      return [];
    case 'API_KEY': {
      const value = await open('api_key_value', row.apiKeyValue);
      return value === null ? [] : [[row.apiKeyHeader, value]];
    }
    case 'CUSTOM_HEADERS': {
      const headers = await open('custom_headers', row.customHeaders);
      if (headers === null) return [];
      return (JSON.parse(headers) as { name: string; value: string }[]).map(({ name, value }) => [
        name,
        value,
      ]);
    }
  }
}
