import type { EntityManager } from '@mikro-orm/postgresql';
import { queries } from '../../database/queries.js';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { clientMetadataDocument } from '../../oauth2/requests/registration.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import {
  clientMetadataUrl,
  defaultClientName,
  oauth2CallbackUrl,
} from '../../servers/store/oauth2-client.js';
import { RevocationSchema } from '../revoke/revocation.entity.js';
import { ConnectedAccountSchema } from '../store/connected-account.entity.js';

/**
 * Returns this client's metadata document for one server (OAuth Client ID Metadata Document). Providers fetch it, so it
 * needs no viewer and contains public data only. If the compatibility setting `clientMetadataUrl` names another address,
 * this is the document to publish there.
 * @returns null unless the server exists and uses OAUTH2. A disabled server has a document only while it has accounts or
 *   outstanding revocations, because a provider that reads the document would otherwise not revoke their tokens.
 */
export async function findClientMetadata(
  em: EntityManager,
  serverId: string,
  publicUrl: string,
): Promise<Record<string, unknown> | null> {
  const server = await queries(em.fork(), McpServerConfigSchema, ConnectedAccountSchema, RevocationSchema)
    .selectFrom('McpServerConfig as s')
    .select(['s.id', 's.oauth2ClientName', 's.oauth2Compatibility'])
    .where('s.id', '=', serverId)
    .where('s.authType', '=', 'OAUTH2')
    .where((eb) =>
      eb.or([
        eb('s.enabled', '=', true),
        eb.exists(
          eb.selectFrom('ConnectedAccount as a').select('a.id').whereRef('a.serverId', '=', 's.id').limit(1),
        ),
        eb.exists(
          eb.selectFrom('Revocation as r').select('r.id').whereRef('r.serverId', '=', 's.id').limit(1),
        ),
      ]),
    )
    .executeTakeFirst();
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
