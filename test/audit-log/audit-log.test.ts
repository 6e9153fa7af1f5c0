import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { GraphQLEnumType } from 'graphql';
import { startApp, type TestApp } from '../support/app.js';
import { client } from '../support/graphql.js';
import { readOperations } from '../support/operations.js';
import { recorded } from '../support/recorded.js';
import { seedApiToken, seedSignedInUser, type SignedInUser } from '../support/seed.js';

interface Answer {
  auditEvents: {
    edges: { cursor: string; node: { id: string; occurredAt: string; action: string } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

let app: TestApp;
let admin: SignedInUser;
let document: string;

beforeAll(async () => {
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  document = (await readOperations()).get('auditEvents') ?? '';
});
afterAll(() => app.close());

const page = async (variables: Record<string, unknown> = {}) =>
  (await admin.graphql.data<Answer>(document, variables)).auditEvents;

/** Inserts events about one subject `distance` microseconds after each other, the first one oldest. */
async function seedEvents(
  count: number,
  {
    distance = 1,
    daysAgo = 0,
    action = 'MCP_SERVER_CONFIG_UPDATED',
    actor = randomUUID() as string,
    owner = null as string | null,
  } = {},
): Promise<{ subjectId: string; actor: string; ids: string[] }> {
  const subjectId = randomUUID();
  const rows = await app.sql<{ id: string }>(
    `insert into audit_events (id, occurred_at, action, actor_kind, actor_user_id, subject_type, subject_id, affected_user_id)
     select gen_random_uuid(), date_trunc('second', now()) - make_interval(days => $4) + n * $3 * interval '1 microsecond', $5,
       'USER', $6, 'MCP_SERVER_CONFIG', $1, $7 from generate_series(1, $2::int) n returning id`,
    [subjectId, count, distance, daysAgo, action, actor, owner],
  );
  return { subjectId, actor, ids: rows.map(({ id }) => id) };
}

async function walk(
  filter: Record<string, unknown>,
  first: number,
  between = async () => {},
): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const { edges, pageInfo }: Answer['auditEvents'] = await page({ filter, first, after });
    seen.push(...edges.map(({ node }) => node.id));
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    await between();
  } while (after !== null);
  return seen;
}

describe('pages', () => {
  it.each([1, 0])(
    'contain each event once, newest first, at a distance of %i microseconds',
    async (distance) => {
      const { subjectId, ids } = await seedEvents(23, { distance });
      for (const first of [1, 5, 23, 200]) {
        const seen = await walk({ subjectId }, first);
        expect(seen).toHaveLength(23);
        if (distance > 0) expect(seen).toEqual(ids.toReversed());
        else expect(seen.toSorted()).toEqual(ids.toSorted());
      }
    },
  );

  it('are not shifted by events that are added in the meantime', async () => {
    const { actor, ids } = await seedEvents(12, { daysAgo: 1 });
    const add = async () => void (await seedEvents(3, { actor }));
    expect(await walk({ actorUserId: actor }, 5, add)).toEqual(ids.toReversed());
  });

  it('refuse an invalid cursor and a page size out of range', async () => {
    const forged = Buffer.from(`1/' or true`).toString('base64url');
    for (const variables of [
      { after: 'x' },
      { after: forged },
      { first: 0 },
      { first: 201 },
      { filter: { actions: [] } },
    ]) {
      const error = await admin.graphql.error(document, variables);
      expect(error.extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  it('need one statement after the viewer’s for any page size', async () => {
    await seedEvents(200);
    for (const first of [1, 200]) {
      const { statements } = await recorded(app, () => page({ first }));
      expect(statements).toHaveLength(2);
      expect(statements[0]).toContain('from "access_tokens"');
    }
  });
});

describe('filters', () => {
  it('find events by action, actor, subject, affected user and time', async () => {
    const owner = randomUUID();
    const old = await seedEvents(2, { daysAgo: 10, action: 'MCP_SERVER_CONNECTED', owner });
    const recent = await seedEvents(3, { daysAgo: 2, action: 'USER_DISCONNECTED', owner, actor: old.actor });
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const count = async (filter: Record<string, unknown>) => (await page({ filter })).edges.length;
    expect(await count({ affectedUserId: owner })).toBe(5);
    expect(await count({ actorUserId: old.actor })).toBe(5);
    expect(await count({ subjectId: old.subjectId })).toBe(2);
    expect(await count({ affectedUserId: owner, actions: ['MCP_SERVER_CONNECTED'] })).toBe(2);
    expect(
      await count({ affectedUserId: owner, actions: ['MCP_SERVER_CONNECTED', 'USER_DISCONNECTED'] }),
    ).toBe(5);
    expect(await count({ affectedUserId: owner, from: daysAgo(5) })).toBe(3);
    expect(await count({ affectedUserId: owner, to: daysAgo(5) })).toBe(2);
    expect(await count({ affectedUserId: owner, from: daysAgo(5), subjectId: old.subjectId })).toBe(0);
    expect(await count({ subjectId: recent.subjectId })).toBe(3);
  });

  it('use an index each', async () => {
    await app.sql('analyze audit_events');
    for (const column of ['actor_user_id', 'subject_id', 'affected_user_id']) {
      const plan = await app.sql<{ 'QUERY PLAN': string }>(
        `explain select * from audit_events where ${column} = '${randomUUID()}' order by occurred_at desc, id desc limit 51`,
      );
      expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/Index Scan/);
    }
  });
});

test('only an administrator with full rights can read it', async () => {
  const member = await seedSignedInUser(app);
  const narrow = client(app, { token: await seedApiToken(app, admin.email, 'USE') });
  for (const graphql of [member.graphql, narrow]) {
    expect((await graphql.error(document, {})).extensions.code).toBe('FORBIDDEN');
  }
});

test('docs/audit.md describes every action like the schema', async () => {
  const type = app.schema.getType('AuditAction') as GraphQLEnumType;
  const page = await readFile(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z0-9_]+)`\s*\| (.+?)\s*\|$/gm)].map(([, name, text]) => [
    name,
    text,
  ]);
  expect(rows).toEqual(type.getValues().map(({ name, description }) => [name, description]));
});
