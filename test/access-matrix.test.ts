import type { ApiTokenScope } from '../src/identity/store/access-token.entity.js';
import { client, credentialHeaders } from './support/graphql.js';
import {
  operations,
  operationsOf,
  readOperations,
  startWorld,
  type Caller,
  type Needs,
  type World,
} from './support/operations.js';
import { seedApiToken, seedOAuth2Server, seedSession, seedUser } from './support/seed.js';

interface Actor {
  name: string;
  user?: { role: 'ADMIN' | 'MEMBER'; disabled?: boolean };
  /** The scope of the actor's API token. Without one, the actor has a session. */
  scope?: ApiTokenScope;
  may: Needs[];
}

const actors: Actor[] = [
  { name: 'an anonymous client', may: [] },
  { name: 'a member', user: { role: 'MEMBER' }, may: ['READ', 'USE', 'FULL', 'SESSION'] },
  { name: 'an admin', user: { role: 'ADMIN' }, may: ['READ', 'USE', 'FULL', 'SESSION', 'ADMIN'] },
  { name: 'a disabled member', user: { role: 'MEMBER', disabled: true }, may: [] },
  { name: 'a disabled admin', user: { role: 'ADMIN', disabled: true }, may: [] },
  {
    name: "a disabled admin's ADMIN token",
    user: { role: 'ADMIN', disabled: true },
    scope: 'ADMIN',
    may: [],
  },
  { name: "a member's READ token", user: { role: 'MEMBER' }, scope: 'READ', may: ['READ'] },
  { name: "a member's USE token", user: { role: 'MEMBER' }, scope: 'USE', may: ['READ', 'USE'] },
  { name: "a member's ADMIN token", user: { role: 'MEMBER' }, scope: 'ADMIN', may: ['READ', 'USE', 'FULL'] },
  { name: "an admin's READ token", user: { role: 'ADMIN' }, scope: 'READ', may: ['READ'] },
  { name: "an admin's USE token", user: { role: 'ADMIN' }, scope: 'USE', may: ['READ', 'USE'] },
  {
    name: "an admin's ADMIN token",
    user: { role: 'ADMIN' },
    scope: 'ADMIN',
    may: ['READ', 'USE', 'FULL', 'ADMIN'],
  },
];

interface RouteRow {
  /** Returns the path with its parameters. */
  path?: (world: World, caller: Caller) => Promise<string> | string;
  headers?: Record<string, string>;
  /** Pages accept only a session, so a client with an API token is anonymous to them. */
  anonymous: number;
  member: number;
  admin: number;
  /** For an API token, where its user's session gets another answer. */
  apiToken?: number;
}

const sameOrigin = { 'sec-fetch-site': 'same-origin' };
const everyone = (status: number) => ({ anonymous: status, member: status, admin: status });

const routes: Record<string, RouteRow> = {
  'GET /healthz': everyone(200),
  'GET /readyz': everyone(200),
  // A request without a body is refused before it is parsed. The other half of the matrix covers operations.
  'POST /graphql': { anonymous: 401, member: 400, admin: 400 },
  'GET /graphql': {
    path: () => `/graphql?query=${encodeURIComponent('{ viewer { id } }')}`,
    anonymous: 401,
    member: 405,
    admin: 405,
    apiToken: 200,
  },
  'ALL /graphql': { anonymous: 401, member: 405, admin: 405 },
  'GET /graphiql': { anonymous: 302, member: 403, admin: 200 },
  'GET /graphiql/assets/:name': {
    path: () => '/graphiql/assets/start.js',
    anonymous: 302,
    member: 403,
    admin: 200,
  },
  'GET /graphiql/examples/:name': {
    path: () => '/graphiql/examples/list',
    anonymous: 302,
    member: 403,
    admin: 200,
  },
  'GET /': { anonymous: 302, member: 200, admin: 200 },
  ...Object.fromEntries(
    ['accounts', 'servers', 'people', 'tokens', 'audit'].map((view) => [
      `GET /${view}{/*path}`,
      { path: () => `/${view}/deep`, anonymous: 302, member: 200, admin: 200 },
    ]),
  ),
  'GET /assets/:name': { path: () => '/assets/unknown', ...everyone(404) },
  'GET /auth/sign-in': everyone(200),
  'GET /auth/link/:token': { path: (world) => signInLink(world), ...everyone(200) },
  'POST /auth/link/:token': { path: (world) => signInLink(world), headers: sameOrigin, ...everyone(303) },
  'POST /auth/sign-out': { headers: sameOrigin, ...everyone(303) },
  'GET /auth/oidc/start': everyone(404),
  'GET /auth/oidc/callback': everyone(404),
  'POST /mcp-servers/discovery': { anonymous: 401, member: 403, admin: 400 },
  'GET /mcp-servers/:id/oauth2/connect': {
    path: (world) => oauthPath(world, 'connect'),
    headers: sameOrigin,
    anonymous: 303,
    member: 302,
    admin: 302,
  },
  'POST /mcp-servers/:id/oauth2/connect': {
    path: (world) => oauthPath(world, 'connect'),
    headers: sameOrigin,
    anonymous: 303,
    member: 302,
    admin: 302,
  },
  'GET /mcp-servers/:id/oauth2/callback': {
    path: (world) => oauthPath(world, 'callback?state=unknown&code=unknown'),
    anonymous: 401,
    member: 400,
    admin: 400,
  },
  'GET /mcp-servers/:id/oauth2/client-metadata.json': {
    path: (world) => oauthPath(world, 'client-metadata.json'),
    ...everyone(200),
  },
};

