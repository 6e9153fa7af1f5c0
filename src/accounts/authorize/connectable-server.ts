import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../../errors.js';
import { UnreadableSecret, type Vault } from '../../secrets/vault.js';
import { loadOAuth2Client, oauth2CallbackUrl, type OAuth2Server } from '../../servers/store/oauth2-client.js';
import {
  disabledServer,
  notOAuth2,
  unknownServer,
  unreadableClientSecret,
} from '../../servers/store/server-errors.js';
import { isUuid } from '../../uuid.js';

/**
 * Returns a server to which an account can be connected, as `em`'s transaction sees it.
 * @throws NOT_FOUND for an unknown id, and to members for a disabled server; BAD_USER_INPUT for a server that is disabled,
 *   does not use OAUTH2, is not fully configured, or was registered under another PUBLIC_URL
 */
export async function getConnectableServer(
  em: EntityManager,
  { viewer, vault, publicUrl }: { viewer: { isAdmin: boolean }; vault: Vault; publicUrl: string },
  serverId: string,
): Promise<OAuth2Server> {
  if (!isUuid(serverId)) throw unknownServer();
  let server: OAuth2Server | null;
  try {
    server = await loadOAuth2Client(em, vault, serverId);
  } catch (error) {
    if (error instanceof UnreadableSecret) throw unreadableClientSecret();
    throw error;
  }
  if (!server) throw unknownServer();
  if (!server.enabled) throw disabledServer(viewer);
  if (server.authType !== 'OAUTH2') throw notOAuth2();
  requireComplete(server);
  requireSameRedirectUri(server, oauth2CallbackUrl(publicUrl, server.id));
  return server;
}

function requireComplete(server: OAuth2Server): void {
  const missing = [
    { what: 'authorization URL', value: server.authorizationEndpoint },
    { what: 'token URL', value: server.client.tokenEndpoint },
    { what: 'client ID', value: server.client.clientId },
  ].find(({ value }) => value === '');
  if (!missing) return;
  throw new SwitchboardError(
    'BAD_USER_INPUT',
    `This MCP server's ${missing.what} is not configured. An administrator must register the client (registerMcpServerOAuth2Client) or enter the value.`,
  );
}

/** Refuses an outdated redirect URI. A provider compares redirect URIs exactly, so the user would be stranded there. */
function requireSameRedirectUri(server: OAuth2Server, current: string): void {
  if (server.redirectUri === '' || server.redirectUri === current) return;
  throw new SwitchboardError(
    'BAD_USER_INPUT',
    `This MCP server is registered at its provider with the redirect URI ${server.redirectUri}, but the current one is ${current}. An administrator must register it again (registerMcpServerOAuth2Client).`,
  );
}
