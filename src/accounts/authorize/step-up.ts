import { LockMode, raw } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { scopeTokens } from '../../oauth2/compatibility.js';
import { ConnectedAccount } from '../store/connected-account.entity.js';

/** Authorizations with the same scopes, after which the provider counts as refusing them. */
const maxStepUps = 2;
/** In characters. It bounds what is stored for a server that challenges with ever new scopes. */
const maxScopeLength = 2_000;

interface Owner {
  userId: string;
  serverId: string;
}

/**
 * The answer to a scope challenge. `ASK`: the user can authorize the scopes. `EXHAUSTED`: the user has done so and the
 * server still refuses. `SUPERSEDED`: the account has a newer token, which is untried.
 */
export type StepUp = 'ASK' | 'EXHAUSTED' | 'SUPERSEDED';

/**
 * Stores the scopes that the server requires beyond the account's own (`error="insufficient_scope"`), so that the next
 * authorization request includes them. The account stays usable, since other tools may need no more. The requested
 * scopes come from this column alone, never from a URL.
 */
export async function recordScopeChallenge(
  em: EntityManager,
  { accountId, generation }: { accountId: string; generation: number },
  challenged: string,
): Promise<StepUp> {
  return em.fork().transactional(async (tx) => {
    const account = await tx.findOne(
      ConnectedAccount,
      { id: accountId, generation },
      {
        fields: ['challengedScope', 'stepUps'],
        lockMode: LockMode.PESSIMISTIC_WRITE,
        disableIdentityMap: true,
      },
    );
    if (!account) return 'SUPERSEDED';
    const earlier = account.challengedScope == null ? null : words(account.challengedScope);
    const isNew = earlier === null || words(challenged).some((scope) => !earlier.includes(scope));
    if (!isNew) return account.stepUps < maxStepUps ? 'ASK' : 'EXHAUSTED';
    const challengedScope = scopeUnion(account.challengedScope ?? '', challenged);
    if (challengedScope.length > maxScopeLength) return 'EXHAUSTED';
    const changes = { challengedScope, stepUps: 0, updatedAt: raw(`now()`) };
    await tx.nativeUpdate(ConnectedAccount, { id: accountId }, changes);
    return 'ASK';
  });
}

/**
 * Returns the scope of a user's next authorization request: the server's scopes and, after a scope challenge, also the
 * scopes of the user's account and of the challenge (MCP 2026-07-28, scope challenge handling).
 */
export async function scopeWithStepUp(
  em: EntityManager,
  owner: Owner,
  { issuer, requested }: { issuer: string; requested: string },
): Promise<string> {
  const account = await em.findOne(
    ConnectedAccount,
    { ...owner, issuer, challengedScope: { $ne: null } },
    { fields: ['scope', 'challengedScope'], disableIdentityMap: true },
  );
  return account ? scopeUnion(requested, account.scope, account.challengedScope ?? '') : requested;
}

function words(scope: string): string[] {
  return scopeTokens(scope.split(/\s+/));
}

function scopeUnion(...scopes: string[]): string {
  return [...new Set(scopes.flatMap(words))].join(' ');
}
