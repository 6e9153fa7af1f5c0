import type { Vault } from '../../secrets/vault.js';
import { secretPlace, type SecretColumn } from '../store/secret-places.js';
import type { Secret } from '../store/secret.js';
import type { ServerAuth } from './server-auth.js';

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
