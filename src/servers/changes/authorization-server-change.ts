import { background } from '../../audit/record-audit-event.js';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { discover } from '../../oauth2/discovery/discovery.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import { isRegistered, oauth2Of } from '../settings/oauth2-settings.js';
import { adoptDiscovery } from './discover.js';
import { authColumns, noClientFailure } from '../settings/server-change.js';
import { changedMeanwhile } from './conflicts.js';
import { takeRegistrationLease } from './registration-lease.js';
import { writeServer } from './edit.js';
import { recordServerWrite } from './server-audit.js';
import type { ServersDeps } from './servers-deps.js';
import { getStoredServer, lockStoredServer, type StoredServer } from '../store/stored-server.js';

/**
 * Whether an MCP server still names the authorization server that this client is registered at (`SAME`); if not,
 * whether it has been followed there (`FOLLOWED`), or an administrator has to, because the client id is of a person's
 * making (`NEEDS_ADMINISTRATOR`).
 */
export type AuthorizationServerChange = 'SAME' | 'FOLLOWED' | 'NEEDS_ADMINISTRATOR';

/**
 * For a server that has refused a good token: looks again whom it names as its authorization server. At another one
 * this client is registered anew, if it registered itself at the old one; the new one is shown nothing that belongs to
 * the old: the client id, its secret and everybody's grants are dropped, and the grants revoked where they came from.
 * It needs no administrator, because nothing is decided that a person has decided, and it is what the server's first
 * discovery did.
 *
 * One process at a time does it for a server, and no transaction is open while anybody is asked.
 * @throws DISCOVERY_FAILED, CONFLICT if the server was edited meanwhile, NOT_FOUND
 */
export async function followAuthorizationServer(
  deps: ServersDeps,
  serverId: string,
): Promise<AuthorizationServerChange> {
  const stored = await getStoredServer(deps.em, serverId);
  // Endpoints that were given by hand were never discovered, and are not given up for what is.
  if (stored.authType !== 'OAUTH2' || stored.oauth2AsMetadata === null) return 'SAME';
  const compatibility = compatibilityOf(stored.oauth2Compatibility);
  const discovery = await discover(stored.url, oauth2Outbound(deps.outbound, compatibility), {
    compatibility,
  });
  if (discovery.issuer === '' || discovery.issuer === stored.oauth2Issuer) return 'SAME';
  const about = { serverId: stored.id, from: stored.oauth2Issuer, to: discovery.issuer };
  if (!isRegistered(stored)) {
    deps.log.warn(
      about,
      'An MCP server names another authorization server; its client id was given by hand.',
    );
    return 'NEEDS_ADMINISTRATOR';
  }
  const lease = await takeRegistrationLease(deps.em, stored);
  // Somebody else is at it: what they find out is what this would.
  if (!lease) return 'FOLLOWED';
  try {
    const found = await adoptDiscovery(stored, oauth2Of(stored), discovery, deps);
    await moveTo(deps, stored, { authType: 'OAUTH2', ...found });
    deps.log.warn(
      about,
      'An MCP server names another authorization server; this client is registered there now.',
    );
    return 'FOLLOWED';
  } finally {
    await lease.release();
  }
}

async function moveTo(
  deps: ServersDeps,
  stored: StoredServer,
  auth: Parameters<typeof authColumns>[0],
): Promise<void> {
  const dropped = await deps.em.fork().transactional(async (em) => {
    const locked = await lockStoredServer(em, stored.id);
    if (locked.version !== stored.version) throw changedMeanwhile();
    const dropped = await deps.accountEnding.dropForServer(em, locked.id);
    const columns = authColumns(auth);
    await writeServer(
      em,
      { ...deps, updatedBy: locked.updatedBy },
      locked,
      { ...columns, ...noClientFailure },
      auth,
    );
    await recordServerWrite(em, {
      action: 'MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED',
      // Whoever's call was refused has not asked for it.
      actor: background,
      id: locked.id,
      before: locked,
      columns,
      auth,
      disconnected: dropped.count,
    });
    return dropped;
  });
  await dropped.revoke();
}
