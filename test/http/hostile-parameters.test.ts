import { request } from 'node:http';
import { startApp, type TestApp } from '../support/app.js';
import { credentialHeaders, sessionCookieName } from '../support/graphql.js';
import { startIdentityProvider, type IdentityProvider } from '../support/oauth/identity-provider.js';
import { seedOAuth2Server, seedSignedInUser, type SignedInUser } from '../support/seed.js';

let provider: IdentityProvider;
let app: TestApp;
let admin: SignedInUser;
let serverId: string;
beforeAll(async () => {
  provider = await startIdentityProvider();
  app = await startApp({ oidc: provider.settings({ allowedDomains: ['example.com'] }) });
  await provider.register(app);
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  // Its token endpoint refuses connections, so that a code leads to no waiting.
  const endpoint = 'http://127.0.0.1:1/token';
  serverId = (await seedOAuth2Server(app, { oauth2TokenUrl: endpoint, oauth2AuthUrl: endpoint })).id;
});
afterAll(async () => {
  await app.close();
  await provider.close();
});

/** Texts as a path, a query or a form carries them. */
const hostile = [
  '%00',
  'a%00b',
  '%ff',
  '%E0%A4%A',
  '%ED%A0%80',
  '%e2%80%ae',
  '%0d%0aset-cookie:a=b',
  '..%2f..%2f',
  '%2f%2fevil.example',
  '%5c%5cevil.example',
  '__proto__',
  'constructor',
  '[object%20Object]',
  'javascript:alert(1)',
  'x'.repeat(1_000),
  "';--",
  '*',
  '%25',
  '',
];
const parameters = [
  'return',
  'origin',
  'state',
  'code',
  'iss',
  'error',
  'error_description',
  'resumed',
  'server',
];

interface Sent {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends a request whose path stays as it is written. Returns the status and the new cookies. */
function send({ method, path, headers = {}, body }: Sent): Promise<{ status: number; cookies: string[] }> {
  return new Promise((resolve, reject) => {
    const req = request(app.url, { method, path, headers, agent: false }, (res) => {
      res
        .resume()
        .on('end', () => resolve({ status: res.statusCode ?? 0, cookies: res.headers['set-cookie'] ?? [] }));
    });
    req.on('error', reject).end(body);
  });
}

async function expectNoFault(sent: Sent): Promise<void> {
  const { status } = await send(sent);
  const logged = app.logs.filter(({ level }) => Number(level) >= 50);
  expect({ sent, isFault: status === 500, logged }).toEqual({ sent, isFault: false, logged: [] });
}

/** Joins parameters that are encoded already. */
const queryOf = (encoded: Record<string, string>) =>
  Object.entries(encoded)
    .map(([name, text]) => `${name}=${text}`)
    .join('&');

const signedIn = () => ({ ...credentialHeaders(app, admin), 'sec-fetch-site': 'same-origin' });
const form = { 'content-type': 'application/x-www-form-urlencoded' };

test('no parameter of a path is an internal error', async () => {
  const paths = app.routes.filter(({ path }) => /[:{]/.test(path));
  expect(paths.length).toBeGreaterThan(5);
  for (const { method, path } of paths) {
    const filled = [...hostile, serverId, `${serverId}%00`].map((text) =>
      path.replace(/\{?\/\*path\}/, `/${text}`).replaceAll(/:\w+/g, text),
    );
    await Promise.all(filled.map((at) => expectNoFault({ method, path: at, headers: signedIn() })));
  }
});

test('no parameter of a query or form is an internal error', async () => {
  const routes = app.routes.map(({ method, path }) => ({
    method: method === 'ALL' ? 'PUT' : method,
    path: path
      .replace(/\{\/\*path\}/, '')
      .replace(':id', serverId)
      .replaceAll(/:\w+/g, 'x'),
  }));
  // Signing out would end the session of the other requests.
  for (const { method, path } of routes.filter(({ path }) => !path.includes('sign-out'))) {
    const all = hostile.flatMap((text): Sent[] => {
      const query = parameters.map((name) => `${name}=${text}`).join('&');
      const repeated = parameters.map((name) => `${name}=a&${name}[]=${text}&${text}=${name}`).join('&');
      return [
        { method, path: `${path}?${query}`, headers: signedIn() },
        // The other parameters are refused before it.
        { method, path: `${path}?return=/${text}`, headers: signedIn() },
        { method, path: `${path}?${repeated}` },
        ...(method === 'POST' ? [{ method, path, headers: { ...signedIn(), ...form }, body: query }] : []),
      ];
    });
    await Promise.all(all.map(expectNoFault));
  }
});

test.each(['state', 'code', 'iss', 'error'])(
  'no %s of an authorization response is an internal error',
  async (name) => {
    const connectPath = `/mcp-servers/${serverId}/oauth2`;
    const answer = async (text: string) => {
      const headers = signedIn();
      const connect = await fetch(`${app.url}${connectPath}/connect`, { headers, redirect: 'manual' });
      const state = new URL(connect.headers.get('location') ?? '').searchParams.get('state') ?? '';
      const iss = 'https%3A%2F%2Fauth.example.com';
      const query = queryOf({ state, code: 'c', iss, [name]: text });
      await expectNoFault({ method: 'GET', path: `${connectPath}/callback?${query}`, headers });

      const start = await send({ method: 'GET', path: '/auth/oidc/start' });
      const cookie = (start.cookies[0] ?? '').split(';')[0] ?? '';
      const pending = new URLSearchParams(decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1)));
      const search = queryOf({ state: pending.get('state') ?? '', code: 'c', [name]: text });
      await expectNoFault({ method: 'GET', path: `/auth/oidc/callback?${search}`, headers: { cookie } });
    };
    await Promise.all(hostile.map(answer));
  },
);

test('no cookie or credential is an internal error', async () => {
  for (const text of hostile) {
    const cookie = [sessionCookieName(app), 'switchboard_return', 'switchboard_oidc']
      .map((name) => `${name}=${text}`)
      .join('; ');
    for (const path of ['/', '/auth/sign-in', '/auth/oidc/callback?state=a', '/graphiql']) {
      await expectNoFault({ method: 'GET', path, headers: { cookie } });
    }
    const authorization = `Bearer swb_${text}`;
    const headers = { authorization, 'content-type': 'application/json', origin: text };
    await expectNoFault({ method: 'POST', path: '/graphql', headers, body: '{}' });
  }
});
