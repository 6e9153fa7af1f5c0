import { randomBytes } from 'node:crypto';
import type { Response } from 'express';
import { Html, html } from './html.js';
import { stylesheet } from './stylesheet.js';

export { Html, html } from './html.js';

/** One small page of the server's own: no framework, and no script unless it brings one. */
export interface Page {
  title: string;
  body: Html;
  /** 200 unless said otherwise. */
  status?: number;
  /**
   * Whether the page has a form. `elsewhere`: its answer redirects to another origin, which Chromium would hold against
   * `form-action` at every hop. Pages without one may submit nothing.
   */
  form?: 'self' | 'elsewhere';
  /** `source` is a constant of ours; it finds `data`, as JSON, in the element with the id `data`. */
  script?: { source: string; data?: unknown };
}

/** Answers with a page, under a fresh nonce and the headers of `pageHeaders`. */
export function sendPage(res: Response, page: Page): void {
  const nonce = randomBytes(16).toString('base64');
  res
    .status(page.status ?? 200)
    .set(pageHeaders(page, nonce))
    .send(renderPage(page, nonce));
}

/**
 * The headers of every page: nothing but what carries the nonce runs or styles, nothing is cached, framed or told to
 * other sites. The opener is kept (`unsafe-none`), because these pages live in popups.
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
    // With no-referrer a form would be sent with `Origin: null`, which says nothing about where it came from.
    'referrer-policy': form ? 'same-origin' : 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'unsafe-none',
  };
}

/** The page as a document. */
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

/** A refusal or failure in plain words: what happened, and what to do now. */
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
  // In a data block only `<` could end the element; as an escape it means the same to a JSON parser.
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

/** Two jacks and the cord between them. */
const mark = html`<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">${drawing}</svg>`;

const icon = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="#2f6f5e" stroke="#2f6f5e">${drawing}</svg>`,
)}`;
