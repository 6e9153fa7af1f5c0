import type { Transport } from '../servers/store/mcp-server-config.entity.js';
import type { ReadableFailure, ReadableStep } from '../servers/settings/oauth2-failures.js';

/** The first failure of a diagnosis: the layer, the responsible party, what failed and how to fix it. */
export type DiagnosisFailure = ReadableFailure;

/** One check of a diagnosis. Its `detail` may quote bounded plain text of the remote side. */
export interface DiagnosisStep extends Omit<ReadableStep, 'outcome'> {
  outcome: ReadableStep['outcome'] | 'SKIPPED';
}

/** The result of a diagnosis. It is stored, so it contains no secret, and of a remote side bounded plain text only. */
export interface Diagnosis {
  /** ISO 8601, by the database's clock; for a URL without a stored server, by this process's clock. */
  startedAt: string;
  durationMs: number;
  /** The MCP endpoint at that time. */
  url: string;
  /** The transport that the server speaks, as far as it answers without a token. Absent or null if it is not known. */
  transport?: Transport | null;
  /** The server's `version` at that time; null for a URL without a stored server. */
  version: number | null;
  /** In order. After a step that failed, other locations may have been tried. */
  steps: DiagnosisStep[];
  /** null if no step failed. */
  failure: DiagnosisFailure | null;
}
