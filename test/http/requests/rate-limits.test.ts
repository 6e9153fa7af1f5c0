import { startApp, type TestApp } from '../../support/app.js';
import { Browser } from '../../support/browser/browser.js';
import { credentialHeaders } from '../../support/graphql.js';
import { seedApiToken, seedOAuth2Server, seedSignedInUser, type SignedInUser } from '../../support/seed.js';

const frontend = 'https://frontend.example.com';
const burst = 5;

let app: TestApp;
let user: SignedInUser;
let token: string;
beforeAll(async () => {
  app = await startApp({
    allowedOrigins: [frontend],
    trustedProxies: ['loopback', '10.0.0.0/8', '2001:db8:ffff::1'],
    // So few that no token flows in during a test.
    rateLimits: { unauthenticatedPerSecond: 0.01, unauthenticatedBurst: burst, flowsPerMinute: 3 },
  });
  user = await seedSignedInUser(app);
  token = await seedApiToken(app, user.email);
});
afterAll(() => app.close());

/** Sends a request as a trusted proxy on this machine does, for a client at an address. */
function send(path: string, forwardedFor: string, headers: Record<string, string> = {}, to = app) {
  const isGraphql = path === '/graphql';
  return fetch(to.url + path, {
    method: isGraphql ? 'POST' : 'GET',
    headers: {
      ...(isGraphql && { 'content-type': 'application/json' }),
      'x-forwarded-for': forwardedFor,
      ...headers,
    },
    ...(isGraphql && { body: JSON.stringify({ query: '{ viewer { id } }' }) }),
  });
}

const statusOf = async (...request: Parameters<typeof send>) => (await send(...request)).status;

const countOf = (statuses: number[], status: number) => statuses.filter((one) => one === status).length;

/** Sends as many requests at once, and returns their statuses. */
const sendMany = (requests: number, forwardedFor: string, headers: Record<string, string> = {}) =>
  Promise.all(Array.from({ length: requests }, () => statusOf('/graphql', forwardedFor, headers)));

/** Takes all tokens of an address. */
const exhaust = async (address: string) =>
  expect(new Set(await sendMany(burst, address))).toEqual(new Set([401]));

test('refuses unauthenticated requests of one address beyond the burst, and those of no other', async () => {
  const statuses = await sendMany(2 * burst, '192.0.2.1');
  expect([countOf(statuses, 401), countOf(statuses, 429)]).toEqual([burst, burst]);
  expect(await statusOf('/graphql', '192.0.2.2')).toBe(401);
});

test('refuses in GraphQL’s format, with the seconds to wait, which pages of allowed origins can read', async () => {
  await exhaust('192.0.2.3');
  const answer = await send('/graphql', '192.0.2.3', { origin: frontend });
  expect(answer.status).toBe(429);
  expect(await answer.json()).toEqual({
    errors: [
      { message: expect.stringContaining('Wait a few seconds'), extensions: { code: 'RATE_LIMITED' } },
    ],
  });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(answer.headers.get('access-control-expose-headers')).toContain('retry-after');
  expect(app.logs).toContainEqual(
    expect.objectContaining({ level: 40, msg: 'Rate limit of an address reached', forwardedFor: true }),
  );
});

test.each([
  ['malformed', 'swb_x'],
  ['unknown', `swb_${'x'.repeat(43)}`],
])('counts a request with a %s token as unauthenticated', async (kind, wrong) => {
  const address = kind === 'malformed' ? '192.0.2.4' : '192.0.2.5';
  const statuses = await sendMany(2 * burst, address, { authorization: `Bearer ${wrong}` });
  expect([countOf(statuses, 401), countOf(statuses, 429)]).toEqual([burst, burst]);
});