async function signInLink({ app }: World): Promise<string> {
  const admin = await seedUser(app, { role: 'ADMIN' });
  const graphql = client(app, { session: await seedSession(app, admin.id) });
  const { createSignInLink } = await graphql.data<{ createSignInLink: { signInLink: { url: string } } }>(
    'mutation ($userId: ID!) { createSignInLink(userId: $userId) { signInLink { url } } }',
    { userId: admin.id },
  );
  return new URL(createSignInLink.signInLink.url).pathname;
}

async function oauthPath({ app }: World, page: string): Promise<string> {
  const { id } = await seedOAuth2Server(app);
  return `/mcp-servers/${id}/oauth2/${page}`;
}

let world: Awaited<ReturnType<typeof startWorld>>;
let documents: Map<string, string>;

beforeAll(async () => {
  world = await startWorld();
  documents = await readOperations();
});

afterAll(() => world.close());

/** Creates an actor's user and credentials. Those of a disabled user were valid before. */
async function call(actor: Actor): Promise<Caller> {
  const { app } = world;
  if (!actor.user) return { userId: null, credentials: {} };
  const user = await seedUser(app, { role: actor.user.role });
  const credentials = actor.scope
    ? { token: await seedApiToken(app, user.email, actor.scope) }
    : { session: await seedSession(app, user.id) };
  if (actor.user.disabled) await app.sql('update users set disabled_at = now() where id = $1', [user.id]);
  return { userId: user.id, credentials };
}

test('covers every operation of the schema', () => {
  expect(Object.keys(operations).sort()).toEqual(operationsOf(world.app.schema));
});

test('covers every route', () => {
  const known = world.app.routes.map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(routes).sort()).toEqual([...new Set(known)].sort());
});

describe.each(Object.keys(operations))('%s', (name) => {
  test.each(actors)('permits or refuses $name as their role and scope require', async (actor) => {
    const row = operations[name]!;
    const caller = await call(actor);
    const variables = (await row.variables?.(world, caller)) ?? {};
    const answer = await client(world.app, caller.credentials).query(documents.get(name)!, variables);
    const codes = answer.errors?.map(({ extensions }) => extensions.code);
    if (actor.may.length === 0) {
      expect({ status: answer.status, codes, data: answer.data ?? null }).toEqual({
        status: 401,
        codes: ['UNAUTHENTICATED'],
        data: null,
      });
    } else if (actor.may.includes(row.needs)) {
      expect(codes).toBeUndefined();
    } else {
      expect(codes).toEqual(['FORBIDDEN']);
    }
  });
});

describe.each(Object.keys(routes))('%s', (name) => {
  test.each(actors)('answers $name as their role requires', async (actor) => {
    const row = routes[name]!;
    const [method = '', path = ''] = name.split(' ');
    const caller = await call(actor);
    const isSignedIn = actor.may.includes('SESSION');
    const response = await fetch(world.app.url + ((await row.path?.(world, caller)) ?? path), {
      // ALL stands for the methods that no other route of the path handles.
      method: method === 'ALL' ? 'PUT' : method,
      redirect: 'manual',
      headers: { ...credentialHeaders(world.app, caller.credentials), ...row.headers },
    });
    const role = actor.user?.role === 'ADMIN' ? 'admin' : 'member';
    const isKnown = path === '/graphql' ? actor.may.length > 0 : isSignedIn;
    const status = row[isKnown ? role : 'anonymous'];
    expect(response.status).toBe((isKnown && actor.scope && row.apiToken) || status);
  });
});
