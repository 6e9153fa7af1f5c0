import type { EntityManager } from '@mikro-orm/postgresql';
import type { HotRead, HotReads } from '../../database/hot-reads.js';
import { queries } from '../../database/queries.js';
import { SwitchboardError } from '../../errors.js';
import type { Fetch, GuardedFetch } from '../../net/guarded-fetch.js';
import type { Vault } from '../../secrets/vault.js';
import { isUuid } from '../../uuid.js';
import { McpServerConfigSchema } from './mcp-server-config.entity.js';
import { unknownServer } from './server-errors.js';
import { secretPlace, type SecretColumn } from './server-secrets.js';
import type { ServerColumns } from './visible-servers.js';

const callableColumns = [
  'id',
  'version',
  'url',
  'transport',
  'authType',
  'toolAllowList',
  'toolDenyList',
] as const;

type CallableColumns = Pick<ServerColumns, (typeof callableColumns)[number]>;

const readColumns = [...callableColumns, 'enabled', 'apiKeyHeader', 'apiKeyValue', 'customHeaders'] as const;

const readServer: HotRead<{ id: string }, Pick<ServerColumns, (typeof readColumns)[number]>> = (em, { id }) =>
  queries(em, McpServerConfigSchema)
    .selectFrom('McpServerConfig as s')
    .select(({ ref }) => readColumns.map((name) => ref(`s.${name}`).as(name)))
    .where('s.id', '=', id)
    .$castTo<Pick<ServerColumns, (typeof readColumns)[number]>>();

/** A server for requests to its MCP endpoint. It has fields that the viewer may not read, so no response contains it. */
export interface CallableServer extends CallableColumns {
  /** The headers of the server itself, opened. With OAUTH2, each user's token is sent in addition. */
  headers: readonly (readonly [name: string, value: string])[];
}

/**
 * Returns a server to list or call tools at, with the credentials that belong to the server itself.
 * @param options.evenDisabled lets administrators use a disabled server
 * @throws NOT_FOUND for a server that does not exist or is not for this viewer, BAD_USER_INPUT to administrators for a
 *   disabled server, UnreadableSecret when no key of the ring opens its secret
 */
export async function getCallableServer(
  {
    em,
    reads,
    viewer,
    vault,
  }: { em: EntityManager; reads: HotReads; viewer: { isAdmin: boolean }; vault: Vault },
  id: string,
  { evenDisabled = false }: { evenDisabled?: boolean } = {},
): Promise<CallableServer> {
  if (!isUuid(id)) throw unknownServer();
  const [row] = await reads.run(em, readServer, { id });
  if (!row || !(row.enabled || viewer.isAdmin)) throw unknownServer();
  if (!row.enabled && !evenDisabled) {
    throw new SwitchboardError('BAD_USER_INPUT', 'This MCP server is disabled. Enable it to use its tools.');
  }
  const { version, url, transport, authType, toolAllowList, toolDenyList } = row;
  const headers = await headersOf(vault, row);
  return { id: row.id, version, url, transport, authType, toolAllowList, toolDenyList, headers };
}

/** Returns the HTTP client for the server's MCP requests. Credentials travel over https, except to allowed addresses. */
export function mcpFetch(outbound: GuardedFetch, { authType }: Pick<CallableServer, 'authType'>): Fetch {
  return authType === 'NONE' ? outbound.withoutCredentials.mcp : outbound.mcp;
}

async function headersOf(
  vault: Vault,
  row: Pick<ServerColumns, 'id' | 'authType' | 'apiKeyHeader' | 'apiKeyValue' | 'customHeaders'>,
): Promise<[string, string][]> {
  const open = async (column: SecretColumn, sealed: string | null) =>
    sealed === null ? null : vault.open(sealed, secretPlace(column, row.id));
  switch (row.authType) {
    case 'NONE':
      return [];
    case 'API_KEY': {
      const value = await open('api_key_value', row.apiKeyValue);
      return value === null ? [] : [[row.apiKeyHeader, value]];
    }
    case 'OAUTH2':
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
