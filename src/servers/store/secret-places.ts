import type { Place } from '../../secrets/vault.js';

/** The columns of `mcp_server_configs` that hold sealed text; nothing else may. */
export type SecretColumn = 'oauth2_client_secret' | 'api_key_value' | 'custom_headers';

/** Where a server's secret lives: what it is sealed for, so that it opens nowhere else. */
export function secretPlace(column: SecretColumn, serverId: string): Place {
  return { table: 'mcp_server_configs', column, row: serverId };
}
