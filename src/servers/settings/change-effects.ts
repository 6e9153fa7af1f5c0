import { isDeepStrictEqual } from 'node:util';
import {
  authColumnNames,
  fieldsWith,
  secretFields,
  serverFields,
  type AuthColumn,
  type SecretField,
  type SettingField,
} from '../fields/fields.js';
import type { StoredServer } from '../store/stored-server.js';
import type { ServerColumns } from '../store/visible-servers.js';
import { isSameCompatibility } from './compatibility-settings.js';
import { secretsOf, type ServerAuth } from './server-auth.js';
import type { ServerInput } from './server-input.js';
import { columnsOf, type ServerSettings, type SettingsColumns } from './server-settings.js';

/** The columns to write with a client that the authorization server has not refused. */
export const noClientFailure = { oauth2ClientFailure: null, oauth2ClientFailureAt: null } as const;

/** The columns that an edit or a registration writes. */
export type ServerWriteColumns = SettingsColumns & Pick<StoredServer, keyof typeof noClientFailure>;

/** Tells whether an edit changes the client, or the authorization server that it is registered at. */
export function changesClient(stored: StoredServer, { auth }: ServerSettings): boolean {
  if (auth.authType !== 'OAUTH2' || auth.oauth2ClientSecret.is === 'given') return true;
  return (
    auth.oauth2ClientId !== stored.oauth2ClientId ||
    auth.oauth2TokenUrl !== stored.oauth2TokenUrl ||
    auth.oauth2TokenAuthMethod !== stored.oauth2TokenAuthMethod ||
    (auth.oauth2ClientSecret.is !== 'none') !== stored.hasOauth2ClientSecret
  );
}

/** A change of one of these drops the server's connected accounts. */
export const bindingColumns = fieldsWith({ source: ['GIVEN'] }).filter(
  (field) => 'bindsAccounts' in serverFields[field],
);

/**
 * Tells whether a change drops the server's connected accounts. It does when it changes where users' tokens are sent, or
 * who issued them to which client: the tokens would be sent to a party that they are not meant for.
 */
export function invalidatesAccounts(stored: StoredServer, columns: Partial<SettingsColumns>): boolean {
  return bindingColumns.some((column) => {
    // No token was ever sent to a revocation URL that did not exist.
    const isAdded = column === 'oauth2RevocationUrl' && stored[column] === '';
    return !isAdded && column in columns && columns[column] !== stored[column];
  });
}

/**
 * Tells whether a registration replaces a client that Switchboard registered by another one at the same authorization
 * server. The accounts' tokens are then sent where they were sent before.
 */
export function isRenewal(stored: StoredServer, columns: Partial<SettingsColumns>): boolean {
  const isDynamic = stored.oauth2Registration === 'DYNAMIC' && columns.oauth2Registration === 'DYNAMIC';
  const { oauth2ClientId } = stored;
  return isDynamic && !invalidatesAccounts(stored, { ...columns, oauth2ClientId });
}

/** Tells whether an edit changes the compatibility settings. */
export function changesCompatibility(
  stored: StoredServer,
  { oauth2Compatibility }: Pick<SettingsColumns, 'oauth2Compatibility'>,
): boolean {
  return !isSameCompatibility(stored.oauth2Compatibility, oauth2Compatibility);
}

/** The columns of auth types that GraphQL returns. A secret stands for the columns that are derived from it. */
const clearableColumns = authColumnNames.filter((column) => {
  const { audience, source } = serverFields[column];
  return audience !== 'NONE' && source !== 'DERIVED';
});

/** Returns the fields that hold a value now, are empty after the edit, and are not named by it. */
export function clearedFields(stored: StoredServer, settings: ServerSettings, input: ServerInput): string[] {
  const columns = columnsOf(settings);
  const secrets = secretsOf(settings.auth);
  const cleared = [
    ...clearableColumns.filter((column) => !isEmpty(column, stored) && isEmpty(column, columns)),
    ...secretFields.filter((field) => stored[serverFields[field].has] && secrets[field].is === 'none'),
  ];
  return cleared.filter((field) => input[field as SettingField] === undefined);
}

function isEmpty(column: AuthColumn, columns: Pick<ServerColumns, AuthColumn>): boolean {
  if (column === 'oauth2Compatibility') return isSameCompatibility(columns[column], {});
  return isDeepStrictEqual(columns[column], serverFields[column].empty);
}

/**
 * Tells whether a write changes the server. A secret that is given counts as changed: it is not compared with the stored
 * one.
 */
export function changesServer(
  stored: StoredServer,
  columns: Partial<ServerWriteColumns>,
  auth: ServerAuth,
): boolean {
  return (
    columnsIn(columns).some((column) => differs(column, stored, columns)) ||
    changedSecrets(stored, auth).length > 0
  );
}

/**
 * Returns the fields that a write changes, by the names of GraphQL. A secret that is given counts as changed: it is not
 * compared with the stored one.
 * @param before the stored server; null for a new one, whose empty fields do not count
 */
export function changedFields(
  before: StoredServer | null,
  columns: Partial<SettingsColumns>,
  auth: ServerAuth,
): string[] {
  const named = columnsIn(columns).filter((column) => serverFields[column].audience !== 'NONE');
  const changed = named.filter((column) =>
    before ? differs(column, before, columns) : !isUnset(column, columns),
  );
  return [...changed, ...changedSecrets(before, auth)];
}

function columnsIn<Columns extends object>(columns: Columns): (keyof Columns)[] {
  return Object.keys(columns) as (keyof Columns)[];
}

function differs(
  column: keyof ServerWriteColumns,
  stored: StoredServer,
  columns: Partial<ServerWriteColumns>,
): boolean {
  if (column === 'oauth2Compatibility') return !isSameCompatibility(stored[column], columns[column] ?? {});
  return !isDeepStrictEqual(stored[column], columns[column]);
}

function isUnset(column: keyof SettingsColumns, columns: Partial<SettingsColumns>): boolean {
  if (column === 'oauth2Compatibility') return isSameCompatibility({}, columns[column] ?? {});
  return ['', null, false, []].some((empty) => isDeepStrictEqual(columns[column], empty));
}

function changedSecrets(before: StoredServer | null, auth: ServerAuth): SecretField[] {
  const secrets = secretsOf(auth);
  return secretFields.filter(
    (field) =>
      secrets[field].is === 'given' || (before?.[serverFields[field].has] && secrets[field].is === 'none'),
  );
}
