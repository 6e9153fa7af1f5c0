import { GraphQLError } from 'graphql';

/**
 * The one table of error codes. `extensions.code` of every GraphQL error is one of these keys; the value is the
 * HTTP status that a page or a whole-request failure answers with.
 */
export const errorCodes = {
  /** No valid session or API token came with the request. */
  UNAUTHENTICATED: 401,
  /** Signed in, but this role or this token's scope may not do it. */
  FORBIDDEN: 403,
  /** Does not exist, or is not for this viewer: the two are never told apart. */
  NOT_FOUND: 404,
  /** Somebody else was first: a taken slug or id, or a stale `version`. */
  CONFLICT: 409,
  /** The input breaks a rule; `extensions.fields` lists every mistake as `{path, message}`. */
  BAD_USER_INPUT: 400,
  /**
   * OAuth discovery or registration found no way: `extensions.steps` says what was tried, `layer` where it failed,
   * `responsibleParty` whose turn it is, and `remedy` what to do; `suggestedSettings` lists what could be relaxed for the server instead, as
   * `{setting, lessSafe}`.
   */
  DISCOVERY_FAILED: 502,
  /** The viewer's account at this server has to be connected (again). */
  NEEDS_AUTHORIZATION: 401,
  /** The remote side answered, but not usably. */
  UPSTREAM_ERROR: 502,
  /** Too much at once; the same request may be sent again later. */
  RATE_LIMITED: 429,
  /**
   * The database does not answer. What is stored is not lost; whether this mutation was carried out is not known. The
   * same request may be sent again in some seconds.
   */
  DATABASE_UNAVAILABLE: 503,
  /** Unforeseen. The message is masked; `extensions.requestId` is in the log too. */
  INTERNAL_SERVER_ERROR: 500,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** One broken rule. `path` names the input field, dotted and indexed: `customHeaders[1].name`. */
export interface FieldMistake {
  path: string;
  message: string;
}

/**
 * A failure that the caller is meant to read. Its message is written by us, for people, and never carries text of a
 * remote side; everything that is not a `SwitchboardError` is masked before it leaves.
 */
export class SwitchboardError extends GraphQLError {
  readonly code: ErrorCode;
  /** For the administrator who looks the failure up; it is in no answer. */
  readonly evidence: FailureEvidence | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    extensions: Record<string, unknown> = {},
    evidence?: FailureEvidence,
  ) {
    super(message, { extensions: { ...extensions, code } });
    this.name = 'SwitchboardError';
    this.code = code;
    this.evidence = evidence;
  }

  /** What an administrator looks this failure up by, if it was stored. */
  get reference(): string | undefined {
    const { reference } = this.extensions;
    return typeof reference === 'string' ? reference : undefined;
  }

  /** The same failure, with `extensions.reference`: what an administrator looks it up by. */
  withReference(reference: string): SwitchboardError {
    return new SwitchboardError(this.code, this.message, { ...this.extensions, reference }, this.evidence);
  }
}

/** A rule that an administrator can relax for a server, or has relaxed. */
export interface CompatibilitySetting {
  /** Members of `oauth2Compatibility`, as they are written in GraphQL: `pkce: ASSUME_S256`. */
  setting: string;
  /** Why it is less safe. */
  lessSafe: string;
}

/** Facts about a failure that the person concerned is not told. Never text of a remote side, never a secret. */
export interface FailureEvidence {
  /** What failed, where the operation alone does not tell. */
  step?: 'TOKEN_REQUEST' | 'REFRESH';
  /** What the remote side answered. */
  httpStatus?: number | undefined;
  /** The provider's error code, if it is a registered one. */
  oauth2Error?: string | undefined;
  /** What could be relaxed for the server, so that it would not fail. */
  suggestedSettings?: readonly CompatibilitySetting[];
}

/** BAD_USER_INPUT with every mistake at once. @throws never called with an empty list. */
export function badUserInput(fields: readonly FieldMistake[]): SwitchboardError {
  const summary = fields.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new SwitchboardError('BAD_USER_INPUT', summary, { fields });
}

/** How long whoever met a database that does not answer is asked to wait, in seconds. */
export const outageRetrySeconds = 5;

export function databaseUnavailable(): SwitchboardError {
  return new SwitchboardError(
    'DATABASE_UNAVAILABLE',
    'The database does not answer at the moment. Try again in a few seconds. If you were changing something, look first whether it was done.',
  );
}

/** SQLSTATE classes and codes of a server that is not there for us, and the system's of one that cannot be reached. */
const outageCodes =
  /^(08...|57P0[1-5]|53300|3D000|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)$/;

/** What the driver fails with, without any code, when a connection is lost, or not had in time. */
const outageMessages =
  /^(Connection terminated|Query read timeout$|timeout exceeded when trying to connect$|Client has encountered a connection error)/;

/** Whether this is the database driver's way of saying that the database cannot be reached or does not answer in time. */
export function isDatabaseOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  // A code counts only from the database: a provider that cannot be reached has the same ones.
  const isDriversOwn = /Exception$|DatabaseError$/.test(error.constructor.name);
  return outageMessages.test(error.message) || (isDriversOwn && outageCodes.test(String(code)));
}
