import type { EntityManager } from '@mikro-orm/postgresql';
import type { Logger } from '../../log.js';
import type { OAuth2Client, TokenAuthMethod } from '../../oauth2/client.js';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { ProviderError } from '../../oauth2/report/failure.js';
import { otherTokenAuthMethod } from '../../oauth2/requests/token-auth-method.js';
import { McpServerConfig } from '../../servers/store/mcp-server-config.entity.js';
import { ConnectedAccount } from '../store/connected-account.entity.js';

/**
 * Sends a request that authenticates the client. If the provider refuses the client before any account was connected, the
 * other listed authentication method is tried once, because the wrong method and a wrong secret give the same error. A
 * refused client leaves an authorization code valid (RFC 6749 section 5.2: the client is authenticated first). The method
 * that works is stored, unless the server was given another client or method in the meantime.
 *
 * @returns the result, and the client by which it was sent
 * @throws ProviderError
 */
export async function withClientAuthentication<Result>(
  { em, log }: { em: EntityManager; log: Logger },
  { serverId, client }: { serverId: string; client: OAuth2Client },
  send: (client: OAuth2Client) => Promise<Result>,
): Promise<{ result: Result; client: OAuth2Client }> {
  try {
    return { result: await send(client), client };
  } catch (error) {
    const other = isRefusedWith(error, 'invalid_client') ? await findOtherMethod(em, serverId, client) : null;
    if (other === null) throw error;
    const { tokenAuthMethod } = client;
    log.warn(
      { serverId, tokenAuthMethod, other },
      'OAuth client refused; another authentication method is tried',
    );
    const changed = { ...client, tokenAuthMethod: other };
    const store = () => storeMethod(em, serverId, client, other);
    try {
      const result = await send(changed);
      await store();
      return { result, client: changed };
    } catch (second) {
      if (isRefusedWith(second, 'invalid_client')) throw error;
      // The provider accepted the client, and had used up the code with the first request.
      if (isRefusedWith(second, 'invalid_grant')) await store();
      throw second;
    }
  }
}

/** Replaces the client's authentication method, unless the server has another client or method by now. */
async function storeMethod(
  em: EntityManager,
  serverId: string,
  { clientId, tokenAuthMethod }: OAuth2Client,
  other: TokenAuthMethod,
): Promise<void> {
  const unchanged = { id: serverId, oauth2ClientId: clientId, oauth2TokenAuthMethod: tokenAuthMethod };
  await em.fork().nativeUpdate(McpServerConfig, unchanged, { oauth2TokenAuthMethod: other });
}

function isRefusedWith(error: unknown, code: string): boolean {
  return error instanceof ProviderError && error.facts.oauth2Error === code;
}

/** Returns the method to try, or null: there is none, an administrator has chosen one, or the present one has worked. */
async function findOtherMethod(
  em: EntityManager,
  serverId: string,
  client: OAuth2Client,
): Promise<TokenAuthMethod | null> {
  const fork = em.fork();
  const server = await fork.findOne(
    McpServerConfig,
    { id: serverId, oauth2ClientId: client.clientId },
    { fields: ['oauth2AsMetadata', 'oauth2Compatibility'], disableIdentityMap: true },
  );
  if (!server || compatibilityOf(server.oauth2Compatibility).tokenAuthMethod !== 'AUTO') return null;
  if ((await fork.count(ConnectedAccount, { serverId })) > 0) return null;
  return otherTokenAuthMethod(server.oauth2AsMetadata ?? null, client);
}
