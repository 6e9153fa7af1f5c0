import type { EntityManager } from '@mikro-orm/postgresql';
import type { DroppedAccounts, AccountEnding } from '../../identity/account-ending.js';
import { UnreadableSecret, type Place, type Vault } from '../../secrets/vault.js';
import { openOAuth2Client } from '../../servers/store/oauth2-client.js';
import { secretPlace } from '../../servers/store/server-secrets.js';
import type { AccountOwner } from './account-failure-audit.js';
import type { RevocableAccount } from '../revoke/revocation-outbox.js';
import type { Revocations } from '../revoke/revocations.js';
import {
  countAccounts,
  deleteFlows,
  deleteAccounts,
  endAccounts,
  endRefusedAccount,
  tokenPlaces,
  type DroppedAccount,
  type AccountScope,
} from './account-tokens.js';

export interface ConnectedAccountEndingDeps {
  vault: Vault;
  revocations: Revocations;
}

/**
 * The connections that hang on people and servers. What is dropped here is deleted and put down for revocation in one
 * transaction, and then revoked.
 */
export class ConnectedAccountEnding implements AccountEnding {
  readonly #deps: ConnectedAccountEndingDeps;

  constructor(deps: ConnectedAccountEndingDeps) {
    this.#deps = deps;
  }

  async dropForUser(em: EntityManager, userId: string): Promise<DroppedAccounts> {
    return this.#drop(em, { userId });
  }

  /** Call it before the server's own columns change: they say which client the grants belong to. */
  async dropForServer(em: EntityManager, serverId: string): Promise<DroppedAccounts> {
    return this.#drop(em, { serverId });
  }

  async endForServer(em: EntityManager, serverId: string): Promise<DroppedAccounts> {
    return this.#revocable(em, await endAccounts(em, serverId));
  }

  /** One grant whose token the MCP server refuses, as `endForServer` does it; null when it is not that token any more. */
  async endRefused(
    em: EntityManager,
    token: { accountId: string; generation: number },
  ): Promise<(DroppedAccounts & { owner: AccountOwner }) | null> {
    const account = await endRefusedAccount(em, token);
    return account && { ...(await this.#revocable(em, { flows: 0, accounts: [account] })), owner: account };
  }

  async cancelFlowsForServer(em: EntityManager, serverId: string): Promise<void> {
    await deleteFlows(em, { serverId });
  }

  async countForServer(em: EntityManager, serverId: string): Promise<number> {
    return countAccounts(em, serverId);
  }

  /**
   * One person's connection to one server, with their flows for it; the caller holds the person's row FOR UPDATE.
   * `found` tells whether there was anything at all: a grant in whatever state, or a flow under way.
   */
  async dropForUserAtServer(
    em: EntityManager,
    scope: { userId: string; serverId: string },
  ): Promise<DroppedAccounts & { found: boolean }> {
    return this.#drop(em, scope);
  }

  async #drop(em: EntityManager, scope: AccountScope): Promise<DroppedAccounts & { found: boolean }> {
    return this.#revocable(em, await deleteAccounts(em, scope));
  }

  async #revocable(
    em: EntityManager,
    { flows, accounts }: { flows: number; accounts: DroppedAccount[] },
  ): Promise<DroppedAccounts & { found: boolean }> {
    const { revocations } = this.#deps;
    const revocable = accounts.filter(({ accessToken, refreshToken }) => accessToken ?? refreshToken);
    const queued = await revocations.queue(
      em,
      await Promise.all(revocable.map((account) => this.#open(account))),
    );
    return {
      found: flows + accounts.length > 0,
      count: accounts.filter(({ connected }) => connected).length,
      revoke: () => revocations.attempt(queued),
    };
  }

  /** Secrets open where they were stored and nowhere else, so they are sealed anew for where they go. */
  async #open(account: DroppedAccount): Promise<RevocableAccount> {
    const { userId, serverId } = account;
    const places = tokenPlaces(account.id);
    const secret = secretPlace('oauth2_client_secret', serverId);
    const open = async (sealed: string | null, place: Place) =>
      sealed === null ? null : this.#deps.vault.open(sealed, place);
    try {
      const client = await openOAuth2Client(this.#deps.vault, account, secret);
      const accessToken = await open(account.accessToken, places.accessToken);
      const refreshToken = await open(account.refreshToken, places.refreshToken);
      const tokens = { accessToken, refreshToken };
      return { userId, serverId, client, tokens };
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      const client = await openOAuth2Client(
        this.#deps.vault,
        { ...account, sealedClientSecret: null },
        secret,
      );
      return { userId, serverId, client, tokens: null };
    }
  }
}
