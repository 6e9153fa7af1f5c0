import { getIntrospectionQuery, getOperationAST, parse, validate, type GraphQLSchema } from 'graphql';
import { QueryCost } from '../../../src/graphql/cost/query-cost.js';
import { RowCounter } from '../../../src/graphql/cost/row-counter.js';
import { openDatabase } from '../../../src/entities.js';
import { createSchemas } from '../../../src/graphql/schema.js';
import type { SwitchboardError } from '../../../src/errors.js';
import { maxTokens } from '../../../src/input-limits.js';
import { createLog } from '../../../src/log.js';
import { startApp, type TestApp } from '../../support/app.js';
import { createTestDatabase } from '../../support/database.js';
import { recorded } from '../../support/recorded.js';
import { seedSignedInUser, type SignedInUser } from '../../support/seed.js';
import { everyField } from './every-field.js';

let schema: GraphQLSchema;

beforeAll(async () => {
  schema = (await createSchemas()).ADMIN;
});

const counts = { SERVERS: 1_000, DIAGNOSES_OF_SERVER: 0 };

/** Returns the error of a check with this limit, or null. */
async function refusal(
  query: string,
  { values = {}, maxCost = 100_000 }: { values?: Record<string, unknown>; maxCost?: number } = {},
): Promise<SwitchboardError | null> {
  const document = parse(query, { maxTokens });
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document)!;
  const cost = new QueryCost({ schema, rows: { expected: () => counts, observe() {} }, maxCost });
  try {
    await cost.check(document, operation, values, { isAdmin: true });
    return null;
  } catch (error) {
    return error as SwitchboardError;
  }
}

/** Returns the cost: the one that a limit of zero reports. */
async function costOf(query: string, values: Record<string, unknown> = {}): Promise<unknown> {
  return (await refusal(query, { values, maxCost: -1 }))?.details.cost;
}

test('charges each field for each expected row, and multiplies nested lists', async () => {
  expect(await costOf('{ viewer { id email } }')).toBe(3);
  expect(await costOf('{ mcpServerConfigs { id slug } }')).toBe(1 + 1_000 * 2);
  expect(await costOf('{ users(first: 100) { edges { node { id } } } mcpServerConfigs { id } }')).toBe(
    2 + (1 + 100 * 2) + 1_000,
  );
  expect(
    await costOf('{ mcpServerConfigs { oauth2Compatibility { pkce activeSettings { setting } } } }'),
  ).toBe(1 + 1_000 * (1 + 2 + 1));
});

test('charges a connection for the rows that `first` allows: its value, its variable or its default', async () => {
  const edges = 'edges { cursor node { id } } pageInfo { endCursor }';
  const each = 3;
  expect(await costOf(`{ auditEvents(first: 7) { ${edges} } }`)).toBe(1 + 2 + 1 + 7 * each);
  expect(await costOf(`{ auditEvents { ${edges} } }`)).toBe(1 + 2 + 1 + 50 * each);
  const query = `query ($n: Int! = 9) { auditEvents(first: $n) { ${edges} } }`;
  expect(await costOf(query, { n: 9 })).toBe(1 + 2 + 1 + 9 * each);
  expect(await costOf(query, { n: 200 })).toBe(1 + 2 + 1 + 200 * each);
});

test('charges fields only where their conditions hold, and fields of one response key once', async () => {
  const query = `
    query ($a: Boolean!, $b: Boolean!) {
      mcpServerConfigs { ...F @include(if: $a) ...G @skip(if: $b) slug slug }
    }
    fragment F on McpServerConfig { id ...G }
    fragment G on McpServerConfig { id displayName }`;
  expect(await costOf(query, { a: false, b: true })).toBe(1 + 1_000);
  expect(await costOf(query, { a: false, b: false })).toBe(1 + 3_000);
  expect(await costOf(query, { a: true, b: true })).toBe(1 + 3_000);
  expect(await costOf(query, { a: true, b: false })).toBe(1 + 3_000);
});

test('names the cost, the limit and the fields to split', async () => {
  const error = await refusal(
    '{ a: mcpServerConfigs { id } b: users(first: 150) { edges { node { id } } } viewer { id } }',
    { maxCost: 1_000 },
  );
  expect(error).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', details: { cost: 1_305, limit: 1_000 } });
  expect(error?.message).toBe(
    'The query costs 1,305, and the limit is 1,000. Each field costs 1 for each expected row: `a` costs 1,000, ' +
      '`b` costs 301, `viewer` costs 1. Send these fields in separate requests, or select fewer fields or rows.',
  );
});

test('refuses an operation whose fragments expand to too many selections', async () => {
  const spread = (times: number) => `
    { ${Array.from({ length: times }, (_, i) => `a${i}: mcpServerConfig(slug: "s") { ...F }`).join(' ')} }
    fragment F on McpServerConfig { ${'id '.repeat(300)} }`;
  expect(await refusal(spread(20))).toBeNull();
  expect(await refusal(spread(40))).toMatchObject({
    code: 'QUERY_TOO_EXPENSIVE',
    message: expect.stringContaining('more than 10,000 selections') as string,
  });
});

