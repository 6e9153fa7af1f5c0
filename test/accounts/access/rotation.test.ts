import { randomBytes, randomUUID } from 'node:crypto';
import { compactDecrypt } from 'jose';
import pg from 'pg';
import { tokenPlaces } from '../../../src/accounts/store/account-tokens.js';
import { KeyRing, Vault } from '../../../src/secrets/vault.js';
import { build } from '../../support/command-line.js';
import { Fleet, type Instance } from './instances.js';

const [k1, k2] = ['k1', 'k2'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const both = `${k2},${k1}`;
const storedAccounts = 3_000;

let fleet: Fleet;
beforeAll(async () => {
  await build();
  fleet = await Fleet.make(k1!, { users: 4 });
  await storeAccounts();
}, 120_000);
afterAll(() => fleet.close(), 60_000);

/** Stores more users, each with an account that the old key sealed. */
async function storeAccounts(): Promise<void> {
  const vault = new Vault(KeyRing.parse(k1!));
  const ids = Array.from({ length: storedAccounts }, () => randomUUID());
  const tokens = await Promise.all(ids.map((id) => vault.seal(`access-${id}`, tokenPlaces(id).accessToken)));
  await fleet.sql(
    `insert into users (id, email, display_name, role, created_at, updated_at)
     select id, id || '@example.com', 'Someone', 'MEMBER', now(), now() from unnest($1::uuid[]) as t(id)`,
    [ids],
  );
  await fleet.sql(
    `insert into mcp_server_user_tokens (id, mcp_server_config_id, user_id, access_token, status, created_at, updated_at)
     select id, $3, id, token, 'CONNECTED', now(), now() from unnest($1::uuid[], $2::text[]) as t(id, token)`,
    [ids, tokens, fleet.serverId],
  );
}

/** Returns the output of COPY for every table. */
async function copyOfEveryTable(): Promise<string> {
  const session = new pg.Client({ connectionString: fleet.databaseUrl });
  await session.connect();
  const { rows } = await session.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  const parts: string[] = [];
  for (const { name } of rows) parts.push(await copyOf(session, name));
  await session.end();
  return parts.join('');
}

function copyOf(session: pg.Client, table: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const copy = new pg.Query(`copy "${table}" to stdout`, undefined, (error: Error | undefined) =>
      error ? reject(error) : resolve(Buffer.concat(chunks).toString()),
    );
    // `pg` passes the data in a buffer that it reuses, and otherwise ignores it.
    Object.assign(copy, {
      handleCopyData: ({ chunk }: { chunk: Buffer }) => void chunks.push(Buffer.from(chunk)),
    });
    session.query(copy);
  });
}

/** Returns the number of values in a text that one key opens, wherever they are. */
async function openedBy(key: string, text: string): Promise<number> {
  const { bytes } = KeyRing.parse(key).first;
  const found = text.match(/eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]*\.[\w-]+/g) ?? [];
  const outcomes = await Promise.allSettled(found.map((jwe) => compactDecrypt(jwe, bytes)));
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

/** Makes users reconnect, let their token expire and use it, without a pause, each through all instances. */
function startLoad(instances: readonly [Instance, Instance]) {
  const over = new AbortController();
  const isOver = () => over.signal.aborted;
  let rounds = 0;
  const work = async (index: number) => {
    const user = fleet.users[index]!;
    const [start, callback] = index % 2 === 0 ? instances : ([instances[1], instances[0]] as const);
    while (!isOver()) {
      await fleet.connect(user, { start, callback });
      for (const instance of instances) {
        await fleet.expire(user);
        expect(await fleet.whoami(user, instance)).toBe(user.email);
      }
      rounds += 1;
    }
  };
  const working = Promise.all(fleet.users.map((_, index) => work(index)));
  working.catch(() => {});
  return {
    /** @returns the number of completed rounds. @throws the first error of any user */
    async end(): Promise<number> {
      over.abort();
      await working;
      return rounds;
    },
  };
}

async function resealed(): Promise<number> {
  const [row] = await fleet.sql<{ count: number }>(
    `select count(*)::int as count from mcp_server_user_tokens where access_token like 'k2.%'`,
  );
  return row?.count ?? 0;
}

test('a key rotation that is killed and started again while users connect and refresh loses nothing, and the old key can be removed', async () => {
  expect(await openedBy(k1!, await copyOfEveryTable())).toBeGreaterThan(storedAccounts);
  const instances = await Promise.all([fleet.start(both), fleet.start(both)]);
  const load = startLoad(instances);
  const ring = { SWITCHBOARD_ENCRYPTION_KEYS: both };

  const doomed = fleet.installation.begin(['rotate-keys'], ring);
  while ((await resealed()) < storedAccounts / 20) await new Promise((resolve) => setTimeout(resolve, 5));
  doomed.kill('SIGKILL');
  expect((await doomed.ended).code).toBeNull();
  const done = await resealed();
  expect(done).toBeLessThan(storedAccounts);

  const report = await fleet.installation.json<{
    resealed: number;
    remaining: number;
    unreadable: unknown[];
  }>(['rotate-keys'], ring);
  expect(report).toMatchObject({ remaining: 0, unreadable: [] });
  // The second run repeats nothing that the first run did.
  expect(report.resealed).toBeLessThanOrEqual(storedAccounts - done + 100);
  expect(await load.end()).toBeGreaterThanOrEqual(fleet.users.length);

  const alone = await Promise.all(instances.map((instance) => fleet.replace(instance, k2!)));
  for (const user of fleet.users) {
    for (const instance of alone) {
      await fleet.expire(user);
      expect(await fleet.whoami(user, instance)).toBe(user.email);
    }
  }
  const copy = await copyOfEveryTable();
  expect(await openedBy(k1!, copy)).toBe(0);
  expect(await openedBy(k2!, copy)).toBeGreaterThan(storedAccounts);
  await Promise.all(alone.map((instance) => instance.stop()));
}, 480_000);
