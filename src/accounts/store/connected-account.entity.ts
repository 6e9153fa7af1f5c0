import { defineEntity, p, type Opt } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';
import { User } from '../../identity/store/user.entity.js';
import { sealed } from '../../secrets/sealed.js';
import { McpServerConfig } from '../../servers/store/mcp-server-config.entity.js';

export const ConnectedAccountStatus = {
  CONNECTED: 'CONNECTED',
  NEEDS_AUTHORIZATION: 'NEEDS_AUTHORIZATION',
} as const;
export type ConnectedAccountStatus = (typeof ConnectedAccountStatus)[keyof typeof ConnectedAccountStatus];

/** Why a grant cannot be used any more, or could not be renewed. What each means is said in GraphQL. */
export const ConnectedAccountFailureCode = {
  INVALID_GRANT: 'INVALID_GRANT',
  INVALID_CLIENT: 'INVALID_CLIENT',
  PROVIDER_UNAVAILABLE: 'PROVIDER_UNAVAILABLE',
  ANSWER_LOST: 'ANSWER_LOST',
  REFUSED_BY_PROVIDER: 'REFUSED_BY_PROVIDER',
  REFUSED_BY_MCP_SERVER: 'REFUSED_BY_MCP_SERVER',
  EXPIRED: 'EXPIRED',
  UNREADABLE: 'UNREADABLE',
  CLIENT_SECRET_UNREADABLE: 'CLIENT_SECRET_UNREADABLE',
} as const;
export type ConnectedAccountFailureCode =
  (typeof ConnectedAccountFailureCode)[keyof typeof ConnectedAccountFailureCode];

/** One person's grant at one MCP server. A row exists from the first authorization until it is dropped. */
export const ConnectedAccountSchema = defineEntity({
  name: 'ConnectedAccount',
  tableName: 'mcp_server_user_tokens',
  uniques: [{ name: 'mcp_server_user_tokens_unique', properties: ['serverId', 'userId'] }],
  indexes: [
    { name: 'mcp_server_user_tokens_user_id_index', properties: ['userId'] },
    // What an administrator pages through.
    {
      name: 'mcp_server_user_tokens_server_created_at_index',
      properties: ['serverId', 'createdAt', 'id'],
    },
  ],
  checks: [
    { name: 'mcp_server_user_tokens_failure_reason_check', expression: 'length(failure_reason) <= 400' },
    {
      name: 'mcp_server_user_tokens_failure_check',
      expression:
        "(failure_code is null) = (failure_at is null) and (failure_code is null) = (failure_reason = '')",
    },
    {
      name: 'mcp_server_user_tokens_access_token_check',
      expression: "(status = 'CONNECTED') = (access_token is not null)",
    },
    {
      name: 'mcp_server_user_tokens_refresh_lease_check',
      expression: '(refresh_lease_id is null) = (refresh_lease_until is null)',
    },
  ],
  properties: {
    id: p
      .uuid()
      .primary()
      .onCreate(() => uuidv7()),
    serverId: () => p.manyToOne(McpServerConfig).mapToPk().name('mcp_server_config_id').deleteRule('cascade'),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    accessToken: sealed().nullable(),
    refreshToken: sealed().nullable(),
    hasRefreshToken: p.boolean().$type<Opt<boolean>>().generated('(refresh_token is not null) stored'),
    tokenType: p.text().default('Bearer'),
    scope: p.text().default(''),
    /** null: the provider did not say, and the token does not tell. By the database's clock, as every time here. */
    expiresAt: p.datetime().nullable(),
    /** The lifetime it had when it was issued, in seconds: a short one is refreshed later than others. */
    expiresIn: p.integer().nullable(),
    issuer: p.text().default(''),
    resource: p.text().default(''),
    /** +1 at each write: what a writer compares, so that an older answer never replaces a newer one. */
    generation: p.integer().default(1),
    status: p.enum(() => ConnectedAccountStatus),
    /** What is wrong, in our own words; '' when nothing is. The same at every new failure of its kind. */
    failureReason: p.text().default(''),
    failureCode: p.enum(() => ConnectedAccountFailureCode).nullable(),
    /** When it last failed. */
    failureAt: p.datetime().nullable(),
    /** Whoever asks the provider for new tokens now; empty when nobody does. */
    refreshLeaseId: p.uuid().nullable(),
    /** When the lease is anybody's again, whatever became of its holder. */
    refreshLeaseUntil: p.datetime().nullable(),
    /** The provider is not asked again before; null: it may be. */
    refreshNotBefore: p.datetime().nullable(),
    /** Failed refreshes in a row: what the back-off grows with. */
    refreshFailures: p.integer().default(0),
    lastRefreshedAt: p.datetime().nullable(),
    /** What the server wanted beyond the grant, space-separated; the next connection asks for it. null: nothing so far. */
    challengedScope: p.text().nullable(),
    /** How many grants there have been since the server first wanted it. */
    stepUps: p.integer().default(0),
    createdAt: p.datetime().onCreate(() => new Date()),
    updatedAt: p
      .datetime()
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
    lastUsedAt: p.datetime().nullable(),
  },
});
export class ConnectedAccount extends ConnectedAccountSchema.class {}
ConnectedAccountSchema.setClass(ConnectedAccount);
