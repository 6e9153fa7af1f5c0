import { defineEntity, p } from '@mikro-orm/core';
import { AccessToken } from '../../identity/store/access-token.entity.js';
import { User } from '../../identity/store/user.entity.js';
import { TokenAuthMethod } from '../../oauth2/client.js';
import type { StoredCompatibility } from '../../oauth2/compatibility.js';
import { sealed } from '../../secrets/sealed.js';
import { McpServerConfig } from '../../servers/store/mcp-server-config.entity.js';

/** One authorization request, bound to the browser session that opened the popup. It pins every input of the exchange. */
export const FlowSchema = defineEntity({
  name: 'Flow',
  tableName: 'oauth2_flows',
  indexes: [
    { name: 'oauth2_flows_session_id_index', properties: ['sessionId'] },
    { name: 'oauth2_flows_user_id_index', properties: ['userId'] },
    { name: 'oauth2_flows_mcp_server_config_id_index', properties: ['serverId'] },
    { name: 'oauth2_flows_expires_at_index', properties: ['expiresAt'] },
  ],
  properties: {
    /** base64url(SHA-256(state)). */
    stateHash: p.text().primary(),
    sessionId: () => p.manyToOne(AccessToken).mapToPk().name('session_id').deleteRule('cascade'),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    serverId: () => p.manyToOne(McpServerConfig).mapToPk().name('mcp_server_config_id').deleteRule('cascade'),
    /** The PKCE verifier (RFC 7636). */
    codeVerifier: sealed(),
    issuer: p.text(),
    /** The authorization server announces that it sends `iss` (RFC 9207). A response without it is refused. */
    issRequired: p.boolean(),
    authorizationEndpoint: p.text(),
    tokenEndpoint: p.text(),
    revocationEndpoint: p.text().default(''),
    clientId: p.text(),
    tokenAuthMethod: p.enum(() => TokenAuthMethod),
    redirectUri: p.text(),
    resource: p.text().default(''),
    scope: p.text().default(''),
    /** The server's compatibility settings when the flow began. */
    compatibility: p.json<StoredCompatibility>().defaultRaw(`'{}'`),
    targetOrigin: p.text(),
    returnPath: p.text().default(''),
    claimedAt: p.datetime().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
    expiresAt: p.datetime(),
  },
});
export class Flow extends FlowSchema.class {}
FlowSchema.setClass(Flow);
