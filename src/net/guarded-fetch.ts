import { isIP } from 'node:net';
import {
  fetch as undiciFetch,
  type BodyInit,
  type Dispatcher,
  type Response as UndiciResponse,
} from 'undici';
import { AddressRules, hostOf, isLoopback } from './address-rules.js';
import { boundedBody, readWhole } from './bounded-body.js';
import { checkConnection, type ConnectionPhase } from './connection-check.js';
import { connectTimeoutMs, createDispatcher, trustedAuthorities } from './dispatcher.js';
import { OutboundError, RequestFailed, reasonOf } from './outbound-error.js';
import { followRedirect, type RedirectHop } from './redirects.js';
import { RequestAbort } from './request-abort.js';
import { systemResolver, type Resolver } from './resolution.js';
import { mcpLimits, oauthLimits, type ResponseLimits } from './response-limit.js';

export type { PhaseFailure, ConnectionPhase } from './connection-check.js';
export { OutboundError, type OutboundFailure } from './outbound-error.js';

/**
 * Works like the global `fetch`, for absolute http(s) URLs.
 *
 * @throws OutboundError for every failure of the request, including an abort by the caller. Reading a streamed body
 * fails with it too. TypeError for a programming error: a header that HTTP does not allow, or a streamed request body.
 */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface GuardedFetchOptions {
  /** Blocks of addresses to allow that are refused otherwise, such as `10.1.0.0/16` or `fd00::/8`. */
  allowedPrivateCidrs: readonly string[];
  /** PEM certificates of authorities to trust in addition to the usual ones. */
  extraCa?: string | undefined;
  /**
   * A proxy for all requests. The proxy resolves host names and so decides which ones are reachable. Literal addresses
   * are still checked here.
   */
  outboundProxy?: string | undefined;
  /** Defaults to the resolver of the operating system. */
  resolver?: Resolver | undefined;
  /** The timeout of an OAuth request, redirects and body included. Defaults to 15,000. */
  oauthTimeoutMs?: number | undefined;
  /** The idle timeout of an MCP request. Defaults to 300,000. */
  mcpIdleTimeoutMs?: number | undefined;
  /** The limits of one MCP message: an event of a stream, or the whole response. Defaults to 16 MiB, fixed. */
  mcpLimits?: ResponseLimits | undefined;
}

/** The two kinds of requests. */
export interface Fetches {
  /**
   * For OAuth requests: 15 seconds in total, 1 MiB without compression and 16,000 JSON values.
   * The returned response is complete, so that a slow or broken body is not mistaken for a malformed one. Only an event
   * stream is returned as it arrives, under the same limits.
   */
  readonly oauth: Fetch;
  /** For MCP requests: streamed, without a total timeout, but with an idle timeout and `mcpLimits` for each message. */
  readonly mcp: Fetch;
}

/**
 * The HTTP client of all outgoing requests. Requests may carry credentials, so `oauth` and `mcp` use plain HTTP, redirects
 * included, only to addresses in `allowedPrivateCidrs`. Any other fails with PLAIN_HTTP_REFUSED before anything is sent.
 */
export interface GuardedFetch extends Fetches {
  /** For requests that carry no credentials: plain HTTP is used for public addresses too. */
  readonly withoutCredentials: Fetches;
  /** The limits of an MCP message, and of all responses to one operation together. */
  readonly mcpLimits: ResponseLimits;
  /** Returns true if the host is `localhost` or a literal loopback address, and allowed. Plain HTTP is safe there. */
  isAllowedLoopback(url: string): boolean;
  /**
   * Returns true if the host is a literal address in `allowedPrivateCidrs`, or a name that can resolve to one: names are
   * checked at connect. Through a proxy it is false for every name, because the proxy resolves them.
   */
  mayBeListed(url: string): boolean;
  /**
   * Connects to the URL's host as a request would, sends nothing, and reports each phase, for administrators only.
   * Never throws. Returns no phases when requests go through a proxy.
   */
  checkConnection(url: string, signal: AbortSignal): Promise<ConnectionPhase[]>;
  /** Aborts pending requests and closes all connections. Later requests fail. */
  close(): Promise<void>;
}

