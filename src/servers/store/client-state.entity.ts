import { defineEntity, p } from '@mikro-orm/core';
import { sealed } from '../../secrets/sealed.js';
import { McpServerConfig } from './mcp-server-config.entity.js';

/**
 * What is known about a server's client at its authorization server: when it was last accepted, and how to manage its
 * registration (RFC 7592). A row whose `clientId` is not the server's is about an earlier client, and counts as absent.
 */
export const ClientStateSchema = defineEntity({
  name: 'ClientState',
  tableName: 'oauth2_client_states',
  indexes: [{ name: 'oauth2_client_states_renew_at_index', properties: ['renewAt'] }],
  checks: [
    {
      name: 'oauth2_client_states_registration_check',
      expression: "(registration_client_uri = '') = (registration_access_token is null)",
    },
  ],
  properties: {
    serverId: () =>
      p
        .oneToOne(McpServerConfig)
        .primary()
        .mapToPk()
        .owner()
        .name('mcp_server_config_id')
        .updateRule('no action')
        .deleteRule('cascade'),
    clientId: p.text(),
    /** The last time that the authorization server accepted the client: registration, code exchange, refresh or check. */
    provedAt: p.datetime().nullable(),
    /** The last check after a refused request. */
    checkedAt: p.datetime().nullable(),
    /** The last time that a user was sent off with this client and never came back. */
    unreturnedAt: p.datetime().nullable(),
    /** The end of the secret's lifetime. null: it does not expire. */
    secretExpiresAt: p.datetime().nullable(),
    /** The time to register again, before the secret expires. */
    renewAt: p.datetime().nullable(),
    /** The client configuration endpoint (RFC 7592), or ''. */
    registrationClientUri: p.text().default(''),
    registrationAccessToken: sealed().nullable(),
  },
});
export class ClientState extends ClientStateSchema.class {}
ClientStateSchema.setClass(ClientState);
