import type { Place, Vault } from '../../secrets/vault.js';
import type { ServerField } from '../fields/field.js';
import { secretFields, serverFields, type SecretField } from '../fields/fields.js';

/** A secret after an edit: there is none, the stored one is kept, or this one replaces it. */
export type Secret = { is: 'none' } | { is: 'kept' } | { is: 'given'; value: string };

export const noSecret: Secret = { is: 'none' };

/** The columns of `mcp_server_configs` that hold sealed text. */
export type SecretColumn = NonNullable<ServerField['sealedColumn']>;

/** Returns the place that a server's secret is sealed for. It opens nowhere else. */
export function secretPlace(column: SecretColumn, serverId: string): Place {
  return { table: 'mcp_server_configs', column, row: serverId };
}

/** Returns the secret columns to write: sealed text, or null to clear. A secret that is kept has no entry. */
export async function sealSecrets(
  vault: Vault,
  serverId: string,
  secrets: Readonly<Record<SecretField, Secret>>,
): Promise<{ [Field in SecretField]?: string | null }> {
  const columns: { [Field in SecretField]?: string | null } = {};
  for (const field of secretFields) {
    const secret = secrets[field];
    const place = secretPlace(serverFields[field].sealedColumn, serverId);
    if (secret.is === 'none') columns[field] = null;
    if (secret.is === 'given') columns[field] = await vault.seal(secret.value, place);
  }
  return columns;
}
