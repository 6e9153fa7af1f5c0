import { isSameCompatibility } from './compatibility-settings.js';
import { noOAuth2, type OAuth2Columns } from './oauth2-settings.js';
import { noSecret } from '../store/secret.js';
import type { ServerAuth } from './server-auth.js';
import type { ServerInput } from './server-input.js';
import type { ServerSettings } from './server-rules.js';
import type { StoredServer } from '../store/stored-server.js';

type AuthColumns = OAuth2Columns & Pick<StoredServer, 'authType' | 'apiKeyHeader' | 'customHeaderNames'>;

/** A server's columns that hold no secret, as its settings want them; those of other auth types are empty. */
export type SettingsColumns = Omit<ServerSettings, 'auth'> & AuthColumns;

export function columnsOf({ auth, ...common }: ServerSettings): SettingsColumns {
  return { ...common, ...authColumns(auth) };
}

/** The auth part of `columnsOf`. */
export function authColumns(auth: ServerAuth): AuthColumns {
  const { oauth2ClientSecret: _none, ...noOAuth2Columns } = noOAuth2;
  const unset = { ...noOAuth2Columns, authType: auth.authType, apiKeyHeader: '', customHeaderNames: [] };
  switch (auth.authType) {
    case 'NONE':
      return unset;
    case 'OAUTH2': {
      const { oauth2ClientSecret: _sealed, ...columns } = auth;
      return { ...unset, ...columns };
    }
    case 'API_KEY':
      return { ...unset, apiKeyHeader: auth.apiKeyHeader };
    case 'CUSTOM_HEADERS':
      return { ...unset, customHeaderNames: auth.customHeaderNames };
  }
}

/**
 * The columns that say where a person's tokens are used, and who issued them to which client. When one of them changes,
 * the tokens would be sent to somebody they were not meant for.
 */
const boundToAccounts = [
  'url',
  'authType',
  'oauth2Issuer',
  'oauth2ClientId',
  'oauth2TokenUrl',
  'oauth2RevocationUrl',
] as const satisfies readonly (keyof SettingsColumns)[];

/** What a server says of a client that nothing is known against. */
export const noClientFailure = { oauth2ClientFailure: null, oauth2ClientFailureAt: null } as const;

/** Whether an edit gives the authorization server another client to judge, or asks another one. */
export function changesClient(stored: StoredServer, { auth }: ServerSettings): boolean {
  if (auth.authType !== 'OAUTH2' || auth.oauth2ClientSecret.is === 'given') return true;
  return (
    auth.oauth2ClientId !== stored.oauth2ClientId ||
    auth.oauth2TokenUrl !== stored.oauth2TokenUrl ||
    auth.oauth2TokenAuthMethod !== stored.oauth2TokenAuthMethod ||
    (auth.oauth2ClientSecret.is !== 'none') !== stored.hasOauth2ClientSecret
  );
}

/** Whether everybody's grants for this server have to go with the change. */
export function invalidatesAccounts(stored: StoredServer, columns: Partial<SettingsColumns>): boolean {
  return boundToAccounts.some((column) => column in columns && columns[column] !== stored[column]);
}

/** Whether the edit changes what is relaxed for the server. */
export function changesCompatibility(
  stored: StoredServer,
  { oauth2Compatibility }: Pick<SettingsColumns, 'oauth2Compatibility'>,
): boolean {
  return !isSameCompatibility(stored.oauth2Compatibility, oauth2Compatibility);
}

/** What can be emptied as the consequence of an edit, by the names of GraphQL. */
const clearable = [
  'oauth2ClientId',
  'oauth2AuthUrl',
  'oauth2TokenUrl',
  'oauth2RevocationUrl',
  'oauth2Scopes',
  'oauth2Issuer',
  'oauth2Resource',
  'oauth2Registration',
  'apiKeyHeader',
] as const satisfies readonly (keyof SettingsColumns)[];

/** The fields that hold something now, are empty after the edit, and are not named by it. */
export function clearedFields(stored: StoredServer, settings: ServerSettings, input: ServerInput): string[] {
  const columns = columnsOf(settings);
  const emptied: string[] = clearable.filter((field) => stored[field] && !columns[field]);
  const isStrict = isSameCompatibility(columns.oauth2Compatibility, {});
  if (isStrict && changesCompatibility(stored, columns)) emptied.push('oauth2Compatibility');
  const { auth } = settings;
  const secrets = {
    oauth2ClientSecret: auth.authType === 'OAUTH2' ? auth.oauth2ClientSecret : noSecret,
    apiKeyValue: auth.authType === 'API_KEY' ? auth.apiKeyValue : noSecret,
    customHeaders: auth.authType === 'CUSTOM_HEADERS' ? auth.customHeaders : noSecret,
  };
  const had = {
    oauth2ClientSecret: stored.hasOauth2ClientSecret,
    apiKeyValue: stored.hasApiKey,
    customHeaders: stored.hasCustomHeaders,
  };
  const gone = secretFields.filter((field) => had[field] && secrets[field].is === 'none');
  return [...emptied, ...gone].filter((field) => input[field as keyof ServerInput] === undefined);
}

const secretFields = ['oauth2ClientSecret', 'apiKeyValue', 'customHeaders'] as const;
