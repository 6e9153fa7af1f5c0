import { SwitchboardError } from '../errors.js';

/** Seconds after which a client may try again when the database doesn't answer. */
export const outageRetrySeconds = 5;

/** Returns the error for a request that met a database outage. */
export function databaseUnavailable(): SwitchboardError {
  return new SwitchboardError(
    'DATABASE_UNAVAILABLE',
    "The database isn't answering. Try again in a few seconds. If you were changing something, check first whether it was saved.",
  );
}

/** SQLSTATE classes and codes of an unavailable server, and the system's codes of an unreachable one. */
const outageCodes =
  /^(08...|57P0[1-5]|53300|3D000|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)$/;

/** Messages of the driver, without a code, for a connection that is lost or not available in time. */
const outageMessages =
  /^(Connection terminated|Query read timeout$|timeout exceeded when trying to connect$|Client has encountered a connection error)/;

/** Returns true for the database driver's errors about a database that is unreachable or doesn't answer in time. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  // A code counts only from the database: an unreachable provider has the same ones.
  const isDriversOwn = /Exception$|DatabaseError$/.test(error.constructor.name);
  return outageMessages.test(error.message) || (isDriversOwn && outageCodes.test(String(code)));
}
