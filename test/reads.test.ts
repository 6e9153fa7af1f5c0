import pg from 'pg';
import { operations, readOperations, startWorld } from './support/operations.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser, type SignedInUser } from './support/seed.js';

/** Every statement that this process sends to PostgreSQL, recorded at the driver. */
const statements: string[] = [];
const send = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;

let world: Awaited<ReturnType<typeof startWorld>>;
let documents: Map<string, string>;
let admin: SignedInUser;
let member: SignedInUser;

beforeAll(async () => {
  world = await startWorld();
  documents = await readOperations();
  admin = await seedSignedInUser(world.app, { role: 'ADMIN' });
  member = await seedSignedInUser(world.app);
  await world.app.sql(
    `insert into mcp_server_configs (id, slug, display_name, url, auth_type, oauth2_client_id, enabled, created_by,
       created_at, updated_at)
     select gen_random_uuid(), 'many-' || n, 'Many ' || n, 'https://mcp.example.com/', 'OAUTH2', 'client', true, $1,
       now(), now()
     from generate_series(1, 200) as n`,
    [admin.id],
  );
  const { id } = await seedOAuth2Server(world.app);
  for (const { id: userId } of [admin, member]) {
    await seedAccount(world.app, { userId, serverId: id });
  }
  // The first list of a process counts the rows that the costs of queries depend on.
  await admin.graphql.data('{ mcpServerConfigs { id } }');
  Reflect.set(pg.Client.prototype, 'query', function record(this: pg.Client, ...args: unknown[]) {
    const [query] = args;
    statements.push(typeof query === 'string' ? query : String((query as { text?: unknown }).text));
    return send.apply(this, args);
  });
});

afterAll(async () => {
  Reflect.set(pg.Client.prototype, 'query', send);
  await world.close();
});

beforeEach(() => void statements.splice(0));

const secrets =
  /\b(oauth2_client_secret|api_key_value|custom_headers|access_token|refresh_token|code_verifier)\b|\*/;

test.each([
  ['a member', () => member, 3],
  // The users of createdBy and updatedBy are one more statement.
  ['an administrator', () => admin, 4],
] as const)(
  'reads 200 servers with every field for %s in two statements after that of the viewer',
  async (_who, user, expected) => {
    const { data } = await user().graphql.query<{ mcpServerConfigs: unknown[] }>(
      documents.get('mcpServerConfigs')!,
    );
    expect(data?.mcpServerConfigs.length).toBeGreaterThan(200);
    expect(statements).toHaveLength(expected);
    expect(statements[0]).toContain('from "access_tokens"');
    for (const statement of statements) expect(statement.replaceAll('count(*)', '')).not.toMatch(secrets);
  },
);

test.each([
  ['a member', () => member],
  ['an administrator', () => admin],
] as const)(
  'reads a list with authConnected for %s in one statement after that of the viewer',
  async (_who, user) => {
    await user().graphql.query('{ mcpServerConfigs { id url createdAt toolAllowList authConnected } }');
    expect(statements).toHaveLength(2);
    expect(statements[1]).toMatch(/from "mcp_server_configs".*order by/);
  },
);

test.each([
  'viewer',
  'users',
  'user',
  'apiTokens',
  'mcpServerConfigs',
  'mcpServerConfig',
  'myAccounts',
  'mcpServerAccounts',
  'failureReport',
  'failureReports',
  'mcpServerRevocations',
  'auditEvents',
])('writes nothing in the query %s', async (name) => {
  const caller = { userId: admin.id, credentials: { session: admin.session } };
  const variables = (await operations[name]?.variables?.(world, caller)) ?? {};
  statements.splice(0);
  for (const user of [admin, member]) await user.graphql.query(documents.get(name)!, variables);
  expect(statements.length).toBeGreaterThan(1);
  expect(statements.filter((statement) => !/^\s*select\b/i.test(statement))).toEqual([]);
});

test('updates the last use of all tokens in one statement after reads', async () => {
  await Promise.all([admin, member].map(({ graphql }) => graphql.query('{ viewer { id } }')));
  await world.app.authentication.flushLastUsed();
  const writes = statements.filter((statement) => !/^\s*select\b/i.test(statement));
  expect(writes).toHaveLength(1);
  expect(writes[0]).toMatch(/update access_tokens t set last_used_at/);
});
