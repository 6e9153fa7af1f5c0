import { isIP } from 'node:net';
import {
  fetch as undiciFetch,
  type BodyInit,
  type Dispatcher,
  type Response as UndiciResponse,
} from 'undici';
import { AddressRules, isLoopback } from './address-rules.js';
import { SizeLimit, boundedBody, readWhole } from './bounded-body.js';
import { Cutoff } from './cutoff.js';
import { connectTimeoutMs, createDispatcher, trust } from './dispatcher.js';
import { examineConnection, type ConnectionPhase } from './connection-check.js';
import { OutboundError, Refusal, reasonOf } from './outbound-error.js';
import { nextLeg, type Leg } from './redirects.js';
import { systemResolver, type Resolver } from './resolution.js';

export type { ConnectionPhase, ConnectionProblem } from './connection-check.js';
export { OutboundError, type OutboundFailure } from './outbound-error.js';

/**
 * Like the global `fetch`, for absolute http(s) URLs.
 *
 * @throws OutboundError for everything that goes wrong outside, the caller's own abort included. It is also what
 * reading a streamed body fails with. TypeError for a mistake of ours: a header that HTTP does not allow, a streamed
 * request body.
 */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface GuardedFetchOptions {
  /** Blocks of otherwise refused addresses that may be reached, as `10.1.0.0/16` or `fd00::/8`. */
  allowedPrivateCidrs: readonly string[];
  /** PEM certificates that are trusted beside the usual authorities. */
  extraCa?: string | undefined;
  /**
   * A proxy that everything goes through, and that then decides which names may be reached: they resolve on its side.
   * Literal addresses are still refused here.
   */
  outboundProxy?: string | undefined;
  /** Default: the operating system's. */
  resolver?: Resolver | undefined;
  /** For a whole OAuth exchange, redirects and body included. Default 15,000. */
  oauthTimeoutMs?: number | undefined;
  /** Longest silence of an MCP server while an answer is waited for. Default 300,000. */
  mcpIdleTimeoutMs?: number | undefined;
  /** Bytes of one MCP message, decompressed: an event of a stream, or the whole answer. Default 8 MiB. */
  mcpMessageBytes?: number | undefined;
}

/** The one door through which requests leave. */
export interface GuardedFetch {
  /**
   * For OAuth: 15 seconds in all, 1 MiB decompressed, where each value of JSON counts as some bytes more (json-weight.ts). The answer is complete when it is returned, so that a slow or
   * broken body is never taken for a malformed one; only an event stream is handed over as it comes, under the same
   * limits.
   */
  readonly oauth: Fetch;
  /**
   * As `oauth`, for a server that is allowed plain http: whatever goes over plain http, redirects included, goes to
   * addresses that are listed in ALLOWED_PRIVATE_CIDRS and nowhere else. Refused otherwise with PLAIN_HTTP_REFUSED.
   */
  readonly oauthOverListedHttp: Fetch;
  /** For MCP: streamed, without an end in time, but with a limit on silence and on the size of each message. */
  readonly mcp: Fetch;
  /** Whether the URL's host is this machine by a literal address or as `localhost`, and may be reached: plain http will do. */
  isAllowedLoopback(url: string): boolean;
  /**
   * Whether the URL's host is listed in ALLOWED_PRIVATE_CIDRS by a literal address, or is a name, which may be: that is
   * settled when it is connected to. Through a proxy no name is, since it resolves on the other side.
   */
  mayBeListed(url: string): boolean;
  /**
   * Makes a connection to the URL's host and drops it, for what can be seen on the way: to no other addresses, and with
   * nothing sent over it. For administrators' eyes. Never throws; answers none where a proxy does the connecting.
   */
  examine(url: string, signal: AbortSignal): Promise<ConnectionPhase[]>;
  /** Ends what is under way and closes all connections. Requests made afterwards fail. */
  close(): Promise<void>;
}

interface Profile {
  timeoutMs: number;
  /** Whether the clock starts anew with all that arrives. */
  idle: boolean;
  maxBytes: number;
  /** Plain http to listed addresses only. */
  listedHttpOnly?: boolean;
}

/** @throws Error in words for an unusable setting */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const rules = new AddressRules(options.allowedPrivateCidrs);
  const resolver = options.resolver ?? systemResolver;
  const tls = trust(options.extraCa);
  const { outboundProxy } = options;
  const dispatcher = createDispatcher({ rules, resolver, tls, outboundProxy });
  const listedDispatcher = createDispatcher({
    rules: { permits: (address) => rules.lists(address) },
    refusal: 'PLAIN_HTTP_REFUSED',
    resolver,
    tls,
    outboundProxy,
  });
  const door = new Door(rules, dispatcher, listedDispatcher, outboundProxy !== undefined);
  const oauth = { timeoutMs: options.oauthTimeoutMs ?? 15_000, idle: false, maxBytes: 1024 * 1024 };
  const mcp = {
    timeoutMs: options.mcpIdleTimeoutMs ?? 300_000,
    idle: true,
    maxBytes: options.mcpMessageBytes ?? 8 * 1024 * 1024,
  };
  return {
    oauth: (url, init) => door.fetch(url, init ?? {}, oauth),
    oauthOverListedHttp: (url, init) => door.fetch(url, init ?? {}, { ...oauth, listedHttpOnly: true }),
    mcp: (url, init) => door.fetch(url, init ?? {}, mcp),
    isAllowedLoopback: (url) => URL.canParse(url) && door.isAllowedLoopback(new URL(url)),
    mayBeListed: (url) => URL.canParse(url) && door.mayBeListed(new URL(url)),
    async examine(url, signal) {
      if (outboundProxy !== undefined || !URL.canParse(url)) return [];
      const settings = { rules, resolve: resolver, tls, signal, timeoutMs: connectTimeoutMs };
      return examineConnection(new URL(url), settings);
    },
    close: async () => {
      await Promise.all([dispatcher.destroy(), listedDispatcher.destroy()]);
    },
  };
}

