import { parseSetCookie, stringifyCookie } from 'cookie';
import { request } from 'undici';
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
    let navigation: Navigation = { url: start };
    for (let hops = 0; hops < maxHops; hops += 1) {
      const { status, location, page } = await this.#send(navigation);
      if (location === null) {
        navigation = await this.#submit(page, navigation.url, status);
        continue;
      }
      const next = new URL(location, navigation.url);
      if (next.origin === home) return next.href;
      navigation = { url: next.href };
    }
    throw new Error(`The provider did not return from ${start}.`);
  }

  async #submit(page: string, url: string, status: number): Promise<Navigation> {
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
    if ((attribute(opening, 'method') ?? 'get').toLowerCase() === 'post')
      return { url: target.href, form: fields, origin: new URL(url).origin };
    target.search = fields.toString();
    return { url: target.href };
  }

  async #value(name: string, preset: string): Promise<string> {
    if (name === 'code' && this.user.inbox !== undefined) return (await fetch(this.user.inbox)).text();
    return this.user.form?.[name] ?? preset;
  }

  async #send({ url, form, origin }: Navigation): Promise<{
    status: number;
    location: string | null;
    page: string;
  }> {
    const jar = this.#jars.get(new URL(url).origin) ?? new Map<string, string>();
    this.#jars.set(new URL(url).origin, jar);
    // Unlike fetch, this sends the headers by which servers recognize a navigation.
    const answer = await request(url, {
      method: form ? 'POST' : 'GET',
      headers: {
        accept: 'text/html',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(origin !== undefined && { origin }),
        ...(jar.size > 0 && { cookie: stringifyCookie(Object.fromEntries(jar), { encode: verbatim }) }),
      },
      body: form?.toString() ?? null,
    });
    const headers = new Headers();
    for (const [name, values] of Object.entries(answer.headers))
      for (const value of [values ?? []].flat()) headers.append(name, value);
    for (const line of headers.getSetCookie()) {
      const { name, value = '', maxAge, expires } = parseSetCookie(line, { decode: verbatim });
      const isGone = maxAge === 0 || (expires !== undefined && expires <= new Date());
      if (isGone) jar.delete(name);
      else jar.set(name, value);
    }
    return {
      status: answer.statusCode,
      location: headers.get('location'),
      page: await answer.body.text(),
    };
  }
}

interface Navigation {
  url: string;
  form?: URLSearchParams;
  /** The origin of the page with the form. */
  origin?: string;
}

function attribute(tag: string, name: string): string | null {
  const value = new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag)?.[1];
  return value === undefined ? null : value.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
}
