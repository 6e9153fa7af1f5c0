import { Browser } from '../support/browser/browser.js';
import { startApp, type TestApp } from '../support/app.js';
import { seedSignedInUser } from '../support/seed.js';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

test('shows a page for an unknown address', async () => {
  const page = await new Browser(app).get('/nothing/here');
  expect(page.status).toBe(404);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.text).toContain('This page doesn&#39;t exist');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('shows a page for a malformed address, without repeating it', async () => {
  const page = await new Browser(app).get('/mcp-servers/%E0%A4%A/oauth2/connect');
  expect(page.status).toBe(400);
  expect(page.text).toContain('Bad request');
  expect(page.text).not.toContain('%E0%A4%A');
});

test('shows the request id of an unexpected error, which the log has too', async () => {
  const { session } = await seedSignedInUser(app);
  await app.sql('alter table access_tokens rename to sentinel_table');
  try {
    const page = await new Browser(app, { session }).get('/graphiql');
    const requestId = page.headers.get('x-request-id');
    expect(page.status).toBe(500);
    expect(page.text).toContain(requestId);
    expect(page.text).not.toMatch(/sentinel|relation|access_tokens/);
    expect(app.logs).toContainEqual(expect.objectContaining({ level: 50, requestId }));
  } finally {
    await app.sql('alter table sentinel_table rename to access_tokens');
  }
});

test('lists the routes of the routers', () => {
  const listed = app.routes.map(({ method, path }) => `${method} ${path}`);
  expect(listed).toEqual(
    expect.arrayContaining([
      'POST /graphql',
      'GET /graphiql',
      'GET /healthz',
      'GET /readyz',
      'GET /mcp-servers/:id/oauth2/connect',
      'POST /mcp-servers/:id/oauth2/connect',
      'GET /mcp-servers/:id/oauth2/callback',
      'POST /auth/link/:token',
    ]),
  );
  expect(new Set(listed).size).toBe(listed.length);
});

test('serves every route at its listed address', async () => {
  const { session } = await seedSignedInUser(app, { role: 'ADMIN' });
  const browser = new Browser(app, { session });
  for (const { path } of app.routes.filter(({ method }) => method === 'GET')) {
    const page = await browser.get(path.replaceAll(/:\w+/g, 'unknown').replace(/\{.*\}/, ''));
    expect([path, page.text.includes('This page doesn&#39;t exist') && !path.includes(':')]).toEqual([
      path,
      false,
    ]);
  }
});

test('over https, browsers are told to stay there', async () => {
  const secure = await startApp({ publicUrl: 'https://switchboard.example.com' });
  try {
    const { headers } = await fetch(`${secure.url}/healthz`);
    expect(headers.get('strict-transport-security')).toBe('max-age=15552000');
    expect((await fetch(`${app.url}/healthz`)).headers.get('strict-transport-security')).toBeNull();
  } finally {
    await secure.close();
  }
});
