import pg from 'pg';
import { seedSignedInUser, type SignedInUser } from '../../support/seed.js';
import { begin, connect, disconnect, startWorld, visit, type World } from '../world.js';

let world: World;
let user: SignedInUser;
/** Another process that is in the middle of something. */
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

/** Until PostgreSQL says that somebody waits for a lock. @throws Error when nobody does within five seconds. */
async function untilSomebodyWaits(): Promise<void> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
    const waiting = await world.app.sql(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('Nobody waits for a lock.');
}

test.each([
  ['server', 'mcp_server_configs', 'enabled = false', 'enabled = true', () => world.serverId],
  ['person', 'users', 'disabled_at = now()', 'disabled_at = null', () => user.id],
])(
  'a callback waits for whoever holds its %s, and goes by what they did',
  async (_what, table, off, on, id) => {
    const callback = await world.provider.approve(await begin(world, user));
    const exchange = world.provider.holdToken();
    const answering = visit(world.app, user, callback);
    await exchange.reached;
    await elsewhere.query(`update ${table} set ${off} where id = $1`, [id()]);
    exchange.release();
    await untilSomebodyWaits();
    await elsewhere.query('commit');
    expect((await answering).status).toBe(409);
    expect(await accounts()).toHaveLength(0);
    await world.app.sql(`update ${table} set ${on} where id = $1`, [id()]);
  },
);

test('a connect waits for whoever edits its server, and pins what they wrote', async () => {
  await elsewhere.query(`update mcp_server_configs set oauth2_scopes = 'just-edited' where id = $1`, [
    world.serverId,
  ]);
  const beginning = begin(world, user);
  await untilSomebodyWaits();
  await elsewhere.query('commit');
  expect(new URL(await beginning).searchParams.get('scope')).toBe('just-edited');
  await world.app.sql(`update mcp_server_configs set oauth2_scopes = '' where id = $1`, [world.serverId]);
});

test('a disconnect waits for a callback that is about to store, and takes its grant along', async () => {
  await connect(world, user);
  // What a callback holds while it stores.
  await elsewhere.query('select 1 from users where id = $1 for share', [user.id]);
  const disconnecting = disconnect(user, world.serverId);
  await untilSomebodyWaits();
  expect(await accounts()).toHaveLength(1);
  await elsewhere.query('commit');
  expect(await disconnecting).toEqual({ revoked: true, revocationPending: false, revocationError: null });
  expect(await accounts()).toHaveLength(0);
});

test('flows are locked in the order of their key, whatever order they lie in', async () => {
  await world.app.sql('truncate oauth2_flows');
  await begin(world, user);
  await begin(world, user);
  // The one that is rewritten first lies first.
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
  await untilSomebodyWaits();
  // Whoever waits for the first has not taken the second yet.
  const { rowCount } = await elsewhere.query(
    `select 1 from oauth2_flows where state_hash = 'key b' for update nowait`,
  );
  expect(rowCount).toBe(1);
  await elsewhere.query('commit');
  expect(await disconnecting).toEqual({ revoked: false, revocationPending: false, revocationError: null });
});
