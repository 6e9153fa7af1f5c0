import {
  Configuration,
  None,
  ClientSecretPost,
  allowInsecureRequests,
  customFetch,
  type ClientAuth,
} from 'openid-client';
import { SwitchboardError } from '../../errors.js';
import type { OAuth2Client } from '../client.js';
import { isSecureEndpoint, type OAuth2Outbound } from '../endpoints.js';
import { formEncodeCredential, repairAnswer, type AnswerKind } from './quirks.js';

/**
 * openid-client's view of this client, talking through the guarded fetch and seeing repaired answers only.
 * @throws UPSTREAM_ERROR when the endpoint is neither https nor on an allowed loopback address
 */
export function clientConfiguration(
  client: OAuth2Client,
  kind: Exclude<AnswerKind, 'registration'>,
  outbound: OAuth2Outbound,
): Configuration {
  const endpoint = kind === 'token' ? client.tokenEndpoint : client.revocationEndpoint;
  if (!isSecureEndpoint(endpoint, outbound)) {
    throw new SwitchboardError(
      'UPSTREAM_ERROR',
      `The provider's ${kind} URL is not a usable https URL; an administrator has to correct it.`,
    );
  }
  const configuration = new Configuration(
    {
      // Only ID tokens would be checked against it, and none is ever accepted.
      issuer: client.issuer || new URL(client.tokenEndpoint).origin,
      token_endpoint: client.tokenEndpoint,
      ...(client.revocationEndpoint !== '' && { revocation_endpoint: client.revocationEndpoint }),
    },
    client.clientId,
    undefined,
    clientAuthentication(client),
  );
  configuration[customFetch] = async (url, init) => {
    // `init` is the platform's own; openid-client only names a subset of its types. A redirect is an error and says so.
    const response = await outbound.fetch(url, { ...(init as RequestInit), redirect: 'error' });
    return repairAnswer(kind, response);
  };
  // The guarded fetch sets the deadline, and plain http was allowed above for loopback addresses alone.
  configuration.timeout = 0;
  allowInsecureRequests(configuration);
  return configuration;
}

function clientAuthentication({ tokenAuthMethod, clientSecret }: OAuth2Client): ClientAuth {
  if (tokenAuthMethod === 'none' || clientSecret === null) return None();
  if (tokenAuthMethod === 'client_secret_post') return ClientSecretPost(clientSecret);
  return (_server, { client_id }, _body, headers) => {
    const credentials = `${formEncodeCredential(client_id)}:${formEncodeCredential(clientSecret)}`;
    headers.set('authorization', `Basic ${btoa(credentials)}`);
  };
}
