import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { SwitchboardError } from '../../errors.js';
import { queries } from '../../database/queries.js';
import { requireAdmin, type Viewer } from '../../identity/viewer.js';
import { byText, byTime, type Order } from '../../paging/order.js';
import { findPage, type CountedPage, type PageRequest } from '../../paging/page.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { FailureReport, FailureReportSchema } from './failure-report.entity.js';
import { readReference } from './failure-reference.js';

/** A failure report with its server's name. */
export type FailureReportRow = Awaited<ReturnType<ReturnType<typeof selectReports>['execute']>>[number];

const latestFirst: Order = {
  list: 'failureReports',
  direction: 'desc',
  keys: [byTime('f.lastFailedAt'), byText(sql.ref('f.reference'))],
};

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
   * Returns a page of the failures of one server or of all servers, newest first.
   * @throws FORBIDDEN unless the viewer is an administrator; BAD_USER_INPUT for a `first` out of bounds or an invalid cursor
   */
  async list(
    serverId: string | null | undefined,
    request: PageRequest,
  ): Promise<CountedPage<FailureReportRow>> {
    requireAdmin(this.#viewer);
    const filter = serverId == null ? {} : { serverId };
    const all = selectReports(this.#em);
    const reports = serverId == null ? all : all.where('f.serverId', '=', serverId);
    return {
      ...(await findPage(reports, latestFirst, request)),
      count: () => this.#em.count(FailureReport, filter),
    };
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
      'f.remoteMessage',
      'f.suggestedSettings',
      'f.occurrences',
      'f.firstFailedAt',
      'f.lastFailedAt',
    ]);
}
