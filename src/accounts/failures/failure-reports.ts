import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError, badUserInput } from '../../errors.js';
import { queries } from '../../database/queries.js';
import { requireAdmin, type Viewer } from '../../identity/viewer.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { FailureReportSchema } from './failure-report.entity.js';
import { readReference } from './failure-reference.js';

/** A failure report with its server's name. */
export type FailureReportRow = Awaited<ReturnType<ReturnType<typeof selectReports>['execute']>>[number];

/** The longest list that a query returns. */
const maxFailures = 200;

/** Reads the failure reports of the last 30 days, for administrators. */
export class FailureReports {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor({ em, viewer }: { em: EntityManager; viewer: Viewer }) {
    this.#em = em;
    this.#viewer = viewer;
  }

  /**
   * Returns the report with this reference, in any spelling that `readReference` accepts.
   * @throws FORBIDDEN unless the viewer is an administrator; NOT_FOUND
   */
  async get(reference: string): Promise<FailureReportRow> {
    requireAdmin(this.#viewer);
    const row = await selectReports(this.#em)
      .where('f.reference', '=', readReference(reference))
      .executeTakeFirst();
    if (row) return row;
    throw new SwitchboardError(
      'NOT_FOUND',
      'No failure has this reference. Check the reference. Failures are kept for 30 days.',
    );
  }

  /**
   * Returns the latest failures of one server or of all servers, newest first.
   * @throws FORBIDDEN unless the viewer is an administrator; BAD_USER_INPUT for a `first` out of bounds
   */
  async list(serverId: string | null | undefined, first: number): Promise<FailureReportRow[]> {
    requireAdmin(this.#viewer);
    if (first < 1 || first > maxFailures) {
      throw badUserInput([{ path: 'first', message: `must be between 1 and ${maxFailures}` }]);
    }
    const reports = selectReports(this.#em);
    return (serverId == null ? reports : reports.where('f.serverId', '=', serverId))
      .orderBy('f.lastFailedAt', 'desc')
      .orderBy('f.reference')
      .limit(first)
      .execute();
  }
}

function selectReports(em: EntityManager) {
  return queries(em, FailureReportSchema, McpServerConfigSchema)
    .selectFrom('FailureReport as f')
    .innerJoin('McpServerConfig as s', 's.id', 'f.serverId')
    .select([
      'f.reference',
      'f.serverId',
      's.displayName as serverName',
      'f.userId',
      'f.step',
      'f.code',
      'f.oauth2Error',
      'f.httpStatus',
      'f.message',
      'f.suggestedSettings',
      'f.occurrences',
      'f.firstFailedAt',
      'f.lastFailedAt',
    ]);
}
