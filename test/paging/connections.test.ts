import { randomUUID } from 'node:crypto';
import { isNonNullType, isObjectType, type GraphQLObjectType } from 'graphql';
import { v7 as uuidv7 } from 'uuid';
import { newReference } from '../../src/accounts/failures/failure-reference.js';
import { startApp, type TestApp } from '../support/app.js';
import { readOperations } from '../support/operations.js';
import { recorded } from '../support/recorded.js';
import { seedServer, seedSignedInUser, seedUser, type SignedInUser } from '../support/seed.js';

interface Connection {
  edges: { cursor: string; node: Record<string, unknown> }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  totalCount?: number;
}

interface List {
  /** The variables that choose the rows of one test. */
  variables: Record<string, unknown>;
  /** Returns what names a row. */
  key: (node: Record<string, unknown>) => unknown;
  /** Inserts rows in the order of the list. `at` is an offset of the order in seconds. Returns their keys. */
  seed(count: number, at?: number): Promise<string[]>;
}

let app: TestApp;
let admin: SignedInUser;
let documents: Map<string, string>;

beforeAll(async () => {
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN', displayName: 'Ada', email: 'ada@example.org' });
  documents = await readOperations();
});
afterAll(() => app.close());

const time = (n: string) =>
  `timestamptz '2026-06-01' - ${n} * interval '1 microsecond' - $2 * interval '1 second'`;

const lists: Record<string, () => Promise<List>> = {
  async users() {
    const word = randomUUID().slice(0, 8);
    return {
      variables: { search: word },
      key: ({ email }) => email,
      async seed(count, at = 0) {
        const emails = Array.from({ length: count }, () => `${randomUUID()}@example.com`);
        await app.sql(
          `insert into users (id, email, display_name, role, created_at, updated_at)
           select gen_random_uuid(), e, $2 || ' ' || $3 || lpad(n::text, 5, '0'), 'MEMBER', now(), now()
           from unnest($1::text[]) with ordinality as t (e, n)`,
          [emails, word, at < 0 ? 'A' : 'b'],
        );
        return emails;
      },
    };
  },
  async failureReports() {
    const { id: serverId } = await seedServer(app);
    return {
      variables: { serverId },
      key: ({ reference }) => reference,
      async seed(count, at = 0) {
        const references = Array.from({ length: count }, newReference);
        await app.sql(
          `insert into connection_failures (reference, mcp_server_config_id, user_id, step, code, message, fingerprint,
             first_failed_at, last_failed_at)
           select r, $3, $4, 'CALL_TOOL', 'UPSTREAM_ERROR', 'It failed.', r, now(), ${time('n')}
           from unnest($1::text[]) with ordinality as t (r, n)`,
          [references, at, serverId, admin.id],
        );
        return references;
      },
    };
  },
  async mcpServerRevocations() {
    const serverId = randomUUID();
    return {
      variables: { serverId },
      key: ({ id }) => id,
      async seed(count, at = 0) {
        const msecs = Date.parse('2026-06-01') - at * 1_000;
        const ids = Array.from({ length: count }, (_, n) => uuidv7({ msecs, seq: 1_000 - n }));
        await app.sql(
          `insert into oauth2_revocations (id, mcp_server_config_id, user_id, issuer, token_endpoint,
             revocation_endpoint, client_id, token_auth_method, status, next_attempt_at, created_at, updated_at)
           select r, $2, $3, 'i', 't', 'r', 'c', 'none', 'GIVEN_UP', now(), now(), now() from unnest($1::uuid[]) r`,
          [ids, serverId, admin.id],
        );
        return ids;
      },
    };
  },
  async auditEvents() {
    const subjectId = randomUUID();
    return {
      variables: { filter: { subjectId } },
      key: ({ id }) => id,
      async seed(count, at = 0) {
        const ids = Array.from({ length: count }, () => randomUUID());
        await app.sql(
          `insert into audit_events (id, occurred_at, action, actor_kind, subject_type, subject_id)
           select r, ${time('n')}, 'MCP_SERVER_CONFIG_UPDATED', 'BACKGROUND', 'MCP_SERVER_CONFIG', $3
           from unnest($1::uuid[]) with ordinality as t (r, n)`,
          [ids, at, subjectId],
        );
        return ids;
      },
    };
  },
  async mcpServerAccounts() {
    const { id: serverId } = await seedServer(app, { authType: 'OAUTH2' });
    return {
      variables: { serverId },
      key: ({ user }) => (user as { email: string }).email.replace('@example.net', ''),
      async seed(count, at = 0) {
        const ids = Array.from({ length: count }, () => randomUUID());
        await app.sql(
          `with owner as (
             insert into users (id, email, display_name, role, created_at, updated_at)
             select r, r || '@example.net', 'Owner', 'MEMBER', now(), now() from unnest($1::uuid[]) r
           )
           insert into mcp_server_user_tokens (id, mcp_server_config_id, user_id, status, created_at, updated_at)
           select r, $3, r, 'NEEDS_AUTHORIZATION', ${time('n')}, now()
           from unnest($1::uuid[]) with ordinality as t (r, n)`,
          [ids, at, serverId],
        );
        return ids;
      },
    };
  },
};
const names = Object.keys(lists);

async function read(name: string, variables: Record<string, unknown>): Promise<Connection> {
  const data = await admin.graphql.data<Record<string, Connection>>(documents.get(name) ?? '', variables);
  return data[name]!;
}

