import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { minimal, startCatalogue, type Catalogue } from '../catalogue.js';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await startCatalogue();
  await catalogue.create(minimal({ slug: 'taken' }));
});
afterAll(() => catalogue.close());

const apiKey = { authType: 'API_KEY', apiKeyValue: 'key', description: 'Notes' };

/** Returns every row of the tables that an edit writes. */
async function stored(): Promise<unknown> {
  const tables = ['mcp_server_configs', 'audit_events'];
  return Promise.all(tables.map((table) => catalogue.app.sql(`select * from ${table} order by id`)));
}

test('returns what the edit clears and changes, and stores nothing', async () => {
  const { id } = await catalogue.create(minimal(apiKey));
  const before = await stored();
  const input = { displayName: 'New', authType: 'NONE', toolDenyList: ['x'] };
  const preview = await catalogue.preview(id, input);
  expect(preview).toEqual({
    disconnects: 0,
    clearedFields: ['apiKeyHeader', 'apiKeyValue'],
    changedFields: expect.arrayContaining([
      'displayName',
      'authType',
      'toolDenyList',
      'apiKeyHeader',
    ]) as unknown,
  });
  expect(await stored()).toEqual(before);
  const { server: _server, ...effect } = await catalogue.update(id, input);
  expect(effect).toEqual(preview);
});

test('reports no effect for values that are stored already', async () => {
  const { id, slug } = await catalogue.create(minimal(apiKey));
  expect(await catalogue.preview(id, { slug, description: ' Notes ' })).toEqual({
    disconnects: 0,
    clearedFields: [],
    changedFields: [],
  });
});

/** Returns the errors of a preview and of an edit with the same arguments, without the names of their fields. */
async function errorsOf(id: string, input: Record<string, unknown>): Promise<unknown[]> {
  const errors = [await catalogue.previewError(id, input), await catalogue.updateError(id, input)];
  return errors.map(({ path: _path, ...error }) => error);
}

test.each([
  ['several mistakes', 'BAD_USER_INPUT', { displayName: ' ', url: 'no url' }],
  ['a null in a required field', 'BAD_USER_INPUT', { slug: null }],
  ['a stale version', 'CONFLICT', { version: 7 }],
  ['a taken slug', 'CONFLICT', { slug: 'taken' }],
])('fails with the same error as the edit for %s', async (_what, code, input) => {
  const { id } = await catalogue.create(minimal());
  const [preview, edit] = await errorsOf(id, input);
  expect(preview).toMatchObject({ extensions: { code } });
  expect(preview).toEqual(edit);
});

test('fails with NOT_FOUND for an unknown server, as the edit does', async () => {
  const [preview, edit] = await errorsOf(randomUUID(), { displayName: 'New' });
  expect(preview).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  expect(preview).toEqual(edit);
});

test('holds one connection in a request with many previews, so that other requests are served', async () => {
  const { app, admin, member } = catalogue;
  const { id } = await catalogue.create(minimal());
  const holder = new pg.Client({ connectionString: app.databaseUrl });
  await holder.connect();
  const waiting = async () => {
    const rows = await app.sql(
      `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length;
  };
  try {
    await holder.query('begin');
    await holder.query('select 1 from mcp_server_configs where id = $1 for update', [id]);
    const aliases = Array.from(
      { length: 20 },
      (_, n) =>
        `p${n}: previewMcpServerConfigUpdate(id: $id, input: { displayName: "${n}" }) { disconnects }`,
    );
    const previews = admin.graphql.data(`query ($id: ID!) { ${aliases.join(' ')} }`, { id });
    while ((await waiting()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await member.graphql.data('{ viewer { id } }')).toEqual({ viewer: { id: member.id } });
    expect(await waiting()).toBe(1);
    await holder.query('rollback');
    expect(Object.keys(await previews)).toHaveLength(20);
  } finally {
    await holder.end();
  }
});