test('never refuses a valid session or token, while others at its address send wrong ones', async () => {
  const address = '192.0.2.6';
  const wrong = sendMany(100, address, { authorization: `Bearer swb_${'x'.repeat(43)}` });
  for (let time = 0; time < 5; time += 1) {
    const right = [{ token }, { session: user.session }].map((credentials) =>
      sendMany(2 * burst, address, credentialHeaders(app, credentials)),
    );
    expect(new Set((await Promise.all(right)).flat())).toEqual(new Set([200]));
    expect(await statusOf('/auth/sign-in', address, credentialHeaders(app, user))).toBe(200);
  }
  expect(countOf(await wrong, 429)).toBe(100 - burst);
});

test('refuses the sign-in pages too, by a page that leads back', async () => {
  const address = '192.0.2.7';
  await exhaust(address);
  const answer = await send('/auth/sign-in?return=%2Fservers', address);
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  const page = await answer.text();
  expect(page).toContain('Too many requests');
  expect(page).toContain('href="/auth/sign-in?return=%2Fservers"');
  const others = ['/auth/oidc/callback', '/auth/link/unknown'].map((path) => statusOf(path, address));
  expect(await Promise.all(others)).toEqual([429, 429]);
});

test('counts the address that the last trusted proxy received the request from', async () => {
  await exhaust('198.51.100.1');
  const same = {
    'what the client claims stands left of the proxy’s entry': '203.0.113.9, 198.51.100.1',
    'with a port': '198.51.100.1:4711',
    'IPv4-mapped': '::ffff:198.51.100.1',
    'in front of two trusted proxies': '198.51.100.1, 10.1.2.3,2001:db8:ffff::1',
  };
  const others = {
    'in front of a proxy that is not trusted': '198.51.100.1, 203.0.113.7',
    'left of a malformed entry': '198.51.100.1, unknown',
    'no entry': '',
  };
  const ask = async (headers: Record<string, string>) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(headers).map(async ([what, header]) => [what, await statusOf('/graphql', header)]),
      ),
    ) as Record<string, number>;
  const all = (headers: Record<string, string>, status: number) =>
    Object.fromEntries(Object.keys(headers).map((what) => [what, status]));
  expect(await ask(same)).toEqual(all(same, 429));
  expect(await ask(others)).toEqual(all(others, 401));
});

test('counts an IPv6 address by its first 64 bits', async () => {
  await exhaust('2001:db8:1:2::1');
  const addresses = ['2001:db8:1:2:ffff::9', '[2001:db8:1:2::3]:4711', '2001:db8:1:3::1'];
  const statuses = await Promise.all(addresses.map((address) => statusOf('/graphql', address)));
  expect(statuses).toEqual([429, 429, 401]);
});

test('ignores X-Forwarded-For of a peer that is not a trusted proxy', async () => {
  const direct = await startApp({
    databaseUrl: app.databaseUrl,
    keys: app.keys,
    rateLimits: { unauthenticatedPerSecond: 0.01, unauthenticatedBurst: burst, flowsPerMinute: 0 },
  });
  try {
    const statuses = await Promise.all(
      Array.from({ length: 2 * burst }, (_item, index) =>
        statusOf('/graphql', `192.0.2.${index}`, {}, direct),
      ),
    );
    expect(countOf(statuses, 429)).toBe(burst);
  } finally {
    await direct.close();
  }
});

test('limits how many accounts one session begins to connect per minute', async () => {
  const { id } = await seedOAuth2Server(app);
  const path = `/mcp-servers/${id}/oauth2/connect`;
  const begin = (session: string) => new Browser(app, { session }).post(path);
  const pages = await Promise.all(Array.from({ length: 3 }, () => begin(user.session)));
  expect(pages.map(({ status }) => status)).toEqual([302, 302, 302]);
  const refused = await begin(user.session);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const origin = encodeURIComponent(app.publicUrl);
  expect(refused.text).toContain(`href="${path}?origin=${origin}">Try again</a>`);
  expect(refused.text).toContain('Wait');
  const other = await seedSignedInUser(app);
  expect((await begin(other.session)).status).toBe(302);
});
