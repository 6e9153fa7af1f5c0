import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../../src/secrets/vault.js';
import { client } from '../../support/graphql.js';
import { startApp } from '../../support/app.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser, seedUser } from '../../support/seed.js';
import { makeDue, openOutbox, outboxRows, pauseBackgroundTask, type Outbox } from './outbox.js';
import { startOutboxProcess, type OutboxProcess } from './outbox-processes.js';
import { connect, openAccount, startWorld, type SignedInUser, type World } from '../world.js';

const keys = `test:${randomBytes(32).toString('base64')}`;
let world: World;
let outbox: Outbox;
let user: SignedInUser;
const started: OutboxProcess[] = [];

async function startOne({ serves }: { serves: boolean }): Promise<OutboxProcess> {
  const one = await startOutboxProcess({ databaseUrl: world.app.databaseUrl, keys, serves });
  started.push(one);
  return one;
}

beforeAll(async () => {
  world = await startWorld({ app: { keys: KeyRing.parse(keys) } });
  await pauseBackgroundTask(world.app);
  outbox = await openOutbox(world.app);
});
afterAll(async () => {
  await Promise.all(started.map((each) => each.kill()));
  await outbox.close();
  await world.close();
});
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
});
afterEach(async () => {
  world.provider.troubleRevocation(null);
  await world.app.sql('delete from oauth2_revocations');
});

const disconnecting = `mutation ($id: ID!) { disconnectMcpServer(id: $id) { revoked } }`;
const accounts = () => world.app.sql('select 1 from mcp_server_user_tokens where user_id = $1', [user.id]);

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Returns the tokens that the provider has processed since. */
const revokedSince = (from: number) =>
  world.provider
    .revocations()
    .slice(from)
    .filter(({ succeeded }) => succeeded)
    .map(({ token }) => token);

test('SIGKILL after the commit, before any request: another process revokes', async () => {
  const doomed = await startOne({ serves: true });
  await connect(world, user);
  const { accessToken, refreshToken } = await openAccount(world, user);
  const from = world.provider.revocations().length;
  // Claiming a revocation waits for this lock. Enqueueing one does not.
  await world.app.sql(
    `create function wait_for_test() returns trigger language plpgsql as
     $$ begin perform pg_advisory_xact_lock(4711); return new; end $$`,
  );
  await world.app.sql(
    `create trigger wait_for_test before update on oauth2_revocations for each row execute function wait_for_test()`,
  );
  const waiting = () =>
    world.app.sql<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and objid = 4711 and not granted`,
    );
  const holder = await holdAdvisoryLock(4711);
  const asked = client({ url: doomed.url, publicUrl: doomed.url }, { session: user.session })
    .query(disconnecting, { id: world.serverId })
    .catch(() => null);
  await until(async () => (await waiting()).length > 0);
  await doomed.kill();
  await asked;
  for (const { pid } of await waiting()) await world.app.sql('select pg_terminate_backend($1)', [pid]);
  await until(async () => (await waiting()).length === 0);
  await holder.release();
  await world.app.sql('drop trigger wait_for_test on oauth2_revocations');
  await world.app.sql('drop function wait_for_test');

  expect(await accounts()).toEqual([]);
  expect(revokedSince(from)).toEqual([]);
  expect(await outboxRows(world.app)).toMatchObject([{ status: 'PENDING', lease_id: null, failures: 0 }]);
  await makeDue(world.app);
  await world.app.sql(`update background_tasks set due_at = now() where name = 'revocations'`);
  await startOne({ serves: true });
  await until(async () => (await outboxRows(world.app)).length === 0);
  await pauseBackgroundTask(world.app);
  expect(revokedSince(from)).toEqual([refreshToken, accessToken]);
  expect((await world.provider.introspect(accessToken)).active).toBe(false);
}, 180_000);

test('SIGKILL during the request: another process revokes when the lease has expired', async () => {
  const doomed = await startOne({ serves: true });
  await connect(world, user);
  const { accessToken, refreshToken } = await openAccount(world, user);
  const from = world.provider.revocations().length;
  world.provider.troubleRevocation('HANGING');
  const asked = client({ url: doomed.url, publicUrl: doomed.url }, { session: user.session })
    .query(disconnecting, { id: world.serverId })
    .catch(() => null);
  await until(() => world.provider.revocations().length > from);
  await doomed.kill();
  await asked;
  world.provider.troubleRevocation(null);
  expect(await accounts()).toEqual([]);

  await makeDue(world.app);
  expect(await outbox.workDue()).toBe(0);
  await world.app.sql('update oauth2_revocations set lease_until = now()');
  expect(await outbox.workDue()).toBe(1);
  expect(revokedSince(from)).toEqual([refreshToken, accessToken]);
  expect(await outboxRows(world.app)).toEqual([]);
}, 180_000);

test('three processes work on one outbox, and the provider receives each token once', async () => {
  const count = 40;
  const { id } = await seedOAuth2Server(world.app, {
    oauth2RevocationUrl: `${world.provider.issuer}/token/revocation`,
  });
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const each = await seedUser(world.app);
    const [accessToken, refreshToken] = [`access-${index}`, `refresh-${index}`];
    await seedAccount(world.app, { userId: each.id, serverId: id }, { accessToken, refreshToken });
    tokens.push(accessToken, refreshToken);
  }
  world.provider.troubleRevocation('DOWN');
  await world.admin.graphql.data(
    'mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }',
    { id },
  );
  await until(async () => (await outboxRows(world.app)).every(({ lease_id }) => lease_id === null));
  expect(await outboxRows(world.app)).toHaveLength(count);
  const processes = await Promise.all([1, 2, 3].map(() => startOne({ serves: false })));

  // The provider refuses an unknown client, so the response is fixed.
  world.provider.troubleRevocation({ status: 200 });
  const from = world.provider.revocations().length;
  await makeDue(world.app);
  const tried = await Promise.all(processes.map((each) => each.workDue()));
  expect(tried.reduce((sum, each) => sum + each)).toBe(count);
  const shown = world.provider.revocations().slice(from);
  expect(shown.map(({ token }) => token).toSorted()).toEqual(tokens.toSorted());
  expect(await outboxRows(world.app)).toEqual([]);
}, 180_000);

test('closing waits for the request in progress, and releases the lease', async () => {
  const another = await startApp({ databaseUrl: world.app.databaseUrl, keys: KeyRing.parse(keys) });
  await connect(world, user);
  const from = world.provider.revocations().length;
  world.provider.troubleRevocation('HANGING');
  const asked = client(another, { session: user.session }).data(disconnecting, { id: world.serverId });
  await until(() => world.provider.revocations().length > from);
  const closed = another.close();
  expect(await asked).toEqual({ disconnectMcpServer: { revoked: false } });
  world.provider.troubleRevocation(null);
  await closed;
  expect(await outboxRows(world.app)).toMatchObject([{ status: 'PENDING', lease_id: null, failures: 1 }]);
});

/** Holds an advisory lock on a separate connection. */
async function holdAdvisoryLock(key: number): Promise<{ release(): Promise<void> }> {
  const em = world.app.orm.em.fork();
  await em.begin();
  await em.execute('select pg_advisory_xact_lock(?)', [key]);
  return { release: () => em.commit() };
}
