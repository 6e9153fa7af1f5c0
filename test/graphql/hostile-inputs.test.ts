import { getNamedType, isNonNullType, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { startApp, type TestApp } from '../support/app.js';
import { credentialHeaders } from '../support/graphql.js';
import { startMcpServer, type McpServer } from '../support/mcp/mcp-server.js';
import { startAuthorizationServer, type AuthorizationServer } from '../support/oauth/authorization-server.js';
import {
  seedAccount,
  seedApiToken,
  seedOAuth2Server,
  seedServer,
  seedSignedInUser,
  seedUser,
  type SignedInUser,
} from '../support/seed.js';
import { everyField } from './cost/every-field.js';
import { hostileValues, type Notation, type PlausibleValues } from './hostile-values.js';
import { createRandom } from './random.js';

/** Requests for each field of Query and Mutation that has arguments, and for each role. */
const requestsPerField = Number(process.env.FUZZ_REQUESTS ?? 8);

let app: TestApp;
let provider: AuthorizationServer;
let mcp: McpServer;
let openMcp: McpServer;
let admin: SignedInUser;
let member: SignedInUser;
let plausible: PlausibleValues;
let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await createSchema();
  app = await startApp();
  provider = await startAuthorizationServer();
  mcp = await startMcpServer({ authorizationServer: provider });
  openMcp = await startMcpServer();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
  const ids: string[] = [];
  for (let count = 0; count < 4; count += 1) {
    const user = await seedUser(app);
    const open = await seedServer(app, { url: openMcp.url });
    const oauth = await seedOAuth2Server(app, { url: mcp.url, oauth2Issuer: provider.issuer });
    for (const userId of [user.id, member.id, admin.id])
      await seedAccount(app, { userId, serverId: oauth.id });
    ids.push(user.id, open.id, oauth.id);
  }
  for (const { email } of [admin, member]) await seedApiToken(app, email, 'READ');
  const tokens = await app.sql<{ id: string }>(`select id from access_tokens where kind = 'API_TOKEN'`);
  plausible = {
    ids: [...ids, ...tokens.map(({ id }) => id), '01900000-0000-7000-8000-000000000000'],
    urls: [mcp.url, openMcp.url, `${provider.issuer}/token`, 'https://localhost:1/mcp'],
    texts: ['whoami', 'notes', 'Ada', 'ada@example.com', 'read write', 'X-Key', ','],
  };
});
afterAll(async () => {
  await app.close();
  await Promise.all([mcp.close(), openMcp.close(), provider.close()]);
});

/** Returns the fields of Query and Mutation that have arguments. */
function operations(): { kind: 'query' | 'mutation'; field: GraphQLField<unknown, unknown> }[] {
  const fieldsOf = (kind: 'query' | 'mutation') => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(type?.getFields() ?? {}).map((field) => ({ kind, field }));
  };
  return [...fieldsOf('query'), ...fieldsOf('mutation')].filter(({ field }) => field.args.length > 0);
}

/** Sends a body as it is and returns the codes of its errors. */
async function codesOf(user: SignedInUser, body: string): Promise<string[]> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credentialHeaders(app, user) },
    body,
  });
  const answer = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return (answer.errors ?? []).map(({ extensions }) => extensions.code);
}

const isFault = (code: string) =>
  ['INTERNAL_SERVER_ERROR', 'DATABASE_UNAVAILABLE', 'UNAUTHENTICATED'].includes(code);
const errorLines = () => app.logs.filter(({ level }) => Number(level) >= 50);

test.each(['ADMIN', 'MEMBER'] as const)(
  'no input of an operation is an internal error: as %s',
  async (role) => {
    const user = role === 'ADMIN' ? admin : member;
    const seed = Number(process.env.FUZZ_SEED ?? 20_261_130);
    const random = createRandom(seed);
    const value = hostileValues(random, plausible);
    const seen = new Set<string>();
    for (let count = 0; count < requestsPerField; count += 1) {
      for (const { kind, field } of operations()) {
        const notation: Notation = random() < 0.7 ? 'json' : 'graphql';
        const given = field.args.filter(({ type }) => isNonNullType(type) || random() < 0.6);
        const values = given.map(({ name, type }) => [name, String(type), value(type, notation)] as const);
        const named = getNamedType(field.type);
        const selection = isObjectType(named) ? everyField(schema, named.name) : '';
        const written = values.map(([name, , text]) => `${name}: ${notation === 'json' ? `$${name}` : text}`);
        const declared = notation === 'json' ? values.map(([name, type]) => `$${name}: ${type}`) : [];
        const head = declared.length > 0 ? `${kind} (${declared.join(', ')})` : kind;
        const query = `${head} { ${field.name}${written.length > 0 ? `(${written.join(', ')})` : ''} ${selection} }`;
        const variables =
          declared.length > 0 ? values.map(([name, , text]) => `"${name}": ${text}`).join(', ') : '';
        const body = `{"query": ${JSON.stringify(query)}, "variables": {${variables}}}`;
        const codes = await codesOf(user, body);
        expect({ seed, count, body, faults: codes.filter(isFault), logged: errorLines() }).toEqual({
          seed,
          count,
          body,
          faults: [],
          logged: [],
        });
        if (codes.length === 0) seen.add(field.name);
      }
    }
    // The requests also get beyond the checks: most operations succeed at least once.
    const possible = operations().filter(
      ({ field }) => role === 'ADMIN' || field.extensions.audience !== 'ADMIN',
    );
    expect(seen.size).toBeGreaterThan(possible.length / 2);
  },
);

test.each([
  ['lists', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
  ['objects', (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)],
])('%s nested 100,000 deep are no internal error, wherever they are', async (_what, nest) => {
  const deep = nest(100_000);
  const tool =
    'mutation ($x: JSONObject) { callMcpServerTool(id: "01900000-0000-7000-8000-000000000000", input: { name: "a", arguments: $x }) { isError } }';
  const flat = tool.replace('input: { name: "a", arguments: $x }', 'name: "a", arguments: $x');
  const filter = 'query ($x: McpServerConfigFilter) { mcpServerConfigs(filter: $x) { id } }';
  for (const query of [tool, flat, filter]) {
    for (const variables of [`{"x": ${deep}}`, `{"x": {"search": ${deep}}}`, `{"x": {"a": ${deep}}}`, deep]) {
      const codes = await codesOf(member, `{"query": ${JSON.stringify(query)}, "variables": ${variables}}`);
      expect(codes.filter(isFault)).toEqual([]);
    }
  }
  expect((await codesOf(member, deep)).filter(isFault)).toEqual([]);
  expect(
    (await codesOf(member, `{"query": "{ viewer { id } }", "extensions": ${deep}}`)).filter(isFault),
  ).toEqual([]);
  expect(errorLines()).toEqual([]);
});
