import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import type { Logger } from '../../log.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import {
  authorizationUrl,
  newCodeVerifier,
  newState,
  stateHash,
} from '../../oauth2/requests/authorization.js';
import { offlineAccessParameters, requestedScope } from '../../oauth2/requests/offline-access.js';
import { pushAuthorizationRequest } from '../../oauth2/requests/pushed-authorization.js';
import type { Vault } from '../../secrets/vault.js';
import type { ClientHealth } from '../../servers/changes/client-health.js';
import { withReadableErrors } from '../../servers/settings/oauth2-failures.js';
import { oauth2CallbackUrl, type OAuth2Server } from '../../servers/store/oauth2-client.js';
import { replacedClient } from './check-client.js';
import { getConnectableServer } from './connectable-server.js';
import { unknownServer } from '../../servers/store/server-errors.js';
import { hadRefreshToken } from '../store/refresh-token.js';
import {
  codeVerifierPlace,
  deleteFlow,
  insertFlow,
  lockServerAndUser,
  type PinnedAuthorization,
} from './flows.js';
import { Flow } from '../store/flow.entity.js';
import { withClientAuthentication } from './client-authentication.js';
import type { OpenerTarget } from './opener-target.js';
import { scopeWithStepUp } from './step-up.js';
import { isUuid } from '../../uuid.js';

export interface BeginAuthorizationDeps {
  em: EntityManager;
  viewer: Viewer;
  vault: Vault;
  publicUrl: string;
  outbound: GuardedFetch;
  clientHealth: ClientHealth;
  log: Logger;
}

/**
 * Stores a flow that pins every input of its callback, and returns the authorization request for it (RFC 6749 section
 * 4.1.1 with PKCE S256). The flow holds the hash of `state` and the sealed code verifier.
 * @throws NOT_FOUND or BAD_USER_INPUT for a server to which no account can be connected
 */
export async function beginAuthorization(
  deps: BeginAuthorizationDeps,
  serverId: string,
  target: OpenerTarget,
): Promise<{ authorizationUrl: string }> {
  if (!isUuid(serverId)) throw unknownServer();
  const { em, viewer, vault, publicUrl } = deps;
  const state = newState();
  const codeVerifier = newCodeVerifier();
  const hash = stateHash(state);
  const sealedCodeVerifier = await vault.seal(codeVerifier, codeVerifierPlace(hash));
  const begun = await em.fork().transactional(async (tx) => {
    // An edit that invalidates flows runs either before this transaction, which then pins the edited columns, or after
    // it, and then deletes this flow. Without the locks a flow could outlive the edit with the old columns.
    const { userEnabled } = await lockServerAndUser(tx, { serverId, userId: viewer.userId });
    if (!userEnabled) throw new SwitchboardError('UNAUTHENTICATED', 'Your account has been disabled.');
    const server = await getConnectableServer(tx, { viewer, vault, publicUrl }, serverId);
    const owner = { userId: viewer.userId, serverId: server.id };
    const pinned = pin(server, publicUrl);
    pinned.scope = await scopeWithStepUp(tx, owner, { issuer: pinned.issuer, requested: pinned.scope });
    await insertFlow(tx, {
      stateHash: hash,
      sessionId: viewer.tokenId,
      userId: viewer.userId,
      serverId: server.id,
      sealedCodeVerifier,
      pinned,
      target,
    });
    const { scopeSeparator, extraAuthorizationParams } = pinned.compatibility;
    const offlineAccess = offlineAccessParameters(
      { ...pinned, hadRefreshToken: await hadRefreshToken(tx, owner, pinned) },
      pinned.compatibility,
    );
    const request = {
      ...pinned,
      offlineAccess,
      scopeSeparator,
      extraAuthorizationParams,
      state,
      codeVerifier,
    };
    return { authorizationUrl: await withReadableErrors(() => authorizationUrl(request)), server };
  });
  return { authorizationUrl: await pushIfRequired(deps, begun, hash) };
}

/**
 * Pushes the authorization request if the provider requires that (RFC 9126). No transaction is open meanwhile. A flow
 * whose request is refused is deleted. A client that the provider has lost is registered again.
 * @throws UPSTREAM_ERROR; CONFLICT if another attempt uses a new client
 */
async function pushIfRequired(
  deps: BeginAuthorizationDeps,
  { authorizationUrl, server }: { authorizationUrl: string; server: OAuth2Server },
  hash: string,
): Promise<string> {
  const { authorizationEndpoint, metadata, client, compatibility } = server;
  const {
    pushed_authorization_request_endpoint: endpoint,
    require_pushed_authorization_requests: isRequired,
  } = metadata ?? {};
  if (isRequired !== true || endpoint === undefined) return authorizationUrl;
  const flows = deps.em.fork();
  try {
    const request = { authorizationUrl, authorizationEndpoint, pushedAuthorizationEndpoint: endpoint };
    const outbound = oauth2Outbound(deps.outbound, compatibility);
    const pushed = await withReadableErrors(() =>
      withClientAuthentication(deps, { serverId: server.id, client }, (as) =>
        pushAuthorizationRequest(as, request, outbound),
      ),
    );
    const { tokenAuthMethod } = pushed.client;
    if (tokenAuthMethod !== client.tokenAuthMethod) {
      await flows.nativeUpdate(Flow, { stateHash: hash }, { tokenAuthMethod });
    }
    return pushed.result;
  } catch (error) {
    await deleteFlow(flows, hash);
    if (error instanceof SwitchboardError && error.evidence?.oauth2Error === 'invalid_client') {
      const refused = { serverId: server.id, clientId: client.clientId };
      if ((await deps.clientHealth.exchangeRefused(refused)) === 'RENEWED') throw replacedClient();
    }
    throw error;
  }
}

function pin(server: OAuth2Server, publicUrl: string): PinnedAuthorization {
  const { issuer, tokenEndpoint, revocationEndpoint, clientId, tokenAuthMethod } = server.client;
  return {
    issuer,
    issRequired: server.issRequired,
    authorizationEndpoint: server.authorizationEndpoint,
    tokenEndpoint,
    revocationEndpoint,
    clientId,
    tokenAuthMethod,
    redirectUri: oauth2CallbackUrl(publicUrl, server.id),
    resource: server.resource,
    compatibility: server.compatibility,
    scope: requestedScope({
      oauth2Scopes: server.scopes,
      discoveredScopes: server.discoveredScopes,
      metadata: server.metadata,
    }),
  };
}
