import type { Place, Vault } from '../secrets/vault.js';
import type { Secret } from './secret.js';
import type { ServerAuth } from './server-auth.js';

/** The columns of `mcp_server_configs` that hold sealed text; nothing else may. */
export type SecretColumn = 'oauth2_client_secret' | 'api_key_value' | 'custom_headers';

/** Where a server's secret lives: what it is sealed for, so that it opens nowhere else. */
export function secretPlace(column: SecretColumn, serverId: string): Place {
  return { table: 'mcp_server_configs', column, row: serverId };
}

/** Sealed text by property; a column whose secret stays as it is is left out. */
export interface SealedColumns {
  oauth2ClientSecret?: string | null;
  apiKeyValue?: string | null;
  customHeaders?: string | null;
}

/** A server's secret columns as they are to be written: those of other auth types are emptied. */
export async function sealSecrets(vault: Vault, serverId: string, auth: ServerAuth): Promise<SealedColumns> {
  const columns: SealedColumns = { oauth2ClientSecret: null, apiKeyValue: null, customHeaders: null };
  const put = async (property: keyof SealedColumns, column: SecretColumn, secret: Secret) => {
    if (secret.is === 'given')
      columns[property] = await vault.seal(secret.value, secretPlace(column, serverId));
    if (secret.is === 'kept') delete columns[property];
  };
  switch (auth.authType) {
    case 'NONE':
      break;
    case 'OAUTH2':
      await put('oauth2ClientSecret', 'oauth2_client_secret', auth.oauth2ClientSecret);
      break;
    case 'API_KEY':
      await put('apiKeyValue', 'api_key_value', auth.apiKeyValue);
      break;
    case 'CUSTOM_HEADERS':
      await put('customHeaders', 'custom_headers', auth.customHeaders);
      break;
  }
  return columns;
}
