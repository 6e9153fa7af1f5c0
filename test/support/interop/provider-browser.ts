import { parseSetCookie, stringifyCookie } from 'cookie';
import type { Ready } from './stack.js';

/** Returns the value unchanged, as browsers send cookies back. */
const verbatim = (value: string) => value;

/** The maximum number of pages and redirects between an authorization request and its callback. */
const maxHops = 20;

/**
 * A browser without JavaScript at a provider's pages. It keeps cookies by origin, follows redirects, and submits the first
 * form of each page with the given values.
 */
export class ProviderBrowser {
  readonly #jars = new Map<string, Map<string, string>>();

  constructor(private readonly user: Pick<Ready, 'form' | 'inbox'>) {}

  /**
   * Follows an authorization request until a redirect reaches `home`. Returns its target without requesting it.
   * @throws Error with the page, if it is neither a redirect nor a form
   */
  async authorize(start: string, home: string): Promise<string> {
    let request = new Request(start);
    for (let hops = 0; hops < maxHops; hops += 1) {
      const answer = await this.#send(request);
      const location = answer.headers.get('location');
      if (location !== null) {
        const next = new URL(location, request.url);
        if (next.origin === home) return next.href;
        request = new Request(next);
        continue;
      }
      request = await this.#submit(await answer.text(), request.url, answer.status);
    }
    throw new Error(`The provider did not return from ${start}.`);
  }

  async #submit(page: string, url: string, status: number): Promise<Request> {
    const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(page);
    if (!form) throw new Error(`The provider answered ${status} at ${url}: ${page.slice(0, 2_000)}`);
    const [, opening = '', content = ''] = form;
    const fields = new URLSearchParams();
    for (const [field] of content.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
      const name = attribute(field, 'name');
      if (name === null) continue;
      // A page with several buttons has the one that agrees first.
      if (fields.has(name) && /^<button|type="submit"/i.test(field)) continue;
      fields.set(name, await this.#value(name, attribute(field, 'value') ?? ''));
    }
    const target = new URL(attribute(opening, 'action') ?? '', url);
    const origin = new URL(url).origin;
    if ((attribute(opening, 'method') ?? 'get').toLowerCase() === 'post')
      return new Request(target, { method: 'POST', body: fields, headers: { origin } });
    target.search = fields.toString();
    return new Request(target);
  }

  async #value(name: string, preset: string): Promise<string> {
    if (name === 'code' && this.user.inbox !== undefined) return (await fetch(this.user.inbox)).text();
    return this.user.form?.[name] ?? preset;
  }

  async #send(request: Request): Promise<Response> {
    const { origin } = new URL(request.url);
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    if (jar.size > 0)
      request.headers.set('cookie', stringifyCookie(Object.fromEntries(jar), { encode: verbatim }));
    const answer = await fetch(request, { redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const { name, value = '', maxAge, expires } = parseSetCookie(line, { decode: verbatim });
      const isGone = maxAge === 0 || (expires !== undefined && expires <= new Date());
      if (isGone) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }
}

function attribute(tag: string, name: string): string | null {
  const value = new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1];
  return value === undefined ? null : value.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
}
