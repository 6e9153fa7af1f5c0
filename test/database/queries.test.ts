import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { AuditEventSchema } from '../../src/audit/audit-event.entity.js';
import { FailureReportSchema } from '../../src/accounts/failures/failure-report.entity.js';
import { RevocationSchema } from '../../src/accounts/revoke/revocation.entity.js';
import { ConnectedAccountSchema } from '../../src/accounts/store/connected-account.entity.js';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.js';
import { ServerDiagnosisSchema } from '../../src/diagnosis/diagnosis.entity.js';
import { entities, openDatabase } from '../../src/entities.js';
import { queries } from '../../src/database/queries.js';
import { UserSchema } from '../../src/identity/store/user.entity.js';
import { McpServerConfigSchema } from '../../src/servers/store/mcp-server-config.entity.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let orm: MikroORM;
let em: EntityManager;
let userId: string;
let serverId: string;

const now = sql<Date>`now()`;

beforeAll(async () => {
  database = await createTestDatabase();
  orm = await openDatabase(database.url);
});

afterAll(async () => {
  await orm.close();
  await database.drop();
});

beforeEach(async () => {
  em = orm.em.fork();
  userId = uuidv7();
  serverId = uuidv7();
  await em.insert(UserSchema, {
    id: userId,
    email: `${userId}@example.com`,
    displayName: 'Ada',
    role: 'MEMBER',
    createdAt: new Date(),
    updatedAt: new Date(),
  });
  await queries(em, McpServerConfigSchema)
    .insertInto('McpServerConfig')
    .values({
      id: serverId,
      slug: `s-${serverId}`,
      displayName: 'Calendar',
      url: 'https://mcp.example.com',
      authType: 'OAUTH2',
      toolAllowList: ['a "quoted" one', 'null', 'a, b'],
      oauth2Compatibility: {},
      createdAt: now,
      updatedAt: now,
    })
    .execute();
});

function insertUser(manager = em) {
  return queries(manager, ConnectedAccountSchema)
    .insertInto('ConnectedAccount')
    .values({
      id: uuidv7(),
      serverId,
      userId,
      status: 'CONNECTED',
      accessToken: 'sealed',
      expiresAt: sql<Date>`now() + interval '1 hour'`,
      createdAt: now,
      updatedAt: now,
    });
}

async function countAccounts(): Promise<number> {
  return em.fork().count(ConnectedAccountSchema, { userId });
}

