import { serverFields, type FieldName } from '../../../servers/fields/fields.js';
import type {
  DiagnosticLayer,
  McpServerAuthType,
  McpServerAvailability,
  ResponsibleParty,
} from '../../generated/servers.js';
import type { FieldLabels } from '../../ui/form/field-errors.js';

export const authTypes: Record<McpServerAuthType, { label: string; hint: string }> = {
  OAUTH2: { label: 'OAuth 2', hint: 'Each user connects an account.' },
  API_KEY: { label: 'API key', hint: 'All users share one key, sent in one header.' },
  CUSTOM_HEADERS: { label: 'Custom headers', hint: 'All users share several headers.' },
  NONE: { label: 'None', hint: 'The server requires no authorization.' },
};

export const availabilities: Record<McpServerAvailability, { label: string; hint: string }> = {
  DEFAULT_OFF: { label: 'Off by default', hint: 'Users can turn the server on in your products.' },
  DEFAULT_ON: { label: 'On by default', hint: 'Users can turn the server off in your products.' },
  FORCE_ON: { label: 'Always on', hint: 'Users can’t turn the server off.' },
};

export const responsibleParties: Record<ResponsibleParty, string> = {
  ADMINISTRATOR: 'You can fix this',
  MCP_SERVER: 'The operator of the MCP server must fix this',
  PROVIDER: 'The provider must fix this',
  NETWORK: 'Your network administrator must fix this',
};

export const layers: Record<DiagnosticLayer, string> = {
  CONFIGURATION: 'Settings',
  DNS: 'Host name',
  ADDRESS: 'IP address',
  CONNECT: 'Network',
  TLS: 'Certificate',
  HTTP: 'HTTP',
  RESOURCE_METADATA: 'Resource metadata',
  AUTHORIZATION_SERVER_METADATA: 'Authorization server',
  CLIENT: 'Client registration',
  CREDENTIALS: 'Credentials',
  TOKEN: 'Token',
  MCP: 'MCP',
};

const labelsOfFields = Object.fromEntries(
  Object.entries(serverFields).map(([field, { label }]) => [field, label]),
) as Record<FieldName, string>;

/** The labels of a server's fields by input path. */
export const fieldLabels = {
  ...labelsOfFields,
  'oauth2Compatibility.resource': 'Resource parameter',
  'oauth2Compatibility.customResource': 'Resource',
  'oauth2Compatibility.pkce': 'PKCE',
  'oauth2Compatibility.issuer': 'Issuer check',
  'oauth2Compatibility.allowedIssuer': 'Allowed issuer',
  'oauth2Compatibility.tokenAuthMethod': 'Client authentication',
  'oauth2Compatibility.tokenType': 'Token type',
  'oauth2Compatibility.consentPrompt': 'Consent prompt',
  'oauth2Compatibility.scopeSeparator': 'Scope separator',
  'oauth2Compatibility.clientMetadataUrl': 'Client metadata document',
  'oauth2Compatibility.acceptsPlainHttp': 'Allow plain HTTP',
  'oauth2Compatibility.extraAuthorizationParams': 'Authorization parameters',
  'oauth2Compatibility.extraAuthorizationParams[].name': 'Name',
  'oauth2Compatibility.extraAuthorizationParams[].value': 'Value',
  'customHeaders[].name': 'Name',
  'customHeaders[].value': 'Value',
} satisfies FieldLabels;

/** The choices of the compatibility settings that have some, by setting and value. */
export const compatibilityChoices = {
  resource: { AUTO: 'The server’s identifier', OMIT: 'Omit', CUSTOM: 'Custom value' },
  pkce: {
    REQUIRE_ADVERTISED: 'Require the provider to advertise S256',
    ASSUME_S256: 'Assume that the provider supports S256',
  },
  issuer: { EXACT: 'Require the advertised issuer', ALLOW: 'Allow another issuer as well' },
  tokenAuthMethod: {
    AUTO: 'Automatic',
    BASIC: 'Client secret in the Authorization header',
    POST: 'Client secret in the request body',
    NONE: 'No client secret',
  },
  tokenType: { REQUIRE_BEARER: 'Require Bearer tokens', ASSUME_BEARER: 'Use unknown token types as Bearer' },
  consentPrompt: { AUTO: 'Ask when a refresh token may depend on it', OMIT: 'Leave it to the provider' },
  scopeSeparator: { ' ': 'Space', ',': 'Comma', ';': 'Semicolon', '|': 'Vertical bar', '+': 'Plus sign' },
};

/** Returns the label of a compatibility setting, given as `pkce: ASSUME_S256`. */
export function settingLabel(setting: string): string {
  const labels: FieldLabels = fieldLabels;
  const [name = ''] = setting.split(':');
  return labels[`oauth2Compatibility.${name.trim()}`] ?? fieldLabels.oauth2Compatibility;
}

/** Returns the labels of fields of a server, separated by commas: "Client ID, Scopes". */
export function listFields(paths: readonly string[]): string {
  const labels: FieldLabels = fieldLabels;
  return paths.flatMap((path) => labels[path] ?? []).join(', ');
}

/** Returns "1 user" or "5 users". */
export function countUsers(count: number): string {
  return count === 1 ? '1 user' : `${count} users`;
}
