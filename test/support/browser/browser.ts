import { parseSetCookie, stringifyCookie } from 'cookie';
import type { Credentials } from '../graphql.js';
import { sessionCookieName } from '../graphql.js';

export interface PageAnswer {
  status: number;
  url: string;
  headers: Headers;
  text: string;
  /** The target of the redirect as an absolute URL, or null without a redirect. */
  location: string | null;
}

/** Returns the value unchanged, as browsers send cookies back. */
const verbatim = (value: string) => value;

/**
 * The HTTP side of a browser. It keeps cookies by origin and returns redirects instead of following them. Callers pass the
 * headers that browsers add to a navigation (`Sec-Fetch-Site`, `Origin`).
 */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();
  readonly #home: string;

  constructor(app: { url: string; publicUrl: string }, { session }: Pick<Credentials, 'session'> = {}) {
    this.#home = app.url;
    if (session !== undefined) this.#jar(app.url).set(sessionCookieName(app), session);
  }

  /** Requests a page. @param target an absolute URL, or a path of the application */
  get(target: string, headers: Record<string, string> = {}): Promise<PageAnswer> {
    return this.#send(target, { method: 'GET', headers });
  }

  /** Submits a form. By default, the headers are those of a page of the same origin. */
  post(
    target: string,
    form: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<PageAnswer> {
    const { origin } = new URL(target, this.#home);
    return this.#send(target, {
      method: 'POST',
      headers: { origin, 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(form),
    });
  }

  /** Opens a page and follows at most ten redirects. */
  async open(target: string, headers: Record<string, string> = {}): Promise<PageAnswer> {
    let answer = await this.get(target, headers);
    for (let hops = 0; answer.location !== null && hops < 10; hops += 1)
      answer = await this.get(answer.location);
    return answer;
  }

  /** Returns a cookie's value at an origin, by default the application's. */
  cookie(name: string, origin = this.#home): string | undefined {
    return this.#jar(origin).get(name);
  }

  async #send(target: string, init: RequestInit & { headers: Record<string, string> }): Promise<PageAnswer> {
    const url = new URL(target, this.#home);
    const jar = this.#jar(url.origin);
    const cookie = stringifyCookie(Object.fromEntries(jar), { encode: verbatim });
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(cookie !== '' && { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(jar, line);
    const location = response.headers.get('location');
    return {
      status: response.status,
      url: url.href,
      headers: response.headers,
      text: await response.text(),
      location: location === null ? null : new URL(location, url).href,
    };
  }

  #jar(origin: string): Map<string, string> {
    const key = new URL(origin).origin;
    const jar = this.#jars.get(key) ?? new Map<string, string>();
    this.#jars.set(key, jar);
    return jar;
  }

  #keep(jar: Map<string, string>, line: string): void {
    const { name, value = '', maxAge, expires } = parseSetCookie(line, { decode: verbatim });
    const isGone = maxAge === 0 || (expires !== undefined && expires <= new Date());
    if (isGone) jar.delete(name);
    else jar.set(name, value);
  }
}
