import { badUserInput } from '../../errors.js';
import { authOf } from '../settings/server-auth.js';
import { getStoredServer } from '../store/stored-server.js';
import { setUpOAuth2 } from './discover.js';
import type { ServersDeps } from './servers-deps.js';
import { applyRegistration } from './write-server.js';

/**
 * Discovers a stored server's authorization again and registers the client again, as the server's creation did. A manual
 * client ID stays, and so do manual endpoints. No transaction is open during requests, and the result is written only if
 * the server has not been changed. Accounts of another issuer, client or endpoint are dropped, and revoked after the
 * commit.
 * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT, DISCOVERY_FAILED, RATE_LIMITED
 */
export async function registerServerAgain(deps: ServersDeps, id: string): Promise<void> {
  const { em, viewer, discoveryLimit } = deps;
  const stored = await getStoredServer(em, id);
  const auth = authOf(stored);
  if (auth.authType !== 'OAUTH2') {
    throw badUserInput([{ path: 'id', message: 'Choose a server with authType OAUTH2.' }]);
  }
  const found = await discoveryLimit.run(viewer.userId, () => setUpOAuth2(stored, auth, deps));
  await applyRegistration(deps, {
    stored,
    found,
    action: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED',
    viewer,
  });
}
