import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError, type ErrorCode } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import { describeFailure, type Logger } from '../../log.js';
import type { FailureStep } from './failure-report.entity.js';
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

/** @returns null when the server is gone. */
async function storeFailure(
  { em, viewer }: FailureRecordingDeps,
  attempt: Attempt,
  { code, message, evidence = {} }: SwitchboardError,
): Promise<string | null> {
  const step = evidence.step ?? attempt.step;
  const { oauth2Error = '', httpStatus = null, suggestedSettings = [] } = evidence;
  // Numbers in a sentence (how long to wait) do not make it another failure.
  const kind = [step, code, oauth2Error, httpStatus, message.replaceAll(/\d+/g, '#')];
  const fingerprint = createHash('sha256').update(JSON.stringify(kind)).digest('base64url');
  const [stored] = await em.fork().execute<{ reference: string }[]>(
    `insert into connection_failures as f (reference, mcp_server_config_id, user_id, step, code, oauth2_error,
       http_status, message, suggested_settings, fingerprint, first_failed_at, last_failed_at)
     select ?, c.id, ?, ?, ?, ?, ?::int, ?, ?::jsonb, ?, now(), now() from mcp_server_configs c where c.id = ? for key share
     on conflict (mcp_server_config_id, user_id, fingerprint) do update
       set occurrences = f.occurrences + 1, message = excluded.message, suggested_settings = excluded.suggested_settings,
         last_failed_at = excluded.last_failed_at
     returning f.reference`,
    [
      newReference(),
      viewer.userId,
      step,
      code,
      oauth2Error,
      httpStatus,
      message.slice(0, 1_000),
      JSON.stringify(suggestedSettings),
      fingerprint,
      attempt.serverId,
    ],
  );
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
