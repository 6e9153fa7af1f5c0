import type { EntityManager } from '@mikro-orm/postgresql';
import type { InferResult } from 'kysely';
import {
  commandLine,
  recordAuditEvent,
  type AuditActor,
  type AuditUser,
} from '../../audit/record-audit-event.js';
import { queries } from '../../database/queries.js';
import { badUserInput } from '../../errors.js';
import { issueAccessToken } from '../access-tokens/access-tokens.js';
import { AccessTokenSchema, type ApiTokenScope } from '../store/access-token.entity.js';
import { getUserByEmail, userDisabled } from '../users/user-rows.js';
import { nameMistake } from '../users/user-rules.js';

const nameMaxLength = 100;
const defaultDays = 90;
const maxDays = 366;
const dayMs = 24 * 60 * 60 * 1000;

export interface ApiTokenInput {
  name: string;
  /** Defaults to USE. */
  scope?: ApiTokenScope | null | undefined;
  /** Defaults to 90 days from now. */
  expiresAt?: Date | null | undefined;
}

/** Returns a query for the readable columns of API tokens. The token's hash is not among them. */
export function selectApiTokens(em: EntityManager) {
  return queries(em, AccessTokenSchema)
    .selectFrom('AccessToken')
    .select(['id', 'name', 'scope', 'createdAt', 'lastUsedAt', 'expiresAt'])
    .where('kind', '=', 'API_TOKEN')
    .$narrowType<{ scope: ApiTokenScope }>();
}

/** An API token as its owner can read it after its creation. */
export type ApiTokenRow = InferResult<ReturnType<typeof selectApiTokens>>[number];

/** A new API token. This is the only time that `token` is known. */
export interface NewApiToken {
  token: string;
  apiToken: ApiTokenRow;
}

/**
 * Creates an API token. Its scope defaults to USE, and it expires after 90 days by default.
 *
 * @returns null if the owner is disabled
 * @throws BAD_USER_INPUT naming every mistake
 */
export async function insertApiToken(
  em: EntityManager,
  owner: AuditUser,
  input: ApiTokenInput,
  actor: AuditActor,
): Promise<NewApiToken | null> {
  const now = Date.now();
  const name = input.name.trim();
  const scope = input.scope ?? 'USE';
  const expiresAt = input.expiresAt ?? new Date(now + defaultDays * dayMs);
  const mistakes = [nameMistake('name', name, nameMaxLength), expiryMistake(expiresAt, now)].filter(
    (mistake) => mistake !== null,
  );
  if (mistakes.length > 0) throw badUserInput(mistakes);
  return em.transactional(async (tx) => {
    const issued = await issueAccessToken(tx, owner.id, { kind: 'API_TOKEN', name, scope, expiresAt });
    if (!issued) return null;
    const { token, id, createdAt } = issued;
    await recordAuditEvent(tx, {
      action: 'API_TOKEN_CREATED',
      actor,
      subject: { type: 'API_TOKEN', id, name },
      affectedUser: owner,
      detail: { scope },
    });
    return { token, apiToken: { id, name, scope, createdAt, lastUsedAt: null, expiresAt } };
  });
}

/**
 * Creates an API token for the user with this email address. It needs no viewer: the command line calls it.
 *
 * @throws NOT_FOUND for an unknown email address; CONFLICT for a disabled user; BAD_USER_INPUT as `ApiTokens.create`
 */
export async function createApiTokenFor(
  em: EntityManager,
  token: ApiTokenInput & { email: string },
): Promise<NewApiToken> {
  const owner = await getUserByEmail(em, token.email);
  const created = await insertApiToken(em, owner, token, commandLine);
  if (!created) throw userDisabled(owner.email, 'email');
  return created;
}

function expiryMistake(expiresAt: Date, now: number) {
  const remainingMs = expiresAt.getTime() - now;
  if (remainingMs > 0 && remainingMs <= maxDays * dayMs) return null;
  return { path: 'expiresAt', message: `Enter a time in the future, at most ${maxDays} days from now.` };
}
