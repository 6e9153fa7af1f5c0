import { maxMessageLength, maxMistakes } from './input-limits.js';
import { shorten } from './text.js';

/**
 * The members of a GraphQL error's `extensions` next to `code`, with their descriptions. `ErrorExtensions` of the schema
 * and docs/errors.md are generated from this table and the next one.
 */
export const errorMembers = {
  fields: 'The mistakes of the input by its fields, 50 at most.',
  reference: 'The reference of the failure report. Administrators pass it to `failureReport`.',
  connectUrl: 'The page that connects the account. Open it in a browser.',
  steps: 'The steps of the discovery, in order.',
  layer: 'The layer that the discovery failed at.',
  responsibleParty: 'The party that can fix the failure.',
  remedy: 'What the responsible party does to fix the failure.',
  suggestedSettings: 'Compatibility settings that would avoid the failure.',
  suggestedAuthType: 'The auth type that the server probably needs.',
  suggestedUrl: 'The address of the MCP server that the entered one redirects to.',
  cost: 'The cost of the operation: its fields times their expected rows.',
  limit: 'The highest cost of one operation.',
  requestId: 'The id of the request in the log.',
  jsonRpcError:
    'The JSON-RPC error with which the MCP server answered `callMcpServerTool`. It is untrusted content of the server.',
  elicitations: 'The pages that the user must open before the tool can run, 10 at most.',
} as const;

export type ErrorMember = keyof typeof errorMembers;

/** The documentation of an error code. */
export interface ErrorDocumentation {
  /** The HTTP status of a page, or of a request that fails as a whole. */
  status: number;
  meaning: string;
  /** The party that can fix the cause. */
  fixedBy: string;
  /** The client's reaction. */
  client: string;
  /** Members that an operation's error has, always or sometimes. It has no other members. */
  members: Partial<Record<ErrorMember, 'ALWAYS' | 'SOMETIMES'>>;
}

/** All error codes. `extensions.code` of every GraphQL error is one of these keys. */
export const errorCodes = {
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'The request has no valid session or API token.',
    fixedBy: 'The user',
    client: 'Sign in again, or send another API token.',
    members: {},
  },
  FORBIDDEN: {
    status: 403,
    meaning: 'The user’s role or the token’s scope doesn’t allow this, or the server’s lists deny the tool.',
    fixedBy: 'An administrator',
    client: 'Hide the operation from this user, or send an API token with a wider scope.',
    members: {},
  },
  NOT_FOUND: {
    status: 404,
    meaning: 'The object doesn’t exist, or this viewer may not see it. Both cases look the same.',
    fixedBy: 'The client',
    client: 'Remove the object from view, and read the list again.',
    members: {},
  },
  CONFLICT: {
    status: 409,
    meaning: 'Another change came first, or a rule about several objects forbids this one.',
    fixedBy: 'The user',
    client: 'Show the message at the fields. For `version`, read the object again and repeat the change.',
    members: { fields: 'ALWAYS' },
  },
  BAD_USER_INPUT: {
    status: 400,
    meaning: 'The input breaks a rule, or the document isn’t valid for the schema.',
    fixedBy: 'The user or the client',
    client: 'Show each message at its field. Do not send the same request again.',
    members: { fields: 'SOMETIMES' },
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning: 'This process doesn’t know the text of the persisted query with this hash.',
    fixedBy: 'The client',
    client: 'Send the hash together with the text. Clients that support automatic persisted queries do so.',
    members: {},
  },
  QUERY_TOO_EXPENSIVE: {
    status: 400,
    meaning: 'The operation selects more fields, for more rows, than one request may.',
    fixedBy: 'The client',
    client: 'Split the operation into several requests, or select fewer fields or rows.',
    members: { cost: 'SOMETIMES', limit: 'ALWAYS' },
  },
  DISCOVERY_FAILED: {
    status: 502,
    meaning: 'OAuth discovery or client registration failed.',
    fixedBy: 'The responsible party in `responsibleParty`',
    client: 'Show the message and `remedy`. Offer `suggestedSettings` to administrators.',
    members: {
      steps: 'ALWAYS',
      layer: 'ALWAYS',
      responsibleParty: 'ALWAYS',
      remedy: 'ALWAYS',
      suggestedSettings: 'SOMETIMES',
      suggestedAuthType: 'SOMETIMES',
      suggestedUrl: 'SOMETIMES',
      reference: 'SOMETIMES',
    },
  },
  NEEDS_AUTHORIZATION: {
    status: 401,
    meaning: 'The viewer must connect their account at this server, or connect it again.',
    fixedBy: 'The user',
    client: 'Offer a button that opens `connectUrl`. Repeat the operation afterwards.',
    members: { connectUrl: 'ALWAYS', reference: 'SOMETIMES' },
  },
  UPSTREAM_ERROR: {
    status: 502,
    meaning: 'The remote server’s response can’t be used, or no response arrived.',
    fixedBy: 'The operator of the remote server, or an administrator',
    client:
      'Show the message and `reference`. A mutation may have had an effect at the remote server. A model can correct its tool call by `jsonRpcError`.',
    members: { reference: 'SOMETIMES', jsonRpcError: 'SOMETIMES' },
  },
  URL_ELICITATION_REQUIRED: {
    status: 403,
    meaning: 'The tool runs only after the user has opened a page, for example of a payment or a consent.',
    fixedBy: 'The user',
    client:
      'Show the host of each URL in `elicitations`, and open it if the user agrees. Then call the tool again.',
    members: { elicitations: 'ALWAYS', jsonRpcError: 'ALWAYS' },
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'There are too many requests.',
    fixedBy: 'The client',
    client: 'Send the same request again later, after the seconds in `Retry-After` if the response has it.',
    members: {},
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    meaning: 'The database doesn’t answer. Stored data is safe.',
    fixedBy: 'An administrator',
    client:
      'Send the same request again after a few seconds. Check first whether a mutation was carried out.',
    members: {},
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'An unexpected error. The message is masked.',
    fixedBy: 'An administrator, with the log',
    client: 'Show `requestId`, so that the user can give it to an administrator.',
    members: { requestId: 'ALWAYS' },
  },
} as const satisfies Record<string, ErrorDocumentation>;

