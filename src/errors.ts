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
 * An error that the caller may read: its message is Switchboard's own and never carries text of a remote server.
 * Every other error is masked before it leaves. `graphql/` turns it into a GraphQL error.
 */
export class SwitchboardError extends Error {
  override readonly name = 'SwitchboardError';

  /**
   * @param details what goes with the code, for programs: `fields`, `connectUrl`, `reference` and so on
   * @param evidence for the administrator who looks the failure up; no answer contains it
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly evidence?: FailureEvidence,
  ) {
    super(message);
  }

  /** The reference of the stored failure report, if there is one. */
  get reference(): string | undefined {
    const { reference } = this.details;
    return typeof reference === 'string' ? reference : undefined;
  }

  /** Returns the same error with a reference in its details. */
  withReference(reference: string): SwitchboardError {
    return new SwitchboardError(this.code, this.message, { ...this.details, reference }, this.evidence);
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
