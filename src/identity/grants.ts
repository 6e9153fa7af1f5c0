import type { EntityManager } from '@mikro-orm/postgresql';

/** What became of a revocation at the provider (RFC 7009), in words that may be shown. */
export interface RevocationOutcome {
  revoked: boolean;
  /** null when revoked, or when there was nothing to revoke. */
  revocationError: string | null;
}

/** Grants that are gone here and may still be known to the providers. */
export interface DroppedGrants {
  /** How many people's connections were dropped. */
  count: number;
  /** Revokes them at their providers; call it after the transaction has committed. Never throws. */
  revoke(): Promise<RevocationOutcome>;
}

/**
 * How people and servers, which know nothing of connections, drop the connections that hang on them. Implemented by
 * `connections/`. Call it inside the transaction that holds the row of the user or the server FOR UPDATE: flows go
 * first, then tokens, so that no callback under way can store anything behind its back.
 */
export interface Grants {
  dropForUser(em: EntityManager, userId: string): Promise<DroppedGrants>;
  dropForServer(em: EntityManager, mcpServerConfigId: string): Promise<DroppedGrants>;
  /** Ends the popups under way for this server and keeps its connections: for a server that is only being disabled. */
  cancelFlowsForServer(em: EntityManager, mcpServerConfigId: string): Promise<void>;
  /** How many people a drop for this server would disconnect. */
  countForServer(em: EntityManager, mcpServerConfigId: string): Promise<number>;
}
