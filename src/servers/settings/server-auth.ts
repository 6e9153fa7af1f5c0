import type { FieldRules } from './field-rules.js';
import { limits } from './limits.js';
import type { AuthType } from '../store/mcp-server-config.entity.js';
import { editOAuth2, noOAuth2, oauth2Of, type AddressEdit, type OAuth2Auth } from './oauth2-settings.js';
import { noSecret, type Secret } from '../store/secret.js';
import type { CustomHeader, ServerInput } from './server-input.js';
import type { StoredServer } from '../store/stored-server.js';

/**
 * How requests to a server are authorized: one member for each auth type, with the settings of that type and no other.
 * An auth type that is added here makes the compiler name every place that has to decide about it.
 */
export type ServerAuth =
  | { authType: 'NONE' }
  | ({ authType: 'OAUTH2' } & OAuth2Auth)
  | { authType: 'API_KEY'; apiKeyHeader: string; apiKeyValue: Secret }
  | { authType: 'CUSTOM_HEADERS'; customHeaderNames: string[]; customHeaders: Secret };

/** What an API key is sent in unless somebody says otherwise. */
const defaultApiKeyHeader = 'Authorization';

/** The input fields that belong to one auth type alone. */
const ownFields = {
  NONE: [],
  OAUTH2: [
    'oauth2ClientId',
    'oauth2ClientSecret',
    'oauth2AuthUrl',
    'oauth2TokenUrl',
    'oauth2RevocationUrl',
    'oauth2Scopes',
    'oauth2Issuer',
    'oauth2Compatibility',
  ],
  API_KEY: ['apiKeyHeader', 'apiKeyValue'],
  CUSTOM_HEADERS: ['customHeaders'],
} as const satisfies Record<AuthType, readonly (keyof ServerInput)[]>;

/** A server of this type for which nothing is set yet. */
export function unsetAuth(authType: AuthType): ServerAuth {
  switch (authType) {
    case 'NONE':
      return { authType };
    case 'OAUTH2':
      return { authType, ...noOAuth2 };
    case 'API_KEY':
      return { authType, apiKeyHeader: defaultApiKeyHeader, apiKeyValue: noSecret };
    case 'CUSTOM_HEADERS':
      return { authType, customHeaderNames: [], customHeaders: noSecret };
  }
}

/** What is stored, with its secrets as "kept". */
export function authOf(stored: StoredServer): ServerAuth {
  const kept = (has: boolean): Secret => (has ? { is: 'kept' } : noSecret);
  switch (stored.authType) {
    case 'NONE':
      return { authType: stored.authType };
    case 'OAUTH2':
      return { authType: stored.authType, ...oauth2Of(stored) };
    case 'API_KEY':
      return {
        authType: stored.authType,
        apiKeyHeader: stored.apiKeyHeader,
        apiKeyValue: kept(stored.hasApiKey),
      };
    case 'CUSTOM_HEADERS':
      return {
        authType: stored.authType,
        customHeaderNames: stored.customHeaderNames,
        customHeaders: kept(stored.hasCustomHeaders),
      };
  }
}

/**
 * Lays an input over what there is, and notes every mistake in the result: of single fields, of their combination, and
 * fields of another auth type than the result's.
 */
export function editAuth(
  current: ServerAuth,
  input: ServerInput,
  rules: FieldRules,
  edit: AddressEdit,
): ServerAuth {
  const authType = input.authType === undefined ? current.authType : (input.authType ?? 'NONE');
  const base = authType === current.authType ? current : unsetAuth(authType);
  refuseFieldsOfOthers(authType, input, rules);
  switch (base.authType) {
    case 'NONE':
      return base;
    case 'OAUTH2':
      return { authType: base.authType, ...editOAuth2(base, input, rules, edit) };
    case 'API_KEY':
      return { authType: base.authType, ...editApiKey(base, input, rules) };
    case 'CUSTOM_HEADERS':
      return { authType: base.authType, ...editCustomHeaders(base, input, rules) };
  }
}

/** null, '', an empty list and an empty object give nothing, so they are no mistake; a blank secret is one everywhere. */
function refuseFieldsOfOthers(authType: AuthType, input: ServerInput, rules: FieldRules): void {
  for (const [owner, fields] of Object.entries(ownFields)) {
    if (owner === authType) continue;
    for (const field of fields) {
      const given = input[field];
      const isSecret = field === 'oauth2ClientSecret' || field === 'apiKeyValue';
      if (given === undefined || given === null) continue;
      const isNothing =
        typeof given === 'string'
          ? given.trim() === '' && !isSecret
          : Object.values(given).every((member) => member === null || member === undefined);
      if (isNothing) continue;
      rules.refuse(field, `belongs to authType ${owner}; this server's is ${authType}`);
    }
  }
}

function editApiKey(
  base: { apiKeyHeader: string; apiKeyValue: Secret },
  input: ServerInput,
  rules: FieldRules,
): { apiKeyHeader: string; apiKeyValue: Secret } {
  const { apiKeyHeader: header, apiKeyValue: value } = input;
  const apiKeyHeader =
    header === undefined
      ? base.apiKeyHeader
      : rules.headerName('apiKeyHeader', header ?? defaultApiKeyHeader);
  const apiKeyValue = value === undefined ? base.apiKeyValue : rules.headerSecret('apiKeyValue', value);
  if (apiKeyValue.is === 'none') rules.refuse('apiKeyValue', 'is required with authType API_KEY');
  return { apiKeyHeader, apiKeyValue };
}

function editCustomHeaders(
  base: { customHeaderNames: string[]; customHeaders: Secret },
  { customHeaders: given }: ServerInput,
  rules: FieldRules,
): { customHeaderNames: string[]; customHeaders: Secret } {
  const headers = given === undefined ? null : checkedHeaders(given ?? [], rules);
  const names = headers ? headers.map(({ name }) => name) : base.customHeaderNames;
  if (names.length === 0)
    rules.refuse('customHeaders', 'needs at least one header with authType CUSTOM_HEADERS');
  if (!headers) return base;
  return { customHeaderNames: names, customHeaders: { is: 'given', value: JSON.stringify(headers) } };
}

function checkedHeaders(given: readonly CustomHeader[], rules: FieldRules): CustomHeader[] {
  if (given.length > limits.customHeaders) {
    rules.refuse('customHeaders', `may name at most ${limits.customHeaders} headers`);
    return [...given];
  }
  const seen = new Set<string>();
  return given.map((header, index) => {
    const path = `customHeaders[${index}]`;
    const name = rules.headerName(`${path}.name`, header.name);
    const value = rules.headerValue(`${path}.value`, header.value);
    const folded = name.toLowerCase();
    if (seen.has(folded)) rules.refuse(`${path}.name`, 'is given twice; case makes no difference');
    seen.add(folded);
    return { name, value };
  });
}
