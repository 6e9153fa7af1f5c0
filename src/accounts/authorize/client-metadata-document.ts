import type { EntityManager } from '@mikro-orm/postgresql';
import { clientMetadataDocument } from '../../oauth2/requests/registration.js';
import { clientMetadataUrl, oauth2CallbackUrl } from '../../servers/store/server-row.js';

/**
 * This client's metadata document for one server (OAuth Client ID Metadata Document): providers fetch it, so it works
 * without a viewer and holds nothing that is not public. Where the server's profile says that the document is published
 * elsewhere, it is what has to be published there.
 * @returns null unless there is such a server and it uses OAUTH2.
 */
export async function findClientMetadata(
  em: EntityManager,
  serverId: string,
  publicUrl: string,
): Promise<Record<string, unknown> | null> {
  const servers = await em.fork().execute<{ id: string; elsewhere: string | null }[]>(
    `select id, oauth2_compatibility->>'clientMetadataUrl' as "elsewhere"
       from mcp_server_configs where id = ? and auth_type = 'OAUTH2'`,
    [serverId],
  );
  const [server] = servers;
  if (!server) return null;
  return clientMetadataDocument({
    clientId: server.elsewhere ?? clientMetadataUrl(publicUrl, server.id),
    clientName: 'Switchboard',
    clientUri: publicUrl,
    redirectUri: oauth2CallbackUrl(publicUrl, server.id),
  });
}
