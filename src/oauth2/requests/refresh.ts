import { genericGrantRequest } from 'openid-client';
import type { OutboundFailure } from '../../net/guarded-fetch.js';
import { remoteMessage } from '../../text.js';
import type { OAuth2Client } from '../client.js';
import type { TokenTypeRule } from '../compatibility.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { clientConfiguration } from './client-configuration.js';
import { readRefreshAnswer, refusalKind, type RefreshAnswer } from './refusal.js';
import { classifyFailure, registeredError } from './request-failure.js';
import { tokenSet, type TokenSet } from './tokens.js';

/** The result of a refresh. The message is safe to show to users. */
export type RefreshResult = RefreshSuccess | RefreshFailure;

export interface RefreshSuccess {
  outcome: 'success';
  /** `refreshToken` is null if the old one stays valid (RFC 6749 section 6). */
  tokens: TokenSet;
}

export type RefreshFailureOutcome =
  /** The refresh token is no longer valid: the only outcome that ends a connected account at once. */
  | 'invalid_grant'
  /** A definite refusal. The provider may no longer know this client or its secret. */
  | 'invalid_client'
  /** A definite refusal. The provider may not allow this client to refresh, or it may mean the refresh token. */
  | 'unauthorized_client'
  /** A definite refusal in other words. Trying again soon does not help. */
  | 'refused'
  /** The provider fails with an OAuth error. It may mean the refresh token if this repeats. */
  | 'failing'
  /** A temporary failure: 429, 5xx, or the request was not delivered. */
  | 'temporary'
  /** The request may have been processed, but no usable response came. The refresh token may be spent. */
  | 'lost'
  /** The token URL, or the issued token, cannot be used. */
  | 'unusable';

export interface RefreshFailure {
  outcome: RefreshFailureOutcome;
  message: string;
  /** The delay that the provider asks for, in seconds. */
  retryAfter: number | null;
  /** null if no response came. */
  httpStatus: number | null;
  /** The error code of the response if it is registered, otherwise ''. */
  oauth2Error: string;
  /** Another error code, and the description, for administrators. '' if there is none. */
  remoteMessage: string;
}

/**
 * Sends one request for new tokens (RFC 6749 section 6, with `resource` of RFC 8707 unchanged; '' omits it). Takes at most
 * the timeout of `outbound`. Never throws.
 * @param request.scope a subset of the granted scope. If omitted, the scope stays the same.
 * @param request.scopeSeparator the separator of scopes in the response, in addition to a space. Defaults to none.
 */
export async function refreshTokens(
  client: OAuth2Client,
  request: {
    refreshToken: string;
    resource: string;
    scope?: string;
    scopeSeparator?: string;
    tokenType?: TokenTypeRule;
  },
  outbound: OAuth2Outbound,
): Promise<RefreshResult> {
  const parameters = new URLSearchParams({
    refresh_token: request.refreshToken,
    ...(request.resource !== '' && { resource: request.resource }),
    ...(request.scope && { scope: request.scope }),
  });
  let answer: RefreshAnswer | null = null;
  const observed: OAuth2Outbound = {
    ...outbound,
    fetch: async (url, init) => {
      const response = await outbound.fetch(url, init);
      answer = await readRefreshAnswer(response);
      return response;
    },
  };
  try {
    const configuration = clientConfiguration(client, 'token', observed, { tokenType: request.tokenType });
    const response = await genericGrantRequest(configuration, 'refresh_token', parameters);
    return { outcome: 'success', tokens: tokenSet(response, request) };
  } catch (error) {
    if (!answer) return { ...noAnswer, ...unansweredFailure(error) };
    const secrets = [request.refreshToken, client.clientSecret];
    return { ...noAnswer, ...answerFacts(answer, secrets), ...answeredFailure(answer) };
  }
}

const noAnswer = { retryAfter: null, httpStatus: null, oauth2Error: '', remoteMessage: '' } as const;

/** The failures after which the request cannot have been processed. */
const notDelivered: ReadonlySet<OutboundFailure> = new Set([
  'INVALID_URL',
  'ADDRESS_REFUSED',
  'PLAIN_HTTP_REFUSED',
  'DNS',
  'TLS',
  'REDIRECT_REFUSED',
  'TOO_MANY_REDIRECTS',
]);

type Classified = Pick<RefreshFailure, 'outcome' | 'message'> & Partial<RefreshFailure>;

const lost: Classified = {
  outcome: 'lost',
  message: 'The provider returned no usable response to the request for a new token.',
};

/** Classifies a failure without an error response. */
function unansweredFailure(error: unknown): Classified {
  const failure = classifyFailure(error);
  if (failure.kind === 'UNUSABLE') return { outcome: 'unusable', message: failure.message };
  if (failure.kind !== 'UNREACHABLE' || !notDelivered.has(failure.error.reason)) return lost;
  const message = `The token URL of the provider could not be reached: ${failure.error.message}`;
  return { outcome: 'temporary', message };
}

function answerFacts({ status, code, description }: RefreshAnswer, secrets: readonly (string | null)[]) {
  const oauth2Error = registeredError(code) ?? '';
  const remote = oauth2Error === '' ? [code, description] : [description];
  const text = remote.filter((part) => part !== '').join(': ');
  return { httpStatus: status, oauth2Error, remoteMessage: remoteMessage(text, secrets) ?? '' };
}

function answeredFailure(answer: RefreshAnswer): Classified {
  const { status, retryAfter } = answer;
  switch (refusalKind(answer)) {
    case 'REFUSED':
      return refusal(answer);
    case 'FAILING':
      return { outcome: 'failing', message: unavailable(status) };
    case 'PASSING':
      return { outcome: 'temporary', message: passingMessage(answer), retryAfter };
  }
}

function refusal({ code, challengesClient }: RefreshAnswer): Pick<RefreshFailure, 'outcome' | 'message'> {
  switch (code === '' && challengesClient ? 'invalid_client' : code) {
    case 'invalid_grant':
      return {
        outcome: 'invalid_grant',
        message: 'The provider has ended the authorization of this account. Connect again.',
      };
    case 'invalid_client':
      return {
        outcome: 'invalid_client',
        message:
          'The provider did not accept this client when it was asked for a new token. Connect again. If that fails too, an administrator must register the client again.',
      };
    case 'unauthorized_client':
      return {
        outcome: 'unauthorized_client',
        message:
          'The provider does not allow this client to renew your token. Connect again. If that fails too, an administrator must check the client at the provider.',
      };
    default:
      return { outcome: 'refused', message: 'The provider refused to issue a new token. Connect again.' };
  }
}

function unavailable(status: number): string {
  return status < 500
    ? 'The provider is temporarily unavailable.'
    : `The provider is temporarily unavailable (HTTP ${status}).`;
}

function passingMessage({ status, isOverload }: RefreshAnswer): string {
  if (isOverload || status >= 500 || [408, 425, 429].includes(status)) return unavailable(status);
  if (status === 404 || status === 405) {
    return `No token endpoint answers at the token URL of the provider (HTTP ${status}). If this persists, an administrator must check the URL.`;
  }
  return `The token URL of the provider answered with HTTP ${status} and without an OAuth error. If this persists, disconnect and connect again.`;
}
