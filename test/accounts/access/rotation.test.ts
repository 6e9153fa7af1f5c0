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
  fleet = await Fleet.make(k1!, { people: 4 });
  await storeAccounts();
}, 120_000);
afterAll(() => fleet.close(), 60_000);

/** As many people more, each with a grant that the old key sealed. */
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

/** What COPY writes of every table there is. */
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
    // `pg` hands the data over, in a buffer that it uses again, and does nothing with it.
    Object.assign(copy, {
      handleCopyData: ({ chunk }: { chunk: Buffer }) => void chunks.push(Buffer.from(chunk)),
    });
    session.query(copy);
  });
}

/** How many values in a text one key opens, wherever they lie and whatever they say of themselves. */
async function openedBy(key: string, text: string): Promise<number> {
  const { bytes } = KeyRing.parse(key).first;
  const found = text.match(/eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]*\.[\w-]+/g) ?? [];
  const outcomes = await Promise.allSettled(found.map((jwe) => compactDecrypt(jwe, bytes)));
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

/** People who connect anew, let their token expire and use it, without a pause, each through all instances. */
function startLoad(instances: readonly [Instance, Instance]) {
  const over = new AbortController();
  const isOver = () => over.signal.aborted;
  let rounds = 0;
  const work = async (index: number) => {
    const user = fleet.people[index]!;
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
  const working = Promise.all(fleet.people.map((_, index) => work(index)));
  working.catch(() => {});
  return {
    /** @returns how often everything was gone through. @throws whatever went wrong for anybody */
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

test('a rotation that is killed midway and begun again, while people connect and refresh, harms nobody, and the old key can go', async () => {
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
  // Of what the first run did, nothing was done again.
  expect(report.resealed).toBeLessThanOrEqual(storedAccounts - done + 100);
  expect(await load.end()).toBeGreaterThanOrEqual(fleet.people.length);

  const alone = await Promise.all(instances.map((instance) => fleet.replace(instance, k2!)));
  for (const user of fleet.people) {
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
