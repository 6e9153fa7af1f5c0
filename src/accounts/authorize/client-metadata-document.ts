import type { EntityManager } from '@mikro-orm/postgresql';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { clientMetadataDocument } from '../../oauth2/requests/registration.js';
import { McpServerConfig } from '../../servers/store/mcp-server-config.entity.js';
import {
  clientMetadataUrl,
  defaultClientName,
  oauth2CallbackUrl,
} from '../../servers/store/oauth2-client.js';

/**
 * Returns this client's metadata document for one server (OAuth Client ID Metadata Document). Providers fetch it, so it
 * needs no viewer and contains public data only. If the compatibility setting `clientMetadataUrl` names another address,
 * this is the document to publish there.
 * @returns null unless the server exists and uses OAUTH2
 */
export async function findClientMetadata(
  em: EntityManager,
  serverId: string,
  publicUrl: string,
): Promise<Record<string, unknown> | null> {
  const server = await em
    .fork()
    .findOne(
      McpServerConfig,
      { id: serverId, authType: 'OAUTH2' },
      { fields: ['id', 'oauth2ClientName', 'oauth2Compatibility'] },
    );
  if (!server) return null;
  return clientMetadataDocument({
    clientId:
      compatibilityOf(server.oauth2Compatibility).clientMetadataUrl ||
      clientMetadataUrl(publicUrl, server.id),
    clientName: server.oauth2ClientName || defaultClientName,
    clientUri: publicUrl,
    redirectUri: oauth2CallbackUrl(publicUrl, server.id),
  });
}
