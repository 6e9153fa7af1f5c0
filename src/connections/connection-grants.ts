import type { EntityManager } from '@mikro-orm/postgresql';
import type { DroppedGrants, Grants, RevocationOutcome } from '../identity/grants.js';
import { describeFailure, type Logger } from '../log.js';
import type { GuardedFetch } from '../net/guarded-fetch.js';
import { oauth2Outbound } from '../oauth2/endpoints.js';
import { revokeTokens } from '../oauth2/tokens.js';
import { UnreadableSecret, type Place, type Vault } from '../secrets/vault.js';
import { secretPlace } from '../servers/sealed-columns.js';
import {
  countGrants,
  deleteFlows,
  deleteGrants,
  tokenPlaces,
  type DroppedGrant,
  type GrantScope,
} from './user-tokens.js';

export interface ConnectionGrantsDeps {
  vault: Vault;
  outbound: GuardedFetch;
  log: Logger;
}

/** How many revocations are under way at once, when a server with many people's grants goes. */
const revocationsAtOnce = 8;

/** The connections that hang on people and servers: what is dropped here is deleted first, then revoked. */
export class ConnectionGrants implements Grants {
  readonly #deps: ConnectionGrantsDeps;

  constructor(deps: ConnectionGrantsDeps) {
    this.#deps = deps;
  }

  async dropForUser(em: EntityManager, userId: string): Promise<DroppedGrants> {
    return this.#drop(em, { userId });
  }

  /** Call it before the server's own columns change: they say which client the grants belong to. */
  async dropForServer(em: EntityManager, mcpServerConfigId: string): Promise<DroppedGrants> {
    return this.#drop(em, { mcpServerConfigId });
  }

  async cancelFlowsForServer(em: EntityManager, mcpServerConfigId: string): Promise<void> {
    await deleteFlows(em, { mcpServerConfigId });
  }

  async countForServer(em: EntityManager, mcpServerConfigId: string): Promise<number> {
    return countGrants(em, mcpServerConfigId);
  }

  /**
   * One person's connection to one server, with their flows for it; the caller holds the person's row FOR UPDATE.
   * `found` tells whether there was anything at all: a grant in whatever state, or a flow under way.
   */
  async dropForUserAtServer(
    em: EntityManager,
    scope: { userId: string; mcpServerConfigId: string },
  ): Promise<DroppedGrants & { found: boolean }> {
    return this.#drop(em, scope);
  }

  async #drop(em: EntityManager, scope: GrantScope): Promise<DroppedGrants & { found: boolean }> {
    const { flows, grants } = await deleteGrants(em, scope);
    return {
      found: flows + grants.length > 0,
      count: grants.filter(({ connected }) => connected).length,
      revoke: () => this.#revokeAll(grants),
    };
  }

  async #revokeAll(grants: readonly DroppedGrant[]): Promise<RevocationOutcome> {
    const revocable = grants.filter(({ accessToken, refreshToken }) => accessToken ?? refreshToken);
    const outcomes: RevocationOutcome[] = [];
    // One iterator that all workers take from.
    const queue = revocable.values();
    const work = async () => {
      for (const grant of queue) outcomes.push(await this.#revoke(grant));
    };
    await Promise.all(Array.from({ length: revocationsAtOnce }, work));
    return summary(outcomes);
  }

  async #revoke(grant: DroppedGrant): Promise<RevocationOutcome> {
    const { outbound, log } = this.#deps;
    const about = { mcpServerConfigId: grant.mcpServerConfigId };
    try {
      const places = tokenPlaces(grant.id);
      const secret = secretPlace('oauth2_client_secret', grant.mcpServerConfigId);
      const { issuer, tokenEndpoint, revocationEndpoint, clientId, sealedClientSecret } = grant;
      const clientSecret = await this.#open(sealedClientSecret, secret);
      const outcome = await revokeTokens(
        {
          issuer,
          tokenEndpoint,
          revocationEndpoint,
          clientId,
          clientSecret,
          tokenAuthMethod: grant.tokenAuthMethod ?? 'none',
        },
        {
          accessToken: await this.#open(grant.accessToken, places.accessToken),
          refreshToken: await this.#open(grant.refreshToken, places.refreshToken),
        },
        oauth2Outbound(outbound),
      );
      if (!outcome.revoked) log.warn({ ...about, ...outcome }, 'A dropped connection could not be revoked.');
      return outcome;
    } catch (error) {
      log.warn({ ...about, failure: describeFailure(error) }, 'A dropped connection could not be revoked.');
      const revocationError =
        error instanceof UnreadableSecret
          ? 'The stored token could not be read any more, so the provider was not asked to revoke it.'
          : 'The provider could not be asked to revoke it.';
      return { revoked: false, revocationError };
    }
  }

  async #open(sealed: string | null, place: Place): Promise<string | null> {
    return sealed === null ? null : this.#deps.vault.open(sealed, place);
  }
}

function summary(outcomes: readonly RevocationOutcome[]): RevocationOutcome {
  const failed = outcomes.filter(({ revoked }) => !revoked);
  const [first] = failed;
  if (!first) return { revoked: outcomes.length > 0, revocationError: null };
  if (outcomes.length === 1) return first;
  return {
    revoked: false,
    revocationError: `${failed.length} of ${outcomes.length} could not be revoked; the first: ${first.revocationError}`,
  };
}
