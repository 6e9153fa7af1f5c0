import { raw } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import { deleteClientRegistration, managedRegistration } from '../../oauth2/requests/client-management.js';
import { authOf } from '../settings/server-auth.js';
import { replaceRegistrationToken } from '../store/client-states.js';
import { McpServerConfig } from '../store/mcp-server-config.entity.js';
import type { OAuth2Server } from '../store/oauth2-client.js';
import { getStoredServer, type StoredServer } from '../store/stored-server.js';
import { gatherEvidence, type ClientEvidence } from './client-evidence.js';
import { setUpOAuth2, type OAuth2Setup } from './discover.js';
import { takeRegistrationLease } from './registration-lease.js';
import type { ServersDeps } from './servers-deps.js';
import { applyRegistration } from './write-server.js';

/** `em` is the global entity manager, because the work outlives the request. */
export type ClientRenewalDeps = Omit<ServersDeps, 'viewer' | 'visibleServers' | 'discoveryLimit'>;

/**
 * The result of registering a client again. RENEWED: the server has another client. BUSY: another process registers.
 * TOO_SOON: the last attempt was within the hour. NOT_BETTER: the provider refuses a new client in the same way, so the
 * stored one stays. NOT_DYNAMIC: Switchboard did not register the client.
 */
export type RenewalResult = 'RENEWED' | 'BUSY' | 'TOO_SOON' | 'NOT_BETTER' | 'NOT_DYNAMIC';

/**
 * Registers a server's client again. One process does this, at most once an hour, so that a provider that loses every
 * client does not get many registrations. The new client replaces the stored one only if the provider accepts it where it
 * refused the stored one: a filter against robots refuses both. No transaction is open during requests.
 * @param lost the client to replace, and the evidence against it. null: its secret expires soon.
 * @throws DISCOVERY_FAILED if the provider registers no client; CONFLICT if the server was changed in the meantime
 */
export async function renewClient(
  deps: ClientRenewalDeps,
  { serverId, clientId }: { serverId: string; clientId: string },
  lost: { server: OAuth2Server; evidence: ClientEvidence } | null,
): Promise<RenewalResult> {
  const { em } = deps;
  const stored = await getStoredServer(em.fork(), serverId);
  if (stored.oauth2ClientId !== clientId) return 'RENEWED';
  if (stored.oauth2Registration !== 'DYNAMIC') return 'NOT_DYNAMIC';
  const lease = await takeRegistrationLease(em, stored);
  if (!lease) return 'BUSY';
  try {
    if (!(await mayRenew(em, serverId))) return 'TOO_SOON';
    return (await registerAgain(deps, stored, lost)) ? 'RENEWED' : 'NOT_BETTER';
  } finally {
    await lease.release();
  }
}

async function registerAgain(
  deps: ClientRenewalDeps,
  stored: StoredServer,
  lost: { server: OAuth2Server; evidence: ClientEvidence } | null,
): Promise<boolean> {
  const auth = authOf(stored);
  if (auth.authType !== 'OAUTH2') return false;
  const { em, vault, log } = deps;
  const found = await setUpOAuth2(stored, auth, deps);
  if (lost && !(await isBetter(deps, found, lost))) {
    await discard(deps, stored, found);
    if (lost.evidence.refusedAt.has('REGISTRATION')) {
      // The endpoint answers nothing useful, so it is not asked again.
      await replaceRegistrationToken(
        em,
        vault,
        { serverId: stored.id, clientId: stored.oauth2ClientId },
        null,
      );
    }
    log.warn({ serverId: stored.id }, 'New OAuth client refused like the stored one; stored one kept');
    return false;
  }
  await applyRegistration(
    { ...deps, em: em.fork() },
    { stored, found, action: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED', viewer: null },
    () =>
      log.warn(
        { serverId: stored.id },
        lost
          ? 'OAuth client forgotten by the provider; registered again'
          : 'OAuth client registered again before its secret expires',
      ),
  );
  return true;
}

/** Tells whether the provider accepts the new client somewhere where it refused the stored one. */
async function isBetter(
  { outbound }: ClientRenewalDeps,
  { auth, management }: OAuth2Setup,
  { server, evidence }: { server: OAuth2Server; evidence: ClientEvidence },
): Promise<boolean> {
  const secret = auth.oauth2ClientSecret;
  const candidate: OAuth2Server = {
    ...server,
    authorizationEndpoint: auth.oauth2AuthUrl,
    redirectUri: auth.oauth2RedirectUri,
    metadata: auth.oauth2AsMetadata,
    client: {
      ...server.client,
      issuer: auth.oauth2Issuer,
      tokenEndpoint: auth.oauth2TokenUrl,
      clientId: auth.oauth2ClientId,
      clientSecret: secret.is === 'given' ? secret.value : null,
      tokenAuthMethod: auth.oauth2TokenAuthMethod ?? 'none',
    },
  };
  const outcome = await gatherEvidence(candidate, management, oauth2Outbound(outbound, server.compatibility));
  return [...evidence.refusedAt].some((place) => !outcome.refusedAt.has(place));
}

async function discard(
  { outbound }: ClientRenewalDeps,
  { oauth2Compatibility }: StoredServer,
  { management }: OAuth2Setup,
): Promise<void> {
  const managed = managedRegistration(management);
  const acceptsPlainHttp = oauth2Compatibility.acceptsPlainHttp === true;
  if (managed) await deleteClientRegistration(managed, oauth2Outbound(outbound, { acceptsPlainHttp }));
}

/** Counts a renewal. Called under the lease, so that of several processes one is allowed to renew. */
async function mayRenew(em: EntityManager, serverId: string): Promise<boolean> {
  const renewals = await em.fork().nativeUpdate(
    McpServerConfig,
    {
      id: serverId,
      $or: [
        { oauth2ClientRenewalAt: null },
        { oauth2ClientRenewalAt: { $lt: raw(`now() - interval '1 hour'`) } },
      ],
    },
    { oauth2ClientRenewalAt: raw('now()') },
  );
  return renewals > 0;
}
