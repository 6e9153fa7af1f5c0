import { strict, type OAuth2Compatibility } from '../compatibility.js';
import { isPlainUrl, isSecureEndpoint, type OAuth2Outbound } from '../endpoints.js';
import { DiscoveryError, ProviderError } from '../report/failure.js';
import { allowIssuer, type SuggestedSetting } from '../report/suggested-settings.js';
import { findAuthorizationServer, type UsableMetadata } from './authorization-server-metadata.js';
import { DiscoveryLog } from './discovery-log.js';

/**
 * Checks `iss` of an authorization response (RFC 9207 section 2.4). It must be identical to the issuer that the user was
 * sent to, without normalization, or to `allowedIssuer`, and must be present if the server promises it. If no issuer is
 * known (`issuer` is ''), call {@link verifyUnknownIssuer} for a present `iss`.
 *
 * @throws ProviderError, with `suggestedSettings` if an administrator can allow this issuer
 */
export function checkIssuer(
  params: URLSearchParams,
  expected: { issuer: string; issRequired: boolean; allowedIssuer?: string },
): void {
  const [iss, ...more] = params.getAll('iss');
  if (more.length > 0) throw refusal('The response of the provider names its issuer more than once.');
  if (iss === undefined) {
    if (expected.issRequired) throw refusal('The response does not name the provider that it comes from.');
    return;
  }
  if (expected.issuer === '' || iss === expected.issuer || isAllowed(iss, expected)) return;
  throw refusal(
    'The response comes from another provider than the one you were sent to.',
    isPlainUrl(iss) ? [allowIssuer(iss)] : [],
  );
}

/** Returns true for the additional issuer that an administrator allows. */
function isAllowed(iss: string, { allowedIssuer = '' }: { allowedIssuer?: string }): boolean {
  return allowedIssuer !== '' && iss === allowedIssuer;
}

/**
 * Checks `iss` for a manual configuration without an issuer: the metadata of `iss` must name exactly the configured
 * endpoints, unless an administrator allows this issuer.
 *
 * @throws ProviderError, with `suggestedSettings` if an administrator can allow this issuer, also when the metadata does
 * not exist or cannot be read
 */
export async function verifyUnknownIssuer(
  iss: string,
  endpoints: { authorizationEndpoint: string; tokenEndpoint: string },
  outbound: OAuth2Outbound,
  compatibility: OAuth2Compatibility = strict,
): Promise<void> {
  if (isAllowed(iss, compatibility)) return;
  const unverified = () =>
    refusal(
      'The response names a provider that could not be verified to be the configured one. An administrator can enter its issuer.',
      isPlainUrl(iss) ? [allowIssuer(iss)] : [],
    );
  if (!isSecureEndpoint(iss, outbound) || iss.includes('?')) throw unverified();
  let metadata: UsableMetadata | null;
  try {
    ({ metadata } = await findAuthorizationServer(iss, new DiscoveryLog(), { ...outbound, compatibility }));
  } catch (error) {
    if (error instanceof DiscoveryError) throw unverified();
    throw error;
  }
  const same =
    metadata?.authorization_endpoint === endpoints.authorizationEndpoint &&
    metadata.token_endpoint === endpoints.tokenEndpoint;
  if (!same) throw unverified();
}

function refusal(why: string, suggestedSettings: readonly SuggestedSetting[] = []): ProviderError {
  return new ProviderError(`${why} Your account was not connected.`, { suggestedSettings });
}
