import pg from 'pg';
import { seedSignedInUser, type SignedInUser } from '../../support/seed.js';
import { begin, connect, disconnect, startWorld, visit, type World } from '../world.js';

let world: World;
let user: SignedInUser;
/** Another process with a transaction in progress. */
let elsewhere: pg.Client;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
  elsewhere = new pg.Client({ connectionString: world.app.databaseUrl });
  await elsewhere.connect();
  await elsewhere.query('begin');
});
afterEach(() => elsewhere.end());

const accounts = () => world.app.sql('select 1 from mcp_server_user_tokens where user_id = $1', [user.id]);

/** Waits until a session waits for a lock. @throws Error when none does within five seconds */
async function untilLockWait(): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
    const waiting = await world.app.sql(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('No session waits for a lock.');
}

test.each([
  ['server', 'mcp_server_configs', 'enabled = false', 'enabled = true', () => world.serverId],
  ['user', 'users', 'disabled_at = now()', 'disabled_at = null', () => user.id],
])('a callback waits for the lock of its %s, and sees the change', async (_what, table, off, on, id) => {
  const callback = await world.provider.approve(await begin(world, user));
  const exchange = world.provider.holdToken();
  const answering = visit(world.app, user, callback);
  await exchange.reached;
  await elsewhere.query(`update ${table} set ${off} where id = $1`, [id()]);
  exchange.release();
  await untilLockWait();
  await elsewhere.query('commit');
  expect((await answering).status).toBe(409);
  expect(await accounts()).toHaveLength(0);
  await world.app.sql(`update ${table} set ${on} where id = $1`, [id()]);
});

test('a connect waits for an edit of its server, and pins the new values', async () => {
  await elsewhere.query(`update mcp_server_configs set oauth2_scopes = 'just-edited' where id = $1`, [
    world.serverId,
  ]);
  const beginning = begin(world, user);
  await untilLockWait();
  await elsewhere.query('commit');
  expect(new URL(await beginning).searchParams.get('scope')).toBe('just-edited offline_access');
  await world.app.sql(`update mcp_server_configs set oauth2_scopes = '' where id = $1`, [world.serverId]);
});

test('a disconnect waits for a callback that is about to store, and deletes its account', async () => {
  await connect(world, user);
  // The lock that a callback holds while it stores.
  await elsewhere.query('select 1 from users where id = $1 for share', [user.id]);
  const disconnecting = disconnect(user, world.serverId);
  await untilLockWait();
  expect(await accounts()).toHaveLength(1);
  await elsewhere.query('commit');
  expect(await disconnecting).toEqual({ revoked: true, revocationPending: false, revocationError: null });
  expect(await accounts()).toHaveLength(0);
});

test('flows are locked in the order of their key, not in their physical order', async () => {
  await world.app.sql('truncate oauth2_flows');
  await begin(world, user);
  await begin(world, user);
  // The row that is rewritten first comes first on disk.
  for (const key of ['key b', 'key a']) {
    await world.app.sql(
      `update oauth2_flows set state_hash = $1 where state_hash =
         (select state_hash from oauth2_flows where state_hash not like 'key %' limit 1)`,
      [key],
    );
  }
  expect(await world.app.sql('select state_hash from oauth2_flows order by ctid')).toEqual([
    { state_hash: 'key b' },
    { state_hash: 'key a' },
  ]);
  await elsewhere.query(`select 1 from oauth2_flows where state_hash = 'key a' for update`);
  const disconnecting = disconnect(user, world.serverId);
  await untilLockWait();
  // The session that waits for the first has not locked the second.
  const { rowCount } = await elsewhere.query(
    `select 1 from oauth2_flows where state_hash = 'key b' for update nowait`,
  );
  expect(rowCount).toBe(1);
  await elsewhere.query('commit');
  expect(await disconnecting).toEqual({ revoked: false, revocationPending: false, revocationError: null });
});
