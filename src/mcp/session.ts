import type { Fetch } from '../net/guarded-fetch.js';
import { mcpLimits, type ResponseLimits } from '../net/response-limit.js';
import { AnswerLimit } from './answer-limit.js';
import type { Connection } from './connection.js';
import { SessionEnded, McpAuthorizationError, describeMcpFailure, type TokenRefusal } from './failure.js';
import { isObject } from './reader/json.js';
import {
  discoverEra,
  initialize,
  legacyHeaders,
  modernHeaders,
  modernMeta,
  refusesLegacy,
  type Ask,
  type Era,
  type Negotiated,
} from './negotiation.js';
import { encodeHeaderValue } from './reader/parameter-headers.js';
import { JsonRpcError, McpHttpError } from './remote-errors.js';
import { lossOf } from './lost-session.js';
import type { SessionStore, StoredNegotiation } from './session-store.js';
import { SessionFetch, type Credentials, type McpEndpoint } from './session-fetch.js';
import { SseConnection } from './sse.js';
import { StreamableHttpConnection } from './streamable-http.js';

export type { Credentials } from './session-fetch.js';

/** The target and the limits of a session. */
export interface SessionOptions {
  endpoint: McpEndpoint;
  credentials: Credentials;
  /** The guarded fetch for MCP requests. */
  fetch: Fetch;
  /** The timeout of the whole session, including the connection. */
  timeoutMs: number;
  /** The limits of all responses together. Defaults to 16 MiB, fixed. */
  limits?: ResponseLimits | undefined;
  /** Cancels the session. */
  signal?: AbortSignal | undefined;
  /** Continues and stores sessions of the Streamable HTTP transport. Defaults to a session of its own. */
  store?: SessionStore | undefined;
}

/** A session with an MCP server. */
export interface McpSession {
  readonly era: Era;
  /** As received. null: unknown, because the session continues an earlier one. Servers also declare none and have tools. */
  readonly serverCapabilities: Record<string, unknown> | null;
  /** The credentials that were sent. Some servers repeat them in errors. */
  readonly secrets: readonly string[];
  /**
   * Sends a request and returns the `result` of its answer as received: any JSON value.
   * @param options.headers headers of this request, such as `mcp-param-region`. The modern era has them.
   * @throws JsonRpcError, McpHttpError, UnreadableAnswer, McpAuthorizationError, OutboundError, SessionEnded
   */
  request(
    method: string,
    params: Record<string, unknown>,
    options?: { headers?: Record<string, string> },
  ): Promise<unknown>;
}

/** The timeout for ending the session on the server. It runs in the background. */
const endTimeoutMs = 2_000;

/**
 * Opens a session with an MCP server, runs `work` and ends the session. The protocol version is negotiated first:
 * 2026-07-28 with `server/discover`, else an older one with `initialize`. The SSE transport supports only the latter.
 * @throws McpAuthorizationError for a refusal that renewed credentials do not avoid; SwitchboardError UPSTREAM_ERROR
 *   for every other failure of the server or the network; the errors of `credentials.renew` and of `work`
 */
export async function withSession<Result>(
  options: SessionOptions,
  work: (session: McpSession) => Promise<Result>,
): Promise<Result> {
  const ended = new AbortController();
  const cancel = () => ended.abort(new SessionEnded('CANCELLED'));
  const deadline = setTimeout(() => ended.abort(new SessionEnded('TIMEOUT')), options.timeoutMs);
  options.signal?.addEventListener('abort', cancel, { once: true });
  if (options.signal?.aborted) cancel();
  const session = new OpenSession(options, ended.signal);
  try {
    const done = session.open().then(() => work(session));
    return await Promise.race([done, abortion(ended.signal)]);
  } catch (error) {
    throw describeMcpFailure(ended.signal.aborted ? ended.signal.reason : error, session.secrets);
  } finally {
    clearTimeout(deadline);
    options.signal?.removeEventListener('abort', cancel);
    void session.end();
  }
}

class OpenSession implements McpSession {
  readonly #fetch: SessionFetch;
  readonly #connection: Connection;
  readonly #isSse: boolean;
  readonly #signal: AbortSignal;
  readonly #store: SessionStore | undefined;
  #negotiated: Negotiated | undefined;
  /** True if other calls can continue the session. */
  #isStored = false;
  /** True if an earlier call has negotiated it. */
  #isReused = false;
  /** True after the session was lost once. */
  #isReopened = false;
  /** Ids are unlikely to repeat in a session that several processes use. */
  #nextId = 1 + Math.floor(Math.random() * 2 ** 30);
  /** Notices of cancelled requests that are being sent. */
  readonly #notices = new Set<Promise<unknown>>();

