import { defineEntity, p } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';
import { TokenAuthMethod } from '../../oauth2/client.js';
import { sealed } from '../../secrets/sealed.js';

/** PENDING: the provider will be asked (again). GIVEN_UP: it will not; the row only tells that, and holds no secret. */
export const RevocationStatus = { PENDING: 'PENDING', GIVEN_UP: 'GIVEN_UP' } as const;
export type RevocationStatus = (typeof RevocationStatus)[keyof typeof RevocationStatus];

/**
 * A grant that is gone here and that its provider has not confirmed to be revoked (RFC 7009): written in the
 * transaction that drops the grant, deleted when the provider has confirmed. It carries all that asking takes and
 * references nothing, because the server may be gone by then.
 */
export const RevocationSchema = defineEntity({
  name: 'Revocation',
  tableName: 'oauth2_revocations',
  indexes: [
    { name: 'oauth2_revocations_next_attempt_at_index', properties: ['nextAttemptAt'] },
    { name: 'oauth2_revocations_mcp_server_config_id_index', properties: ['serverId'] },
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
    /** Whose grant it was, and where: plain ids, of rows that may not exist any more. */
    serverId: p.uuid().name('mcp_server_config_id'),
    userId: p.uuid(),
    /** The server's display name when the grant was dropped. */
    serverName: p.text().default(''),
    /** Emptied as soon as the provider has confirmed it, so that it is not shown to it twice. */
    refreshToken: sealed().nullable(),
    accessToken: sealed().nullable(),
    issuer: p.text(),
    tokenEndpoint: p.text(),
    revocationEndpoint: p.text(),
    clientId: p.text(),
    clientSecret: sealed().nullable(),
    tokenAuthMethod: p.enum(() => TokenAuthMethod),
    acceptsPlainHttp: p.boolean().default(false),
    status: p.enum(() => RevocationStatus).default('PENDING'),
    /** Why the provider has not confirmed it, in our own words; '' before the first attempt. */
    failureReason: p.text().default(''),
    /** Failed attempts in a row, of this or of another revocation at the same place: what the back-off grows with. */
    failures: p.integer().default(0),
    /** By the database's clock, as every time here. */
    nextAttemptAt: p.datetime(),
    /** Whoever asks the provider now; empty when nobody does. */
    leaseId: p.uuid().nullable(),
    /** When the lease is anybody's again, whatever became of its holder. */
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
