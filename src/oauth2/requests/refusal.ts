import { parseChallenges } from '../challenge.js';
import type { JsonObject } from '../json.js';
import { readResponse } from './quirks.js';
import { registeredError, retryAfterSeconds } from './request-failure.js';

/** An error response of a token endpoint to a refresh, as far as it tells whether the refresh was refused. */
export interface RefreshAnswer {
  /** 400 for an error in a response with status 200. */
  status: number;
  retryAfter: number | null;
  body: 'EMPTY' | 'JSON' | 'OTHER';
  /** The error code, of OAuth or of the provider. '' if there is none. Remote text. */
  code: string;
  /** `error_description`, or the provider's message. '' if there is none. Remote text. */
  description: string;
  /** The error code is that of an OAuth error response: a string in the member `error`. */
  isOAuthError: boolean;
  /** The response is about load or an outage. */
  isOverload: boolean;
  /** A challenge to the client, as RFC 6749 section 5.2 requires for `invalid_client`. */
  challengesClient: boolean;
}

/**
 * The meaning of an error response to a refresh. Providers use their own words for a refresh token that they no longer
 * accept. So every definite answer counts as a refusal, whatever its words.
 *
 * - `REFUSED`: the provider refuses this refresh. Asking again soon does not help.
 * - `FAILING`: the provider fails with an OAuth error, as servers do that throw for an unknown token. A working one fails
 *   in the same way during an outage, so only repeated failures count as a refusal.
 * - `PASSING`: the response says nothing about the token.
 */
export type RefusalKind = 'REFUSED' | 'FAILING' | 'PASSING';

/** Reads a token endpoint's response. Returns null for one that has no error, such as a token response. */
export async function readRefreshAnswer(response: Response): Promise<RefreshAnswer | null> {
  const { status, text, contentType, members } = await readResponse('token', response.clone());
  const isError = status >= 400 || (members !== null && members.access_token === undefined && fails(members));
  if (!isError) return null;
  const words = members === null ? [] : errorWords(members);
  const code = words[0] ?? '';
  const prose = members === null ? [] : texts(members, ['error_description', 'message', 'detail', 'title']);
  const isRegistered = registeredError(code) !== undefined && !passingErrors.has(code);
  const challenges = parseChallenges(response.headers.get('www-authenticate'));
  return {
    status: status < 400 ? 400 : status,
    retryAfter: retryAfterSeconds(response.headers),
    body: bodyKind(text, contentType, members),
    code,
    description: prose[0] ?? '',
    isOAuthError: typeof members?.error === 'string',
    isOverload:
      !isRegistered && (words.length > 0 ? words : prose).some((word) => overload.test(normalized(word))),
    challengesClient: status === 401 && challenges.some(({ scheme }) => scheme === 'basic'),
  };
}

/** Classifies an error response. */
export function refusalKind({
  status,
  body,
  isOAuthError,
  isOverload,
  ...answer
}: RefreshAnswer): RefusalKind {
  if (passingStatuses.has(status) || isOverload) return 'PASSING';
  if (status >= 500) return isOAuthError && answer.retryAfter === null ? 'FAILING' : 'PASSING';
  if (answer.code === 'server_error') return 'FAILING';
  if (isOAuthError) return 'REFUSED';
  return refusingStatuses.has(status) && body !== 'OTHER' ? 'REFUSED' : 'PASSING';
}

/** Statuses of load, and of a URL at which no token endpoint is. */
const passingStatuses: ReadonlySet<number> = new Set([404, 405, 408, 425, 429]);
/** Statuses that refuse the request without an OAuth error too. */
const refusingStatuses: ReadonlySet<number> = new Set([400, 401, 403]);

const passingErrors: ReadonlySet<string> = new Set(['temporarily_unavailable', 'slow_down']);

/** Words of providers for load and outages, in lower case and without separators. */
const overload =
  /ratelimit|requestlimit|toomany(requests|calls)|throttl|accesslimited|quotaexceeded|resourceexhausted|overload|slowdown|unavailable|temporar|tryagain|busy|maintenance|(request|gateway|upstream)timeout|^timeout$|internal(server)?(error|exception|failure)|^internal$|backenderror|badgateway|fatalerror|(unknown|unexpected)error/;

function normalized(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function fails({ error, ok }: JsonObject): boolean {
  return (error !== undefined && error !== null && error !== false && error !== '') || ok === false;
}

/** Returns the error codes of a body: of OAuth, and of providers with a format of their own. */
function errorWords(members: JsonObject): string[] {
  const { error } = members;
  const nested = typeof error === 'object' && error !== null ? (error as JsonObject) : {};
  const names = ['error', 'code', 'type', 'status', 'errorCode', 'error_code', 'category', 'reason'];
  return [...texts(members, ['error']), ...texts(nested, names), ...texts(members, names.slice(1))].filter(
    (word) => !/^\d*$/.test(word),
  );
}

function texts(members: JsonObject, names: readonly string[]): string[] {
  return names
    .map((name) => members[name])
    .filter((value): value is string => typeof value === 'string' && value.length <= 1_024);
}

function bodyKind(text: string, contentType: string, members: JsonObject | null): RefreshAnswer['body'] {
  if (text.trim() === '') return 'EMPTY';
  if (members !== null) return 'JSON';
  if (!/^[^;]*\bjson\b/i.test(contentType)) return 'OTHER';
  try {
    JSON.parse(text);
    return 'JSON';
  } catch {
    return 'OTHER';
  }
}
