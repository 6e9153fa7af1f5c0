import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../../database/queries.js';
import { SwitchboardError, type ErrorCode } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import { describeFailure, type Logger } from '../../log.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { FailureReportSchema, type FailureStep } from './failure-report.entity.js';
import { newReference } from './failure-reference.js';

export interface FailureRecordingDeps {
  em: EntityManager;
  viewer: Viewer;
  log: Logger;
}

/** What was being done for the viewer. */
export interface Attempt {
  serverId: string;
  step: FailureStep;
}

/**
 * Refusals that say what the person has to do themselves, or that they may not, are not an administrator's business;
 * what nobody foresaw has its request id in the log.
 */
const recorded: ReadonlySet<ErrorCode> = new Set(['UPSTREAM_ERROR', 'DISCOVERY_FAILED']);
/** In a popup also what is wrong with the server's settings, and what was changed meanwhile. */
const recordedOfPopups: ReadonlySet<ErrorCode> = new Set([...recorded, 'BAD_USER_INPUT', 'CONFLICT']);

/**
 * The same failure with a reference in its extensions, under which an administrator finds what is known of it. It
 * comes back as it was when it is none to be looked up, and when it cannot be stored: that must not hide it.
 */
export async function withReference(
  deps: FailureRecordingDeps,
  attempt: Attempt,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof SwitchboardError) || !isRecorded(error, attempt)) return error;
  try {
    const reference = await storeFailure(deps, attempt, error);
    return reference === null ? error : error.withReference(reference);
  } catch (failure) {
    deps.log.warn(
      { serverId: attempt.serverId, failure: describeFailure(failure) },
      'A failed connection could not be stored for its administrator.',
    );
    return error;
  }
}

function isRecorded({ code, evidence }: SwitchboardError, { step }: Attempt): boolean {
  const isPopup = step === 'AUTHORIZATION_REQUEST' || step === 'AUTHORIZATION_RESPONSE';
  // A connection that was not made yet, or has to grant more, is none that failed.
  if (code === 'NEEDS_AUTHORIZATION') return evidence !== undefined;
  return (isPopup ? recordedOfPopups : recorded).has(code);
}

/**
 * Stores the failure, or counts it if the same one is stored already.
 * @returns its reference, or null if the server has been deleted
 */
async function storeFailure(
  { em, viewer }: FailureRecordingDeps,
  attempt: Attempt,
  { code, message, evidence = {} }: SwitchboardError,
): Promise<string | null> {
  const step = evidence.step ?? attempt.step;
  const { oauth2Error = '', httpStatus = null, suggestedSettings = [] } = evidence;
  // A number in the message, such as seconds to wait, does not make it another failure.
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
          sql`${JSON.stringify(suggestedSettings)}::jsonb`.as('suggestedSettings'),
          eb.val(fingerprint).as('fingerprint'),
          sql<Date>`now()`.as('firstFailedAt'),
          sql<Date>`now()`.as('lastFailedAt'),
        ])
        .where('s.id', '=', attempt.serverId)
        .forKeyShare(),
    )
    .onConflict((oc) =>
      oc.columns(['serverId', 'userId', 'fingerprint']).doUpdateSet((eb) => ({
        occurrences: eb('FailureReport.occurrences', '+', 1),
        message: eb.ref('excluded.message'),
        suggestedSettings: eb.ref('excluded.suggestedSettings'),
        lastFailedAt: eb.ref('excluded.lastFailedAt'),
      })),
    )
    .returning('reference')
    .executeTakeFirst();
  return stored?.reference ?? null;
}

/**
 * Deletes the failures that have not happened again for 30 days, for everybody: it works without a viewer, and any
 * number of processes may run it at once.
 * @returns how many went.
 */
export async function sweepFailureReports(em: EntityManager): Promise<number> {
  const rows = await em.fork().execute<unknown[]>(
    `delete from connection_failures where reference in (
       select reference from connection_failures where last_failed_at < now() - interval '30 days'
       for update skip locked)
     returning reference`,
  );
  return rows.length;
}
