import type { EntityManager } from '@mikro-orm/postgresql';

/** The numbers of token revocations (RFC 7009) that the providers confirmed, that are pending, and that failed for good. */
export interface RevocationOutcome {
  revoked: number;
  pending: number;
  failed: number;
  /** A message for users if some are not revoked. null if all are, or if there was nothing to revoke. */
  error: string | null;
  /** A message for users if the provider leaves the access token of a revoked account valid until it expires. */
  remark: string | null;
}

/** Accounts that were dropped here. Their providers may still accept the tokens. */
export interface DroppedAccounts {
  /** The number of users who were connected. A dropped account that could no longer be used does not count. */
  count: number;
  /**
   * Asks the providers to revoke the tokens. Call it after the transaction has committed. Revocations that they do not
   * confirm within a few seconds are retried in the background. Never throws.
   */
  revoke(): Promise<RevocationOutcome>;
}

/**
 * Drops the accounts of a user or a server. The code of users and servers calls it without an import of `accounts/`, which
 * implements it. Call it inside the transaction that has locked the row of the user or the server FOR UPDATE. It deletes
 * flows first, then accounts, so that no callback in progress can store an account afterwards. It enqueues the
 * revocations in the same transaction, so that they happen even if this process crashes.
 */
export interface AccountEnding {
  dropForUser(tx: EntityManager, userId: string): Promise<DroppedAccounts>;
  dropForServer(tx: EntityManager, serverId: string): Promise<DroppedAccounts>;
  /** Cancels the flows of a server and keeps its accounts. For a server that is being disabled. */
  cancelFlowsForServer(tx: EntityManager, serverId: string): Promise<void>;
  /**
   * Deletes the sessions with a server whose settings change. Call it inside the transaction that has locked the server.
   * Call the returned function after the commit: it ends them on the server, and never throws.
   */
  endSessionsForServer(tx: EntityManager, serverId: string): Promise<() => Promise<void>>;
  /** Returns the number of users that `dropForServer` would disconnect. */
  countForServer(em: EntityManager, serverId: string): Promise<number>;
}
