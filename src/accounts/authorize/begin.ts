import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import {
  authorizationUrl,
  newCodeVerifier,
  newState,
  stateHash,
} from '../../oauth2/requests/authorization.js';
import { offlineAccessParameters, requestedScope } from '../../oauth2/requests/offline-access.js';
import type { Vault } from '../../secrets/vault.js';
import { withReadableErrors } from '../../servers/settings/oauth2-failures.js';
import { oauth2CallbackUrl, type OAuth2Server } from '../../servers/store/oauth2-client.js';
import { getConnectableServer } from './connectable-server.js';
import { unknownServer } from '../../servers/store/server-errors.js';
import { hadRefreshToken } from '../store/refresh-token.js';
import { codeVerifierPlace, insertFlow, lockServerAndUser, type PinnedAuthorization } from './flows.js';
import type { OpenerTarget } from './opener-target.js';
import { scopeWithStepUp } from './step-up.js';
import { isUuid } from '../../uuid.js';

export interface BeginAuthorizationDeps {
  em: EntityManager;
  viewer: Viewer;
  vault: Vault;
  publicUrl: string;
}

/**
 * Stores a flow that pins every input of its callback, and returns the authorization request for it (RFC 6749 section
 * 4.1.1 with PKCE S256). The flow holds the hash of `state` and the sealed code verifier.
 * @throws NOT_FOUND or BAD_USER_INPUT for a server to which no account can be connected
 */
export async function beginAuthorization(
  { em, viewer, vault, publicUrl }: BeginAuthorizationDeps,
  serverId: string,
  target: OpenerTarget,
): Promise<{ authorizationUrl: string }> {
  if (!isUuid(serverId)) throw unknownServer();
  const state = newState();
  const codeVerifier = newCodeVerifier();
  const hash = stateHash(state);
  const sealedCodeVerifier = await vault.seal(codeVerifier, codeVerifierPlace(hash));
  return em.fork().transactional(async (tx) => {
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
    return { authorizationUrl: await withReadableErrors(() => authorizationUrl(request)) };
  });
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
