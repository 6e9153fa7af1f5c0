import { startApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser/browser.js';
import {
  seedApiToken,
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedSession,
  type SignedInUser,
} from '../support/seed.js';

let app: TestApp;
let user: SignedInUser;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  user = await seedSignedInUser(app);
});

/** Runs the background tasks, as a process does when it starts. */
async function runTasks(): Promise<void> {
  // The tasks that the application ran at its start have ended, because they had nothing to do.
  await app.sql('update background_tasks set due_at = now()');
  const another = await startApp({ databaseUrl: app.databaseUrl });
  await another.close(); // waits for the tasks
  // The first application may be running one of the tasks. While a task runs, it is due later than usual.
  const underWay = () =>
    app.sql(`select 1 from background_tasks where due_at > now() + interval '46 seconds'`);
  while ((await underWay()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('deletes expired flows and no others', async () => {
  const { id } = await seedOAuth2Server(app);
  const browser = new Browser(app, { session: user.session });
  const connect = () => browser.get(`/mcp-servers/${id}/oauth2/connect`, { 'sec-fetch-site': 'same-origin' });
  expect((await connect()).status).toBe(302);
  await app.sql(`update oauth2_flows set expires_at = now() - interval '2 minutes'`);
  expect((await connect()).status).toBe(302);
  await runTasks();
  expect(await app.sql('select expires_at > now() as alive from oauth2_flows')).toEqual([{ alive: true }]);
});

test('deletes sessions and sign-in links a day after they ended, and API tokens after ninety days', async () => {
  const cases = [
    { name: 'session, expired long ago', kind: 'SESSION', expired: '2 days', stays: false },
    { name: 'session, signed out long ago', kind: 'SESSION', revoked: '2 days', stays: false },
    { name: 'session, expired just now', kind: 'SESSION', expired: '1 hour', stays: true },
    { name: 'session in use', kind: 'SESSION', stays: true },
    { name: 'link, expired long ago', kind: 'SIGN_IN_LINK', expired: '2 days', stays: false },
    { name: 'link, used long ago', kind: 'SIGN_IN_LINK', revoked: '2 days', stays: false },
    { name: 'link, expired just now', kind: 'SIGN_IN_LINK', expired: '1 hour', stays: true },
    { name: 'API token, expired some weeks ago', kind: 'API_TOKEN', expired: '80 days', stays: true },
    { name: 'API token, expired long ago', kind: 'API_TOKEN', expired: '91 days', stays: false },
    { name: 'API token, revoked long ago', kind: 'API_TOKEN', revoked: '91 days', stays: false },
    { name: 'API token in use', kind: 'API_TOKEN', stays: true },
  ];
  for (const { name, kind, expired, revoked } of cases) {
    await app.sql(
      `insert into access_tokens (id, user_id, kind, name, scope, token_hash, created_at, expires_at, revoked_at)
       values (gen_random_uuid(), $1, $2, $3, case $2 when 'API_TOKEN' then 'USE' end, gen_random_uuid(),
         now() - interval '100 days', now() + coalesce(-$4::interval, interval '1 day'), now() - $5::interval)`,
      [user.id, kind, name, expired ?? null, revoked ?? null],
    );
  }
  // The user's latest session. Without it the one before would be kept.
  await seedSession(app, user.id);
  await runTasks();
  const left = await app.sql<{ name: string }>(
    `select name from access_tokens where user_id = $1 and name <> '' order by name`,
    [user.id],
  );
  const expected = cases.filter(({ stays }) => stays).map(({ name }) => name);
  expect(left.map(({ name }) => name)).toEqual(expected.toSorted());
});

test('keeps the latest session of each user, which shows that they have signed in', async () => {
  await seedApiToken(app, user.email);
  await app.sql(
    `update access_tokens set expires_at = now() - interval '1 year' where user_id = $1 and kind = 'SESSION'`,
    [user.id],
  );
  await runTasks();
  expect(
    await app.sql(`select kind from access_tokens where user_id = $1 and kind = 'SESSION'`, [user.id]),
  ).toEqual([{ kind: 'SESSION' }]);
});

test('deletes the leases of refreshes that crashed long ago and keeps the others', async () => {
  for (const [until, stays] of [
    ['2 hours', false],
    ['1 minute', true],
  ] as const) {
    const { id } = await seedOAuth2Server(app);
    await seedAccount(app, { userId: user.id, serverId: id });
    await app.sql(
      `update mcp_server_user_tokens set refresh_lease_id = gen_random_uuid(),
         refresh_lease_until = now() - $2::interval where mcp_server_config_id = $1`,
      [id, until],
    );
    await runTasks();
    const [row] = await app.sql<{ leased: boolean }>(
      'select refresh_lease_id is not null as leased from mcp_server_user_tokens where mcp_server_config_id = $1',
      [id],
    );
    expect({ until, leased: row?.leased }).toEqual({ until, leased: stays });
  }
});

test('deletes given-up revocations after ninety days', async () => {
  for (const age of ['89 days', '91 days']) {
    await app.sql(
      `insert into oauth2_revocations (id, mcp_server_config_id, user_id, issuer, token_endpoint, revocation_endpoint,
         client_id, token_auth_method, status, failure_reason, next_attempt_at, created_at, updated_at)
       values (gen_random_uuid(), gen_random_uuid(), $1, '', '', '', '', 'none', 'GIVEN_UP', $2::text, now(),
         now() - interval '100 days', now() - $2::text::interval)`,
      [user.id, age],
    );
  }
  await runTasks();
  expect(await app.sql('select failure_reason from oauth2_revocations')).toEqual([
    { failure_reason: '89 days' },
  ]);
});
