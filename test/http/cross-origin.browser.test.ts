import type { Browser, Page } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import { launchChromium } from '../support/browser/chromium.js';
import { credentialHeaders } from '../support/graphql.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { seedApiToken, seedSignedInUser } from '../support/seed.js';

let frontend: HandcraftedServer;
let app: TestApp;
let browser: Browser;
let page: Page;
let token: string;
beforeAll(async () => {
  frontend = await startHandcraftedServer();
  frontend.answer('/', {
    headers: { 'content-type': 'text/html' },
    text: '<!doctype html><title>Frontend</title>',
  });
  app = await startApp({ allowedOrigins: [frontend.origin] });
  const { email } = await seedSignedInUser(app);
  token = await seedApiToken(app, email);
  browser = await launchChromium();
  page = await browser.newPage();
  await page.goto(`${frontend.origin}/`);
});
afterAll(async () => {
  await browser.close();
  await app.close();
  await frontend.close();
});

/** Sends a request from the page, and returns what the page may read of the response. */
const fromPage = (path: string, init: { method: string; headers: Record<string, string>; body?: string }) =>
  page.evaluate(
    async ({ url, sent }) => {
      const response = await fetch(url, sent);
      const readable = [...response.headers.keys()];
      return { status: response.status, readable, body: (await response.json()) as unknown };
    },
    { url: app.url + path, sent: init },
  );

/** The headers that Apollo Client, urql, Sentry and OpenTelemetry send. */
const usual = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json',
  'apollographql-client-name': 'frontend',
  'apollographql-client-version': '1.0',
  'apollo-require-preflight': 'true',
  'x-apollo-operation-name': 'Viewer',
  'x-request-id': '1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'sentry-release=1',
  'sentry-trace': '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1',
};

test('a page of an allowed origin sends the usual headers of clients, by POST and by GET', async () => {
  const query = '{ viewer { __typename } }';
  const headers = { ...usual, ...credentialHeaders(app, { token }) };
  const expected = { status: 200, body: { data: { viewer: { __typename: 'User' } } } };
  const body = JSON.stringify({ query });
  expect(await fromPage('/graphql', { method: 'POST', headers, body })).toMatchObject(expected);
  const search = new URLSearchParams({ query });
  expect(await fromPage(`/graphql?${search}`, { method: 'GET', headers })).toMatchObject(expected);
});

test('a page of an allowed origin reads the id of a request', async () => {
  const answer = await fromPage('/graphql', { method: 'POST', headers: usual, body: '{}' });
  expect(answer.status).toBe(401);
  expect(answer.readable).toContain('x-request-id');
});
