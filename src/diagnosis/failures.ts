import type { SwitchboardError } from '../errors.js';
import type { McpAuthorizationError } from '../mcp/failure.js';
import type { AuthType } from '../servers/store/mcp-server-config.entity.js';
import type { DiagnosisFailure } from './diagnosis.js';

/** A refusal of the viewer's own token. */
export function refusedToken(
  { status, insufficientScope }: McpAuthorizationError,
  connectUrl: string,
): DiagnosisFailure {
  if (insufficientScope) {
    return {
      layer: 'TOKEN',
      responsibleParty: 'ADMINISTRATOR',
      message: `The MCP server wants more scopes than your token has (HTTP ${status}).`,
      remedy: `Add them to oauth2Scopes, or clear that, and connect your account again at ${connectUrl}`,
    };
  }
  if (status === 403) {
    return {
      layer: 'TOKEN',
      responsibleParty: 'MCP_SERVER',
      message: 'The MCP server knows your account and does not let it in (HTTP 403).',
      remedy: 'Somebody has to give your account access there.',
    };
  }
  return {
    layer: 'TOKEN',
    responsibleParty: 'ADMINISTRATOR',
    message: 'The MCP server does not accept the token that its authorization server has issued (HTTP 401).',
    remedy: `Connect your account again at ${connectUrl} and repeat the diagnosis. If the new token is refused too, the operators of the MCP server and of its authorization server have to find out why.`,
  };
}

/** A refusal of what is the same for everybody. */
export function refusedCredentials({ status }: McpAuthorizationError, authType: AuthType): DiagnosisFailure {
  const [what, field] = authType === 'API_KEY' ? ['API key', 'apiKeyValue'] : ['headers', 'customHeaders'];
  return {
    layer: 'CREDENTIALS',
    responsibleParty: 'ADMINISTRATOR',
    message: `The MCP server does not accept the ${what} that it is configured with (HTTP ${status}).`,
    remedy: `Compare with what the MCP server's documentation asks for, and enter it again (${field}).`,
  };
}

/** A refusal of nobody in particular. */
export function asksForAuthorization({ status }: McpAuthorizationError): DiagnosisFailure {
  return {
    layer: 'CONFIGURATION',
    responsibleParty: 'ADMINISTRATOR',
    message: `The MCP server asks for authorization, but is configured to need none (HTTP ${status}).`,
    remedy: 'Set authType to OAUTH2, or to API_KEY or CUSTOM_HEADERS if its documentation says so.',
  };
}

/** There is a connection of the viewer's, and no token of it can be used. */
export function brokenConnection({ code, message }: SwitchboardError, connectUrl: string): DiagnosisFailure {
  const layer = 'TOKEN';
  if (code === 'NEEDS_AUTHORIZATION') {
    const remedy = `Connect your account again at ${connectUrl} and repeat the diagnosis.`;
    return { layer, responsibleParty: 'ADMINISTRATOR', message, remedy };
  }
  const remedy = 'Try again later; if it stays so, the provider has to look into it.';
  return { layer, responsibleParty: 'PROVIDER', message, remedy };
}