describe('dates', () => {
  beforeEach(async () => void (await insertUser().execute()));

  it('are Dates in a select, under the name of the property', async () => {
    const account = await queries(em, ConnectedAccountSchema)
      .selectFrom('ConnectedAccount')
      .select(['expiresAt', 'createdAt', 'lastUsedAt'])
      .where('userId', '=', userId)
      .executeTakeFirstOrThrow();
    expect(account).toEqual({ expiresAt: expect.any(Date), createdAt: expect.any(Date), lastUsedAt: null });
    const seconds = (account.expiresAt!.getTime() - account.createdAt.getTime()) / 1000;
    expect(seconds).toBe(3600);
  });

  it('are Dates in a join, under an alias, in an aggregate and in a raw expression', async () => {
    const row = await queries(em, ConnectedAccountSchema, UserSchema)
      .selectFrom('ConnectedAccount as t')
      .innerJoin('User as u', 'u.id', 't.userId')
      .select((eb) => [
        't.expiresAt',
        'u.createdAt as joinedAt',
        eb.fn.max('t.createdAt').as('newest'),
        sql<Date>`now()`.as('asked'),
        sql<Date>`${sql.ref('t.expiresAt')} - interval '1 minute'`.as('refreshAt'),
      ])
      .where('t.userId', '=', userId)
      .groupBy(['t.id', 'u.id'])
      .executeTakeFirstOrThrow();
    for (const value of Object.values(row)) expect(value).toBeInstanceOf(Date);
    expect(row.expiresAt!.getTime() - row.refreshAt.getTime()).toBe(60_000);
  });

  it('are Dates in RETURNING of an insert, an update and a delete', async () => {
    const db = queries(em, ConnectedAccountSchema);
    const updated = await db
      .updateTable('ConnectedAccount')
      .set({ lastUsedAt: now, refreshNotBefore: new Date('2030-01-02T03:04:05.678Z') })
      .where('userId', '=', userId)
      .returning(['lastUsedAt', 'refreshNotBefore', 'expiresAt as until'])
      .executeTakeFirstOrThrow();
    expect(updated.lastUsedAt).toBeInstanceOf(Date);
    expect(updated.refreshNotBefore).toEqual(new Date('2030-01-02T03:04:05.678Z'));
    expect(updated.until).toBeInstanceOf(Date);
    const deleted = await db
      .deleteFrom('ConnectedAccount')
      .where('refreshNotBefore', '=', new Date('2030-01-02T03:04:05.678Z'))
      .returning('createdAt')
      .executeTakeFirstOrThrow();
    expect(deleted.createdAt).toBeInstanceOf(Date);
    const inserted = await insertUser().returning('expiresAt').executeTakeFirstOrThrow();
    expect(inserted.expiresAt).toBeInstanceOf(Date);
  });

  it('are Dates in a common table expression, a subquery and a union', async () => {
    const db = queries(em, ConnectedAccountSchema);
    const [row] = await db
      .with('mine', (cte) =>
        cte.selectFrom('ConnectedAccount').select(['id', 'expiresAt']).where('userId', '=', userId),
      )
      .selectFrom('mine')
      .innerJoin('ConnectedAccount as t', 't.id', 'mine.id')
      .select(['mine.expiresAt', 't.createdAt'])
      .execute();
    expect(row).toEqual({ expiresAt: expect.any(Date), createdAt: expect.any(Date) });
    const one = db.selectFrom('ConnectedAccount').select('createdAt').where('userId', '=', userId);
    const both = await one.unionAll(one).execute();
    expect(both).toEqual([{ createdAt: expect.any(Date) }, { createdAt: expect.any(Date) }]);
    const sub = await db.selectFrom(one.as('s')).select('s.createdAt').execute();
    expect(sub).toEqual([{ createdAt: expect.any(Date) }]);
  });

  it('are Dates in an UPDATE inside a common table expression', async () => {
    const rows = await queries(em, ConnectedAccountSchema, UserSchema)
      .with('touched', (cte) =>
        cte
          .updateTable('ConnectedAccount')
          .set({ lastUsedAt: now })
          .where('userId', '=', userId)
          .returning(['userId as user', 'lastUsedAt as touched']),
      )
      .selectFrom('touched')
      .innerJoin('User as u', 'u.id', 'touched.user')
      .select(['touched.touched', 'u.email'])
      .execute();
    expect(rows).toEqual([{ touched: expect.any(Date), email: `${userId}@example.com` }]);
  });

  it('are Dates where raw SQL and the entity manager read them', async () => {
    const [row] = await em.execute<{ at: Date }[]>(
      'select max(created_at) as at from mcp_server_user_tokens',
    );
    expect(row!.at).toBeInstanceOf(Date);
    const account = await em.findOneOrFail(ConnectedAccountSchema, { userId });
    expect(account.createdAt).toBeInstanceOf(Date);
  });
});

describe('transactions', () => {
  it('are joined, and rolled back with what was written', async () => {
    const attempt = em.transactional(async (tx) => {
      await insertUser(tx).execute();
      const seen = await queries(tx, ConnectedAccountSchema)
        .selectFrom('ConnectedAccount')
        .select('id')
        .where('userId', '=', userId)
        .execute();
      expect(seen).toHaveLength(1);
      expect(await countAccounts()).toBe(0);
      throw new Error('roll back');
    });
    await expect(attempt).rejects.toThrow('roll back');
    expect(await countAccounts()).toBe(0);
  });

  it('keep what was written when they commit', async () => {
    await em.transactional((tx) => insertUser(tx).execute());
    expect(await countAccounts()).toBe(1);
  });

  it('roll back to where a nested one began', async () => {
    await em.transactional(async (tx) => {
      await insertUser(tx).execute();
      const nested = tx.transactional(async (inner) => {
        await queries(inner, ConnectedAccountSchema)
          .deleteFrom('ConnectedAccount')
          .where('userId', '=', userId)
          .execute();
        throw new Error('roll back');
      });
      await expect(nested).rejects.toThrow('roll back');
    });
    expect(await countAccounts()).toBe(1);
  });

  it('belong to the entity manager that the callback receives, and to no other', async () => {
    const outer = em;
    await outer.transactional(async (tx) => {
      await insertUser(tx).execute();
      const find = (manager: EntityManager) =>
        queries(manager, ConnectedAccountSchema)
          .selectFrom('ConnectedAccount')
          .select('id')
          .where('userId', '=', userId);
      expect(await find(tx).execute()).toHaveLength(1);
      expect(await find(outer).execute()).toHaveLength(0);
    });
  });
});

