import type { OAuth2Outbound } from '../../oauth2/endpoints.js';
import type { Failure } from '../../oauth2/report/failure.js';
import type { CheckStep } from '../../oauth2/report/step.js';
import { offlineAccessParameters, requestedScope } from '../../oauth2/requests/offline-access.js';
import { checkAuthorizationRequest } from '../../oauth2/requests/authorization-check.js';
import { checkClient } from '../../oauth2/requests/client-check.js';
import {
  managedRegistration,
  readClientRegistration,
  type ClientManagement,
} from '../../oauth2/requests/client-management.js';
import type { OAuth2Server } from '../store/oauth2-client.js';

/** The places that are asked about a client, the strongest evidence first. */
export type EvidencePlace = 'REGISTRATION' | 'AUTHORIZATION' | 'TOKEN';

/** The evidence about a client that its provider gives without a user. */
export interface ClientEvidence {
  steps: CheckStep[];
  /** The places that refused the client. */
  refusedAt: ReadonlySet<EvidencePlace>;
  /** A place accepted the client, and none refused it. */
  isProved: boolean;
  /** A failure that every request to the token endpoint meets. */
  failure: Failure | null;
  /** The new token for the registration, if the provider has replaced it. */
  newAccessToken: string | null;
}

/** The time limit of each request. A user may wait for them. */
const requestMs = 3_000;

/**
 * Asks the provider about a client: for its registration (RFC 7592), else with an authorization request and an invented
 * code. The requests contain no user's secret. Never throws for a remote failure.
 * @param asked ALL sends the other requests even if the provider has the registration
 */
export async function gatherEvidence(
  server: OAuth2Server,
  management: ClientManagement | null,
  outbound: OAuth2Outbound,
  asked: 'ENOUGH' | 'ALL' = 'ENOUGH',
): Promise<ClientEvidence> {
  const via = withTimeLimits(outbound);
  const managed = managedRegistration(management);
  const read = managed && (await readClientRegistration(managed, server.client.clientId, via));
  const steps = read ? [read.step] : [];
  const refusedAt = new Set<EvidencePlace>(read?.answer === 'GONE' ? ['REGISTRATION'] : []);
  const newAccessToken = read?.newAccessToken ?? null;
  if (read && read.answer !== 'UNCLEAR' && asked === 'ENOUGH') {
    return { steps, refusedAt, isProved: read.answer === 'KNOWN', failure: null, newAccessToken };
  }
  const [authorization, token] = await Promise.all([
    checkAuthorization(server, via),
    checkClient(server.client, server, via),
  ]);
  steps.push(authorization.step, token.step);
  if (authorization.answer === 'REFUSED') refusedAt.add('AUTHORIZATION');
  if (token.isClientRefused) refusedAt.add('TOKEN');
  const isAccepted = read?.answer === 'KNOWN' || authorization.answer === 'ACCEPTED';
  return {
    steps,
    refusedAt,
    isProved: isAccepted && refusedAt.size === 0,
    failure: token.failure,
    newAccessToken,
  };
}

function checkAuthorization(server: OAuth2Server, via: OAuth2Outbound) {
  const { authorizationEndpoint, metadata, client, redirectUri, resource, compatibility } = server;
  const { scopes: oauth2Scopes, discoveredScopes } = server;
  const scope = requestedScope({ oauth2Scopes, discoveredScopes, metadata });
  const offlineAccess = offlineAccessParameters(
    { issuer: client.issuer, authorizationEndpoint, scope, hadRefreshToken: false },
    compatibility,
  );
  return checkAuthorizationRequest(
    {
      authorizationEndpoint,
      clientId: client.clientId,
      redirectUri,
      resource,
      scope,
      offlineAccess,
      scopeSeparator: compatibility.scopeSeparator,
      extraAuthorizationParams: compatibility.extraAuthorizationParams,
      requiresPush: metadata?.require_pushed_authorization_requests === true,
    },
    via,
  );
}

function withTimeLimits(outbound: OAuth2Outbound): OAuth2Outbound {
  return {
    ...outbound,
    fetch: (url, init = {}) => {
      const limit = AbortSignal.timeout(requestMs);
      const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
      return outbound.fetch(url, { ...init, signal });
    },
  };
}

/** The reasons to suspect a client. */
export interface ClientDoubt {
  /** A user was sent off with this client and never came back. */
  isUnreturned?: boolean;
  /** An administrator diagnoses the server. */
  isDiagnosed?: boolean;
  /** The provider refused the client in a code exchange or a pushed authorization request (`invalid_client`). */
  isExchangeRefused?: boolean;
  /** The lifetime of the client secret has ended. */
  isSecretExpired?: boolean;
}

/**
 * Weighs the evidence against a client. LOST: the provider no longer has it. The registration decides alone. Every other
 * refusal may have another reason, such as a filter against robots or a wrong authentication method, so it takes two.
 * PROBABLY_LOST: only the authorization request is refused, and there is a reason to suspect the client. A new client that
 * is accepted proves it. KEPT: nothing of this.
 */
export function weigh(
  { refusedAt }: Pick<ClientEvidence, 'refusedAt'>,
  doubt: ClientDoubt,
): 'LOST' | 'PROBABLY_LOST' | 'KEPT' {
  if (refusedAt.has('REGISTRATION')) return 'LOST';
  const refusals = [
    refusedAt.has('AUTHORIZATION'),
    refusedAt.has('TOKEN'),
    doubt.isExchangeRefused === true,
    doubt.isSecretExpired === true && refusedAt.has('TOKEN'),
  ];
  if (refusals.filter(Boolean).length > 1) return 'LOST';
  const isSuspected = doubt.isUnreturned === true || doubt.isDiagnosed === true;
  return refusedAt.has('AUTHORIZATION') && isSuspected ? 'PROBABLY_LOST' : 'KEPT';
}
