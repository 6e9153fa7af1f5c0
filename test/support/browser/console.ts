import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { TestApp } from '../app.js';
import { sessionCookieName } from '../graphql.js';
import type { SignedInUser } from '../seed.js';

/** A user's browser, with the errors of its pages and their requests to other origins. */
export interface ConsoleBrowser {
  context: BrowserContext;
  /** The first page. Other pages of the browser are watched too. */
  page: Page;
  /** Console messages of the level error, uncaught errors, and violations of the content security policy. */
  readonly complaints: readonly string[];
  /** Requests of Switchboard's pages to other origins. Requests of a provider's pages don't count. */
  readonly foreignRequests: readonly string[];
  close(): Promise<void>;
}

/** Opens a browser in which the user is signed in, or without a session for `null`. */
export async function openBrowser(
  chromium: Browser,
  app: TestApp,
  user: Pick<SignedInUser, 'session'> | null,
  options: BrowserContextOptions = {},
): Promise<ConsoleBrowser> {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  // Shorter than the test's timeout, so the error names the step that didn't happen.
  context.setDefaultTimeout(20_000);
  if (user) await signIn(context, app, user.session);
  const complaints: string[] = [];
  const foreignRequests: string[] = [];
  const isOurs = (url: string) => url.startsWith(app.publicUrl);
  context.on('console', (message) => {
    const page = message.page()?.url() ?? '';
    // An error page has an error status, which the console logs.
    const isItsOwnStatus = message.location().url === page && message.text().startsWith('Failed to load');
    if (message.type() === 'error' && isOurs(page) && !isItsOwnStatus) complaints.push(message.text());
  });
  context.on('weberror', (error) => void complaints.push(error.error().message));
  context.on('request', (request) => {
    const isNavigation = request.isNavigationRequest();
    const page = isNavigation ? '' : request.frame().url();
    if (isOurs(page) && !isOurs(request.url()) && !request.url().startsWith('data:'))
      foreignRequests.push(request.url());
  });
  return {
    context,
    page: await context.newPage(),
    complaints,
    foreignRequests,
    close: () => context.close(),
  };
}

/** Sets the session cookie, as signing in does. */
export function signIn(context: BrowserContext, app: TestApp, session: string): Promise<void> {
  return context.addCookies([
    { name: sessionCookieName(app), value: session, url: app.publicUrl, httpOnly: true, sameSite: 'Lax' },
  ]);
}