describe('locks', () => {
  beforeEach(async () => {
    for (const position of [1, 2]) {
      await queries(em, RevocationSchema)
        .insertInto('Revocation')
        .values({
          id: uuidv7(),
          serverId,
          userId,
          refreshToken: 'sealed',
          issuer: 'https://as.example.com',
          tokenEndpoint: '',
          revocationEndpoint: '',
          clientId: '',
          tokenAuthMethod: 'none',
          nextAttemptAt: sql<Date>`now() - ${position} * interval '1 minute'`,
          createdAt: now,
          updatedAt: now,
        })
        .execute();
    }
  });

  const claim = (manager: EntityManager) =>
    queries(manager, RevocationSchema)
      .updateTable('Revocation')
      .set({ leaseId: uuidv7(), leaseUntil: sql<Date>`now() + ${30} * interval '1 second'` })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('Revocation')
          .select('id')
          .where('userId', '=', userId)
          .where('leaseId', 'is', null)
          .orderBy('nextAttemptAt')
          .limit(1)
          .forUpdate()
          .skipLocked(),
      )
      .returning(['id', 'leaseUntil'])
      .execute();

  it('skip the rows that another transaction has locked', async () => {
    await em.transactional(async (first) => {
      const [one] = await claim(first);
      const [two] = await em.fork().transactional((second) => claim(second));
      expect(one!.leaseUntil).toBeInstanceOf(Date);
      expect(two!.id).not.toBe(one!.id);
    });
    expect(await claim(em)).toEqual([]);
  });

  it('name one table of a join', async () => {
    await insertUser().execute();
    const lock = queries(em, ConnectedAccountSchema, UserSchema)
      .selectFrom('ConnectedAccount as t')
      .innerJoin('User as u', 'u.id', 't.userId')
      .select('t.id')
      .where('t.userId', '=', userId);
    await em.transactional(async (tx) => {
      await queries(tx, ConnectedAccountSchema)
        .selectFrom('ConnectedAccount')
        .select('id')
        .forShare()
        .execute();
      await lock.forShare('u').execute();
    });
    expect(lock.forUpdate('t').compile().sql).toMatch(/for update of "t"$/);
  });
});

describe('values', () => {
  it('are converted both ways: arrays, JSON, null and enums', async () => {
    const server = await queries(em, McpServerConfigSchema)
      .selectFrom('McpServerConfig')
      .select([
        'toolAllowList',
        'toolDenyList',
        'oauth2Compatibility',
        'oauth2AsMetadata',
        'transport',
        'enabled',
      ])
      .where('id', '=', serverId)
      .executeTakeFirstOrThrow();
    expect(server).toEqual({
      toolAllowList: ['a "quoted" one', 'null', 'a, b'],
      toolDenyList: [],
      oauth2Compatibility: {},
      oauth2AsMetadata: null,
      transport: 'STREAMABLE_HTTP',
      enabled: false,
    });
  });

  it('are converted when the JSON is an array, an object with a kind, or a string', async () => {
    const [failure] = await queries(em, FailureReportSchema)
      .insertInto('FailureReport')
      .values({
        reference: 'ABCD1234',
        serverId,
        userId,
        step: 'REFRESH',
        code: 'X',
        message: '',
        fingerprint: '',
        suggestedSettings: [],
        firstFailedAt: now,
        lastFailedAt: now,
      })
      .returning('suggestedSettings')
      .execute();
    expect(failure!.suggestedSettings).toEqual([]);
    for (const json of [[{ kind: 'a' }], { kind: 'TableNode', at: 'b' }, 'text', '"quoted"']) {
      const last = json as unknown as Diagnosis;
      await queries(em, ServerDiagnosisSchema)
        .insertInto('ServerDiagnosis')
        .values({ serverId, last, lastStartedAt: now, lastSuccess: null })
        .onConflict((oc) => oc.column('serverId').doUpdateSet({ last }))
        .execute();
      const row = await queries(em, ServerDiagnosisSchema)
        .selectFrom('ServerDiagnosis')
        .select(['last', 'lastSuccess'])
        .where('serverId', '=', serverId)
        .executeTakeFirstOrThrow();
      expect(row).toEqual({ last, lastSuccess: null });
    }
  });

  it('can be set to null, and generated columns follow', async () => {
    await insertUser().execute();
    const db = queries(em, ConnectedAccountSchema);
    const set = (refreshToken: string | null) =>
      db
        .updateTable('ConnectedAccount')
        .set({ refreshToken })
        .where('userId', '=', userId)
        .returning(['refreshToken', 'hasRefreshToken'])
        .executeTakeFirst();
    expect(await set('sealed')).toEqual({ refreshToken: 'sealed', hasRefreshToken: true });
    expect(await set(null)).toEqual({ refreshToken: null, hasRefreshToken: false });
  });

  it('are what ON CONFLICT excluded, by the names of properties', async () => {
    const upsert = insertUser()
      .onConflict((oc) =>
        oc.columns(['serverId', 'userId']).doUpdateSet((eb) => ({
          accessToken: eb.ref('excluded.accessToken'),
          generation: eb('ConnectedAccount.generation', '+', 1),
        })),
      )
      .returning(['generation', 'serverId']);
    expect(await upsert.execute()).toEqual([{ generation: 1, serverId: serverId }]);
    expect(await upsert.execute()).toEqual([{ generation: 2, serverId: serverId }]);
    const again = await insertUser()
      .onConflict((oc) => oc.doNothing())
      .returning('id')
      .execute();
    expect(again).toEqual([]);
  });

  it('are compared with a list by = any', async () => {
    await insertUser().execute();
    const among = (ids: string[]) =>
      queries(em, ConnectedAccountSchema)
        .selectFrom('ConnectedAccount')
        .select('userId')
        .where((eb) => eb('userId', '=', eb.fn.any(eb.val(ids))))
        .execute();
    expect(await among([userId, uuidv7()])).toEqual([{ userId }]);
    expect(await among([])).toEqual([]);
  });
});

