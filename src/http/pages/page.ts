import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import { Html, html } from './html.js';
import { stylesheet } from './stylesheet.js';

export { Html, html } from './html.js';

/** A server-rendered page without a framework. */
export interface Page {
  title: string;
  body: Html;
  /** Defaults to 200. */
  status?: number;
  /**
   * The target of the page's form. `elsewhere` means that the response redirects to another origin: Chromium checks
   * `form-action` at every redirect. A page without a form cannot submit one.
   */
  form?: 'self' | 'elsewhere';
  /** `source` is a constant. It reads `data` as JSON from the element with the id `data`. */
  script?: { source: string; data?: unknown };
}

/**
 * The script of every page at a callback, which a provider redirects to. It removes `code` and `state` from the address
 * bar, and so from the history and from what users copy.
 */
export const removeCallbackQuery = String.raw`
  if (/\/callback\/?$/.test(location.pathname)) history.replaceState(null, '', location.pathname);
`;

/** Sends a page with a new nonce and the headers of `pageHeaders`. */
export function sendPage(res: Response, given: Page): void {
  const isCallback = /\/callback\/?(?:\?|$)/.test(res.req.originalUrl);
  const page = isCallback && !given.script ? { ...given, script: { source: removeCallbackQuery } } : given;
  const nonce = randomBytes(16).toString('base64');
  res
    .status(page.status ?? 200)
    .set(pageHeaders(page, nonce))
    .send(renderPage(page, nonce));
}

/**
 * Returns the headers of a page. Scripts and styles require the nonce. The page is not cached or framed, and sends no
 * referrer to other sites. It keeps its opener (`unsafe-none`), because it may be a popup.
 */
export function pageHeaders(
  { form, script }: Pick<Page, 'form' | 'script'>,
  nonce: string,
): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    script && `script-src 'nonce-${nonce}'`,
    'img-src data:',
    form !== 'elsewhere' && `form-action ${form ? "'self'" : "'none'"}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.filter(Boolean).join('; '),
    'cache-control': 'no-store',
    // With no-referrer a form is sent with `Origin: null`, which hides the page that it comes from.
    'referrer-policy': form ? 'same-origin' : 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'unsafe-none',
  };
}

/** Renders the page as a document. */
export function renderPage({ title, body, script }: Page, nonce: string): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Switchboard</title>
        <link rel="icon" href="${icon}" />
        <style nonce="${nonce}">
          ${new Html(stylesheet)}
        </style>
      </head>
      <body>
        <header>${mark}<span>Switchboard</span></header>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
        ${script && scriptElements(script, nonce)}
      </body>
    </html>`.toString();
}

/** Returns the message for an unexpected error. The log has the same request ID. */
export function unexpectedErrorMessage(requestId: string): string {
  return `Something went wrong. Give this request ID to an administrator of Switchboard: ${requestId}`;
}

/** Creates the page of an error, with its message and the next step. */
export function errorPage(error: { status: number; title: string; message: string; action?: Html }): Page {
  const { status, title, message, action } = error;
  return {
    status,
    title,
    body: html`<p role="alert">${message}</p>
      ${action}`,
  };
}

function scriptElements({ source, data }: NonNullable<Page['script']>, nonce: string): Html {
  // Only `<` can end a data block. JSON parsers read the escape as the same character.
  const json = JSON.stringify(data ?? null).replaceAll('<', String.raw`\u003c`);
  return html`<script type="application/json" id="data">
      ${new Html(json)}
    </script>
    <script nonce="${nonce}">
      ${new Html(source)};
    </script>`;
}

const drawing = html`<circle cx="6" cy="8" r="3.2" /><circle cx="26" cy="24" r="3.2" /><path
    d="M9 8h5c5 0 4 16 9 16"
    fill="none"
    stroke-width="2.6"
  />`;

/** The logo: two jacks and a cord. */
const mark = html`<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">${drawing}</svg>`;

const icon = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="#2f6f5e" stroke="#2f6f5e">${drawing}</svg>`,
)}`;