interface Profile {
  timeoutMs: number;
  /** True if the timeout restarts with each chunk. */
  idle: boolean;
  limits: ResponseLimits;
}

/** The contents of a request that decide about plain HTTP. */
type Carries = 'CREDENTIALS' | 'NOTHING';

/** @throws Error for an invalid option; the message starts with its name */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const rules = new AddressRules(options.allowedPrivateCidrs);
  const resolver = options.resolver ?? systemResolver;
  const tls = trustedAuthorities(options.extraCa);
  const { outboundProxy } = options;
  const dispatcher = createDispatcher({ rules, resolver, tls, outboundProxy });
  const listedDispatcher = createDispatcher({ rules, listedOnly: true, resolver, tls, outboundProxy });
  const client = new GuardedClient(rules, dispatcher, listedDispatcher, outboundProxy !== undefined);
  const oauth = { timeoutMs: options.oauthTimeoutMs ?? 15_000, idle: false, limits: oauthLimits };
  const mcp = {
    timeoutMs: options.mcpIdleTimeoutMs ?? 300_000,
    idle: true,
    limits: options.mcpLimits ?? mcpLimits(16, null),
  };
  const fetches = (carries: Carries): Fetches => ({
    oauth: (url, init) => client.fetch(url, init ?? {}, oauth, carries),
    mcp: (url, init) => client.fetch(url, init ?? {}, mcp, carries),
  });
  return {
    ...fetches('CREDENTIALS'),
    withoutCredentials: fetches('NOTHING'),
    mcpLimits: mcp.limits,
    isAllowedLoopback: (url) => URL.canParse(url) && client.isAllowedLoopback(new URL(url)),
    mayBeListed: (url) => URL.canParse(url) && client.mayBeListed(new URL(url)),
    async checkConnection(url, signal) {
      if (outboundProxy !== undefined || !URL.canParse(url)) return [];
      const settings = { rules, resolve: resolver, tls, signal, timeoutMs: connectTimeoutMs };
      return checkConnection(new URL(url), settings);
    },
    close: async () => {
      await Promise.all([dispatcher.destroy(), listedDispatcher.destroy()]);
    },
  };
}

class GuardedClient {
  readonly #rules: AddressRules;
  readonly #dispatcher: Dispatcher;
  readonly #listedDispatcher: Dispatcher;
  readonly #proxied: boolean;

  constructor(rules: AddressRules, dispatcher: Dispatcher, listedDispatcher: Dispatcher, proxied: boolean) {
    this.#rules = rules;
    this.#dispatcher = dispatcher;
    this.#listedDispatcher = listedDispatcher;
    this.#proxied = proxied;
  }

  async fetch(url: string, init: RequestInit, profile: Profile, carries: Carries): Promise<Response> {
    const first = firstHop(url, init);
    const abort = new RequestAbort(init.signal ?? undefined);
    try {
      if (abort.reason) throw new RequestFailed(abort.reason);
      const { response, finalUrl } = await this.#follow(first, init, { profile, carries, abort });
      const body = response.body && (await bodyWithin(response, { url, abort, profile }));
      if (!body) abort.release();
      return standardResponse(response, body, finalUrl);
    } catch (error) {
      const reason = abort.reason ?? reasonOf(error);
      abort.abort(reason);
      if (error instanceof OutboundError && error.reason === 'TOO_LARGE') throw error;
      throw new OutboundError(reason, url);
    }
  }