describe('statements over several tables', () => {
  beforeEach(async () => void (await insertUser().execute()));

  it('update from another table', async () => {
    const rows = await queries(em, ConnectedAccountSchema, McpServerConfigSchema)
      .updateTable('ConnectedAccount')
      .from('McpServerConfig as s')
      .set({ lastUsedAt: now, issuer: (eb) => eb.ref('s.displayName') })
      .whereRef('s.id', '=', 'ConnectedAccount.serverId')
      .where('ConnectedAccount.userId', '=', userId)
      .returning(['ConnectedAccount.lastUsedAt', 'ConnectedAccount.issuer', 's.displayName'])
      .execute();
    expect(rows).toEqual([{ lastUsedAt: expect.any(Date), issuer: 'Calendar', displayName: 'Calendar' }]);
  });

  it('delete using another table', async () => {
    const rows = await queries(em, ConnectedAccountSchema, UserSchema)
      .deleteFrom('ConnectedAccount')
      .using('User as u')
      .whereRef('u.id', '=', 'ConnectedAccount.userId')
      .where('u.id', '=', userId)
      .returning(['ConnectedAccount.createdAt', 'ConnectedAccount.userId'])
      .execute();
    expect(rows).toEqual([{ createdAt: expect.any(Date), userId }]);
  });

  it('insert what they select', async () => {
    await queries(em, AuditEventSchema, ConnectedAccountSchema, UserSchema)
      .insertInto('AuditEvent')
      .columns(['id', 'action', 'actorKind', 'subjectType', 'subjectId', 'affectedUserEmail'])
      .expression((eb) =>
        eb
          .selectFrom('ConnectedAccount as t')
          .innerJoin('User as u', 'u.id', 't.userId')
          .where('t.userId', '=', userId)
          .select([
            sql<string>`gen_random_uuid()`.as('id'),
            sql<'SIGNED_IN'>`'SIGNED_IN'`.as('action'),
            sql<'BACKGROUND'>`'BACKGROUND'`.as('actorKind'),
            sql<'USER'>`'USER'`.as('subjectType'),
            't.userId',
            'u.email',
          ]),
      )
      .execute();
    expect(
      await em.count(AuditEventSchema, { subjectId: userId, affectedUserEmail: `${userId}@example.com` }),
    ).toBe(1);
  });
});

it('finds every table by the name of its entity', () => {
  for (const { name, class: entity } of entities) {
    expect([name, entity.name]).toEqual([name, name]);
    expect(orm.getMetadata().getByClassName(name).tableName).toMatch(/^[a-z0-9_]+$/);
  }
});

it('refuses, when compiled, what the entities do not have', () => {
  const db = queries(em, ConnectedAccountSchema);
  // @ts-expect-error The column's property is expiresAt.
  db.selectFrom('ConnectedAccount').select('expires_at');
  // @ts-expect-error No schema of this table was given.
  db.selectFrom('User');
  // @ts-expect-error The column is an enum.
  db.selectFrom('ConnectedAccount').selectAll().where('status', '=', 'CONNECT');
  // @ts-expect-error The column is not null.
  db.updateTable('ConnectedAccount').set({ scope: null });
  // @ts-expect-error The column is generated.
  db.updateTable('ConnectedAccount').set({ hasRefreshToken: true });
  // @ts-expect-error Every column without a default has to be given.
  db.insertInto('ConnectedAccount').values({ id: '' });
  const typed = async () => {
    const row = await db
      .selectFrom('ConnectedAccount')
      .select(['expiresAt', 'status'])
      .executeTakeFirstOrThrow();
    const expiresAt: Date | null = row.expiresAt;
    const status: 'CONNECTED' | 'NEEDS_AUTHORIZATION' = row.status;
    // @ts-expect-error The column is nullable.
    const date: Date = row.expiresAt;
    return { expiresAt, status, date };
  };
  expect(typed).toBeDefined();
});
