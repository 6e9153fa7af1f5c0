import { SwitchboardError } from '../../errors.js';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import { ProviderError } from '../../oauth2/report/failure.js';
import { suggestedSettingsFor } from '../../oauth2/report/suggested-settings.js';
import { authorizationErrorMessage } from '../../oauth2/requests/authorization.js';
import { registeredError } from '../../oauth2/requests/request-failure.js';
import { remoteMessage } from '../../text.js';

interface Request {
  resource: string;
  tokenAuthMethod: TokenAuthMethod;
}

/**
 * Returns the failure of an error response (RFC 6749 section 4.1.2.1). Check `state` and `iss` first. A user who declined
 * has decided something. That is no failure to look into, so it is FORBIDDEN and not recorded.
 */
export function errorResponse(error: string, params: URLSearchParams, request: Request): Error {
  const facts = factsOf(error, params, request);
  const message = authorizationErrorMessage(error);
  if (error !== 'access_denied') return new ProviderError(message, facts);
  const { oauth2Error, remoteMessage } = facts;
  return new SwitchboardError(
    'FORBIDDEN',
    `${message} If you did not decline, ask an administrator if your account at the provider may use this MCP server.`,
    {},
    { oauth2Error, remoteMessage },
  );
}

/**
 * Returns the failure of an error response without `state`. It belongs to no request for sure, so it ends no flow, but an
 * administrator has to learn what the provider answers.
 */
export function errorWithoutState(error: string, params: URLSearchParams, request: Request): ProviderError {
  return new ProviderError(
    `The provider sent you back with an error and without the parameter “state”, so its answer was not used. It says: ${authorizationErrorMessage(error)}`,
    factsOf(error, params, request),
  );
}

function factsOf(error: string, params: URLSearchParams, request: Request) {
  const description = params.get('error_description');
  return {
    oauth2Error: registeredError(error),
    remoteMessage: remoteMessage(description),
    // A client does not authenticate at the authorization endpoint, so its method cannot be the cause.
    suggestedSettings: suggestedSettingsFor(error, { ...request, hasSecret: false }, description ?? ''),
  };
}
