import type { EntityManager } from '@mikro-orm/postgresql';
import type { AccountEnding, DroppedAccounts } from '../../identity/account-ending.js';
import { deleteSessions } from '../../mcp/sessions/delete-sessions.js';
import type { UpstreamSessions } from '../../mcp/sessions/upstream-sessions.js';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { UnreadableSecret, type Place, type Vault } from '../../secrets/vault.js';
import { openOAuth2Client } from '../../servers/store/oauth2-client.js';
import { secretPlace } from '../../servers/store/server-secrets.js';
import { withTimeLimit } from '../../time-limit.js';
import type { RevocableAccount } from '../revoke/revocation-outbox.js';
import type { Revocations } from '../revoke/revocations.js';
import { tokenPlaces } from './account-tokens.js';
import {
  countAccounts,
  deleteAccounts,
  deleteFlows,
  endAccount,
  endAccountsRefusedTooLong,
  type AccountScope,
  type EndedAccount,
  type EndedAccounts,
} from './end-accounts.js';

/** The time that ending an account waits for MCP servers to end its sessions. */
const endSessionsMs = 1_000;

export interface ConnectedAccountEndingDeps {
  vault: Vault;
  revocations: Revocations;
  upstreamSessions: Pick<UpstreamSessions, 'end'>;
}

/** Accounts that one transaction ends. */
const batchSize = 100;

/** The message for a token that the MCP server never accepted. Connecting again alone would yield another such token. */
export const refusedFromTheStart =
  'The MCP server does not accept the token that the provider has just issued. The token probably is for another audience, or lacks a scope. An administrator must check the resource and the scopes of this MCP server. Connect again afterwards.';

/** Ends accounts, and enqueues the revocation of their tokens in the same transaction. */
export class ConnectedAccountEnding implements AccountEnding {
  readonly #deps: ConnectedAccountEndingDeps;

  constructor(deps: ConnectedAccountEndingDeps) {
    this.#deps = deps;
  }

  async dropForUser(tx: EntityManager, userId: string): Promise<DroppedAccounts> {
    return this.#drop(tx, { userId });
  }

  /**
   * Call it before the server's own columns change: they say which client the tokens belong to. `found` is true when
   * there was an account in any state, or a flow in progress.
   */
  async dropForServer(tx: EntityManager, serverId: string): Promise<DroppedAccounts & { found: boolean }> {
    return this.#drop(tx, { serverId });
  }

  /**
   * Ends an account whose access token the MCP server refuses, unless the account has a newer token by now. Its tokens are
   * revoked as well, because the authorization server usually still accepts the refresh token.
   * @param token.isUntried whether the MCP server has never accepted it
   */
  async endRefused(
    em: EntityManager,
    { accountId, generation, isUntried }: { accountId: string; generation: number; isUntried: boolean },
  ): Promise<void> {
    const reason = isUntried
      ? refusedFromTheStart
      : 'The MCP server no longer accepts the access token. Connect again.';
    const ended = await em.fork().transactional(async (tx) => {
      const account = await endAccount(
        tx,
        { id: accountId, generation },
        { code: 'REFUSED_BY_MCP_SERVER', reason },
      );
      return account && this.#enqueue(tx, { accounts: [account], sessions: [] });
    });
    await ended?.revoke();
  }

