import { verifyKeyRing } from '../../src/secrets/canary.js';
import { sealedColumns } from '../../src/secrets/sealed-values.js';
import { begin, disconnect, startWorld, type World } from '../accounts/world.js';
import { startStatefulMcpServer } from '../support/mcp/stateful-mcp-server.js';
import { callTool } from '../tools/tool-calls.js';
import { seedAccount, seedOAuth2Server, seedServer } from '../support/seed.js';

let world: World;
let serverId: string;

/** Fills every column that contains secrets. */
beforeAll(async () => {
  world = await startWorld();
  const { app, member, other } = world;
  await verifyKeyRing(app.orm.em.fork(), app.keys);
  await seedServer(app, { authType: 'API_KEY', apiKeyHeader: 'X-Key', apiKeyValue: 'key' });
  const customHeaders = [{ name: 'X-Key', value: 'header' }];
  await seedServer(app, { authType: 'CUSTOM_HEADERS', customHeaders });
  ({ id: serverId } = await seedOAuth2Server(app, {
    oauth2ClientSecret: 'secret',
    oauth2TokenAuthMethod: 'client_secret_basic',
    oauth2RevocationUrl: 'http://127.0.0.1:9/revoke',
  }));
  for (const { id } of [member, other]) {
    await seedAccount(app, { userId: id, serverId: serverId }, { refreshToken: 'refresh' });
  }
  expect(await disconnect(other, serverId)).toMatchObject({ revocationPending: true });
  await begin(world, member);
  const mcp = await startStatefulMcpServer();
  await callTool(member, (await seedServer(app, { url: mcp.url })).id, 'count');
  await mcp.close();
}, 60_000);
afterAll(() => world.close());

/** Finds the columns of any table and type that contain a sealed value. */
async function columnsWithSealedValues(): Promise<string[]> {
  const columns = await world.app.sql<{ table: string; column: string }>(
    `select table_name as "table", column_name as "column" from information_schema.columns
     join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  // A key id, a dot, and the header of a JWE, which is JSON in base64url.
  const found = await world.app.sql<{ name: string }>(
    columns
      .map(
        ({ table, column }) =>
          `(select '${table}.${column}' as name from "${table}" where "${column}"::text ~ '[A-Za-z0-9_-]{1,32}[.]eyJ' limit 1)`,
      )
      .join(' union all '),
  );
  return found.map(({ name }) => name).toSorted();
}

/** The columns that `rotate-keys` reseals, and the canaries, which it must not: each is sealed with its own key. */
const declaredColumns = () =>
  sealedColumns(world.app.orm.em)
    .map(({ table, column }) => `${table}.${column}`)
    .concat('encryption_keys.canary')
    .toSorted();

test('every column with sealed values is declared as sealed, and every declared column is filled here', async () => {
  expect(await columnsWithSealedValues()).toEqual(declaredColumns());
});

test.each([
  ['text', 'users', 'display_name', '$1'],
  ['array', 'mcp_server_configs', 'tool_allow_list', 'array[$1::text]'],
  ['JSON', 'mcp_server_configs', 'oauth2_as_metadata', `jsonb_build_object('inside', $1::text)`],
])('finds a sealed value in an undeclared column of type %s', async (_what, table, column, value) => {
  const sealed = await world.app.vault.seal('secret', { table, column, row: 'row' });
  await world.app.sql(`update ${table} set ${column} = ${value}`, [sealed]);
  expect(await columnsWithSealedValues()).toContain(`${table}.${column}`);
  expect(declaredColumns()).not.toContain(`${table}.${column}`);
});