  constructor(options: SessionOptions, signal: AbortSignal) {
    const url = new URL(options.endpoint.url);
    this.#signal = signal;
    this.#isSse = options.endpoint.transport === 'SSE';
    this.#store = this.#isSse ? undefined : options.store;
    this.#fetch = new SessionFetch({ fetch: options.fetch, url, credentials: options.credentials });
    const limit = new AnswerLimit(options.limits ?? mcpLimits(16, null));
    const deps = { fetch: this.#fetch, url, limit };
    this.#connection = this.#isSse ? new SseConnection(deps) : new StreamableHttpConnection(deps);
  }

  get era(): Era {
    return this.#negotiated?.era ?? 'LEGACY';
  }

  get secrets(): readonly string[] {
    return this.#fetch.secrets;
  }

  get serverCapabilities(): Record<string, unknown> | null {
    return this.#negotiated?.serverCapabilities ?? null;
  }

  /**
   * Continues a stored session, or negotiates. Credentials that both eras refuse are renewed once.
   * @throws the failure of the negotiation; the reason of `signal`
   */
  async open(): Promise<void> {
    this.#signal.throwIfAborted();
    const taken = (await this.#store?.take(this.#signal)) ?? null;
    if (taken !== null && taken !== 'LEASED') return this.#continue(taken);
    this.#isStored = this.#isReused = false;
    try {
      this.#negotiated = await this.#negotiateRenewed();
      if (taken === 'LEASED') this.#isStored = (await this.#store?.keep(this.#negotiated)) ?? false;
    } catch (error) {
      await this.#store?.release();
      throw error;
    }
  }

  /**
   * Sends a request. If the server has lost the session, or no longer serves the stored era, it has not processed the
   * request: opens another session, and repeats the request once.
   */
  async request(
    method: string,
    params: Record<string, unknown>,
    options: { headers?: Record<string, string> } = {},
  ): Promise<unknown> {
    try {
      return await this.#send(method, params, options);
    } catch (error) {
      const negotiated = this.#negotiated;
      if (!negotiated || this.#signal.aborted) throw error;
      const loss = lossOf(error, { ...negotiated, isReused: this.#isReused });
      if (loss === null) throw error;
      if (this.#isStored) await this.#store?.forget();
      if (loss === 'SUSPECTED' || this.#isReopened) throw error;
      this.#isReopened = true;
      this.#negotiated = undefined;
      this.#connection.use({});
      await this.open();
      return this.#send(method, params, options);
    }
  }

  async #send(
    method: string,
    params: Record<string, unknown>,
    { headers = {} }: { headers?: Record<string, string> },
  ): Promise<unknown> {
    const negotiated = this.#negotiated;
    if (!negotiated) throw new Error('The session is not open.');
    if (negotiated.era === 'LEGACY') return this.#ask(method, params);
    const { protocolVersion } = negotiated;
    const meta = isObject(params._meta) ? params._meta : {};
    const name = params.name ?? params.uri;
    return this.#ask(
      method,
      { ...params, _meta: { ...meta, ...modernMeta(protocolVersion) } },
      {
        signal: this.#signal,
        headers: {
          ...headers,
          ...modernHeaders(protocolVersion, method),
          ...(typeof name === 'string' && { 'mcp-name': encodeHeaderValue(name) }),
        },
      },
    );
  }

  /** Ends the session on the server when the notices of cancelled requests are sent. Never throws. */
  async end(): Promise<void> {
    const signal = AbortSignal.timeout(endTimeoutMs);
    try {
      await Promise.race([Promise.allSettled(this.#notices), abortion(signal)]);
      // A stored session stays open for later calls.
      if (!this.#isStored || this.#isSse) await this.#connection.end(signal);
    } catch {
      // A server that refuses to end the session expires it.
    }
  }

  #continue(stored: StoredNegotiation): void {
    this.#negotiated = { ...stored, serverCapabilities: null };
    this.#isStored = this.#isReused = true;
    if (stored.era === 'LEGACY') this.#connection.use(legacyHeaders(stored));
  }

  async #negotiateRenewed(): Promise<Negotiated> {
    try {
      return await this.#negotiate();
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === null || !(await this.#fetch.renew(refusal))) throw error;
      return this.#negotiate();
    }
  }

  async #negotiate(): Promise<Negotiated> {
    const ask: Ask = (...request) => this.#ask(...request);
    const discovered = this.#isSse ? null : await discoverEra(ask, this.#signal);
    if (discovered && !(discovered instanceof McpAuthorizationError)) return discovered;
    try {
      return await initialize(ask, this.#connection, this.#signal);
    } catch (error) {
      // Without an older version, the refusal of `server/discover` was meant.
      throw discovered && refusesLegacy(error) ? discovered : error;
    }
  }

  readonly #ask: Ask = async (method, params, options = { signal: this.#signal }) => {
    const message = { jsonrpc: '2.0' as const, id: this.#nextId++, method, params };
    const isCancellable = this.#negotiated?.era === 'LEGACY';
    const onAbort = () => this.#sendCancellation(message.id);
    if (isCancellable) this.#signal.addEventListener('abort', onAbort, { once: true });
    try {
      const answer = await this.#connection.request({ message, ...options });
      if ('error' in answer) throw answer.error;
      return answer.result;
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
    }
  };

  /** Tells a server of an older version that a request is cancelled. The modern era closes the request instead. */
  #sendCancellation(requestId: number): void {
    const params = { requestId, reason: 'The client cancelled the request.' };
    const notice = { jsonrpc: '2.0' as const, method: 'notifications/cancelled', params };
    this.#notices.add(this.#connection.notify(notice, AbortSignal.timeout(endTimeoutMs)).catch(() => {}));
  }
}

/** Returns what a failed negotiation says about the token. */
function refusalOf(error: unknown): TokenRefusal | null {
  if (error instanceof McpAuthorizationError) return error.tokenRefused ? 'REFUSED' : null;
  const isSuspect =
    (error instanceof McpHttpError && error.status === 500) ||
    (error instanceof JsonRpcError && error.httpStatus === 500);
  return isSuspect ? 'SUSPECT' : null;
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
