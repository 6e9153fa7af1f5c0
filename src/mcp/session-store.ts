import type { Negotiated } from './negotiation.js';

/** The result of an earlier negotiation. */
export type StoredNegotiation = Omit<Negotiated, 'serverCapabilities'>;

/**
 * Stores what one user has negotiated with one server, so that later calls in any process need no handshake. It belongs
 * to one call.
 */
export interface SessionStore {
  /**
   * Returns what is stored; else LEASED, the right to store a negotiation, for which other calls wait; else null, if the
   * wait takes too long. The caller then negotiates for itself.
   */
  take(signal: AbortSignal): Promise<StoredNegotiation | 'LEASED' | null>;
  /** Stores a negotiation under the lease. Returns false if no other call may use it. */
  keep(negotiated: StoredNegotiation): Promise<boolean>;
  /** Releases the lease without a negotiation. */
  release(): Promise<void>;
  /** Deletes what `take` has returned or `keep` has stored, unless it was replaced. */
  forget(): Promise<void>;
}
