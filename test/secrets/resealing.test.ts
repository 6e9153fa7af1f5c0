import { randomBytes, randomUUID } from 'node:crypto';
import { KeyRing } from '../../src/secrets/key-ring.js';
import { resealAll } from '../../src/secrets/resealing.js';
import { countSealedValues, sealedColumns } from '../../src/secrets/sealed-values.js';
import { Vault } from '../../src/secrets/vault.js';
import { tokenPlaces } from '../../src/accounts/store/account-tokens.js';
import { startApp, type TestApp } from '../support/app.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser, seedServer } from '../support/seed.js';

const [k1, k2, other] = ['k1', 'k2', 'k3'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const rotated = KeyRing.parse(`${k2},${k1}`);

let app: TestApp;
beforeEach(async () => {
  app = await startApp({ keys: KeyRing.parse(k1!) });
});
afterEach(() => app.close());

const em = () => app.orm.em.fork();
const counts = async () => Object.fromEntries(await countSealedValues(em()));

interface TokenRow {
  id: string;
  access_token: string;
  refresh_token: string;
}
const tokenRows = () =>
  app.sql<TokenRow>('select id, access_token, refresh_token from mcp_server_user_tokens order by id');

/** Creates servers of every kind and users connected to one of them. Fills every sealed column except that of flows. */
async function seed(users: number): Promise<void> {
  const { id } = await seedOAuth2Server(app, { oauth2ClientSecret: 'client-secret' });
  await seedServer(app, { authType: 'API_KEY', apiKeyHeader: 'X-Key', apiKeyValue: 'api-key' });
  await seedServer(app, { authType: 'CUSTOM_HEADERS', customHeaders: [{ name: 'X-Key', value: 'custom' }] });
  for (let n = 0; n < users; n += 1) {
    const { id: userId } = await seedSignedInUser(app);
    await seedAccount(
      app,
      { userId, serverId: id },
      { accessToken: `access-${n}`, refreshToken: `refresh-${n}` },
    );
  }
}

test('seals every value with the first key and does not change it', async () => {
  await seed(3);
  const before = await tokenRows();
  expect(await counts()).toEqual({ k1: 9 });

  expect(await resealAll(em(), rotated)).toEqual({
    resealed: 9,
    unreadable: [],
    remaining: 0,
    interrupted: false,
  });
  expect(await counts()).toEqual({ k2: 9 });

  const onlyNew = new Vault(rotated.only('k2'));
  const after = await tokenRows();
  for (const [n, { id, access_token, refresh_token }] of after.entries()) {
    const places = tokenPlaces(id);
    expect(await onlyNew.open(access_token, places.accessToken)).toBe(
      await app.vault.open(before[n]!.access_token, places.accessToken),
    );
    expect(await onlyNew.open(refresh_token, places.refreshToken)).toBe(
      await app.vault.open(before[n]!.refresh_token, places.refreshToken),
    );
  }
});

test('a second run writes nothing', async () => {
  await seed(1);
  await resealAll(em(), rotated);
  const before = await tokenRows();
  expect(await resealAll(em(), rotated)).toMatchObject({ resealed: 0, remaining: 0 });
  expect(await tokenRows()).toEqual(before);
});

test('compares ids literally: "_" is no wildcard', async () => {
  const ring = KeyRing.parse(`k_:${randomBytes(32).toString('base64')},${k1}`);
  await seed(1);
  expect(await resealAll(em(), ring)).toMatchObject({ resealed: 5, remaining: 0 });
  expect(await counts()).toEqual({ k_: 5 });
});

test('reports unreadable values by their place, does not change them, and continues', async () => {
  await seed(3);
  const [first, second] = await tokenRows();
  const foreign = await new Vault(KeyRing.parse(other!)).seal('lost', tokenPlaces(first!.id).accessToken);
  await app.sql('update mcp_server_user_tokens set access_token = $2 where id = $1', [first!.id, foreign]);
  await app.sql(
    'update mcp_server_user_tokens set refresh_token = (select refresh_token from mcp_server_user_tokens where id = $2) where id = $1',
    [first!.id, second!.id],
  );
  await app.sql(
    `update mcp_server_configs set custom_headers = 'no vault made this' where custom_headers is not null`,
  );
  const [{ id: serverId } = { id: '' }] = await app.sql<{ id: string }>(
    `select id from mcp_server_configs where custom_headers is not null`,
  );

  const { unreadable, ...report } = await resealAll(em(), rotated);
  expect(report).toEqual({ resealed: 6, remaining: 3, interrupted: false });
  expect(unreadable).toHaveLength(3);
  expect(unreadable).toEqual(
    expect.arrayContaining([
      { table: 'mcp_server_user_tokens', column: 'access_token', row: first!.id },
      { table: 'mcp_server_user_tokens', column: 'refresh_token', row: first!.id },
      { table: 'mcp_server_configs', column: 'custom_headers', row: serverId },
    ]),
  );
  expect((await tokenRows())[0]).toMatchObject({ access_token: foreign });
  expect(await counts()).toEqual({ k1: 1, k2: 6, k3: 1, null: 1 });
});

test('reseals several batches and reports its progress', async () => {
  const { id: serverId } = await seedOAuth2Server(app);
  const ids = Array.from({ length: 450 }, () => randomUUID());
  await app.sql(
    `insert into users (id, email, display_name, role, created_at, updated_at)
     select id, id || '@example.com', 'Someone', 'MEMBER', now(), now() from unnest($1::uuid[]) as t(id)`,
    [ids],
  );
  const tokens = await Promise.all(ids.map((id) => app.vault.seal(id, tokenPlaces(id).accessToken)));
  await app.sql(
    `insert into mcp_server_user_tokens (id, mcp_server_config_id, user_id, access_token, status, created_at, updated_at)
     select id, $3, id, token, 'CONNECTED', now(), now() from unnest($1::uuid[], $2::text[]) as t(id, token)`,
    [ids, tokens, serverId],
  );
  const shown: [number, number][] = [];
  const report = await resealAll(em(), rotated, { onProgress: (done, total) => shown.push([done, total]) });
  expect(report).toMatchObject({ resealed: 450, remaining: 0 });
  expect(shown).toEqual([
    [200, 450],
    [400, 450],
    [450, 450],
  ]);
});

test('stops after the current batch when aborted and counts the rest, and the next run continues', async () => {
  await seed(2);
  const stop = new AbortController();
  const report = await resealAll(em(), rotated, {
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  expect(report.interrupted).toBe(true);
  expect(report.resealed).toBeGreaterThan(0);
  expect(report.remaining).toBe(7 - report.resealed);
  expect(report.remaining).toBeGreaterThan(0);
  expect(await resealAll(em(), rotated)).toMatchObject({ resealed: report.remaining, remaining: 0 });
});

test('never overwrites a value that was written in the meantime, in 50 races with a writer', async () => {
  await seed(1);
  const [{ id } = { id: '' }] = await tokenRows();
  const { accessToken } = tokenPlaces(id);
  const writer = new Vault(rotated.only('k1'));
  for (let round = 0; round < 50; round += 1) {
    const written = await writer.seal(`written-${round}`, accessToken);
    const write = app.sql('update mcp_server_user_tokens set access_token = $2 where id = $1', [id, written]);
    await Promise.all([resealAll(em(), rotated), write]);
    const [row] = await tokenRows();
    expect(await new Vault(rotated).open(row!.access_token, accessToken)).toBe(`written-${round}`);
    await resealAll(em(), rotated);
    expect((await counts()).k1).toBeUndefined();
    await app.sql('update mcp_server_user_tokens set access_token = $2 where id = $1', [
      id,
      await writer.seal('back again', accessToken),
    ]);
  }
});

test('ten runs at once reseal every value and lose none', async () => {
  await seed(5);
  const reports = await Promise.all(Array.from({ length: 10 }, () => resealAll(em(), rotated)));
  expect(reports.map(({ remaining }) => remaining)).toEqual(reports.map(() => 0));
  expect(reports.reduce((sum, { resealed }) => sum + resealed, 0)).toBe(13);
  for (const { id, access_token } of await tokenRows()) {
    await expect(new Vault(rotated).open(access_token, tokenPlaces(id).accessToken)).resolves.toMatch(
      /^access-/,
    );
  }
});

test('finds every sealed column by its entity, and every table refuses values of a removed key', async () => {
  const columns = sealedColumns(em());
  expect(columns.map(({ table, column }) => `${table}.${column}`)).toEqual(
    expect.arrayContaining([
      'mcp_server_configs.oauth2_client_secret',
      'mcp_server_configs.api_key_value',
      'mcp_server_configs.custom_headers',
      'mcp_server_user_tokens.access_token',
      'mcp_server_user_tokens.refresh_token',
      'oauth2_flows.code_verifier',
      'oauth2_revocations.client_secret',
    ]),
  );
  const guarded = await app.sql<{ column: string }>(
    `select event_object_table || '.' || event_object_column as "column" from information_schema.triggered_update_columns
     where trigger_name = event_object_table || '_sealed'`,
  );
  expect(guarded.map(({ column }) => column).toSorted()).toEqual(
    columns.map(({ table, column }) => `${table}.${column}`).toSorted(),
  );
});
