import {
  parse,
  GraphQLError,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  type DocumentNode,
} from 'graphql';
import type { Context } from '../../src/graphql/context.js';
import { createSchemas } from '../../src/graphql/schema.js';
import { createExecutor } from '../../src/graphql/execution.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
} from '../support/seed.js';
import { unlimitedCost } from './cost/unlimited-cost.js';

let app: TestApp;
let admin: SignedInUser;
let member: SignedInUser;

beforeAll(async () => {
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
  const { id } = await seedOAuth2Server(app, {
    slug: 'wiki',
    displayName: 'Wiki',
    createdBy: admin.id,
    oauth2Scopes: 'read',
  });
  await seedAccount(app, { userId: member.id, serverId: id });
  await seedServer(app, { displayName: 'Mail', toolAllowList: ['a', 'b'], createdBy: admin.id });
  await seedServer(app, { slug: 'off', displayName: 'Off', enabled: false });
});
afterAll(() => app.close());

/** Enough to reach every kind of field: lists, times, enums, batched fields, people, guarded fields, conditions. */
const everything = `
  query Everything($search: String, $with: Boolean = false, $type: McpServerAuthType) {
    viewer { id email role __typename }
    mcpServerConfigs(filter: { search: $search, authType: $type }) {
      ...Base
      url transport oauth2Scopes customHeaderNames createdBy { id email createdAt } accountCount
      again: displayName
      toolAllowList @include(if: $with)
    }
    one: mcpServerConfig(slug: "wiki") { id }
  }
  fragment Base on McpServerConfig { id slug authType authConnected connectUrl createdAt hasApiKey version }
`;

test.each([
  ['no variables', {}],
  ['variables that are null', { search: null, type: null }],
  ['variables that are given', { search: 'wiki', type: 'OAUTH2', with: true }],
])('answers the same interpreted and compiled: %s', async (_, variables) => {
  for (const { graphql } of [admin, member]) {
    // A comment makes it a document of its own, so that it is interpreted first.
    const document = `# ${JSON.stringify(variables)} ${Math.random()}\n${everything}`;
    const first = await graphql.query(document, variables);
    const second = await graphql.query(document, variables);
    const third = await graphql.query(document, variables);
    expect(first.errors).toBeUndefined();
    expect(JSON.parse(second.text)).toEqual(JSON.parse(first.text));
    expect(third.text).toBe(second.text);
  }
});

test('accepts the default of a required variable the second time, too', async () => {
  const document =
    'query ($first: Int! = 50) { failureReports(first: $first) { edges { node { reference } } } }';
  for (let time = 0; time < 3; time++) {
    expect(await admin.graphql.data(document)).toEqual({ failureReports: { edges: [] } });
  }
});

test('keeps the code and path of errors when compiled', async () => {
  const document = `# ${Math.random()}\n{ viewer { id } missing: mcpServerConfig(slug: "nowhere") { id } }`;
  const first = await member.graphql.query(document);
  const second = await member.graphql.query(document);
  expect(first.errors).toEqual([
    {
      message: 'There is no such MCP server.',
      path: ['missing'],
      extensions: { code: 'NOT_FOUND' },
    },
  ]);
  expect(second.errors).toEqual(first.errors);
  expect(second.data).toEqual(first.data);
});

test('answers null for administrators’ fields to members, compiled too', async () => {
  const document = `# ${Math.random()}\n{ mcpServerConfigs { url createdBy { id } accountCount } }`;
  for (let time = 0; time < 3; time += 1) {
    const { mcpServerConfigs } = await member.graphql.data<{ mcpServerConfigs: unknown[] }>(document);
    expect(mcpServerConfigs).toEqual([
      { url: null, createdBy: null, accountCount: null },
      { url: null, createdBy: null, accountCount: null },
    ]);
  }
});

test('refuses variables of the wrong type before anything runs, naming each', async () => {
  const document =
    'query ($id: ID!, $filter: McpServerConfigFilter) { mcpServerConfigs(filter: $filter) { id } mcpServerConfig(id: $id) { id } }';
  const { status, data, errors } = await admin.graphql.query(document, {
    id: true,
    filter: { enabled: 'yes' },
  });
  expect(status).toBe(400);
  expect(data).toBeUndefined();
  expect(errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    fields: [
      { path: 'id', message: 'Expected a value of type ID!.' },
      { path: 'filter.enabled', message: 'Expected a value of type Boolean.' },
    ],
  });
});

test('refuses an operation that isn’t in the document', async () => {
  const schemas = await createSchemas();
  const execute = createExecutor(schemas, unlimitedCost(schemas.EVERYONE));
  const document = parse('query A { viewer { id } } query B { viewer { email } }');
  const { errors } = await execute({ document }, { viewer: { isAdmin: false } } as Context);
  expect(errors?.[0]).toBeInstanceOf(GraphQLError);
  expect(errors?.[0]?.message).toContain('Must provide operation name');
});

describe('the cache of compiled queries', () => {
  let execute: (document: DocumentNode) => Promise<unknown>;

  /** Answers how it executed the query: only the interpreter makes a string of the number. */
  beforeEach(() => {
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: { execution: { type: GraphQLString, resolve: () => 1 } },
    });
    const schema = new GraphQLSchema({ query });
    const executor = createExecutor({ EVERYONE: schema, ADMIN: schema }, unlimitedCost(schema));
    execute = async (document) =>
      (await executor({ document }, { viewer: { isAdmin: false } } as Context)).data?.execution === 1
        ? 'compiled'
        : 'interpreted';
  });

  const newQueries = (count: number) => Array.from({ length: count }, () => parse('{ execution }'));

  it('holds the 500 most recently used and drops the least recently used', async () => {
    const [a, b, ...others] = newQueries(500) as [DocumentNode, DocumentNode, ...DocumentNode[]];
    const [c] = newQueries(1) as [DocumentNode];
    for (const document of [a, b, ...others]) expect(await execute(document)).toBe('interpreted');
    expect(await execute(a)).toBe('compiled');
    expect(await execute(c)).toBe('interpreted');
    expect(await execute(a)).toBe('compiled');
    expect(await execute(b)).toBe('interpreted');
    expect(await execute(c)).toBe('compiled');
  });

  it('counts each query once', async () => {
    const [a, b, ...others] = newQueries(500) as [DocumentNode, DocumentNode, ...DocumentNode[]];
    for (const document of [a, b, ...others]) expect(await execute(document)).toBe('interpreted');
    for (let time = 0; time < 3; time += 1) expect(await execute(b)).toBe('compiled');
    expect(await execute(a)).toBe('compiled');
  });
});

test.each([
  ['a subscription', 'subscription { viewer { id } }', {}],
  [
    'null for a non-null argument, through a variable with a default',
    'query($id: ID = "00000000-0000-4000-8000-000000000000") { mcpServerTools(id: $id) { name } }',
    { id: null },
  ],
])('answers %s by BAD_USER_INPUT at each execution, and logs no error', async (_what, query, variables) => {
  for (let time = 0; time < 3; time += 1) {
    const { errors } = await admin.graphql.query(query, variables);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT']);
  }
  expect(app.logs.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});
