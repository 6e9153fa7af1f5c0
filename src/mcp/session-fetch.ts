import { OutboundError, type Fetch } from '../net/guarded-fetch.js';
import { McpAuthorizationError, refusesCredentials, tokenRefusal, type TokenRefusal } from './failure.js';

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
  credentials: Credentials;
}

/** A request of a session. Its body is a text, because it can be repeated. */
export interface SessionRequest {
  method: 'GET' | 'POST' | 'DELETE';
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  /** True for a request that may have been processed when the server answered it HTTP 500, such as a tool call. */
  isOnce?: boolean;
}

const maxRedirects = 3;

/**
 * Sends the requests of one session: to the server's origin only, with its credentials. A request whose token is refused
 * is repeated once with new credentials. This is safe for a tool call too, because the server did not process the
 * request. After a mere HTTP 500, the token is renewed and other requests are repeated, but never a tool call, because
 * the tool may have run.
 */
export class SessionFetch {
  readonly #options: SessionFetchOptions;
  #headers: CredentialHeaders;
  readonly #renewals = new Map<TokenRefusal, Promise<CredentialHeaders | null>>();

  constructor(options: SessionFetchOptions) {
    this.#options = options;
    this.#headers = options.credentials.headers;
  }

  /** The values of the credentials' headers that were sent, and tokens without their scheme. */
  get secrets(): readonly string[] {
    const values = [...this.#options.credentials.headers, ...this.#headers].map(([, value]) => value);
    return [...new Set(values.flatMap((value) => [value, value.replace(/^\S+ /, '')]))];
  }

  /**
   * Sends a request.
   * @throws McpAuthorizationError for a refusal that renewed credentials do not avoid; OutboundError; the errors of
   *   `credentials.renew`
   */
  async fetch(url: URL, request: SessionRequest): Promise<Response> {
    return accepted(await this.#authorized(url, request));
  }

  /**
   * Sends a request that the server may not know, such as `server/discover`. Its refusal proves nothing about the
   * credentials, so they are not renewed.
   * @throws McpAuthorizationError, OutboundError
   */
  async guess(url: URL, request: SessionRequest): Promise<Response> {
    return accepted(await this.#send(url, request, this.#headers));
  }

  /** Ends the session on the server. A refusal is ignored. */
  async end(url: URL, request: SessionRequest): Promise<void> {
    const response = await this.#send(url, request, this.#headers);
    await response.body?.cancel();
  }

  /**
   * Renews the credentials after a refused request. Concurrent requests of one session can be refused, and one renewal
   * serves all of them.
   * @returns false if there are no new credentials, or if this session has renewed them before
   * @throws the errors of `credentials.renew`
   */
  async renew(refusal: TokenRefusal): Promise<boolean> {
    const { credentials } = this.#options;
    if (!credentials.renew || this.#headers !== credentials.headers) return false;
    const renewal = this.#renewals.get(refusal) ?? credentials.renew(refusal);
    this.#renewals.set(refusal, renewal);
    const renewed = await renewal;
    if (renewed === null) return false;
    this.#headers = renewed;
    return true;
  }

  async #authorized(url: URL, request: SessionRequest): Promise<Response> {
    const sent = this.#headers;
    const response = await this.#send(url, request, sent);
    const refusal = tokenRefusal(response);
    if (refusal === null || sent !== this.#options.credentials.headers) return response;
    if (!(await this.renew(refusal)) && sent === this.#headers) return response;
    if (refusal === 'SUSPECT' && request.isOnce) return response;
    await response.body?.cancel();
    return this.#send(url, request, this.#headers);
  }

  /** Sends a request, and follows redirects within the server's origin. */
  async #send(url: URL, request: SessionRequest, credentials: CredentialHeaders): Promise<Response> {
    const headers = new Headers(request.headers);
    // Headers of the protocol, such as `accept` and `content-type`, take precedence.
    for (const [name, value] of credentials) if (!headers.has(name)) headers.set(name, value);
    for (let target = url, redirects = 0; ; redirects++) {
      if (target.origin !== this.#options.url.origin) throw new OutboundError('REDIRECT_REFUSED', url.href);
      const { method, body = null, signal = null } = request;
      const init = { method, headers, body, signal, redirect: 'manual' } as const;
      const response = await this.#options.fetch(target.href, init);
      const next = redirectTarget(target, response, request.method);
      if (next === null || redirects === maxRedirects) return response;
      await response.body?.cancel();
      target = next;
    }
  }
}

async function accepted(response: Response): Promise<Response> {
  if (!refusesCredentials(response)) return response;
  await response.body?.cancel();
  throw new McpAuthorizationError(response);
}

/**
 * Returns the target of a redirect that is followed: within the origin, and with the same method. Only 307 and 308 keep
 * the method of a POST. For a target that differs by its trailing slash, servers mean the same with 301 and 302.
 */
function redirectTarget(from: URL, response: Response, method: string): URL | null {
  if (response.status < 300 || response.status >= 400) return null;
  const location = response.headers.get('location');
  if (location === null || !URL.canParse(location, from.href)) return null;
  const target = new URL(location, from.href);
  if (target.origin !== from.origin || target.username || target.password) return null;
  const isSamePath = withoutSlash(target) === withoutSlash(from);
  const isFollowed =
    response.status === 307 ||
    response.status === 308 ||
    ((response.status === 301 || response.status === 302) && (method === 'GET' || isSamePath));
  return isFollowed ? target : null;
}

function withoutSlash({ pathname }: URL): string {
  return pathname.replace(/\/$/, '');
}
