import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * What became of revocations at the providers (RFC 7009), counted: confirmed, still being asked for, and those that the
 * provider will never confirm.
 */
export interface RevocationOutcome {
  revoked: number;
  pending: number;
  failed: number;
  /** Why some are not revoked, in words that may be shown; null when all are, or when there was nothing to revoke. */
  error: string | null;
}

/** Grants that are gone here and may still be known to the providers. */
export interface DroppedAccounts {
  /** How many people's connections were dropped. */
  count: number;
  /**
   * Asks the providers at once to revoke them; call it after the transaction has committed. What they do not confirm
   * within a few seconds is asked for until they do. Never throws.
   */
  revoke(): Promise<RevocationOutcome>;
}

/**
 * How people and servers, which know nothing of connections, drop the connections that hang on them. Implemented by
 * `connections/`. Call it inside the transaction that holds the row of the user or the server FOR UPDATE: flows go
 * first, then tokens, so that no callback under way can store anything behind its back. What is to be revoked is put down
 * in the same transaction, so that it happens whatever becomes of this process.
 */
export interface AccountEnding {
  dropForUser(em: EntityManager, userId: string): Promise<DroppedAccounts>;
  dropForServer(em: EntityManager, serverId: string): Promise<DroppedAccounts>;
  /**
   * The same for a client that its provider has forgotten; but the people see of their connections that they have to
   * connect again.
   */
  endForServer(em: EntityManager, serverId: string): Promise<DroppedAccounts>;
  /** Ends the popups under way for this server and keeps its connections: for a server that is only being disabled. */
  cancelFlowsForServer(em: EntityManager, serverId: string): Promise<void>;
  /** How many people a drop for this server would disconnect. */
  countForServer(em: EntityManager, serverId: string): Promise<number>;
}
