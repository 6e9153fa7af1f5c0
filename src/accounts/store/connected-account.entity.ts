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

/** The reason why an account cannot be used or refreshed. The GraphQL enum describes each value. */
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

/** A user's authorization at one MCP server. The row exists from the first authorization until a disconnect. */
export const ConnectedAccountSchema = defineEntity({
  name: 'ConnectedAccount',
  tableName: 'mcp_server_user_tokens',
  uniques: [{ name: 'mcp_server_user_tokens_unique', properties: ['serverId', 'userId'] }],
  indexes: [
    { name: 'mcp_server_user_tokens_user_id_index', properties: ['userId'] },
    // For the administrators' list of accounts.
    {
      name: 'mcp_server_user_tokens_server_created_at_index',
      properties: ['serverId', 'createdAt', 'id'],
    },
    // For the sweep of tokens whose refresh was refused.
    { name: 'mcp_server_user_tokens_refresh_refused_at_index', properties: ['refreshRefusedAt'] },
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
      expression: "status = 'NEEDS_AUTHORIZATION' or access_token is not null",
    },
    {
      name: 'mcp_server_user_tokens_kept_tokens_check',
      expression: "status = 'CONNECTED' or access_token is null or refresh_refused_at is not null",
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
    /** A token set of this account had a refresh token. */
    refreshTokenIssued: p.boolean().default(false),
    /**
     * The user at the provider, of the token set of the last authorization, as `subjectMark` writes it. ''
     * when neither an ID token nor a JWT access token names the user.
     */
    subject: p.text().default(''),
    tokenType: p.text().default('Bearer'),
    scope: p.text().default(''),
    /** null: unknown, because neither the response nor the token names it. By the database's clock, as all times here. */
    expiresAt: p.datetime().nullable(),
    /** The lifetime when it was issued, in seconds. A token with a short one is refreshed in its second half. */
    expiresIn: p.integer().nullable(),
    issuer: p.text().default(''),
    /** The client that the refresh token was issued to, or else the access token. null: the client that the server has. */
    clientId: p.text().nullable(),
    /** That client has no secret, so it can revoke its tokens when the server has another client. */
    clientIsPublic: p.boolean().default(false),
    resource: p.text().default(''),
    /** Raised by each write of tokens. Writers compare it, so that an older answer never replaces a newer one. */
    generation: p.integer().default(1),
    /**
     * NEEDS_AUTHORIZATION with tokens: the provider has refused to refresh them, and is asked again when they are needed.
     * An expired token of a CONNECTED account whose refresh was refused counts as NEEDS_AUTHORIZATION too.
     */
    status: p.enum(() => ConnectedAccountStatus),
    /** The failure, free of text from a remote party. '' when there is none. The same for each failure of its kind. */
    failureReason: p.text().default(''),
    failureCode: p.enum(() => ConnectedAccountFailureCode).nullable(),
    /** The time of the last failure. */
    failureAt: p.datetime().nullable(),
    /** The error code of the provider if it is registered, otherwise ''. */
    failureOauth2Error: p.text().default(''),
    /** The provider's description of the failure, for administrators only: remote text. '' when there is none. */
    failureRemoteMessage: p.text().default(''),
    /** The HTTP status of the provider. null when the failure is not about one. */
    failureHttpStatus: p.integer().nullable(),
    /** The lease of the refresh in progress. null when there is none. */
    refreshLeaseId: p.uuid().nullable(),
    /** The end of the lease, even if its holder has crashed. */
    refreshLeaseUntil: p.datetime().nullable(),
    /** The earliest time of the next refresh. null: now. */
    refreshNotBefore: p.datetime().nullable(),
    /** Failed refreshes in a row. The back-off grows with it. */
    refreshFailures: p.integer().default(0),
    /** Refreshes since the last success that the provider failed at with an OAuth error. */
    refreshServerErrors: p.integer().default(0),
    /** The first time since the last success that the provider definitely refused to refresh. null: it did not. */
    refreshRefusedAt: p.datetime().nullable(),
    lastRefreshedAt: p.datetime().nullable(),
    /** Scopes that the server has challenged for, space-separated. The next authorization requests them. null: none. */
    challengedScope: p.text().nullable(),
    /** The number of authorizations since the first challenge for these scopes. */
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
