import {
  Configuration,
  None,
  ClientSecretPost,
  allowInsecureRequests,
  customFetch,
  type ClientAuth,
  type ServerMetadata,
} from 'openid-client';
import type { OAuth2Client } from '../client.js';
import type { TokenTypeRule } from '../compatibility.js';
import { isSecureEndpoint, type OAuth2Outbound } from '../endpoints.js';
import { ProviderError } from '../report/failure.js';
import { formEncodeCredential, repairResponse, type EndpointKind } from './quirks.js';

/**
 * Creates openid-client's configuration of this client. It sends requests with the guarded fetch and reads repaired
 * responses.
 * @param options.tokenType the compatibility setting. Defaults to Bearer only. The other options are members of the metadata.
 * @throws ProviderError if the endpoint is not secure
 */
export function clientConfiguration(
  client: OAuth2Client,
  kind: Exclude<EndpointKind, 'registration'>,
  outbound: OAuth2Outbound,
  {
    tokenType = 'REQUIRE_BEARER',
    ...members
  }: { tokenType?: TokenTypeRule | undefined } & Partial<ServerMetadata> = {},
): Configuration {
  const endpoint = {
    token: client.tokenEndpoint,
    revocation: client.revocationEndpoint,
    'pushed authorization': members.pushed_authorization_request_endpoint,
  }[kind];
  if (!isSecureEndpoint(endpoint, outbound)) {
    throw new ProviderError(
      `The ${kind} URL of the provider is not a valid https URL. An administrator must correct it.`,
    );
  }
  const configuration = new Configuration(
    {
      // Only ID tokens are checked against the issuer, and none is accepted.
      issuer: client.issuer || new URL(client.tokenEndpoint).origin,
      token_endpoint: client.tokenEndpoint,
      ...(client.revocationEndpoint !== '' && { revocation_endpoint: client.revocationEndpoint }),
      ...members,
    },
    client.clientId,
    undefined,
    clientAuthentication(client),
  );
  configuration[customFetch] = async (url, init) => {
    // `init` is the platform's; openid-client declares a subset of its type. A redirect is an error.
    const response = await outbound.fetch(url, { ...(init as RequestInit), redirect: 'error' });
    return repairResponse(kind, response, { assumesBearer: tokenType === 'ASSUME_BEARER' });
  };
  // The guarded fetch sets the timeout. The check above already limited plain HTTP.
  configuration.timeout = 0;
  allowInsecureRequests(configuration);
  return configuration;
}

/** Returns how a client authenticates at the token endpoint (RFC 6749 section 2.3.1). */
export function clientAuthentication({
  tokenAuthMethod,
  clientSecret,
}: Pick<OAuth2Client, 'tokenAuthMethod' | 'clientSecret'>): ClientAuth {
  if (tokenAuthMethod === 'none' || clientSecret === null) return None();
  if (tokenAuthMethod === 'client_secret_post') return ClientSecretPost(clientSecret);
  return (_server, { client_id }, _body, headers) => {
    const credentials = `${formEncodeCredential(client_id)}:${formEncodeCredential(clientSecret)}`;
    headers.set('authorization', `Basic ${btoa(credentials)}`);
  };
}
