import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';
import { OutboundError } from '../../net/guarded-fetch.js';
import type { JsonObject } from '../json.js';
import { ProviderError } from '../report/failure.js';
import { mayBeBearer } from './quirks.js';

/** A failed request to a token or revocation endpoint. */
export type RequestFailure =
  /** The endpoint's URL is not secure, so nothing was sent, or the issued token cannot be used. */
  | { kind: 'UNUSABLE'; message: string }
  /** No complete response came. */
  | { kind: 'UNREACHABLE'; error: OutboundError }
  /** 429 or 5xx. `error` is the error code beside it, which does not count as a definite refusal. */
  | ({ kind: 'UNAVAILABLE' } & ErrorResponse)
  /** An error response (RFC 6749 section 5.2). */
  | ({ kind: 'REFUSED' } & ErrorResponse)
  /** A token response with another type than Bearer. An administrator may declare the type to be Bearer. */
  | { kind: 'UNSUPPORTED_TOKEN_TYPE'; mayBeBearer: boolean }
  /** Any other response. `status` is undefined if it is not known. */
  | { kind: 'MALFORMED'; status: number | undefined; accessToken?: 'MISSING' | 'NESTED' };

interface ErrorResponse {
  status: number;
  /** Undefined for a code that is not registered. */
  error: string | undefined;
  /** `error_description`, as it came. Pass it through `remoteMessage` of text.ts, and show it to administrators only. */
  description: string | undefined;
  retryAfter: number | null;
}

/** Classifies an error from a token or revocation request. */
export function classifyFailure(error: unknown): RequestFailure {
  if (error instanceof ProviderError) return { kind: 'UNUSABLE', message: error.message };
  const outbound = outboundErrorIn(error);
  if (outbound) return { kind: 'UNREACHABLE', error: outbound };
  if (error instanceof ClientError && error.code === 'OAUTH_UNSUPPORTED_OPERATION') {
    return { kind: 'UNSUPPORTED_TOKEN_TYPE', mayBeBearer: mayBeBearer(documentIn(error)?.token_type) };
  }
  const document = documentIn(error);
  if (document && document.access_token === undefined) {
    return { kind: 'MALFORMED', status: 200, accessToken: isNested(document) ? 'NESTED' : 'MISSING' };
  }
  const response = responseIn(error);
  if (!response) return { kind: 'MALFORMED', status: undefined };
  const { status } = response;
  const facts = {
    status,
    error: errorCodeOf(error),
    description: descriptionOf(error),
    retryAfter: retryAfterSeconds(response.headers),
  };
  if (status === 429 || status >= 500) return { kind: 'UNAVAILABLE', ...facts };
  const isRefusal = error instanceof ResponseBodyError || error instanceof WWWAuthenticateChallengeError;
  return isRefusal ? { kind: 'REFUSED', ...facts } : { kind: 'MALFORMED', status };
}

/** Finds the OutboundError that the client library has wrapped. */
function outboundErrorIn(error: unknown): OutboundError | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if (cause instanceof OutboundError) return cause;
  }
  return null;
}

/** Returns the document of a token response with status 200 that the client library cannot use. */
function documentIn(error: unknown): JsonObject | null {
  if (!(error instanceof ClientError) || !(error.cause instanceof Error)) return null;
  const { body } = (error.cause.cause ?? {}) as { body?: unknown };
  return typeof body === 'object' && body !== null ? (body as JsonObject) : null;
}

/** Returns true for Slack's `oauth.v2.access`, which puts the token of a user below `authed_user`. */
function isNested({ authed_user: user }: JsonObject): boolean {
  return typeof user === 'object' && user !== null && 'access_token' in user;
}

function responseIn(error: unknown): Response | null {
  if (error instanceof ResponseBodyError || error instanceof WWWAuthenticateChallengeError)
    return error.response;
  if (error instanceof ClientError && error.cause instanceof Response) return error.cause;
  return null;
}

function errorCodeOf(error: unknown): string | undefined {
  // A client that authenticates in a header is refused with a challenge (RFC 6749 section 5.2).
  if (error instanceof WWWAuthenticateChallengeError) return 'invalid_client';
  return error instanceof ResponseBodyError ? registeredError(error.error) : undefined;
}

function descriptionOf(error: unknown): string | undefined {
  if (error instanceof ResponseBodyError) return error.error_description;
  if (!(error instanceof WWWAuthenticateChallengeError)) return undefined;
  return error.cause.find(({ parameters }) => parameters.error_description !== undefined)?.parameters
    .error_description;
}

const longestRetryAfterSeconds = 86_400;

/** Reads `Retry-After` as seconds or a date (RFC 9110 section 10.2.3). Returns null for other values. */
export function retryAfterSeconds(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return null;
  return Math.min(Math.max(Math.ceil(seconds), 0), longestRetryAfterSeconds);
}

/**
 * The error codes of RFC 6749 and of IANA's OAuth Extensions Error Registry that an authorization server can send to
 * this client. They are safe to repeat. Any other code is remote text.
 */
const registeredErrors = new Set([
  'access_denied',
  'account_selection_required',
  'authorization_pending',
  'consent_required',
  'expired_token',
  'insufficient_scope',
  'interaction_required',
  'invalid_client',
  'invalid_client_metadata',
  'invalid_dpop_proof',
  'invalid_grant',
  'invalid_redirect_uri',
  'invalid_request',
  'invalid_request_object',
  'invalid_request_uri',
  'invalid_scope',
  'invalid_software_statement',
  'invalid_target',
  'invalid_token',
  'login_required',
  'registration_not_supported',
  'request_not_supported',
  'request_uri_not_supported',
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  'unapproved_software_statement',
  'unauthorized_client',
  'unmet_authentication_requirements',
  'unsupported_grant_type',
  'unsupported_response_type',
  'unsupported_token_type',
  'use_dpop_nonce',
]);

/** Returns the error code if it is registered. */
export function registeredError(code: unknown): string | undefined {
  return typeof code === 'string' && registeredErrors.has(code) ? code : undefined;
}
