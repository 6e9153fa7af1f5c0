import type { ServerField } from '../fields/field.js';
import {
  authColumnNames,
  belongsTo,
  secretFields,
  serverFields,
  type AuthColumn,
  type AuthSecret,
  type AuthTypeWithFields,
  type FieldName,
  type SecretField,
} from '../fields/fields.js';
import type { AuthType } from '../store/mcp-server-config.entity.js';
import { noSecret, type Secret } from '../store/server-secrets.js';
import type { StoredServer } from '../store/stored-server.js';
import type { ServerColumns } from '../store/visible-servers.js';

/** The settings of one auth type: its columns, and its secrets. */
export type AuthSettings<Type extends AuthTypeWithFields> = Pick<ServerColumns, AuthColumn<Type>> &
  Record<AuthSecret<Type>, Secret>;

/**
 * How requests to a server are authorized: one member for each auth type, with the settings of that type and no other.
 * When an auth type is added, the compiler names every place that has to handle it.
 */
export type ServerAuth =
  | { authType: 'NONE' }
  | { [Type in AuthTypeWithFields]: { authType: Type } & AuthSettings<Type> }[AuthTypeWithFields];

/** The columns that tell how requests are authorized, without secrets. */
export type AuthColumns = Pick<ServerColumns, AuthColumn | 'authType'>;

/** Returns the declaration of a field, with the properties that only some fields have. */
const declared = (field: FieldName): ServerField => serverFields[field];

const of = (authType: AuthType) => (field: FieldName) => belongsTo(field, authType);

/** The value of each column on a server of another auth type. */
const emptyColumns = Object.fromEntries(
  authColumnNames.map((column) => [column, declared(column).empty]),
) as object as Pick<ServerColumns, AuthColumn>;

/** Returns the settings of a server of this type for which nothing is entered. */
export function unsetAuth<Type extends AuthType>(authType: Type): Extract<ServerAuth, { authType: Type }> {
  const columns = authColumnNames
    .filter(of(authType))
    .map((column) => [column, declared(column).input?.default ?? declared(column).empty]);
  const secrets = secretFields.filter(of(authType)).map((field) => [field, noSecret]);
  return { authType, ...Object.fromEntries([...columns, ...secrets]) };
}

/** Returns what is stored, with its secrets as "kept". */
export function authOf(stored: StoredServer): ServerAuth {
  const columns = authColumnNames.filter(of(stored.authType)).map((column) => [column, stored[column]]);
  const secrets = secretFields
    .filter(of(stored.authType))
    .map((field) => [field, stored[serverFields[field].has] ? { is: 'kept' } : noSecret]);
  return { authType: stored.authType, ...Object.fromEntries([...columns, ...secrets]) };
}

/** Returns every secret of a server. The secrets of other auth types are "none". */
export function secretsOf(auth: ServerAuth): Record<SecretField, Secret> {
  const given = auth as Partial<Record<SecretField, Secret>>;
  return Object.fromEntries(secretFields.map((field) => [field, given[field] ?? noSecret])) as Record<
    SecretField,
    Secret
  >;
}

/** Returns the columns to write, without secrets. The columns of other auth types are emptied. */
export function authColumns(auth: ServerAuth): AuthColumns {
  const columns: AuthColumns = { ...emptyColumns, ...auth };
  for (const field of secretFields) delete (columns as Partial<Record<SecretField, unknown>>)[field];
  return columns;
}
