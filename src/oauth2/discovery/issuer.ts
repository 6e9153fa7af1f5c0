import { SwitchboardError, type CompatibilitySetting } from '../../errors.js';
import { findAuthorizationServer, type UsableMetadata } from './authorization-server-metadata.js';
import { strict, type OAuth2Compatibility } from '../compatibility.js';
import { DiscoveryTrail } from './discovery-log.js';
import { isPlainUrl, isSecureEndpoint, type OAuth2Outbound } from '../endpoints.js';
import { allowIssuer } from '../report/suggested-settings.js';

/**
 * RFC 9207 section 2.4: `iss` of a redirect back must be exactly the issuer that the person was sent to, with nothing
 * normalised, and must be there if the server promises it. Where no issuer is known (`issuer` is ''), a present `iss`
 * has to pass {@link verifyUnknownIssuer} instead. `allowedIssuer`, where an administrator has named one, will do too.
 *
 * @throws UPSTREAM_ERROR, with `suggestedSettings` where an administrator could allow what came
 */
export function checkIssuer(
  params: URLSearchParams,
  expected: { issuer: string; issRequired: boolean; allowedIssuer?: string },
): void {
  const [iss, ...more] = params.getAll('iss');
  if (more.length > 0) throw refusal('The answer of the provider names its issuer more than once.');
  if (iss === undefined) {
    if (expected.issRequired)
      throw refusal('The answer does not say which provider it comes from, although it has to.');
    return;
  }
  if (expected.issuer === '' || iss === expected.issuer || isAllowed(iss, expected)) return;
  throw refusal(
    'The answer comes from another provider than the one you were sent to.',
    isPlainUrl(iss) ? [allowIssuer(iss)] : [],
  );
}

/** Whether it is the one name that an administrator allows beside the right one. */
function isAllowed(iss: string, { allowedIssuer = '' }: { allowedIssuer?: string }): boolean {
  return allowedIssuer !== '' && iss === allowedIssuer;
}

/**
 * For a manual configuration whose issuer nobody has named: the metadata at `iss` must be that issuer's and name
 * exactly the endpoints that are configured, unless an administrator allows this issuer.
 *
 * @throws UPSTREAM_ERROR, with `suggestedSettings` where an administrator could allow what came, also when there is no metadata,
 * or it cannot be had
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
      'The answer names a provider that could not be verified to be the configured one. An administrator can enter its issuer.',
      isPlainUrl(iss) ? [allowIssuer(iss)] : [],
    );
  if (!isSecureEndpoint(iss, outbound) || iss.includes('?')) throw unverified();
  let metadata: UsableMetadata | null;
  try {
    metadata = await findAuthorizationServer(iss, new DiscoveryTrail(), { ...outbound, compatibility });
  } catch (error) {
    if (error instanceof SwitchboardError) throw unverified();
    throw error;
  }
  const same =
    metadata?.authorization_endpoint === endpoints.authorizationEndpoint &&
    metadata.token_endpoint === endpoints.tokenEndpoint;
  if (!same) throw unverified();
}

function refusal(why: string, suggestedSettings: readonly CompatibilitySetting[] = []): SwitchboardError {
  return new SwitchboardError('UPSTREAM_ERROR', `${why} Nothing was connected.`, {}, { suggestedSettings });
}
