import { defineEntity, p } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';
import { User } from '../../identity/store/user.entity.js';
import { sealed } from '../../secrets/sealed.js';
import { McpServerConfig } from '../../servers/store/mcp-server-config.entity.js';

export const StoredEra = { MODERN: 'MODERN', LEGACY: 'LEGACY' } as const;
export type StoredEra = (typeof StoredEra)[keyof typeof StoredEra];

/** The result of the last negotiation with a server on behalf of a user, and the session that it has begun. */
export const UpstreamSessionSchema = defineEntity({
  name: 'UpstreamSession',
  tableName: 'mcp_upstream_sessions',
  uniques: [
    { name: 'mcp_upstream_sessions_unique', properties: ['serverId', 'userId', 'capabilitiesDigest'] },
  ],
  indexes: [
    { name: 'mcp_upstream_sessions_user_id_index', properties: ['userId'] },
    { name: 'mcp_upstream_sessions_last_used_at_index', properties: ['lastUsedAt'] },
  ],
  checks: [
    {
      name: 'mcp_upstream_sessions_negotiated_check',
      expression:
        '(era is null) = (negotiated_at is null) and (era is null) = (protocol_version is null) and (era is null) = (last_used_at is null)',
    },
    {
      name: 'mcp_upstream_sessions_session_check',
      expression: "session is null or (era is not null and era = 'LEGACY')",
    },
    {
      name: 'mcp_upstream_sessions_lease_check',
      expression: '(lease_id is null) = (lease_until is null)',
    },
  ],
  properties: {
    id: p
      .uuid()
      .primary()
      .onCreate(() => uuidv7()),
    serverId: () => p.manyToOne(McpServerConfig).mapToPk().name('mcp_server_config_id').deleteRule('cascade'),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    /** The digest of the capabilities that were declared. '' for none. */
    capabilitiesDigest: p.text().default(''),
    /** null: the first negotiation is in progress. */
    era: p.enum(() => StoredEra).nullable(),
    protocolVersion: p.text().nullable(),
    negotiatedAt: p.datetime().nullable(),
    /** The session id, and the credentials that it belongs to. null if the server has issued none. */
    session: sealed().nullable(),
    lastUsedAt: p.datetime().nullable(),
    /** The lease of the negotiation in progress. null when there is none. */
    leaseId: p.uuid().nullable(),
    leaseUntil: p.datetime().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
  },
});
export class UpstreamSession extends UpstreamSessionSchema.class {}
UpstreamSessionSchema.setClass(UpstreamSession);
