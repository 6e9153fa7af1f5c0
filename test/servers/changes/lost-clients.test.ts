import { HotReads } from '../../../src/database/hot-reads.js';
import { UpstreamSessions } from '../../../src/mcp/sessions/upstream-sessions.js';
import { sweepExpiredFlows } from '../../../src/accounts/authorize/flows.js';
import { Revocations } from '../../../src/accounts/revoke/revocations.js';
import { ConnectedAccountEnding } from '../../../src/accounts/store/account-ending.js';
import { createLog } from '../../../src/log.js';
import { createGuardedFetch } from '../../../src/net/guarded-fetch.js';
import { ClientHealth } from '../../../src/servers/changes/client-health.js';
import { setSecondsLeft, accountOf, endBackOff } from '../../accounts/token-access.js';
import { createServer, visit, type SignedInUser } from '../../accounts/world.js';
import { startApp, type TestApp } from '../../support/app.js';
import { DiagnoseMcpServerDocument } from '../../generated/graphql.js';
import { seedSignedInUser } from '../../support/seed.js';
import { startLossyProvider, type LossyBehavior, type LossyProvider } from './lossy-provider.js';

let app: TestApp;
/** Other processes on the same database. */
let others: TestApp[];
let admin: SignedInUser;
let provider: LossyProvider;
let serverId: string;

beforeAll(async () => {
  app = await startApp();
  const { databaseUrl, keys, publicUrl } = app;
  others = [];
  for (let count = 0; count < 2; count += 1) others.push(await startApp({ databaseUrl, keys, publicUrl }));
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
}, 60_000);
afterAll(async () => {
  for (const other of others) await other.close();
  await app.close();
});
afterEach(() => provider.close());

async function added(behavior: Partial<LossyBehavior> = {}): Promise<void> {
  provider = await startLossyProvider(behavior);
  serverId = await createServer({ admin, mcp: { url: provider.mcpUrl } as never });
  await outliveProof();
}

/** Makes the last proof of every client, such as its registration, older than five minutes. */
async function outliveProof(): Promise<void> {
  await app.sql(`update oauth2_client_states set proved_at = now() - interval '6 minutes'`);
}

const newUser = () => seedSignedInUser(app);

/** Opens the connect page. `to` is the authorization request, or null if a page answered. */
async function open(user: SignedInUser, at = app): Promise<{ to: string | null; page: string }> {
  const answer = await visit(at, user, `${at.url}/mcp-servers/${serverId}/oauth2/connect`);
  return { to: answer.headers.get('location'), page: await answer.text() };
}

/** Connects as a user does. Returns the text of the last page, or null if the provider showed an error page. */
async function connect(user: SignedInUser): Promise<string | null> {
  const { to, page } = await open(user);
  if (to === null) return page;
  const callback = provider.approve(to);
  return callback === null ? null : (await visit(app, user, callback)).text();
}

const connected = /Your account is connected/;

async function server() {
  const [row] = await app.sql<{ client: string; failure: string | null }>(
    'select oauth2_client_id as client, oauth2_client_failure as failure from mcp_server_configs where id = $1',
    [serverId],
  );
  return row as { client: string; failure: string | null };
}

const registrations = () => provider.count('POST /register');

const tools = async (user: SignedInUser) =>
  (await user.graphql.query('query ($id: ID!) { mcpServerTools(id: $id) { name } }', { id: serverId }))
    .errors?.[0]?.extensions.code;

/** Runs the background task that renews expiring clients, as this process does once a minute. */
async function renewExpiring(each: TestApp): Promise<number> {
  const { vault, publicUrl } = each;
  const { em } = each.orm;
  const log = createLog('silent');
  const outbound = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'] });
  const revocations = new Revocations({ em, vault, outbound, log });
  const reads = new HotReads({ log });
  const upstreamSessions = new UpstreamSessions({ em, reads, vault, outbound, log });
  const accountEnding = new ConnectedAccountEnding({ vault, revocations, upstreamSessions });
  const deps = { em, vault, outbound, accountEnding, publicUrl, clientMetadata: false, log };
  try {
    return await new ClientHealth(deps).renewExpiring(AbortSignal.timeout(20_000));
  } finally {
    await outbound.close();
  }
}

