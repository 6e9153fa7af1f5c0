import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError, badUserInput, type CompatibilitySetting } from '../../errors.js';
import { requireAdmin, type Viewer } from '../../identity/viewer.js';
import type { FailureStep } from './failure-report.entity.js';
import { readReference } from './failure-reference.js';

/** A failure as an administrator reads it. */
export interface FailureReportRow {
  reference: string;
  serverId: string;
  serverName: string;
  userId: string;
  step: FailureStep;
  code: string;
  oauth2Error: string;
  httpStatus: number | null;
  message: string;
  suggestedSettings: readonly CompatibilitySetting[];
  occurrences: number;
  firstFailedAt: Date;
  lastFailedAt: Date;
}

/** Longest list that is answered. */
export const maxFailures = 200;

/** What went wrong with people's connections in the last 30 days, for administrators. Only ever reads. */
export class FailureReports {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor({ em, viewer }: { em: EntityManager; viewer: Viewer }) {
    this.#em = em;
    this.#viewer = viewer;
  }

  /**
   * The failure that somebody has the reference of.
   * @throws FORBIDDEN for anybody but administrators; NOT_FOUND
   */
  async get(reference: string): Promise<FailureReportRow> {
    requireAdmin(this.#viewer);
    const [row] = await this.#select('f.reference = ?', [readReference(reference)], 1);
    if (row) return row;
    throw new SwitchboardError(
      'NOT_FOUND',
      'There is no failure with this reference. They are kept for 30 days; check the reference.',
    );
  }

  /**
   * The latest failures, of one server or of all, newest first.
   * @throws FORBIDDEN for anybody but administrators; BAD_USER_INPUT for a `first` out of bounds
   */
  async list(serverId: string | null, first: number): Promise<FailureReportRow[]> {
    requireAdmin(this.#viewer);
    if (first < 1 || first > maxFailures) {
      throw badUserInput([{ path: 'first', message: `must be between 1 and ${maxFailures}` }]);
    }
    return serverId == null
      ? this.#select('true', [], first)
      : this.#select('f.mcp_server_config_id = ?', [serverId], first);
  }

  async #select(condition: string, values: readonly unknown[], limit: number): Promise<FailureReportRow[]> {
    const rows = await this.#em.execute<FailureReportRow[]>(
      `select f.reference, f.mcp_server_config_id as "serverId", c.display_name as "serverName",
         f.user_id as "userId", f.step, f.code, f.oauth2_error as "oauth2Error", f.http_status as "httpStatus",
         f.message, f.suggested_settings as "suggestedSettings", f.occurrences, f.first_failed_at as "firstFailedAt", f.last_failed_at as "lastFailedAt"
       from connection_failures f join mcp_server_configs c on c.id = f.mcp_server_config_id
       where ${condition} order by f.last_failed_at desc, f.reference limit ?`,
      [...values, limit],
    );
    for (const row of rows) {
      // The driver hands times over as text.
      row.firstFailedAt = new Date(row.firstFailedAt);
      row.lastFailedAt = new Date(row.lastFailedAt);
    }
    return rows;
  }
}
