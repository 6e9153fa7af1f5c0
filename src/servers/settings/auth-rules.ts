import { limits } from '../fields/field.js';
import { authSettings, belongsTo, serverFields } from '../fields/fields.js';
import type { AuthType } from '../store/mcp-server-config.entity.js';
import type { FieldRules } from './field-rules.js';
import { noSecret } from '../store/server-secrets.js';
import { editOAuth2, type AddressEdit } from './oauth2-settings.js';
import { unsetAuth, type AuthSettings, type ServerAuth } from './server-auth.js';
import type { CustomHeader, ServerInput } from './server-input.js';

/**
 * Applies an input to the current settings. Notes every mistake of the result: in single fields, in their combination,
 * and fields of another auth type.
 */
export function editAuth(
  current: ServerAuth,
  input: ServerInput,
  rules: FieldRules,
  edit: AddressEdit,
): ServerAuth {
  const { default: byDefault } = serverFields.authType.input;
  const authType = input.authType === undefined ? current.authType : (input.authType ?? byDefault);
  const base: ServerAuth = authType === current.authType ? current : unsetAuth(authType);
  refuseFieldsOfOthers(authType, input, rules);
  switch (base.authType) {
    case 'NONE':
      return base;
    case 'OAUTH2':
      return {
        authType: base.authType,
        ...editOAuth2(base, input, rules, edit),
        ...editOAuth2Headers(base, input, rules),
      };
    case 'API_KEY':
      return { authType: base.authType, ...editApiKey(base, input, rules) };
    case 'CUSTOM_HEADERS':
      return { authType: base.authType, ...editCustomHeaders(base, input, rules) };
  }
}

/** Accepts null, '', an empty list and an empty object, which enter nothing. A blank secret is a mistake everywhere. */
function refuseFieldsOfOthers(authType: AuthType, input: ServerInput, rules: FieldRules): void {
  for (const field of authSettings) {
    const { authType: owner, source } = serverFields[field];
    const given = input[field];
    if (belongsTo(field, authType) || given === undefined || given === null) continue;
    const isNothing =
      typeof given === 'string'
        ? given.trim() === '' && source !== 'SECRET'
        : Object.values(given).every((member) => member === null || member === undefined);
    if (isNothing) continue;
    rules.refuse(field, `Remove this field, or change authType to ${owner}. The server uses ${authType}.`);
  }
}

function editApiKey(
  base: AuthSettings<'API_KEY'>,
  { apiKeyHeader: header, apiKeyValue: value }: ServerInput,
  rules: FieldRules,
): AuthSettings<'API_KEY'> {
  const apiKeyHeader = header === undefined ? base.apiKeyHeader : rules.read('apiKeyHeader', header);
  const apiKeyValue = value === undefined ? base.apiKeyValue : rules.secret('apiKeyValue', value);
  if (apiKeyValue.is === 'none') rules.refuse('apiKeyValue', 'Enter an API key.');
  return { apiKeyHeader, apiKeyValue };
}

function editCustomHeaders(
  base: AuthSettings<'CUSTOM_HEADERS'>,
  { customHeaders: given }: ServerInput,
  rules: FieldRules,
): AuthSettings<'CUSTOM_HEADERS'> {
  const headers = given === undefined ? null : checkedHeaders(given ?? [], rules);
  const names = headers ? headers.map(({ name }) => name) : base.customHeaderNames;
  if (names.length === 0) rules.refuse('customHeaders', 'Enter at least one header.');
  if (!headers) return base;
  return { customHeaderNames: names, customHeaders: { is: 'given', value: JSON.stringify(headers) } };
}

/**
 * The headers that an OAUTH2 server must not have: that of the user's token, and those of the MCP client. A server of
 * CUSTOM_HEADERS may have Authorization, because it has no other.
 */
const headersOfTokensAndClient = new Set(['authorization', 'accept', 'content-type', 'last-event-id']);

/** The headers that the MCP server gets in addition to a user's token. They are optional. */
function editOAuth2Headers(
  base: AuthSettings<'OAUTH2'>,
  { customHeaders: given }: ServerInput,
  rules: FieldRules,
): Pick<AuthSettings<'OAUTH2'>, 'customHeaderNames' | 'customHeaders'> {
  const { customHeaderNames, customHeaders } = base;
  if (given === undefined) return { customHeaderNames, customHeaders };
  const headers = checkedHeaders(given ?? [], rules);
  for (const [index, { name }] of headers.entries()) {
    if (!headersOfTokensAndClient.has(name.toLowerCase())) continue;
    const message =
      'Use another header. With OAUTH2, Authorization carries the token of the user, and the MCP client sets the others.';
    rules.refuse(`customHeaders[${index}].name`, message);
  }
  if (headers.length === 0) return { customHeaderNames: [], customHeaders: noSecret };
  return {
    customHeaderNames: headers.map(({ name }) => name),
    customHeaders: { is: 'given', value: JSON.stringify(headers) },
  };
}

function checkedHeaders(given: readonly CustomHeader[], rules: FieldRules): CustomHeader[] {
  if (given.length > limits.customHeaders) {
    rules.refuse('customHeaders', `Enter at most ${limits.customHeaders} headers.`);
    return [...given];
  }
  const bytes = given.reduce((sum, { name, value }) => sum + headerBytes(name.trim(), value), 0);
  if (bytes > limits.allHeaders) {
    rules.refuse(
      'customHeaders',
      `Use at most ${limits.allHeaders.toLocaleString('en')} bytes for all headers together. They take ${bytes.toLocaleString('en')}.`,
    );
  }
  const seen = new Set<string>();
  return given.map((header, index) => {
    const path = `customHeaders[${index}]`;
    const name = rules.headerName(`${path}.name`, header.name);
    const value = rules.headerValue(`${path}.value`, header.value);
    const folded = name.toLowerCase();
    if (seen.has(folded)) rules.refuse(`${path}.name`, 'Enter each header once. Case makes no difference.');
    seen.add(folded);
    return { name, value };
  });
}

/** Returns the length of a header line, whose characters are Latin-1: name, colon, space, value and line break. */
function headerBytes(name: string, value: string): number {
  return name.length + value.length + 4;
}
