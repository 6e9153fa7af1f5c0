/** What came of a request, as far as it is a fact and not the remote side's text. */
export interface AnswerEvidence {
  /** The HTTP status; null when no answer came. */
  status: number | null;
  /** One of the media types that are known here, or `other`; null when none came. */
  contentType: string | null;
  /** From sending to the last of what was waited for, in milliseconds; null when nothing was sent. */
  durationMs: number | null;
}

/** Of a step that is decided without a request. */
export const nothingSent: AnswerEvidence = { status: null, contentType: null, durationMs: null };

const knownTypes = new Set([
  'application/json',
  'application/jwt',
  'application/octet-stream',
  'application/problem+json',
  'application/x-www-form-urlencoded',
  'application/xml',
  'text/event-stream',
  'text/html',
  'text/plain',
  'text/xml',
]);

/** A `Content-Type` without parameters. Anybody can write anything into it, so what is not known is not repeated. */
export function contentTypeOf(headers: Pick<Headers, 'get'>): string | null {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (!type) return null;
  return knownTypes.has(type) ? type : 'other';
}

/** Starts a clock; the answer's evidence is taken when its status is known, or null when none came. */
export function startEvidence(): (response: Pick<Response, 'status' | 'headers'> | null) => AnswerEvidence {
  const startedAt = performance.now();
  return (response) => ({
    status: response?.status ?? null,
    contentType: response && contentTypeOf(response.headers),
    durationMs: Math.round(performance.now() - startedAt),
  });
}
