import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { TestApp } from '../app.js';
import { sessionCookieName } from '../graphql.js';
import type { SignedInUser } from '../seed.js';

/** A person's browser, and everything that it had to complain about or asked of anybody but Switchboard. */
export interface ConsoleBrowser {
  context: BrowserContext;
  /** A first page; any other of this browser is watched too. */
  page: Page;
  /** Messages of the level error, faults of scripts, and violations of the content security policy. */
  readonly complaints: readonly string[];
  /** Requests of pages of Switchboard's to other origins. What a provider's page asks for is its own affair. */
  readonly foreignRequests: readonly string[];
  close(): Promise<void>;
}

/** A browser in which this person is signed in; `null` is nobody. */
export async function openBrowser(
  chromium: Browser,
  app: TestApp,
  user: Pick<SignedInUser, 'session'> | null,
  options: BrowserContextOptions = {},
): Promise<ConsoleBrowser> {
  const context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  // Before the test's own ends, so that it is told which step never came.
  context.setDefaultTimeout(20_000);
  if (user) await signIn(context, app, user.session);
  const complaints: string[] = [];
  const foreignRequests: string[] = [];
  const isOurs = (url: string) => url.startsWith(app.publicUrl);
  context.on('console', (message) => {
    const page = message.page()?.url() ?? '';
    // A page that is a refusal says so by its status.
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

/** Gives the browser this session, as if its person had just signed in there. */
export function signIn(context: BrowserContext, app: TestApp, session: string): Promise<void> {
  return context.addCookies([
    { name: sessionCookieName(app), value: session, url: app.publicUrl, httpOnly: true, sameSite: 'Lax' },
  ]);
}