test('accepts the full introspection of tools, with every option and without any', async () => {
  const every = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };
  for (const options of [every, {}, { descriptions: false }]) {
    expect(await refusal(getIntrospectionQuery(options))).toBeNull();
  }
});

test('charges introspection for its aliases and fields', async () => {
  const aliases = (n: number) =>
    `{ __schema { ${Array.from({ length: n }, (_, i) => `a${i}: types { ...T }`).join(' ')} } }
     fragment T on __Type { name description fields { name description args { name description } } }`;
  expect(await refusal(aliases(1))).toBeNull();
  expect(await refusal(aliases(30))).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
});

test('leaves room for every field of every query in one document', () => {
  expect(() => parse(everyField(schema, 'Query'), { maxTokens })).not.toThrow();
});

describe('with 1,000 servers', () => {
  let app: TestApp;
  let admin: SignedInUser;
  let everyServer: string;

  beforeAll(async () => {
    app = await startApp();
    admin = await seedSignedInUser(app, { role: 'ADMIN' });
    await app.sql(
      `insert into mcp_server_configs (id, slug, display_name, url, enabled, created_at, updated_at)
       select gen_random_uuid(), 'server-' || n, 'Server ' || n, 'https://mcp.example.com/' || n, n % 2 = 0, now(), now()
       from generate_series(1, 1000) n`,
    );
    everyServer = `mcpServerConfigs ${everyField(schema, 'McpServerConfig')}`;
  });
  afterAll(() => app.close());

  const counting = /count\(\*\)::int/;

  test('counts rows once for simultaneous requests, and not again soon', async () => {
    const { statements } = await recorded(app, async () => {
      await Promise.all(Array.from({ length: 20 }, () => admin.graphql.data('{ mcpServerConfigs { id } }')));
      await admin.graphql.data('{ mcpServerConfigs { slug } }');
    });
    expect(statements.filter((statement) => counting.test(statement))).toHaveLength(1);
  });

  test('accepts one list with every field, and refuses four of them before any statement', async () => {
    const { mcpServerConfigs } = await admin.graphql.data<{ mcpServerConfigs: unknown[] }>(
      `{ ${everyServer} }`,
    );
    expect(mcpServerConfigs).toHaveLength(1_000);
    // A fragment keeps the document within its number of tokens.
    const lists = ['a', 'b', 'c', 'd'].map((alias) => `${alias}: mcpServerConfigs { ...Every }`).join(' ');
    const four = `{ ${lists} } fragment Every on McpServerConfig ${everyField(schema, 'McpServerConfig')}`;
    const { result, statements } = await recorded(app, () => admin.graphql.query(four));
    expect([result.status, result.data]).toEqual([400, undefined]);
    expect(result.errors?.[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', limit: 100_000 });
    expect(result.errors?.[0]?.message).toMatch(/`a` costs \d\d,\d{3}, `b` costs .* separate requests/);
    // The session's.
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatch(/access_tokens/);
  });

  test('expects as many servers as the viewer sees', async () => {
    const member = await seedSignedInUser(app);
    const query = `{ ${Array.from({ length: 45 }, (_, i) => `a${i}: mcpServerConfigs { id slug displayName }`).join(' ')} }`;
    expect((await admin.graphql.error(query)).extensions.cost).toBe(45 + 45 * 1_000 * 3);
    expect((await member.graphql.query(query)).errors).toBeUndefined();
  });

  test('expects servers that were added since the last count once a list has shown them', async () => {
    await app.sql(
      `insert into mcp_server_configs (id, slug, display_name, url, enabled, created_at, updated_at)
       select gen_random_uuid(), 'more-' || n, 'More ' || n, 'https://mcp.example.com/more/' || n, true, now(), now()
       from generate_series(1, 500) n`,
    );
    await admin.graphql.data('{ mcpServerConfigs { id } }');
    const { extensions } = await admin.graphql.error(`{ ${everyServer} }`);
    expect((Number(extensions.cost) - 1) % 1_500).toBe(0);
  });

  test('refuses 120 aliases of the types in introspection', async () => {
    const types = Array.from({ length: 120 }, (_, i) => `a${i}:types{...T}`).join(' ');
    const query = `{__schema{${types}}} fragment T on __Type{name description fields{name description}}`;
    const { status, text } = await admin.graphql.query(query);
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(2_000);
  });
});

test('charges what needs no count while the database doesn’t answer', async () => {
  const database = await createTestDatabase();
  const orm = await openDatabase(database.url);
  const lines: string[] = [];
  const log = createLog('warn', { write: (line) => void lines.push(line) });
  const rows = new RowCounter({ em: orm.em, log, maxCount: 100_000 });
  await database.drop();
  const viewer = { isAdmin: true };
  expect(await rows.expected(viewer)).toEqual({ SERVERS: 0, DIAGNOSES_OF_SERVER: 0 });
  // The next request doesn't wait for another attempt.
  expect(rows.expected(viewer)).not.toBeInstanceOf(Promise);
  expect(lines).toHaveLength(1);
  await orm.close();
});
