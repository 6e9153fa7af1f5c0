import type { TokenAuthMethod } from '../client.js';
import type { AuthorizationServerMetadata } from '../discovery/authorization-server-metadata.js';
import { formEncodeCredential } from './quirks.js';

type Listing = Pick<AuthorizationServerMetadata, 'token_endpoint_auth_methods_supported'> | null;

/** The credentials that a method is chosen for. */
export interface Credentials {
  clientId: string;
  /** Null for a client without a secret. Undefined for a secret that is stored but not at hand. */
  clientSecret: string | null | undefined;
}

/**
 * Returns the methods that can authenticate a client with a secret, in the order of the metadata. A server that lists
 * `none` only, and still issues a secret, gets the secret in the body, where a server that does not need it ignores it.
 */
function possibleMethods(metadata: Listing): TokenAuthMethod[] {
  const listed = metadata?.token_endpoint_auth_methods_supported ?? [];
  const withSecret = listed.filter(
    (method) => method === 'client_secret_basic' || method === 'client_secret_post',
  );
  if (withSecret.length > 0) return withSecret;
  return listed.includes('none')
    ? ['client_secret_post', 'none']
    : ['client_secret_basic', 'client_secret_post'];
}

/**
 * Selects the authentication method at the token endpoint. Without a secret, it is `none`. With a secret, it is the
 * configured one, else the first of Basic and POST that the server lists. The default is Basic (RFC 8414 section 2). POST
 * takes precedence where Basic would change the credentials by form-encoding them, because many servers do not decode.
 */
export function chooseTokenAuthMethod(
  metadata: Listing,
  { clientId, clientSecret }: Credentials,
  configured: TokenAuthMethod | null = null,
): TokenAuthMethod {
  if (clientSecret === null) return 'none';
  if (configured !== null) return configured;
  const possible = possibleMethods(metadata);
  const isChanged = [clientId, clientSecret ?? ''].some((text) => formEncodeCredential(text) !== text);
  const [first = 'client_secret_basic'] = possible;
  return isChanged && possible.includes('client_secret_post') ? 'client_secret_post' : first;
}

/**
 * Returns the method to try after a server has refused a client's first request with `invalid_client`: the wrong method
 * and a wrong secret give the same error. Null if there is no other method.
 */
export function otherTokenAuthMethod(
  metadata: Listing,
  client: { clientSecret: string | null; tokenAuthMethod: TokenAuthMethod },
): TokenAuthMethod | null {
  if (client.clientSecret === null) return null;
  return possibleMethods(metadata).find((method) => method !== client.tokenAuthMethod) ?? null;
}

/**
 * Returns the method to request for a new client: the first of Basic and POST that the server lists, because this client
 * can keep a secret, else `none` if that is listed.
 */
export function methodToRequest(metadata: Listing): TokenAuthMethod {
  const [first = 'client_secret_basic'] = possibleMethods(metadata);
  const listed = metadata?.token_endpoint_auth_methods_supported;
  return listed?.includes('none') === true && !listed.includes(first) ? 'none' : first;
}
