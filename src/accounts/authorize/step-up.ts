import type { EntityManager } from '@mikro-orm/postgresql';
import { scopeTokens } from '../../oauth2/discovery/metadata-members.js';

/** How often a person is sent to the provider for the same scopes before it counts as a no. */
const maxStepUps = 2;
/** In characters; a server that goes on inventing scopes is not followed any further. */
const maxScopeLength = 2_000;

interface Owner {
  userId: string;
  serverId: string;
}

/**
 * What becomes of a demand for more scopes: the person may grant them (`ASK`), has done so often enough without being
 * let in (`EXHAUSTED`), or has a new grant since, which nobody has tried yet (`SUPERSEDED`).
 */
export type StepUp = 'ASK' | 'EXHAUSTED' | 'SUPERSEDED';

/**
 * Notes that the server wants more than this grant holds (`error="insufficient_scope"`), so that the next connection
 * asks for it too. The grant stays usable: for other tools it may be enough. What is asked for is taken from here
 * alone, never from a URL.
 */
export async function noteScopeChallenge(
  em: EntityManager,
  accountId: string,
  challenged: string,
): Promise<StepUp> {
  return em.fork().transactional(async (em) => {
    const [account] = await em.execute<{ scope: string | null; stepUps: number }[]>(
      `select challenged_scope as "scope", step_ups as "stepUps" from mcp_server_user_tokens
       where id = ? for update`,
      [accountId],
    );
    if (!account) return 'SUPERSEDED';
    const known = account.scope === null ? null : words(account.scope);
    const isNew = known === null || words(challenged).some((scope) => !known.includes(scope));
    if (!isNew) return account.stepUps < maxStepUps ? 'ASK' : 'EXHAUSTED';
    const scope = scopeUnion(account.scope ?? '', challenged);
    if (scope.length > maxScopeLength) return 'EXHAUSTED';
    await em.execute(
      `update mcp_server_user_tokens set challenged_scope = ?, step_ups = 0, updated_at = now() where id = ?`,
      [scope, accountId],
      'run',
    );
    return 'ASK';
  });
}

/**
 * The scope to ask for in a person's next connection: what is asked of everybody and, when the server has wanted more,
 * also what this person has granted already and what was wanted (MCP 2026-07-28, scope challenge handling).
 */
export async function scopeWithStepUp(
  em: EntityManager,
  owner: Owner,
  { issuer, requested }: { issuer: string; requested: string },
): Promise<string> {
  const [account] = await em.execute<{ granted: string; challenged: string }[]>(
    `select scope as "granted", challenged_scope as "challenged" from mcp_server_user_tokens
     where user_id = ? and mcp_server_config_id = ? and issuer = ? and challenged_scope is not null`,
    [owner.userId, owner.serverId, issuer],
  );
  return account ? scopeUnion(requested, account.granted, account.challenged) : requested;
}

function words(scope: string): string[] {
  return scopeTokens(scope.split(/\s+/));
}

function scopeUnion(...scopes: string[]): string {
  return [...new Set(scopes.flatMap(words))].join(' ');
}
