import { OutboundError, type Fetch } from '../net/guarded-fetch.js';
import { JsonWeight, carriageReturn, lineFeed } from '../net/json-weight.js';
import type { Transport } from './mcp-endpoint.js';
import { McpRefusal } from './mcp-refusal.js';

/** What a line of an event stream costs besides its bytes: what an event holds is parsed and checked by itself. */
const lineWeight = 256;

export type CredentialHeaders = readonly (readonly [name: string, value: string])[];

/** What authorizes the requests of a session. */
export interface Credentials {
  headers: CredentialHeaders;
  /**
   * Asked at most once in a session, when the server answered 401: what to repeat the refused request with. What it
   * throws ends the session.
   */
  renew?(): Promise<CredentialHeaders>;
}

export interface SessionFetchOptions {
  fetch: Fetch;
  url: URL;
  transport: Transport;
  credentials: Credentials;
  /** Of everything that the server answers in this session together, and of what reading it costs besides. */
  maxBytes: number;
  /** Aborted once nobody waits for the session's answers any more. */
  ended: AbortSignal;
  /** Ends the session: nothing that is still waited for will come. Called once, with the reason. */
  onFailure(reason: Error): void;
}

/**
 * The requests of one session: they go to the server's own origin only, carry its credentials, and what comes back is
 * counted. A request that is answered 401 is repeated once with renewed credentials: it was not acted on, so that is
 * safe for a tool call too.
 */
export class SessionFetch {
  readonly #options: SessionFetchOptions;
  readonly #notices = new Set<Promise<unknown>>();
  #headers: CredentialHeaders;
  #renewal: Promise<CredentialHeaders> | undefined;
  #weightLeft: number;
  /** What ended the session. The library's own errors carry the server's words. */
  #failure: Error | undefined;

  constructor(options: SessionFetchOptions) {
    this.#options = options;
    this.#headers = options.credentials.headers;
    this.#weightLeft = options.maxBytes;
  }

  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const answer = this.#answer(new URL(url), init);
    if (this.#options.ended.aborted) this.#notices.add(answer);
    return answer;
  };

  /** When what was sent after the session had ended has been answered, whatever with: that the work is cancelled. */
  async noticesSettled(): Promise<void> {
    await Promise.allSettled(this.#notices);
  }

  async #answer(url: URL, init: RequestInit): Promise<Response> {
    const { transport } = this.#options;
    if (url.origin !== this.#options.url.origin)
      throw this.#fail(new OutboundError('REDIRECT_REFUSED', url.href));
    const method = init.method ?? 'GET';
    const headers = new Headers(init.headers);
    // What a server says without being asked has no listener here: no connection is held open for it.
    if (transport === 'STREAMABLE_HTTP' && method === 'GET' && !headers.has('last-event-id')) {
      return new Response(null, { status: 405 });
    }
    try {
      const response = await this.#authorized(url, { ...init, headers });
      // Ending a session is a courtesy, and a refusal of it nobody's concern.
      if (isRefusal(response) && method !== 'DELETE') {
        await response.body?.cancel();
        throw new McpRefusal(response);
      }
      return this.#counted(response);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #authorized(url: URL, init: RequestInit & { headers: Headers }): Promise<Response> {
    const { credentials } = this.#options;
    const sent = this.#headers;
    const response = await this.#send(url, init, sent);
    if (response.status !== 401 || !credentials.renew || init.method === 'DELETE') return response;
    if (new McpRefusal({ status: 401, headers: response.headers }).insufficientScope) return response;
    // Requests of one session may be refused side by side: one renewal is for all that were sent without it.
    if (sent !== credentials.headers) return response;
    await response.body?.cancel();
    this.#renewal ??= credentials.renew();
    this.#headers = await this.#renewal;
    return this.#send(url, init, this.#headers);
  }

  #send(
    url: URL,
    init: RequestInit & { headers: Headers },
    credentials: CredentialHeaders,
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    // What the protocol itself sets stands: `accept`, `content-type`.
    for (const [name, value] of credentials) if (!headers.has(name)) headers.set(name, value);
    return this.#options.fetch(url.href, { ...init, headers });
  }

  #counted(response: Response): Response {
    if (!response.body) return response;
    const { transport } = this.#options;
    const reader = response.body.getReader();
    const isEventStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
    const weigh = weigher(isEventStream);
    let isResumable = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await reader.read();
            if (done) {
              // The older transport answers on one stream alone: whatever is still waited for will not come.
              if (isEventStream && transport === 'SSE') throw new OutboundError('CONNECTION', response.url);
              return controller.close();
            }
            this.#weightLeft -= weigh(value);
            if (this.#weightLeft < 0) {
              await reader.cancel();
              throw new OutboundError('TOO_LARGE', response.url);
            }
            // The library goes on from an event that has an id, when the connection breaks off after it.
            isResumable ||= transport === 'STREAMABLE_HTTP' && isEventStream && holdsEventId(value);
            controller.enqueue(value);
          } catch (error) {
            const reason = error instanceof OutboundError ? error.reason : 'CONNECTION';
            if (isResumable && reason === 'CONNECTION') return controller.error(error);
            controller.error(this.#fail(new OutboundError(reason, response.url)));
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    const { status, statusText, headers } = response;
    return Object.defineProperty(new Response(body, { status, statusText, headers }), 'url', {
      value: response.url,
    });
  }

  #fail(error: unknown): Error {
    const reason = error instanceof Error ? error : new Error('A request failed.');
    if (this.#failure) return this.#failure;
    this.#failure = reason;
    this.#options.onFailure(reason);
    return reason;
  }
}

function isRefusal(response: Response): response is Response & { status: 401 | 403 } {
  return response.status === 401 || response.status === 403;
}

function holdsEventId(chunk: Uint8Array): boolean {
  return /(^|[\r\n])id:/.test(Buffer.from(chunk).toString('latin1'));
}

function weigher(isEventStream: boolean): (chunk: Uint8Array) => number {
  const json = new JsonWeight();
  return (chunk) => {
    let weight = 0;
    for (const byte of chunk) {
      weight += json.of(byte);
      if (isEventStream && (byte === lineFeed || byte === carriageReturn)) weight += lineWeight;
    }
    return weight;
  };
}