export type ErrorCode = keyof typeof errorCodes;

/** Facts about an error for programs: the members of `extensions` next to `code`. */
export interface ErrorDetails extends Readonly<Partial<Record<ErrorMember, unknown>>> {
  readonly fields?: readonly FieldMistake[];
  readonly reference?: string;
}

/** A mistake in one field of the input. */
export interface FieldMistake {
  /** The field, dotted and indexed: `customHeaders[1].name`. GraphQL's errors begin with the name of the argument. */
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
   * @param details the members of GraphQL's `extensions` that `errorCodes` lists for the code
   * @param evidence facts for the administrator who looks the failure up. No response contains them.
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    readonly evidence?: FailureEvidence,
  ) {
    super(message);
  }

  /** The reference of the stored failure report, if there is one. */
  get reference(): string | undefined {
    return this.details.reference;
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

/** Facts about a failure that the user doesn't see. Never a secret. Only `remoteMessage` is text of a remote server. */
export interface FailureEvidence {
  /** The step that failed, where the operation has several. */
  step?: 'TOKEN_REQUEST' | 'REFRESH';
  /** The remote server's HTTP status. */
  httpStatus?: number | undefined;
  /** The provider's error code, if it is registered (RFC 6749 and its extensions). */
  oauth2Error?: string | undefined;
  /**
   * The remote server's description of the failure, for administrators only: `error_description` of OAuth 2.0, or the
   * message of a JSON-RPC error. Make it with `remoteMessage` of text.ts.
   */
  remoteMessage?: string | undefined;
  /** Compatibility settings that would avoid the failure. */
  suggestedSettings?: readonly CompatibilitySetting[];
  /** The user can repeat the operation with success. By default, the error's code decides. */
  canTryAgain?: boolean;
}

/** Returns BAD_USER_INPUT with the mistakes, `maxMistakes` at most. The list must not be empty. */
export function badUserInput(mistakes: readonly FieldMistake[]): SwitchboardError {
  const fields = mistakes
    .slice(0, maxMistakes)
    .map(({ path, message }) => ({ path: shortMessage(path), message: shortMessage(message) }));
  const summary = fields.map(({ path, message }) => `${path}: ${message}`).join(' ');
  return new SwitchboardError('BAD_USER_INPUT', shortMessage(summary), { fields });
}

/** Returns at most `maxMessageLength` characters of an error's message. */
export function shortMessage(message: string): string {
  return shorten(message, maxMessageLength);
}

/** Returns CONFLICT with the fields that can't have their values, and a message that explains them all. */
export function conflict(message: string, ...paths: [string, ...string[]]): SwitchboardError {
  return new SwitchboardError('CONFLICT', message, { fields: paths.map((path) => ({ path, message })) });
}
