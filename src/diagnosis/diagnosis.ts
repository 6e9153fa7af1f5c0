import type { Verdict } from '../oauth2/requests/client-check.js';
import type { DiscoveryStep } from '../oauth2/discovery/discovery-log.js';

export type { Verdict } from '../oauth2/requests/client-check.js';

/** One thing that was looked at: facts and our own words. */
export interface DiagnosisStep extends Omit<DiscoveryStep, 'outcome'> {
  outcome: DiscoveryStep['outcome'] | 'SKIPPED';
}

/** What was found on the way to a server. It is stored as it is, so it holds no secret and nothing of a remote body. */
export interface Diagnosis {
  /** By the database's clock, as an ISO 8601 date; for an address that is no server's here, by this process's. */
  startedAt: string;
  durationMs: number;
  /** The MCP endpoint, as it was then. */
  url: string;
  /** The server's `version` then; null for an address that is no server's here. */
  version: number | null;
  /** In order; after the one that failed, nothing else was tried. */
  steps: DiagnosisStep[];
  /** null: nothing failed. */
  failure: Verdict | null;
}
