import { defineEntity, p } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';
import { TokenAuthMethod } from '../../oauth2/client.js';
import { sealed } from '../../secrets/sealed.js';

/** PENDING: the provider will be asked. GIVEN_UP: it will not be asked again, and the row holds no secret. */
export const RevocationStatus = { PENDING: 'PENDING', GIVEN_UP: 'GIVEN_UP' } as const;
export type RevocationStatus = (typeof RevocationStatus)[keyof typeof RevocationStatus];

/**
 * Tokens of an ended account that the provider has not confirmed to be revoked (RFC 7009). The transaction that ends the
 * account writes the row. It is deleted when the provider has confirmed. It holds everything that a request needs and
 * references no other row, because the server may be deleted by then.
 */
export const RevocationSchema = defineEntity({
  name: 'Revocation',
  tableName: 'oauth2_revocations',
  indexes: [
    { name: 'oauth2_revocations_next_attempt_at_index', properties: ['nextAttemptAt'] },
    // For the administrators' list, whose order is the primary key's.
    { name: 'oauth2_revocations_server_index', properties: ['serverId', 'id'] },
    { name: 'oauth2_revocations_status_index', properties: ['status', 'id'] },
  ],
  checks: [
    { name: 'oauth2_revocations_failure_reason_check', expression: 'length(failure_reason) <= 400' },
    {
      name: 'oauth2_revocations_tokens_check',
      expression: "(status = 'PENDING') = (access_token is not null or refresh_token is not null)",
    },
    {
      name: 'oauth2_revocations_client_secret_check',
      expression: "status = 'PENDING' or client_secret is null",
    },
    {
      name: 'oauth2_revocations_lease_check',
      expression: '(lease_id is null) = (lease_until is null)',
    },
  ],
  properties: {
    id: p
      .uuid()
      .primary()
      .onCreate(() => uuidv7()),
    /** The ids of the server and the user, without foreign keys, because the rows may be deleted. */
    serverId: p.uuid().name('mcp_server_config_id'),
    userId: p.uuid(),
    /** The server's display name when the account ended. */
    serverName: p.text().default(''),
    /** Cleared when the provider has confirmed it, so that the provider does not receive it twice. */
    refreshToken: sealed().nullable(),
    /** The provider has confirmed the refresh token. The access token alone is left. */
    refreshTokenRevoked: p.boolean().default(false),
    accessToken: sealed().nullable(),
    issuer: p.text(),
    tokenEndpoint: p.text(),
    revocationEndpoint: p.text(),
    clientId: p.text(),
    clientSecret: sealed().nullable(),
    tokenAuthMethod: p.enum(() => TokenAuthMethod),
    acceptsPlainHttp: p.boolean().default(false),
    /**
     * The tokens were issued to another client, whose secret is gone. A provider may confirm the revocation of another
     * client's token without an effect (RFC 7009 section 2.2), so this row ends as GIVEN_UP.
     */
    issuedToOther: p.boolean().default(false),
    status: p.enum(() => RevocationStatus).default('PENDING'),
    /** The reason for the missing confirmation, free of text from a remote party. '' before the first attempt. */
    failureReason: p.text().default(''),
    /** Failed attempts in a row, of this or another revocation at the same endpoint. The back-off grows with it. */
    failures: p.integer().default(0),
    /** By the database's clock, as all times in this table. */
    nextAttemptAt: p.datetime(),
    /** The process that attempts it now. null when none does. */
    leaseId: p.uuid().nullable(),
    /** The end of the lease, even if its holder has crashed. */
    leaseUntil: p.datetime().nullable(),
    createdAt: p.datetime().onCreate(() => new Date()),
    updatedAt: p
      .datetime()
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export class Revocation extends RevocationSchema.class {}
RevocationSchema.setClass(Revocation);