class Door {
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

  async fetch(url: string, init: RequestInit, profile: Profile): Promise<Response> {
    const leg = firstLeg(url, init);
    const cutoff = new Cutoff(init.signal ?? undefined);
    try {
      if (cutoff.reason) throw new Refusal(cutoff.reason);
      const { answer, finalUrl } = await this.#follow(leg, init, profile, cutoff);
      const body = answer.body && (await accept(answer, { url, cutoff, profile }));
      if (!body) cutoff.release();
      return standardResponse(answer, body, finalUrl);
    } catch (error) {
      const reason = cutoff.reason ?? reasonOf(error);
      cutoff.cut(reason);
      throw new OutboundError(reason, url);
    }
  }

  async #follow(first: Leg, init: RequestInit, profile: Profile, cutoff: Cutoff) {
    if (!profile.idle) cutoff.startTimer(profile.timeoutMs);
    for (let leg = first; ;) {
      this.#check(leg.url);
      const listedOnly = profile.listedHttpOnly === true && leg.url.protocol === 'http:';
      if (listedOnly && !this.mayBeListed(leg.url)) throw new Refusal('PLAIN_HTTP_REFUSED');
      if (profile.idle) cutoff.startTimer(profile.timeoutMs);
      const answer = await undiciFetch(leg.url, {
        method: leg.method,
        headers: [...leg.headers],
        body: (init.body ?? null) as BodyInit | null,
        redirect: 'manual',
        signal: cutoff.signal,
        dispatcher: listedOnly ? this.#listedDispatcher : this.#dispatcher,
      });
      if (profile.idle) cutoff.stopTimer();
      const next = nextLeg(leg, answer);
      if (next === null) return { answer, finalUrl: leg.url };
      await answer.body?.cancel();
      leg = next;
    }
  }

  /** Names are checked where they resolve; literal addresses never resolve, and are checked here. */
  #check(url: URL): void {
    const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
    if (!isWeb || url.username || url.password) throw new Refusal('INVALID_URL');
    const host = hostOf(url);
    if (isIP(host) !== 0 && !this.#rules.permits(host)) throw new Refusal('ADDRESS_REFUSED');
    // A proxy would take it for its own machine.
    const isLocalName = /(^|\.)localhost\.?$/.test(host);
    if (this.#proxied && isLocalName && !this.isAllowedLoopback(url)) throw new Refusal('ADDRESS_REFUSED');
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

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function firstLeg(url: string, init: RequestInit): Leg {
  if (!URL.canParse(url)) throw new OutboundError('INVALID_URL', url);
  // undici goes on reading a streamed body after the request was given up.
  if (init.body instanceof ReadableStream) throw new TypeError('A request body is sent whole, not streamed.');
  const target = new URL(url);
  target.hash = '';
  return {
    url: target,
    method: (init.method ?? 'GET').toUpperCase(),
    headers: requestHeaders(init.headers),
    redirect: init.redirect ?? 'follow',
    hops: 0,
  };
}

function requestHeaders(given: RequestInit['headers']): Headers {
  let headers: Headers;
  try {
    headers = new Headers(given);
  } catch {
    // The platform's own message would repeat the value, which may be a secret.
    throw new TypeError('A header of this request has a name or a value that HTTP does not allow.');
  }
  if (!headers.has('user-agent')) headers.set('user-agent', 'Switchboard');
  return headers;
}

/** The body within the profile's bounds: whole for OAuth, but for event streams, which may stay open for good. */
async function accept(
  answer: UndiciResponse,
  { url, cutoff, profile }: { url: string; cutoff: Cutoff; profile: Profile },
): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>> {
  const isEventStream = /^text\/event-stream\b/i.test(answer.headers.get('content-type') ?? '');
  const body = boundedBody(answer.body as ReadableStream<Uint8Array>, {
    url,
    cutoff,
    limit: new SizeLimit(profile.maxBytes, profile.idle && isEventStream),
    idleMs: profile.idle ? profile.timeoutMs : undefined,
  });
  return profile.idle || isEventStream ? body : readWhole(body);
}

/** The platform's own Response, which libraries test for with `instanceof`; undici's is another class. */
function standardResponse(
  answer: UndiciResponse,
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null,
  finalUrl: URL,
): Response {
  const response = new Response(body, {
    status: answer.status,
    statusText: answer.statusText,
    headers: [...answer.headers],
  });
  return Object.defineProperty(response, 'url', { value: finalUrl.href });
}
