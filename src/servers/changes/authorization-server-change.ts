import { compatibilityOf } from '../../oauth2/compatibility.js';
import { isRegistered } from '../settings/oauth2-settings.js';
import { authOf } from '../settings/server-auth.js';
import { getStoredServer } from '../store/stored-server.js';
import { adoptDiscovery, discoverServer, providerOf } from './discover.js';
import { takeRegistrationLease } from './registration-lease.js';
import type { ServersDeps } from './servers-deps.js';
import { applyRegistration } from './write-server.js';

/**
 * The result of reading an MCP server's authorization server again. `SAME`: it names the one that the client is
 * registered at. `FOLLOWED`: it names another one, and the client is registered there. `NEEDS_ADMINISTRATOR`: it names
 * another one, but the client ID is manual.
 */
export type AuthorizationServerChange = 'SAME' | 'FOLLOWED' | 'NEEDS_ADMINISTRATOR';

/**
 * Discovers the authorization server of an MCP server again, after the MCP server has refused a valid token. If it names
 * another one, and Switchboard registered the client itself, it registers a client there. The new authorization server gets
 * nothing of the old one: client ID, client secret and every connected account are dropped, and the accounts are revoked at
 * the old one. No administrator is needed, because this repeats the first discovery and changes no setting.
 *
 * For one server, one process at a time does this. No transaction is open during requests.
 * @throws DISCOVERY_FAILED, CONFLICT if the server was edited in the meantime, NOT_FOUND
 */
export async function followAuthorizationServer(
  deps: ServersDeps,
  serverId: string,
): Promise<AuthorizationServerChange> {
  const { em, log } = deps;
  const stored = await getStoredServer(em, serverId);
  const auth = authOf(stored);
  // Manual endpoints were never discovered, so a discovery does not replace them.
  if (auth.authType !== 'OAUTH2' || auth.oauth2AsMetadata === null) return 'SAME';
  const compatibility = compatibilityOf(auth.oauth2Compatibility);
  const discovery = await discoverServer(
    { url: stored.url, provider: providerOf(auth) },
    compatibility,
    deps,
  );
  if (discovery.issuer === '' || discovery.issuer === auth.oauth2Issuer) return 'SAME';
  const about = { serverId: stored.id, from: auth.oauth2Issuer, to: discovery.issuer };
  // The location that names the stored one may be unavailable for the moment, and following would drop the accounts.
  if (discovery.isUncertain) {
    log.warn(about, 'MCP server seems to name another authorization server, but not every location answers');
    return 'SAME';
  }
  if (!isRegistered(auth)) {
    log.warn(about, 'MCP server names another authorization server, but its client ID is manual');
    return 'NEEDS_ADMINISTRATOR';
  }
  const lease = await takeRegistrationLease(em, stored);
  // Another process has the lease and makes the same change.
  if (!lease) return 'FOLLOWED';
  try {
    const found = await adoptDiscovery(stored, auth, discovery, deps);
    await applyRegistration(
      { ...deps, em: em.fork() },
      {
        stored,
        found,
        action: 'MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED',
        // The user whose call was refused has not asked for it.
        viewer: null,
      },
    );
    log.warn(about, 'MCP server names another authorization server; client registered there');
    return 'FOLLOWED';
  } finally {
    await lease.release();
  }
}