/** Reads all pages. Returns the keys of their rows. */
async function walk(
  name: string,
  { variables, key }: List,
  first: number,
  between: () => void = () => {},
): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let after: string | null = null; ;) {
    const { edges, pageInfo } = await read(name, { ...variables, first, after });
    seen.push(...edges.map(({ node }) => key(node)));
    expect(pageInfo).toEqual({
      hasNextPage: pageInfo.hasNextPage,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    });
    if (!pageInfo.hasNextPage) return seen;
    expect(edges).toHaveLength(first);
    after = pageInfo.endCursor;
    between();
  }
}

describe.each(names)('%s', (name) => {
  let list: List;
  beforeEach(async () => {
    list = await lists[name]!();
  });

  it('returns each row once in its order, in pages of any size', async () => {
    const keys = await list.seed(7);
    for (const first of [1, 3, 7, 200]) expect(await walk(name, list, first)).toEqual(keys);
  });

  it('repeats and omits no row while others are added at both ends', async () => {
    const keys = await list.seed(12);
    const writes: Promise<unknown>[] = [];
    const seen = await walk(name, list, 3, () => {
      const round = writes.length + 1;
      if (round < 8) writes.push(list.seed(2, -round), list.seed(1, 100 * round));
    });
    await Promise.all(writes);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((key) => keys.includes(key as string))).toEqual(keys);
  });

  it('refuses a malformed cursor, that of another list, and a page size out of range', async () => {
    await list.seed(2);
    const mistakesOf = async (variables: object, of = name, { variables: rows } = list) => {
      const { extensions } = await admin.graphql.error(documents.get(of) ?? '', { ...rows, ...variables });
      return [extensions.code, ...(extensions.fields ?? []).map(({ path }) => path)];
    };
    const [mine] = (await read(name, { ...list.variables, first: 1 })).edges;
    for (const other of names.filter((each) => each !== name)) {
      expect(await mistakesOf({ after: mine?.cursor }, other, await lists[other]!())).toEqual([
        'BAD_USER_INPUT',
        'after',
      ]);
    }
    const forge = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    for (const after of [
      '',
      'x',
      'A'.repeat(100_000),
      forge(name),
      forge(name, "' or true"),
      forge(name, "' or true", "' or true"),
      forge(name, '\0', '\0'),
      forge(name, 1, 2),
      forge(name, '99999999999999999', 'x'),
    ]) {
      expect(await mistakesOf({ after })).toEqual(['BAD_USER_INPUT', 'after']);
    }
    for (const first of [0, 201, -1])
      expect(await mistakesOf({ first })).toEqual(['BAD_USER_INPUT', 'first']);
  });

  it('counts the rows of all pages, and only where it is asked', async () => {
    await list.seed(5);
    const { result, statements } = await recorded(app, () => read(name, { ...list.variables, first: 2 }));
    if (name === 'auditEvents') expect(result).not.toHaveProperty('totalCount');
    else expect(result.totalCount).toBe(5);
    const isCount = (statement: string) => /^select count\(\*\)/i.test(statement);
    expect(statements.filter(isCount)).toHaveLength(name === 'auditEvents' ? 0 : 1);
    const uncounted = (documents.get(name) ?? '').replace('totalCount', '');
    const { statements: fewer } = await recorded(app, () => admin.graphql.data(uncounted, list.variables));
    expect(fewer.filter(isCount)).toEqual([]);
  });

  it('reads a page in the middle by an index, without sorting or reading all rows', async () => {
    await list.seed(1_000);
    const { edges } = await read(name, { ...list.variables, first: 50 });
    await app.sql('analyze');
    const { statements, values } = await recorded(app, () =>
      read(name, { ...list.variables, first: 50, after: edges.at(-1)?.cursor }),
    );
    const at = statements.findIndex((statement) => statement.includes('limit'));
    const plan = await app.sql<{ 'QUERY PLAN': string }>(`explain ${statements[at]}`, values[at]);
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index Scan/);
    expect(text).not.toMatch(/Sort|Seq Scan on (?!mcp_server_configs)/);
  });
});

describe('users', () => {
  const found = async (search: string) =>
    (await read('users', { search, first: 200 })).edges.map(({ node }) => node.displayName);

  it('are found by parts of the name or the email address, in any case', async () => {
    await seedUser(app, { displayName: 'Zoë Ångström', email: 'z.unusual@example.com' });
    await seedUser(app, { displayName: 'Zoë Other', email: 'zoe@example.com' });
    for (const search of [
      'ÅNGSTRÖM',
      'zoë  gstr',
      'Unusual',
      'unusual@EXAMPLE zoë',
      ' z.unu ',
      'Zoe\u0308 Ång',
    ]) {
      expect([search, await found(search)]).toEqual([search, ['Zoë Ångström']]);
    }
    expect(new Set(await found('zoë'))).toEqual(new Set(['Zoë Ångström', 'Zoë Other']));
  });

  it('are found by characters that are wildcards elsewhere', async () => {
    await seedUser(app, { displayName: String.raw`100%_\ sure` });
    expect(await found('%_')).toEqual([String.raw`100%_\ sure`]);
    expect(await found('\\')).toEqual([String.raw`100%_\ sure`]);
    expect(await found('1%0')).toEqual([]);
  });

  it('are not searched by more than 100 characters', async () => {
    expect(await found('x'.repeat(100))).toEqual([]);
    const { extensions } = await admin.graphql.error(documents.get('users') ?? '', {
      search: 'x'.repeat(101),
    });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'search' }] });
  });
});

it('every connection of the schema is tested here', () => {
  const query = app.schema.getQueryType() as GraphQLObjectType;
  const connections = Object.values(query.getFields()).filter(({ type }) => {
    const named = isNonNullType(type) ? type.ofType : type;
    return isObjectType(named) && named.name.endsWith('Connection');
  });
  expect(connections.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});
