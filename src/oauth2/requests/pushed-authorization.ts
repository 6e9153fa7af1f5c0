import { buildAuthorizationUrlWithPAR } from 'openid-client';
import { remoteMessage } from '../../text.js';
import type { OAuth2Client } from '../client.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { ProviderError } from '../report/failure.js';
import { suggestedSettingsFor } from '../report/suggested-settings.js';
import { authorizationErrorMessage } from './authorization.js';
import { clientConfiguration } from './client-configuration.js';
import { classifyFailure, type RequestFailure } from './request-failure.js';

/**
 * Pushes an authorization request to its provider (RFC 9126), with the client authentication of the token endpoint.
 * Returns the URL for the browser, which refers to it.
 *
 * @param request.authorizationUrl the complete authorization request
 * @param request.authorizationEndpoint the endpoint without the parameters of the request
 * @throws ProviderError if the provider does not accept the request
 */
export async function pushAuthorizationRequest(
  client: OAuth2Client,
  request: { authorizationUrl: string; authorizationEndpoint: string; pushedAuthorizationEndpoint: string },
  outbound: OAuth2Outbound,
): Promise<string> {
  const { authorizationUrl, authorizationEndpoint, pushedAuthorizationEndpoint } = request;
  const parameters = new URL(authorizationUrl).searchParams;
  try {
    const configuration = clientConfiguration(client, 'pushed authorization', outbound, {
      authorization_endpoint: authorizationEndpoint,
      pushed_authorization_request_endpoint: pushedAuthorizationEndpoint,
    });
    return (await buildAuthorizationUrlWithPAR(configuration, parameters)).href;
  } catch (error) {
    throw failedPush(classifyFailure(error), client, parameters);
  }
}

function failedPush(failure: RequestFailure, client: OAuth2Client, sent: URLSearchParams): ProviderError {
  const oauth2Error = 'error' in failure && typeof failure.error === 'string' ? failure.error : undefined;
  const description = 'description' in failure ? failure.description : undefined;
  const { tokenAuthMethod, clientSecret } = client;
  return new ProviderError(messageOf(failure), {
    httpStatus: 'status' in failure ? failure.status : undefined,
    oauth2Error,
    // The user has not left yet, so another attempt costs nothing.
    canTryAgain: true,
    remoteMessage: remoteMessage(description, [sent.get('state'), clientSecret]),
    suggestedSettings: suggestedSettingsFor(oauth2Error ?? '', {
      resource: sent.get('resource') ?? '',
      tokenAuthMethod,
      hasSecret: clientSecret !== null,
    }),
  });
}

function messageOf(failure: RequestFailure): string {
  switch (failure.kind) {
    case 'UNUSABLE':
      return failure.message;
    case 'UNREACHABLE':
      return `The provider could not be reached with the authorization request: ${failure.error.message}`;
    case 'UNAVAILABLE':
      return `The provider is temporarily unavailable (HTTP ${failure.status}). Try again.`;
    case 'REFUSED':
      return failure.error === 'invalid_client'
        ? 'The provider does not accept this client. An administrator must check its registration.'
        : authorizationErrorMessage(failure.error ?? '');
    default:
      return 'The provider did not answer the authorization request as RFC 9126 requires.';
  }
}
