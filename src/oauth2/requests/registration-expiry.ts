import type { Discovery } from '../discovery/discovery.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { DiscoveryError } from '../report/failure.js';
import { checkClient } from './client-check.js';
import { deleteClientRegistration, managedRegistration } from './client-management.js';
import { registerClient, type ClientRegistration, type RegistrationOptions } from './registration.js';

/**
 * Replaces a client whose secret expires (RFC 7591 section 3.2.1) by a public one, if the provider lists `none` and no
 * method is configured. PKCE protects the codes of both, and a public client has no secret that expires. The client that
 * is not used is then deleted where the provider allows that (RFC 7592). The first one stays if the provider registers no
 * public client, or refuses it without a secret.
 */
export async function withoutExpiry(
  registered: ClientRegistration,
  discovery: Discovery,
  options: RegistrationOptions,
  outbound: OAuth2Outbound,
): Promise<ClientRegistration> {
  const listsNone = discovery.metadata?.token_endpoint_auth_methods_supported?.includes('none') === true;
  if (!expires(registered) || !listsNone || options.tokenAuthMethod != null) return registered;
  let candidate: ClientRegistration;
  try {
    candidate = await registerClient(discovery, { ...options, tokenAuthMethod: 'none' });
  } catch (error) {
    if (error instanceof DiscoveryError) return registered;
    throw error;
  }
  const isUsable = !expires(candidate) && (await isAccepted(candidate, discovery, options, outbound));
  const [used, unused] = isUsable ? [candidate, registered] : [registered, candidate];
  const managed = managedRegistration(unused.management ?? null);
  if (managed) await deleteClientRegistration(managed, outbound);
  return used;
}

const expires = ({ management }: ClientRegistration): boolean =>
  (management?.secretExpiresAt ?? null) !== null;

/** Some providers register a public client and then require the secret that they issued for it. */
async function isAccepted(
  { clientId, tokenAuthMethod }: ClientRegistration,
  { issuer, tokenEndpoint, revocationEndpoint, resource }: Discovery,
  { redirectUri }: RegistrationOptions,
  outbound: OAuth2Outbound,
): Promise<boolean> {
  const client = {
    issuer,
    tokenEndpoint,
    revocationEndpoint,
    clientId,
    clientSecret: null,
    tokenAuthMethod,
    acceptsPlainHttp: outbound.acceptsPlainHttp,
  };
  const { isClientRefused } = await checkClient(client, { redirectUri, resource }, outbound);
  return !isClientRefused;
}
