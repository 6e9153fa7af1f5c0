import { McpAuthorizationError } from './failure.js';
import type { Negotiated } from './negotiation.js';
import { JsonRpcError, McpHttpError } from './remote-errors.js';

/**
 * What a failed request says about the session or era that it used. LOST: the server did not process the request, because
 * it no longer knows the session or does not serve the era. SUSPECTED: the next call should negotiate again.
 */
export type Loss = 'LOST' | 'SUSPECTED';

const invalidRequest = -32_600;
const methodNotFound = -32_601;
const unsupportedVersion = -32_022;

/** Errors of the modern era that its servers send with 400. They are answers to the request. */
const modernAnswers: ReadonlySet<number | null> = new Set([-32_020, -32_021, -32_602, -32_603]);

/** Statuses for a request that a server does not process. */
const notServed: ReadonlySet<number> = new Set([400, 404, 405, 406, 410, 415, 501]);

/** Reads a failure. Returns null if it says nothing about the session. */
export function lossOf(
  error: unknown,
  { era, sessionId, isReused }: Pick<Negotiated, 'era' | 'sessionId'> & { isReused: boolean },
): Loss | null {
  if (sessionId !== null && isUnknownSession(error)) return 'LOST';
  if (!isReused) return null;
  if (error instanceof McpAuthorizationError) return error.insufficientScope ? null : 'SUSPECTED';
  if (sessionId !== null) return null;
  if (error instanceof McpHttpError) return notServed.has(error.status) ? 'LOST' : 'SUSPECTED';
  if (!(error instanceof JsonRpcError)) return null;
  if (era === 'MODERN') return isOfOtherEra(error) ? 'LOST' : null;
  // Without a session, a server may have forgotten `initialize`. Some name that by the code for wrong arguments.
  const isRefused = notServed.has(error.httpStatus) || error.code === invalidRequest;
  return isRefused ? 'LOST' : 'SUSPECTED';
}

function isOfOtherEra({ code, httpStatus }: JsonRpcError): boolean {
  if (code === unsupportedVersion || code === methodNotFound) return true;
  return notServed.has(httpStatus) && !modernAnswers.has(code);
}

/** Servers answer 404 for a session that they do not know. Some answer 400, with a message about the session. */
function isUnknownSession(error: unknown): boolean {
  const status = statusOf(error);
  if (status === 404 || status === 410) return true;
  return status === 400 && /session/i.test(textOf(error));
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof McpHttpError) return error.status;
  return error instanceof JsonRpcError ? error.httpStatus : undefined;
}

function textOf(error: unknown): string {
  if (error instanceof McpHttpError) return error.body;
  const message = error instanceof JsonRpcError ? error.remoteMessage : '';
  return typeof message === 'string' ? message : '';
}
