import { parseSetCookie, stringifyCookie } from 'cookie';

/** Returns the value unchanged, as browsers send cookies back. */
const verbatim = (value: string) => value;

/** A browser at a provider. It follows redirects, keeps cookies, and submits the forms that it receives. */
export class FormBrowser {
  readonly #cookies = new Map<string, string>();

  /**
   * Follows redirects and submits forms until a redirect leaves `within`. Returns its target without requesting it.
   * @throws Error with the page, if it is neither a redirect nor a form
   */
  async submitForms(
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
        throw new Error(`The provider answered ${answer.status}: ${page}`);
      const fields = new URLSearchParams(page.includes('name="login"') ? { login } : { decision });
      request = new Request(new URL(form, request.url), { method: 'POST', body: fields });
    }
    throw new Error('The provider redirects endlessly.');
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