  async #follow(
    first: RedirectHop,
    init: RequestInit,
    { profile, carries, abort }: { profile: Profile; carries: Carries; abort: RequestAbort },
  ) {
    if (!profile.idle) abort.startTimer(profile.timeoutMs);
    for (let hop = first; ;) {
      this.#check(hop.url);
      const listedOnly = carries === 'CREDENTIALS' && hop.url.protocol === 'http:';
      if (listedOnly && this.#isUnlisted(hop.url)) throw new RequestFailed('PLAIN_HTTP_REFUSED');
      if (profile.idle) abort.startTimer(profile.timeoutMs);
      const response = await undiciFetch(hop.url, {
        method: hop.method,
        headers: [...hop.headers],
        body: (init.body ?? null) as BodyInit | null,
        redirect: 'manual',
        signal: abort.signal,
        dispatcher: listedOnly ? this.#listedDispatcher : this.#dispatcher,
      });
      if (profile.idle) abort.stopTimer();
      const next = followRedirect(hop, response);
      if (next === null) return { response, finalUrl: hop.url };
      await response.body?.cancel();
      hop = next;
    }
  }

  /** Checks a URL before the request. Names are checked when they resolve; literal addresses are checked here. */
  #check(url: URL): void {
    const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
    if (!isWeb || url.username || url.password) throw new RequestFailed('INVALID_URL');
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.#rules.permits(host)) throw new RequestFailed('ADDRESS_REFUSED');
    // To a proxy, `localhost` is the proxy's own machine.
    const isLocalName = /(^|\.)localhost\.?$/.test(host);
    if (this.#proxied && isLocalName && !this.isAllowedLoopback(url))
      throw new RequestFailed('ADDRESS_REFUSED');
  }

  /** A name is decided when it resolves. Through a proxy it never resolves here. */
  #isUnlisted(url: URL): boolean {
    return (this.#proxied || isIP(hostOf(url)) !== 0) && !this.mayBeListed(url);
  }

  mayBeListed(url: URL): boolean {
    const host = hostOf(url);
    if (isIP(host) !== 0) return this.#rules.lists(host);
    return !this.#proxied && !this.#rules.listsNothing;
  }

  isAllowedLoopback(url: URL): boolean {
    const host = hostOf(url);
    const candidates = host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
    return candidates.some((address) => isLoopback(address) && this.#rules.permits(address));
  }
}

function firstHop(url: string, init: RequestInit): RedirectHop {
  if (!URL.canParse(url)) throw new OutboundError('INVALID_URL', url);
  // undici keeps reading a streamed body after the request is aborted.
  if (init.body instanceof ReadableStream) throw new TypeError('A request body cannot be a stream.');
  const target = new URL(url);
  target.hash = '';
  return {
    url: target,
    method: (init.method ?? 'GET').toUpperCase(),
    headers: requestHeaders(init.headers),
    redirect: init.redirect ?? 'follow',
    count: 0,
  };
}

function requestHeaders(given: RequestInit['headers']): Headers {
  let headers: Headers;
  try {
    headers = new Headers(given);
  } catch {
    // The platform's message repeats the value, which can be a secret.
    throw new TypeError('A header of this request has a name or a value that HTTP does not allow.');
  }
  if (!headers.has('user-agent')) headers.set('user-agent', 'Switchboard');
  return headers;
}

/** Reads the body within the profile's bounds: whole for OAuth, except event streams, which can stay open forever. */
async function bodyWithin(
  response: UndiciResponse,
  { url, abort, profile }: { url: string; abort: RequestAbort; profile: Profile },
): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>> {
  const isEventStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
  const body = boundedBody(response.body as ReadableStream<Uint8Array>, {
    url,
    abort,
    limits: profile.limits,
    kind: !isEventStream ? 'WHOLE' : profile.idle ? 'EACH_EVENT' : 'EVENT_STREAM',
    idleMs: profile.idle ? profile.timeoutMs : undefined,
  });
  return profile.idle || isEventStream ? body : readWhole(body);
}

/** Returns the platform's own Response, which libraries test with `instanceof`. undici's is another class. */
function standardResponse(
  { status, statusText, headers }: UndiciResponse,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null,
  finalUrl: URL,
): Response {
  const response = new Response(body, { status, statusText, headers: [...headers] });
  return Object.defineProperty(response, 'url', { value: finalUrl.href });
}
