import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import {
  commandLine,
  recordAuditEvent,
  type AuditActor,
  type AuditUser,
} from '../../audit/record-audit-event.js';
import { badUserInput } from '../../errors.js';
import type { ApiTokenScope } from '../store/access-token.entity.js';
import { userDisabled, getUserByEmail } from '../users/user-rows.js';
import { lineMistake } from '../users/user-rules.js';
import { apiTokenPrefix, newSecretToken, secretTokenHash } from '../access-tokens/secret-token.js';

export const apiTokenNameMaxLength = 100;
export const apiTokenDefaultDays = 90;
export const apiTokenMaxDays = 366;

const dayMs = 24 * 60 * 60 * 1000;

export interface ApiTokenInput {
  name: string;
  /** Omitted or null: USE. */
  scope?: ApiTokenScope | null | undefined;
  /** Omitted or null: 90 days from now. */
  expiresAt?: Date | null | undefined;
}

/** What may be known of an API token after it was shown; never the token. */
export interface ApiTokenRow {
  id: string;
  name: string;
  scope: ApiTokenScope;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date;
}

/** An API token just issued: the only time that `token` is known. */
export interface NewApiToken {
  token: string;
  apiToken: ApiTokenRow;
}

/**
 * Issues an API token: USE and 90 days unless said otherwise. null when the user is disabled (locked FOR SHARE, so that
 * a disabling under way is waited for and then seen).
 *
 * @throws BAD_USER_INPUT naming every mistake.
 */
export async function insertApiToken(
  em: EntityManager,
  owner: AuditUser,
  input: ApiTokenInput,
  actor: AuditActor,
): Promise<NewApiToken | null> {
  const createdAt = new Date();
  const name = input.name.trim();
  const expiresAt = input.expiresAt ?? new Date(createdAt.getTime() + apiTokenDefaultDays * dayMs);
  const mistakes = [lineMistake('name', name, apiTokenNameMaxLength), expiryMistake(expiresAt, createdAt)];
  if (mistakes.some((mistake) => mistake !== null))
    throw badUserInput(mistakes.filter((mistake) => mistake !== null));
  const apiToken: ApiTokenRow = {
    id: uuidv7(),
    name,
    scope: input.scope ?? 'USE',
    createdAt,
    lastUsedAt: null,
    expiresAt,
  };
  const token = newSecretToken(apiTokenPrefix);
  return em.transactional(async (tx) => {
    const inserted = await tx.execute<{ id: string }[]>(
      `insert into access_tokens (id, user_id, kind, name, scope, token_hash, created_at, expires_at)
       select ?, id, 'API_TOKEN', ?, ?, ?, ?, ? from users where id = ? and disabled_at is null for share
       returning id`,
      [apiToken.id, name, apiToken.scope, secretTokenHash(token), createdAt, expiresAt, owner.id],
      'all',
    );
    if (inserted.length === 0) return null;
    await recordAuditEvent(tx, {
      action: 'API_TOKEN_CREATED',
      actor,
      subject: { type: 'API_TOKEN', id: apiToken.id, name },
      affectedUser: owner,
      detail: { scope: apiToken.scope },
    });
    return { token, apiToken };
  });
}

/**
 * Issues an API token to the user with this address, without a viewer: for the command line.
 *
 * @throws NOT_FOUND for an unknown address; CONFLICT for a disabled user; BAD_USER_INPUT as `ApiTokens.create`.
 */
export async function createApiTokenFor(
  em: EntityManager,
  token: ApiTokenInput & { email: string },
): Promise<NewApiToken> {
  const owner = await getUserByEmail(em, token.email);
  const issued = await insertApiToken(em, owner, token, commandLine);
  if (!issued) throw userDisabled(owner.email);
  return issued;
}

function expiryMistake(expiresAt: Date, now: Date) {
  const aheadMs = expiresAt.getTime() - now.getTime();
  if (aheadMs > 0 && aheadMs <= apiTokenMaxDays * dayMs) return null;
  return { path: 'expiresAt', message: `must lie in the future, at most ${apiTokenMaxDays} days ahead` };
}
