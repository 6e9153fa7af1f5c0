import { randomUUID } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import {
  background,
  commandLine,
  recordAuditEvent,
  type AuditRecord,
} from '../../src/audit/record-audit-event.js';
import { sweepAuditEvents } from '../../src/audit/retention.js';
import { openDatabase } from '../../src/entities.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let orm: MikroORM;

beforeAll(async () => {
  database = await createTestDatabase();
  orm = await openDatabase(database.url);
});

afterAll(async () => {
  await orm?.close();
  await database?.drop();
});

const record = (event: Partial<AuditRecord> = {}) =>
  orm.em.fork().transactional((em) =>
    recordAuditEvent(em, {
      action: 'MCP_SERVER_CONFIG_DELETED',
      actor: commandLine,
      subject: { type: 'MCP_SERVER_CONFIG', id: randomUUID(), name: 'Linear' },
      ...event,
    }),
  );
const sql = (text: string, values: unknown[] = []) =>
  orm.em.fork().execute<Record<string, unknown>[]>(text, values);
const count = async () => Number((await sql('select count(*) from audit_events'))[0]?.count);

describe('an event', () => {
  it('stores the action, the actor and the subject, with the time of the database', async () => {
    const [user, owner, server] = [randomUUID(), randomUUID(), randomUUID()];
    const token = { kind: 'API_TOKEN', id: randomUUID(), name: 'ci' } as const;
    await record({
      actor: { kind: 'USER', user: { id: user, email: 'ann@example.com' }, credential: token },
      subject: { type: 'MCP_SERVER_CONFIG', id: server, name: 'Linear' },
      affectedUser: { id: owner, email: 'bob@example.com' },
      changedFields: ['url', `it's a "field", {really}`],
      detail: { disconnected: 3 },
    });
    const [row] = await sql('select *, now() - occurred_at as age from audit_events where subject_id = ?', [
      server,
    ]);
    expect(row).toMatchObject({
      action: 'MCP_SERVER_CONFIG_DELETED',
      actor_kind: 'USER',
      actor_user_id: user,
      actor_email: 'ann@example.com',
      credential: 'API_TOKEN',
      credential_id: token.id,
      credential_name: 'ci',
      subject_type: 'MCP_SERVER_CONFIG',
      subject_name: 'Linear',
      affected_user_id: owner,
      affected_user_email: 'bob@example.com',
      changed_fields: ['url', `it's a "field", {really}`],
      detail: { disconnected: 3 },
    });
  });

  it('can have Switchboard itself as its actor', async () => {
    const subject = { type: 'ENCRYPTION_KEY', id: null, name: 'k2' } as const;
    await record({ action: 'ENCRYPTION_KEYS_ROTATED', actor: background, subject });
    const [row] = await sql(`select * from audit_events where subject_name = 'k2'`);
    expect(row).toMatchObject({
      actor_kind: 'BACKGROUND',
      actor_user_id: null,
      actor_email: '',
      credential: null,
    });
  });

  it('cannot be recorded outside of a transaction', async () => {
    const before = await count();
    const event: AuditRecord = {
      action: 'USER_CREATED',
      actor: commandLine,
      subject: { type: 'USER', id: randomUUID() },
    };
    await expect(recordAuditEvent(orm.em.fork(), event)).rejects.toThrow(/in the transaction/);
    expect(await count()).toBe(before);
  });

  it('can be neither changed nor deleted', async () => {
    await record();
    await expect(sql(`update audit_events set actor_email = 'nobody'`)).rejects.toThrow(/append only/);
    await expect(sql('delete from audit_events')).rejects.toThrow(/kept for at least 30 days/);
    await expect(sql('truncate audit_events')).rejects.toThrow(/append only/);
  });
});

describe('retention', () => {
  const age = (days: number) =>
    sql(
      `insert into audit_events (id, occurred_at, action, actor_kind, subject_type, subject_name)
       values (?, now() - make_interval(days => ?), 'USER_CREATED', 'COMMAND_LINE', 'USER', 'old')`,
      [randomUUID(), days],
    );

  it('deletes only the events that are older than the given days', async () => {
    const before = await count();
    for (const days of [399, 401, 500]) await age(days);
    expect(await sweepAuditEvents(orm.em, 400)).toBe(2);
    expect(await sweepAuditEvents(orm.em, 400)).toBe(0);
    expect(await count()).toBe(before + 1);
  });

  it('deletes each event once while several processes sweep', async () => {
    await Promise.all(Array.from({ length: 40 }, () => age(401)));
    const swept = await Promise.all(Array.from({ length: 5 }, () => sweepAuditEvents(orm.em, 400)));
    expect(swept.reduce((sum, each) => sum + each)).toBe(40);
  });
});