  /**
   * Ends all accounts whose provider has refused to refresh their tokens for too long, and revokes the tokens. Any number of
   * processes may do this at once. When `signal` aborts, it ends after the current batch.
   * @returns the number of ended accounts
   */
  async endRefusedTooLong(em: EntityManager, signal?: AbortSignal): Promise<number> {
    for (let ended = 0; ;) {
      const { size, revoke } = await em.fork().transactional(async (tx) => {
        const accounts = await endAccountsRefusedTooLong(tx, batchSize);
        return { size: accounts.length, ...(await this.#enqueue(tx, { accounts, sessions: [] })) };
      });
      await revoke();
      ended += size;
      if (size < batchSize || signal?.aborted) return ended;
    }
  }

  async cancelFlowsForServer(tx: EntityManager, serverId: string): Promise<void> {
    await deleteFlows(tx, { serverId });
  }

  async endSessionsForServer(tx: EntityManager, serverId: string): Promise<() => Promise<void>> {
    const sessions = await deleteSessions(tx, { serverId });
    return () => this.#deps.upstreamSessions.end(sessions);
  }

  async countForServer(em: EntityManager, serverId: string): Promise<number> {
    return countAccounts(em, serverId);
  }

  /**
   * Deletes one user's account at one server, with their flows for it. The caller holds the user's row FOR UPDATE.
   * `found` is true when there was an account in any state, or a flow in progress. `accountId` is the account's.
   */
  async dropForUserAtServer(
    tx: EntityManager,
    scope: { userId: string; serverId: string },
  ): Promise<DroppedAccounts & { found: boolean; accountId: string | null }> {
    const { accountIds, ...dropped } = await this.#drop(tx, scope);
    return { ...dropped, accountId: accountIds[0] ?? null };
  }

  async #drop(
    tx: EntityManager,
    scope: AccountScope,
  ): Promise<DroppedAccounts & { found: boolean; accountIds: string[] }> {
    const deleted = await deleteAccounts(tx, scope);
    return {
      ...(await this.#enqueue(tx, deleted)),
      found: deleted.flows + deleted.accounts.length > 0,
      accountIds: deleted.accounts.map(({ id }) => id),
    };
  }

  async #enqueue(
    tx: EntityManager,
    { accounts, sessions }: Pick<EndedAccounts, 'accounts' | 'sessions'>,
  ): Promise<DroppedAccounts> {
    const { revocations, upstreamSessions } = this.#deps;
    const revocable = accounts.filter(({ accessToken, refreshToken }) => accessToken ?? refreshToken);
    const enqueued = await revocations.enqueue(
      tx,
      await Promise.all(revocable.map((account) => this.#open(account))),
    );
    return {
      count: accounts.filter(({ isConnected }) => isConnected).length,
      async revoke() {
        // A revoked token ends no session.
        await withTimeLimit(endSessionsMs, upstreamSessions.end(sessions), undefined);
        return revocations.attempt(enqueued);
      },
    };
  }

  /**
   * Opens the tokens and the client secret. A secret opens only in its own place, so the outbox seals them again. The
   * secret of a replaced client is gone. A public client needs none. Otherwise, the client that the server has now asks.
   */
  async #open(account: EndedAccount): Promise<RevocableAccount> {
    const { vault } = this.#deps;
    const { userId, serverId } = account;
    const { acceptsPlainHttp } = compatibilityOf(account.compatibility);
    const { issuedTo, isIssuedToPublic } = account;
    const isReplaced = issuedTo !== null && issuedTo !== account.clientId;
    const publicClient = {
      clientId: issuedTo ?? '',
      sealedClientSecret: null,
      tokenAuthMethod: 'none' as const,
    };
    const canAsk = isReplaced && isIssuedToPublic;
    const stored = { ...account, acceptsPlainHttp, ...(canAsk && publicClient) };
    const issuedToOther = isReplaced && !isIssuedToPublic;
    const places = tokenPlaces(account.id);
    const secret = secretPlace('oauth2_client_secret', serverId);
    const open = async (sealed: string | null, place: Place) =>
      sealed === null ? null : vault.open(sealed, place);
    try {
      const client = await openOAuth2Client(vault, stored, secret);
      const accessToken = await open(account.accessToken, places.accessToken);
      const refreshToken = await open(account.refreshToken, places.refreshToken);
      return { userId, serverId, client, issuedToOther, tokens: { accessToken, refreshToken } };
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      const client = await openOAuth2Client(vault, { ...stored, sealedClientSecret: null }, secret);
      return { userId, serverId, client, tokens: null };
    }
  }
}
