import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../../database/queries.js';
import { deleteInBatches } from '../../database/sweep.js';
import { SwitchboardError, type ErrorCode } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import { describeFailure, type Logger } from '../../log.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { remoteMessage } from '../../text.js';
import { FailureReportSchema, type FailureStep } from './failure-report.entity.js';
import { newReference } from './failure-reference.js';

export interface FailureRecordingDeps {
  em: EntityManager;
  viewer: Viewer;
  log: Logger;
}

/** The operation that failed for the viewer. */
export interface FailedOperation {
  serverId: string;
  step: FailureStep;
}

/**
 * The codes of failures that an administrator can look into. The others tell the user what to do or what is forbidden.
 * An unexpected error is in the log with its request id.
 */
const recorded: ReadonlySet<ErrorCode> = new Set(['UPSTREAM_ERROR', 'DISCOVERY_FAILED']);
/** In a popup, the server's settings and concurrent changes can be the cause too. */
const recordedInPopups: ReadonlySet<ErrorCode> = new Set([...recorded, 'BAD_USER_INPUT', 'CONFLICT']);

/**
 * Stores a failure that an administrator can look into.
 * @returns the error with the report's `reference`. It is the unchanged error if the failure is not for administrators,
 *   or if storing it fails, which must not hide the failure itself.
 */
export async function recordFailure(
  deps: FailureRecordingDeps,
  operation: FailedOperation,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof SwitchboardError) || !isRecorded(error, operation)) return error;
  try {
    const reference = await storeFailure(deps, operation, error);
    return reference === null ? error : error.withReference(reference);
  } catch (failure) {
    deps.log.warn(
      { serverId: operation.serverId, failure: describeFailure(failure) },
      'Failure report not stored',
    );
    return error;
  }
}

function isRecorded({ code, evidence }: SwitchboardError, { step }: FailedOperation): boolean {
  const isPopup = step === 'AUTHORIZATION_REQUEST' || step === 'AUTHORIZATION_RESPONSE';
  // An account that was never connected, or that needs more scopes, has not failed.
  if (code === 'NEEDS_AUTHORIZATION') return evidence !== undefined;
  return (isPopup ? recordedInPopups : recorded).has(code);
}

/**
 * Stores the failure, or counts it if the same one is stored already.
 * @returns its reference, or null if the server has been deleted
 */
async function storeFailure(
  { em, viewer }: FailureRecordingDeps,
  operation: FailedOperation,
  { code, message, evidence = {} }: SwitchboardError,
): Promise<string | null> {
  const step = evidence.step ?? operation.step;
  const { oauth2Error = '', httpStatus = null, suggestedSettings = [] } = evidence;
  // A number in the message, such as seconds to wait, does not make it another failure. Neither does the remote message,
  // which may contain a new id each time.
  const kind = [step, code, oauth2Error, httpStatus, message.replaceAll(/\d+/g, '#')];
  const fingerprint = createHash('sha256').update(JSON.stringify(kind)).digest('base64url');
  const stored = await queries(em.fork(), FailureReportSchema, McpServerConfigSchema)
    .insertInto('FailureReport')
    .columns([
      'reference',
      'serverId',
      'userId',
      'step',
      'code',
      'oauth2Error',
      'httpStatus',
      'message',
      'remoteMessage',
      'suggestedSettings',
      'fingerprint',
      'firstFailedAt',
      'lastFailedAt',
    ])
    .expression((eb) =>
      eb
        .selectFrom('McpServerConfig as s')
        .select([
          eb.val(newReference()).as('reference'),
          's.id',
          eb.cast<string>(eb.val(viewer.userId), 'uuid').as('userId'),
          eb.val(step).as('step'),
          eb.val(code).as('code'),
          eb.val(oauth2Error).as('oauth2Error'),
          eb.cast<number | null>(eb.val(httpStatus), 'integer').as('httpStatus'),
          eb.val(message.slice(0, 1_000)).as('message'),
          eb.val(remoteMessage(evidence.remoteMessage) ?? '').as('remoteMessage'),
          sql`${JSON.stringify(suggestedSettings)}::jsonb`.as('suggestedSettings'),
          eb.val(fingerprint).as('fingerprint'),
          sql<Date>`now()`.as('firstFailedAt'),
          sql<Date>`now()`.as('lastFailedAt'),
        ])
        .where('s.id', '=', operation.serverId)
        .forKeyShare(),
    )
    .onConflict((oc) =>
      oc.columns(['serverId', 'userId', 'fingerprint']).doUpdateSet((eb) => ({
        occurrences: eb('FailureReport.occurrences', '+', 1),
        message: eb.ref('excluded.message'),
        remoteMessage: eb.ref('excluded.remoteMessage'),
        suggestedSettings: eb.ref('excluded.suggestedSettings'),
        lastFailedAt: eb.ref('excluded.lastFailedAt'),
      })),
    )
    .returning('reference')
    .executeTakeFirst();
  return stored?.reference ?? null;
}

/**
 * Deletes the reports of failures that have not happened for 30 days. Any number of processes may run it at once.
 * @returns the number of deleted reports
 */
export function sweepFailureReports(em: EntityManager): Promise<number> {
  return deleteInBatches(em, FailureReportSchema, (reports) =>
    reports.where('lastFailedAt', '<', sql<Date>`now() - interval '30 days'`),
  );
}
