import { parseSetCookie, stringifyCookie } from 'cookie';

/** A browser sends a value back as it came. */
const verbatim = (value: string) => value;

/** A browser's patience at a provider: follows redirects by hand, keeps cookies, fills in the forms it is shown. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /**
   * Goes from page to page until a redirect leaves `within`, and returns where it would lead.
   * @throws Error with the page, when it is neither a redirect nor a form.
   */
  async walk(
    start: string,
    { within, login, decision }: { within: string; login: string; decision: 'approve' | 'deny' },
  ): Promise<string> {
    let request = new Request(start);
    for (let hops = 0; hops < 20; hops += 1) {
      const answer = await this.#send(request);
      const location = answer.headers.get('location');
      if (location) {
        const next = new URL(location, request.url).href;
        if (!next.startsWith(`${within}/`)) return next;
        request = new Request(next);
        continue;
      }
      const page = await answer.text();
      const form = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
      if (!answer.ok || form === undefined)
        throw new Error(`the provider answered ${answer.status}: ${page}`);
      const fields = new URLSearchParams(page.includes('name="login"') ? { login } : { decision });
      request = new Request(new URL(form, request.url), { method: 'POST', body: fields });
    }
    throw new Error('the provider redirects without end');
  }

  async #send(request: Request): Promise<Response> {
    const cookies = Object.fromEntries(this.#cookies);
    request.headers.set('cookie', stringifyCookie(cookies, { encode: verbatim }));
    const answer = await fetch(request, { redirect: 'manual' });
    for (const cookie of answer.headers.getSetCookie()) {
      const { name, value = '' } = parseSetCookie(cookie, { decode: verbatim });
      this.#cookies.set(name, value);
    }
    return answer;
  }
}
