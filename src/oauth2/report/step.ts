import type { Layer } from './layer.js';
import type { SuggestedSetting } from './suggested-settings.js';

/** The facts of a response: never text of the remote side. */
export interface ResponseFacts {
  /** The HTTP status. Null when no response came. */
  status: number | null;
  /** A well-known media type, or `other`. Null when the response has none. */
  contentType: string | null;
  /** The time from the request to the end of the response, in milliseconds. Null when nothing was sent. */
  durationMs: number | null;
}

/** One step of a discovery, as evidence for administrators. */
export interface DiscoveryStep extends ResponseFacts {
  layer: Layer;
  /** The name of the step, such as `Protected resource metadata` or `initialize`. */
  name: string;
  url: string;
  /** A description of the expected response. */
  expected: string;
  outcome: 'FOUND' | 'NOT_HERE' | 'FAILED';
  /** The result in plain words: never text of the remote side. */
  detail: string;
  /** The compatibility settings that would let a FAILED step succeed. */
  suggestedSettings?: readonly SuggestedSetting[];
}

/** One step of a check with made-up input. SKIPPED: the response proves nothing. */
export type CheckStep = Omit<DiscoveryStep, 'outcome' | 'suggestedSettings'> & {
  outcome: DiscoveryStep['outcome'] | 'SKIPPED';
};

/** The facts of a step without a request. */
export const nothingSent: ResponseFacts = { status: null, contentType: null, durationMs: null };

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

/** Reads a `Content-Type` without parameters. A type that is not well known is remote text, so it becomes `other`. */
function contentTypeOf(headers: Pick<Headers, 'get'>): string | null {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (!type) return null;
  return knownTypes.has(type) ? type : 'other';
}

/** Starts a clock. Call the result with the response once its status is known, or with null when none came. */
export function startClock(): (response: Pick<Response, 'status' | 'headers'> | null) => ResponseFacts {
  const startedAt = performance.now();
  return (response) => ({
    status: response?.status ?? null,
    contentType: response && contentTypeOf(response.headers),
    durationMs: Math.round(performance.now() - startedAt),
  });
}
