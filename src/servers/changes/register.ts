import { badUserInput } from '../../errors.js';
import { actorOf } from '../../identity/viewer.js';
import { oauth2Of } from '../settings/oauth2-settings.js';
import { setUpOAuth2 } from './discover.js';
import { authColumns, invalidatesAccounts, noClientFailure } from '../settings/server-change.js';
import { changedMeanwhile } from './conflicts.js';
import { writeServer } from './edit.js';
import { recordServerWrite } from './server-audit.js';
import type { ServersDeps } from './servers-deps.js';
import { getStoredServer, lockStoredServer } from '../store/stored-server.js';

/**
 * Discovers a stored server's authorization again and registers this client again, as its creation did: a client id
 * given by hand stays, and endpoints given by hand stay too. No transaction is open meanwhile; what was found is
 * written only if nobody changed the server. Grants that belong to another issuer, client or endpoint are dropped, and
 * revoked after the commit.
 * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT, DISCOVERY_FAILED, RATE_LIMITED
 */
export async function registerServerAgain(deps: ServersDeps, id: string): Promise<void> {
  const { em, viewer, accountEnding } = deps;
  const stored = await getStoredServer(em, id);
  if (stored.authType !== 'OAUTH2') {
    throw badUserInput([
      { path: 'id', message: `names a server with authType ${stored.authType}, not OAUTH2` },
    ]);
  }
  const found = await deps.discoveryLimit.run(viewer.userId, () =>
    setUpOAuth2(stored, oauth2Of(stored), deps),
  );
  const auth = { authType: stored.authType, ...found };
  const dropped = await em.transactional(async (em) => {
    const locked = await lockStoredServer(em, stored.id);
    if (locked.version !== stored.version) throw changedMeanwhile();
    const columns = { ...authColumns(auth), ...noClientFailure };
    const dropped = invalidatesAccounts(locked, columns)
      ? await accountEnding.dropForServer(em, locked.id)
      : null;
    await writeServer(em, { ...deps, updatedBy: viewer.userId }, locked, columns, auth);
    await recordServerWrite(em, {
      action: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED',
      actor: actorOf(viewer),
      id: locked.id,
      before: locked,
      columns,
      auth,
      disconnected: dropped?.count ?? 0,
    });
    return dropped;
  });
  await dropped?.revoke();
}