describe('before a user is sent to the provider', () => {
  test.each<[string, Partial<LossyBehavior>]>([
    [
      'whose registration is gone',
      { management: 'READABLE', unknownAtAuthorize: 'LOGIN', unknownAtToken: 500 },
    ],
    ['refused by the authorization request and the token endpoint', {}],
    ['for which the provider redirects to an error page', { unknownAtAuthorize: 'ERROR_REDIRECT' }],
  ])('a client %s is registered again', async (_what, behavior) => {
    await added(behavior);
    const { client } = await server();
    provider.forget();
    expect(await connect(await newUser())).toMatch(connected);
    expect(registrations()).toBe(2);
    expect((await server()).client).not.toBe(client);
    expect((await server()).failure).toBeNull();
  });

  test.each<[string, Partial<LossyBehavior>]>([
    ['the authorization request alone', { unknownAtToken: 'invalid_grant' }],
    ['the token endpoint alone', { unknownAtAuthorize: 'LOGIN' }],
    ['a filter against robots', { refusesRobots: true }],
    ['a registration URL that answers 404 for every client', { management: 'BROKEN' }],
  ])('a refusal by %s stops no user', async (_what, behavior) => {
    await added(behavior);
    if (!behavior.refusesRobots && !behavior.management) provider.forget();
    const user = await newUser();
    expect((await open(user)).to).toContain(`${provider.origin}/authorize`);
  });

  test('a client that is known costs one request, and none where it was proved within five minutes', async () => {
    await added({ management: 'READABLE' });
    const user = await newUser();
    const before = provider.requests.length;
    await open(user);
    expect(provider.requests.slice(before)).toEqual([expect.stringMatching(/^GET \/register\//)]);
    expect(await connect(await newUser())).toMatch(connected);
    const proved = provider.requests.length;
    await open(await newUser());
    expect(provider.requests).toHaveLength(proved);
    await outliveProof();
    await open(await newUser());
    expect(provider.requests.length).toBe(proved + 1);
  });

  test('a client that was registered within five minutes is not checked', async () => {
    await added();
    await app.sql('update oauth2_client_states set proved_at = now() where mcp_server_config_id = $1', [
      serverId,
    ]);
    const before = provider.requests.length;
    expect((await open(await newUser())).to).toContain(`${provider.origin}/authorize`);
    expect(provider.requests).toHaveLength(before);
  });

  test('the check sends no cookie, no credentials and no state of a user, and follows no redirect', async () => {
    await added({ unknownAtAuthorize: 'LOGIN' });
    await open(await newUser());
    expect(provider.count('GET /authorize')).toBe(1);
    expect(provider.count('GET /login')).toBe(0);
  });

  test('a client that forgets every client registers once an hour, and the page offers another attempt', async () => {
    await added();
    provider.forget();
    expect(await connect(await newUser())).toMatch(connected);
    provider.forget();
    await outliveProof();
    const page = await connect(await newUser());
    expect(page).toMatch(/no longer recognizes Switchboard/);
    expect(page).toMatch(/Try again<\/a>/);
    expect(page).toMatch(/give an administrator this reference/);
    expect(registrations()).toBe(2);
    expect((await server()).failure).toBe('INVALID_CLIENT');

    await app.sql(
      `update mcp_server_configs set oauth2_client_renewal_at = now() - interval '61 minutes' where id = $1`,
      [serverId],
    );
    expect(await connect(await newUser())).toMatch(connected);
    expect((await server()).failure).toBeNull();
  });

  test('a provider that registers no client now is named, and the next attempt after an hour heals it', async () => {
    await added();
    provider.forget();
    provider.behavior.refusesRegistrations = true;
    expect(await connect(await newUser())).toMatch(/ask an administrator to register the client again/);
    provider.behavior.refusesRegistrations = false;
    await admin.graphql.data(
      'mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { id } } }',
      { id: serverId },
    );
    expect(await connect(await newUser())).toMatch(connected);
  });

  test('a new client that is refused like the stored one is deleted, and the stored one stays', async () => {
    await added({ management: 'READABLE' });
    const { client } = await server();
    // The provider blocks robots everywhere, and has changed the tokens for registrations.
    for (const [id, known] of provider.clients) {
      (provider.clients as Map<string, object>).set(id, { ...known, token: 'changed' });
    }
    provider.behavior.management = 'BROKEN';
    const user = await newUser();
    expect((await open(user)).to).not.toBeNull();
    expect(registrations()).toBe(2);
    expect(await server()).toEqual({ client, failure: null });
    // The registration's URL proves nothing, so it is not asked again.
    const asked = provider.requests.filter((request) => request.includes('/register/')).length;
    await open(await newUser());
    expect(provider.requests.filter((request) => request.includes('/register/'))).toHaveLength(asked);
  });
});

describe('a provider that requires pushed authorization requests', () => {
  test('gets no other authorization request, not even for an attempt that never came back', async () => {
    await added({ requiresPush: true });
    const { client } = await server();
    const user = await newUser();
    await open(user);
    await open(user);
    expect(await connect(user)).toMatch(connected);
    expect(provider.count('GET /authorize')).toBe(0);
    expect(registrations()).toBe(1);
    expect(await server()).toEqual({ client, failure: null });
  });

  test('keeps its client in a diagnosis, which skips the check by an authorization request', async () => {
    await added({ requiresPush: true, unknownAtToken: 'invalid_grant' });
    const { client } = await server();
    const { diagnoseMcpServer } = await admin.graphql.data(DiagnoseMcpServerDocument, { id: serverId });
    const step = diagnoseMcpServer?.diagnosis.steps.find(({ name }) => /authorization endpoint/.test(name));
    expect(step).toMatchObject({ outcome: 'SKIPPED', detail: expect.stringMatching(/RFC 9126/) as string });
    expect(registrations()).toBe(1);
    expect(await server()).toEqual({ client, failure: null });
  });

  test('gets a new client after it refused a pushed request of the lost one, and the page offers another attempt', async () => {
    await added({ requiresPush: true });
    const { client } = await server();
    provider.forget();
    const user = await newUser();
    const page = await connect(user);
    expect(page).toMatch(/has now registered there again/);
    expect(page).toMatch(/Try again<\/a>/);
    expect((await server()).client).not.toBe(client);
    expect(await connect(user)).toMatch(connected);
    expect(registrations()).toBe(2);
  });
});

describe('an attempt that never came back', () => {
  test('renews a client that only the authorization request shows to be lost', async () => {
    await added({ unknownAtToken: 'invalid_grant' });
    provider.forget();
    const user = await newUser();
    expect(await connect(user)).toBeNull();
    expect(registrations()).toBe(1);
    expect(await connect(user)).toMatch(connected);
    expect(registrations()).toBe(2);
  });

  test('counts for other users once it has expired, also after its flow is deleted', async () => {
    await added({ unknownAtToken: 'invalid_grant' });
    provider.forget();
    expect(await connect(await newUser())).toBeNull();
    await app.sql(
      `update oauth2_flows set expires_at = now() - interval '2 minutes' where mcp_server_config_id = $1`,
      [serverId],
    );
    await sweepExpiredFlows(app.orm.em.fork());
    expect(await connect(await newUser())).toMatch(connected);
    expect(registrations()).toBe(2);
  });

  test('keeps a client that a filter against robots refuses, and sends the user off', async () => {
    await added({ refusesRobots: true });
    const { client } = await server();
    const user = await newUser();
    await open(user);
    expect(await connect(user)).toMatch(connected);
    expect(await server()).toEqual({ client, failure: null });
  });
});

describe('the accounts of a client that was registered again', () => {
  test('stay connected where the provider accepts their tokens from the new client', async () => {
    await added({ management: 'READABLE' });
    const users = [await newUser(), await newUser()];
    for (const user of users) expect(await connect(user)).toMatch(connected);
    provider.forget();
    await outliveProof();
    expect(await connect(await newUser())).toMatch(connected);
    for (const user of users) {
      await setSecondsLeft(app, user, -1);
      await tools(user);
      expect(await accountOf(app, user)).toMatchObject({ status: 'CONNECTED', failure_code: null });
    }
  });

  test('end one by one where the provider binds tokens to clients', async () => {
    await added({ management: 'READABLE', bindsTokens: true });
    const [first, second] = [await newUser(), await newUser()];
    for (const user of [first, second]) expect(await connect(user)).toMatch(connected);
    provider.forget();
    await setSecondsLeft(app, first, -1);
    await tools(first);
    expect(registrations()).toBe(2);
    await endBackOff(app, first);
    await tools(first);
    expect(await accountOf(app, first)).toMatchObject({ failure_code: 'INVALID_GRANT' });
    expect(await accountOf(app, second)).toMatchObject({ status: 'CONNECTED', failure_code: null });
    expect(await connect(first)).toMatch(connected);
  });

  test('are checked before they reconnect, if they failed after the last proof', async () => {
    await added({ unknownAtToken: 'invalid_grant', management: 'READABLE', unknownAtAuthorize: 'LOGIN' });
    const user = await newUser();
    expect(await connect(user)).toMatch(connected);
    provider.forget();
    await setSecondsLeft(app, user, -1);
    // This provider answers invalid_grant although it has lost the client.
    await tools(user);
    expect(registrations()).toBe(1);
    expect(await connect(user)).toMatch(connected);
    expect(registrations()).toBe(2);
  });
});

describe('races', () => {
  test('of users in three processes register once, and all reach the provider with the new client', async () => {
    await added();
    provider.forget();
    const users = await Promise.all(Array.from({ length: 12 }, newUser));
    const apps = [app, ...others];
    const opened = await Promise.all(users.map((user, index) => open(user, apps[index % 3])));
    expect(registrations()).toBe(2);
    const { client } = await server();
    for (const { to } of opened) expect(new URL(to ?? '').searchParams.get('client_id')).toBe(client);
  });

  test('of a flow that pinned the replaced client end with a page that offers another attempt', async () => {
    await added({ management: 'READABLE' });
    const user = await newUser();
    const { to } = await open(user);
    const callback = provider.approve(to ?? '') ?? '';
    provider.forget();
    await outliveProof();
    expect(await connect(await newUser())).toMatch(connected);
    const exchanges = provider.count('POST /token');
    const page = await (await visit(app, user, callback)).text();
    expect(page).toMatch(/has now registered there again/);
    expect(page).toMatch(/Try again<\/a>/);
    // The code went to no client that it was not issued to.
    expect(provider.count('POST /token')).toBe(exchanges);
    expect(await connect(user)).toMatch(connected);
  });
});

describe('a secret that expires', () => {
  const day = 86_400;
  const state = async () =>
    (
      await app.sql<{ days: number; token: string | null }>(
        `select extract(epoch from renew_at - now())::float8 / 86400 as days, registration_access_token as token
         from oauth2_client_states where mcp_server_config_id = $1`,
        [serverId],
      )
    )[0];
  const due = () =>
    app.sql(`update oauth2_client_states set renew_at = now() where mcp_server_config_id = $1`, [serverId]);
  /** Runs the background task of all processes at once. Returns the number of renewals. */
  async function renewAll(): Promise<number> {
    const counts = await Promise.all([app, ...others].map((each) => renewExpiring(each)));
    return counts.reduce((sum, count) => sum + count);
  }

  test.each([
    [30, 23],
    [8, 6],
  ])('of %i days is replaced after about %i', async (lifetime, after) => {
    await added({ secretLifetime: lifetime * day });
    expect((await state())?.days).toBeCloseTo(after, 1);
  });

  test('is replaced by one process before it ends, and the accounts stay', async () => {
    await added({ secretLifetime: 30 * day, management: 'READABLE' });
    const user = await newUser();
    expect(await connect(user)).toMatch(connected);
    const { client } = await server();
    expect(await renewAll()).toBe(0);
    await due();
    expect(await renewAll()).toBe(1);
    expect(registrations()).toBe(2);
    expect((await server()).client).not.toBe(client);
    expect((await state())?.days).toBeGreaterThan(20);
    expect(await accountOf(app, user)).toMatchObject({ status: 'CONNECTED' });
    // Tokens that were issued to the first client stay valid until it expires.
    expect(provider.clients.has(client)).toBe(true);
  });

  test('of 0 never is', async () => {
    await added();
    expect(await state()).toEqual({ days: null, token: null });
  });

  test('is avoided by a public client where the provider lists one, and the first client is deleted', async () => {
    await added({
      secretLifetime: 30 * day,
      management: 'READABLE',
      methods: ['client_secret_basic', 'none'],
    });
    expect(registrations()).toBe(2);
    expect(provider.deleted).toHaveLength(1);
    const { client } = await server();
    expect(provider.clients.get(client)?.secret).toBeNull();
    expect(provider.deleted).not.toContain(client);
    expect((await state())?.days).toBeNull();
    expect(await connect(await newUser())).toMatch(connected);
  });
});

test('seals the token for the registration, and no API or log contains it', async () => {
  await added({ management: 'READABLE' });
  const { client } = await server();
  const token = provider.clients.get(client)?.token ?? '';
  const [row] = await app.sql<{ registration_access_token: string }>(
    'select registration_access_token from oauth2_client_states where mcp_server_config_id = $1',
    [serverId],
  );
  const place = { table: 'oauth2_client_states', column: 'registration_access_token', row: serverId };
  expect(await app.vault.open(row?.registration_access_token ?? '', place)).toBe(token);
  const events = await app.sql('select * from audit_events');
  expect(JSON.stringify([app.logs, events])).not.toContain(token);
});
