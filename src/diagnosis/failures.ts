import type { SwitchboardError } from '../errors.js';
import type { McpAuthorizationError } from '../mcp/failure.js';
import type { AuthType } from '../servers/store/mcp-server-config.entity.js';
import type { DiagnosisFailure } from './diagnosis.js';

/** Explains why the MCP server refused the viewer's token. */
export function refusedToken(
  { status, insufficientScope, tokenRefused }: McpAuthorizationError,
  connectUrl: string,
): DiagnosisFailure {
  if (insufficientScope) {
    return {
      layer: 'TOKEN',
      responsibleParty: 'ADMINISTRATOR',
      message: `The MCP server requires more scopes than your token has (HTTP ${status}).`,
      remedy: `Add them to oauth2Scopes, or clear oauth2Scopes. Then connect your account again at ${connectUrl}`,
    };
  }
  if (!tokenRefused) {
    return {
      layer: 'TOKEN',
      responsibleParty: 'MCP_SERVER',
      message: 'The MCP server accepts your token but denies access to your account (HTTP 403).',
      remedy: 'An administrator of the MCP server must give your account access.',
    };
  }
  return {
    layer: 'TOKEN',
    responsibleParty: 'ADMINISTRATOR',
    message: `The MCP server does not accept the token that its authorization server issued (HTTP ${status}).`,
    remedy: `Connect your account again at ${connectUrl} and repeat the diagnosis. If the new token is refused too, contact the operators of the MCP server and of its authorization server.`,
  };
}

/** Explains why the MCP server refused its API key or headers. */
export function refusedCredentials({ status }: McpAuthorizationError, authType: AuthType): DiagnosisFailure {
  const [what, field] = authType === 'API_KEY' ? ['API key', 'apiKeyValue'] : ['headers', 'customHeaders'];
  return {
    layer: 'CREDENTIALS',
    responsibleParty: 'ADMINISTRATOR',
    message: `The MCP server does not accept the configured ${what} (HTTP ${status}).`,
    remedy: `Compare with the MCP server's documentation, and enter ${field} again.`,
  };
}

/** Explains why the MCP server refused a request without credentials. */
export function requiresAuthorization({ status }: McpAuthorizationError): DiagnosisFailure {
  return {
    layer: 'CONFIGURATION',
    responsibleParty: 'ADMINISTRATOR',
    message: `The MCP server requires authorization, but is configured without it (HTTP ${status}).`,
    remedy: 'Set authType to OAUTH2, or to API_KEY or CUSTOM_HEADERS if its documentation requires that.',
  };
}

/** Explains why the viewer's account has no usable token. */
export function unusableAccount({ code, message }: SwitchboardError, connectUrl: string): DiagnosisFailure {
  const layer = 'TOKEN';
  if (code === 'NEEDS_AUTHORIZATION') {
    const remedy = `Connect your account again at ${connectUrl} and repeat the diagnosis.`;
    return { layer, responsibleParty: 'ADMINISTRATOR', message, remedy };
  }
  const remedy = 'Try again later. If the failure persists, contact the provider.';
  return { layer, responsibleParty: 'PROVIDER', message, remedy };
}
