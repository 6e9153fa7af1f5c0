import { legacyHeaders } from '../negotiation.js';
import { SessionFetch, type CredentialHeaders } from '../session-fetch.js';
import type { Fetch } from '../../net/guarded-fetch.js';

/** A session on a server, with all that ends it. It is stored sealed. */
export interface SealedSession {
  sessionId: string;
  protocolVersion: string;
  url: string;
  /** Identifies the server's settings and the account. The session is used with no others. */
  binding: string;
  /** The credentials of its last use. */
  headers: CredentialHeaders;
}

/** The timeout of the request that ends a session. */
const endTimeoutMs = 2_000;

/** Ends a session on its server. A server that refuses expires it. Never throws. */
export async function endSession(fetch: Fetch, session: SealedSession): Promise<void> {
  const url = new URL(session.url);
  const sessionFetch = new SessionFetch({ fetch, url, credentials: { headers: session.headers } });
  const headers = legacyHeaders(session);
  const signal = AbortSignal.timeout(endTimeoutMs);
  await sessionFetch.end(url, { method: 'DELETE', headers, signal }).catch(() => {});
}
