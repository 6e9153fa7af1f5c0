import { defineEntity, p } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';
import { User } from './user.entity.js';

export const AccessTokenKind = {
  SESSION: 'SESSION',
  API_TOKEN: 'API_TOKEN',
  SIGN_IN_LINK: 'SIGN_IN_LINK',
} as const;
export type AccessTokenKind = (typeof AccessTokenKind)[keyof typeof AccessTokenKind];

export const ApiTokenScope = { READ: 'READ', USE: 'USE', ADMIN: 'ADMIN' } as const;
export type ApiTokenScope = (typeof ApiTokenScope)[keyof typeof ApiTokenScope];

/** A browser session, an API token or a sign-in link. Only the SHA-256 of its 256 random bits is stored. */
export const AccessTokenSchema = defineEntity({
  name: 'AccessToken',
  tableName: 'access_tokens',
  indexes: [{ name: 'access_tokens_user_id_index', properties: ['userId'] }],
  checks: [
    { name: 'access_tokens_api_scope_check', expression: "(kind = 'API_TOKEN') = (scope is not null)" },
  ],
  properties: {
    id: p
      .uuid()
      .primary()
      .onCreate(() => uuidv7()),
    userId: () => p.manyToOne(User).mapToPk().name('user_id').deleteRule('cascade'),
    kind: p.enum(() => AccessTokenKind),
    name: p.text().default(''),
    scope: p.enum(() => ApiTokenScope).nullable(),
    /** base64url(SHA-256(token)). */
    tokenHash: p.text().unique('access_tokens_token_hash_unique').hidden(),
    createdAt: p.datetime().onCreate(() => new Date()),
    lastUsedAt: p.datetime().nullable(),
    expiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
  },
});
export class AccessToken extends AccessTokenSchema.class {}
AccessTokenSchema.setClass(AccessToken);
