import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client';

/** The HTTP answer that the client library has thrown as an error; null when there was none. */
export function failedAnswer(error: unknown): Response | null {
  if (error instanceof ResponseBodyError || error instanceof WWWAuthenticateChallengeError)
    return error.response;
  if (error instanceof ClientError && error.cause instanceof Response) return error.cause;
  return null;
}

/** The server is in trouble or overrun (429, 5xx), whatever the body says. */
export function isUnavailable({ status }: Response): boolean {
  return status === 429 || status >= 500;
}

const longestRetryAfterSeconds = 86_400;

/** RFC 9110 section 10.2.3: seconds or a date. null when it says nothing that can be made sense of. */
export function retryAfterSeconds(headers: Headers): number | null {
  const value = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return null;
  return Math.min(Math.max(Math.ceil(seconds), 0), longestRetryAfterSeconds);
}
