import { OutboundError, type Fetch } from '../net/guarded-fetch.js';
import { JsonWeight, carriageReturn, lineFeed } from '../net/json-weight.js';
import { parseObject } from '../oauth2/json.js';
import { McpAuthorizationError, refusesCredentials, tokenRefusal, type TokenRefusal } from './failure.js';

/** The weight of a line of an event stream in addition to its bytes, because each event is parsed and checked separately. */
const lineWeight = 256;

export type CredentialHeaders = readonly (readonly [name: string, value: string])[];

/** The transport of an MCP server. */
export type Transport = 'STREAMABLE_HTTP' | 'SSE';

export interface McpEndpoint {
  url: string;
  transport: Transport;
}

/** The credentials of a session. */
export interface Credentials {
  headers: CredentialHeaders;
  /**
   * Returns new credentials to repeat a request with whose token was refused. Returns null if there are none, and the
   * response stands. Called at most once per kind of refusal in a session. An error ends the session.
   */
  renew?(refusal: TokenRefusal): Promise<CredentialHeaders | null>;
}

export interface SessionFetchOptions {
  fetch: Fetch;
  url: URL;
  transport: Transport;
  credentials: Credentials;
  /** The maximum weight of all responses in this session: their bytes, and the cost of parsing them. */
  maxBytes: number;
  /** Aborted when the session has ended and its responses are no longer needed. */
  ended: AbortSignal;
  /** Called once, with the reason, when the session fails and no pending response will come. */
  onFailure(reason: Error): void;
}

/**
 * Sends the requests of one session: to the server's origin only, with its credentials, and with a limit on the responses.
 * A request whose token is refused is repeated once with new credentials. This is safe for a tool call too, because the
 * server did not process the request. After a mere HTTP 500, the token is renewed and other requests are repeated, but
 * never a tool call, because the tool may have run.
 */
export class SessionFetch {
  readonly #options: SessionFetchOptions;
  readonly #notices = new Set<Promise<unknown>>();
  #headers: CredentialHeaders;
  readonly #renewals = new Map<TokenRefusal, Promise<CredentialHeaders | null>>();
  #weightLeft: number;
  /** The error that ended the session. It is kept because the library's errors contain remote text. */
  #failure: Error | undefined;

  constructor(options: SessionFetchOptions) {
    this.#options = options;
    this.#headers = options.credentials.headers;
    this.#weightLeft = options.maxBytes;
  }

  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const response = this.#respond(new URL(url), init);
    if (this.#options.ended.aborted) this.#notices.add(response);
    return response;
  };

  /** Waits for the responses to requests that were sent after the session ended, such as cancellation notices. */
  async noticesSettled(): Promise<void> {
    await Promise.allSettled(this.#notices);
  }

  async #respond(url: URL, init: RequestInit): Promise<Response> {
    const { transport } = this.#options;
    if (url.origin !== this.#options.url.origin)
      throw this.#fail(new OutboundError('REDIRECT_REFUSED', url.href));
    const method = init.method ?? 'GET';
    const headers = new Headers(init.headers);
    // Unsolicited server messages are not used, so no stream is opened for them.
    if (transport === 'STREAMABLE_HTTP' && method === 'GET' && !headers.has('last-event-id')) {
      return new Response(null, { status: 405 });
    }
    try {
      const response = await this.#authorized(url, { ...init, headers });
      // A refused request to end the session is ignored.
      if (refusesCredentials(response) && method !== 'DELETE') {
        await response.body?.cancel();
        throw new McpAuthorizationError(response);
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
    const refusal = tokenRefusal(response);
    if (refusal === null || !credentials.renew || init.method === 'DELETE') return response;
    const method = requestedMethod(init);
    // A server of an older protocol version can fail with 500 at a method that it does not know.
    if (refusal === 'SUSPECT' && method === 'server/discover') return response;
    // Concurrent requests of one session can be refused. One renewal serves all of them.
    if (sent !== credentials.headers) return response;
    const renewal = this.#renewals.get(refusal) ?? credentials.renew(refusal);
    this.#renewals.set(refusal, renewal);
    const renewed = await renewal;
    if (renewed === null) return response;
    this.#headers = renewed;
    if (refusal === 'SUSPECT' && method === 'tools/call') return response;
    await response.body?.cancel();
    return this.#send(url, init, renewed);
  }

  #send(
    url: URL,
    init: RequestInit & { headers: Headers },
    credentials: CredentialHeaders,
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    // Headers of the protocol, such as `accept` and `content-type`, take precedence.
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
              // The older transport responds on a single stream, so no pending response will come.
              if (isEventStream && transport === 'SSE') throw new OutboundError('CONNECTION', response.url);
              return controller.close();
            }
            this.#weightLeft -= weigh(value);
            if (this.#weightLeft < 0) {
              await reader.cancel();
              throw new OutboundError('TOO_LARGE', response.url);
            }
            // After a broken connection, the library resumes from the last event with an ID.
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

/** Returns the JSON-RPC method of a request. */
function requestedMethod({ body }: RequestInit): unknown {
  return typeof body === 'string' ? parseObject(body)?.method : undefined;
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
