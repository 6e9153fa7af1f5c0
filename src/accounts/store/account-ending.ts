import type { EntityManager } from '@mikro-orm/postgresql';
import type { DroppedGrants, Grants } from '../../identity/account-ending.js';
import { UnreadableSecret, type Place, type Vault } from '../../secrets/vault.js';
import { secretPlace } from '../../servers/store/secret-places.js';
import type { GrantOwner } from './account-failure-audit.js';
import type { RevocableGrant } from '../revoke/revocation-outbox.js';
import type { Revocations } from '../revoke/revocations.js';
import {
  countGrants,
  deleteFlows,
  deleteGrants,
  endGrants,
  endRefusedGrant,
  tokenPlaces,
  type DroppedGrant,
  type GrantScope,
} from './account-tokens.js';

export interface ConnectionGrantsDeps {
  vault: Vault;
  revocations: Revocations;
}

/**
 * The connections that hang on people and servers. What is dropped here is deleted and put down for revocation in one
 * transaction, and then revoked.
 */
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

  async endForServer(em: EntityManager, mcpServerConfigId: string): Promise<DroppedGrants> {
    return this.#revocable(em, await endGrants(em, mcpServerConfigId));
  }

  /** One grant whose token the MCP server refuses, as `endForServer` does it; null when it is not that token any more. */
  async endRefused(
    em: EntityManager,
    token: { grantId: string; generation: number },
  ): Promise<(DroppedGrants & { owner: GrantOwner }) | null> {
    const grant = await endRefusedGrant(em, token);
    return grant && { ...(await this.#revocable(em, { flows: 0, grants: [grant] })), owner: grant };
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
    return this.#revocable(em, await deleteGrants(em, scope));
  }

  async #revocable(
    em: EntityManager,
    { flows, grants }: { flows: number; grants: DroppedGrant[] },
  ): Promise<DroppedGrants & { found: boolean }> {
    const { revocations } = this.#deps;
    const revocable = grants.filter(({ accessToken, refreshToken }) => accessToken ?? refreshToken);
    const queued = await revocations.queue(
      em,
      await Promise.all(revocable.map((grant) => this.#open(grant))),
    );
    return {
      found: flows + grants.length > 0,
      count: grants.filter(({ connected }) => connected).length,
      revoke: () => revocations.attempt(queued),
    };
  }

  /** Secrets open where they were stored and nowhere else, so they are sealed anew for where they go. */
  async #open(grant: DroppedGrant): Promise<RevocableGrant> {
    const { userId, mcpServerConfigId, issuer, tokenEndpoint, revocationEndpoint, clientId } = grant;
    const tokenAuthMethod = grant.tokenAuthMethod ?? 'none';
    const { acceptsPlainHttp } = grant;
    const client = {
      issuer,
      tokenEndpoint,
      revocationEndpoint,
      clientId,
      tokenAuthMethod,
      acceptsPlainHttp,
    };
    const places = tokenPlaces(grant.id);
    const secret = secretPlace('oauth2_client_secret', mcpServerConfigId);
    const open = async (sealed: string | null, place: Place) =>
      sealed === null ? null : this.#deps.vault.open(sealed, place);
    try {
      const clientSecret = await open(grant.sealedClientSecret, secret);
      const accessToken = await open(grant.accessToken, places.accessToken);
      const refreshToken = await open(grant.refreshToken, places.refreshToken);
      const tokens = { accessToken, refreshToken };
      return { userId, mcpServerConfigId, client: { ...client, clientSecret }, tokens };
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      return { userId, mcpServerConfigId, client: { ...client, clientSecret: null }, tokens: null };
    }
  }
}
