/**
 * All error codes. `extensions.code` of every GraphQL error is one of these keys. The value is the HTTP status of a page
 * or of a request that fails as a whole.
 */
export const errorCodes = {
  /** The request has no valid session or API token. */
  UNAUTHENTICATED: 401,
  /** The user's role or the token's scope doesn't allow this. */
  FORBIDDEN: 403,
  /** Doesn't exist, or isn't visible to this viewer. Both cases look the same. */
  NOT_FOUND: 404,
  /** Another change came first: a taken slug or id, or a stale `version`. */
  CONFLICT: 409,
  /** The input breaks a rule. `extensions.fields` lists every mistake as `{path, message}`. */
  BAD_USER_INPUT: 400,
  /**
   * The operation selects more fields, for more rows, than one request may. `extensions.cost` is its cost and
   * `extensions.limit` the highest allowed one. Split it into several requests, or select fewer fields or rows.
   */
  QUERY_TOO_EXPENSIVE: 400,
  /**
   * OAuth discovery or registration failed. `extensions.steps` lists what was tried. `layer` is where it failed,
   * `responsibleParty` who can fix it, and `remedy` what to do. `suggestedSettings` lists compatibility settings that would
   * avoid the failure, as `{setting, lessSafe}`.
   */
  DISCOVERY_FAILED: 502,
  /** The viewer must connect their account at this server, or connect it again. */
  NEEDS_AUTHORIZATION: 401,
  /** The remote server's response can't be used. */
  UPSTREAM_ERROR: 502,
  /** Too many requests at once. The same request may be sent again later. */
  RATE_LIMITED: 429,
  /**
   * The database doesn't answer. Stored data is safe, but a mutation may or may not have been carried out. Send the same
   * request again after a few seconds.
   */
  DATABASE_UNAVAILABLE: 503,
  /** An unexpected error. The message is masked. The log has the same `extensions.requestId`. */
  INTERNAL_SERVER_ERROR: 500,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** One broken rule. `path` is the argument or the field of `input`, dotted and indexed: `customHeaders[1].name`. */
export interface FieldMistake {
  path: string;
  message: string;
}

/**
 * An error that the caller may read: its message is Switchboard's own and never contains text of a remote server.
 * Every other error is masked in responses. `graphql/` turns it into a GraphQL error.
 */
export class SwitchboardError extends Error {
  override readonly name = 'SwitchboardError';

  /**
   * @param details facts for programs: `fields`, `connectUrl`, `reference` and so on
   * @param evidence facts for the administrator who looks the failure up. No response contains them.
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

/** A compatibility setting that is suggested or active. */
export interface CompatibilitySetting {
  /** A member of `oauth2Compatibility` with its value, as in GraphQL: `pkce: ASSUME_S256`. */
  setting: string;
  /** The reason why the setting is less safe. */
  lessSafe: string;
}

/** Facts about a failure that the user doesn't see. Never text of a remote server, never a secret. */
export interface FailureEvidence {
  /** The step that failed, where the operation has several. */
  step?: 'TOKEN_REQUEST' | 'REFRESH';
  /** The remote server's HTTP status. */
  httpStatus?: number | undefined;
  /** The provider's error code, if it is registered (RFC 6749 and its extensions). */
  oauth2Error?: string | undefined;
  /** Compatibility settings that would avoid the failure. */
  suggestedSettings?: readonly CompatibilitySetting[];
}

/** Returns BAD_USER_INPUT with every mistake. The list must not be empty. */
export function badUserInput(fields: readonly FieldMistake[]): SwitchboardError {
  const summary = fields.map(({ path, message }) => `${path}: ${message}`).join(' ');
  return new SwitchboardError('BAD_USER_INPUT', summary, { fields });
}
