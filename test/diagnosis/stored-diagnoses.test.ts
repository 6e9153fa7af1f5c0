import pg from 'pg';
import { storeDiagnosis, databaseTime } from '../../src/diagnosis/diagnosis-store.js';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.js';
import { cleanUp } from '../net/web-server.js';
import { startMcpServer } from '../support/mcp/mcp-server.js';
import { seedSignedInUser, seedServer } from '../support/seed.js';
import { openClinic, type Clinic } from './clinic.js';

let clinic: Clinic;
const opened = cleanUp();

beforeAll(async () => {
  clinic = await openClinic();
});
afterAll(() => clinic.close());
afterEach(() => opened.run());

interface Stored {
  version: number;
  lastDiagnosis: { startedAt: string; succeeded: boolean; failure: { layer: string } | null } | null;
  lastSuccessfulDiagnosis: { startedAt: string; version: number } | null;
  diagnosisChanges: { before: Step | null; now: Step | null }[] | null;
}
type Step = { name: string; outcome: string; detail: string };

const fields = `version
  lastDiagnosis { startedAt succeeded failure { layer } }
  lastSuccessfulDiagnosis { startedAt version }
  diagnosisChanges { before { name outcome detail } now { name outcome detail } }`;

async function storedOf(id: string, user = clinic.admin): Promise<Stored> {
  const document = `query ($id: ID) { mcpServerConfig(id: $id) { ${fields} } }`;
  return (await user.graphql.data<{ mcpServerConfig: Stored }>(document, { id })).mcpServerConfig;
}

/** Builds a diagnosis that its message identifies. */
const made = (message: string | null): Diagnosis => ({
  startedAt: new Date().toISOString(),
  durationMs: 1,
  url: 'https://mcp.example.com/',
  version: 1,
  steps: [],
  failure: message === null ? null : { layer: 'DNS', responsibleParty: 'ADMINISTRATOR', message, remedy: '' },
});

test('compares the last diagnosis with the last success', async () => {
  const mcp = await startMcpServer();
  clinic.zone['notes.test'] = [['127.0.0.1']];
  const { id } = await seedServer(clinic.app, { url: mcp.url.replace('127.0.0.1', 'notes.test') });
  expect(await storedOf(id)).toMatchObject({
    lastDiagnosis: null,
    lastSuccessfulDiagnosis: null,
    diagnosisChanges: [],
  });

  const first = await clinic.diagnose({ id });
  expect(await storedOf(id)).toEqual({
    version: 1,
    lastDiagnosis: { startedAt: first.startedAt, succeeded: true, failure: null },
    lastSuccessfulDiagnosis: { startedAt: first.startedAt, version: 1 },
    diagnosisChanges: [],
  });

  await mcp.close();
  const second = await clinic.diagnose({ id });
  expect(await storedOf(id)).toEqual({
    version: 1,
    lastDiagnosis: { startedAt: second.startedAt, succeeded: false, failure: { layer: 'CONNECT' } },
    lastSuccessfulDiagnosis: { startedAt: first.startedAt, version: 1 },
    diagnosisChanges: [
      {
        before: {
          name: 'Connection',
          outcome: 'FOUND',
          detail: expect.stringContaining('accepts connections'),
        },
        now: { name: 'Connection', outcome: 'FAILED', detail: expect.stringContaining('Connection refused') },
      },
    ],
  });

  clinic.zone['notes.test'] = [['10.0.0.7']];
  await clinic.diagnose({ id });
  const { diagnosisChanges } = await storedOf(id);
  expect(diagnosisChanges?.map(({ now }) => now?.name)).toEqual(['Name resolution', 'Addresses']);
  expect(diagnosisChanges?.[0]).toMatchObject({
    before: { detail: 'The host name resolves to 127.0.0.1.' },
    now: { detail: 'The host name resolves to 10.0.0.7.' },
  });
});

test('replaces the last success, without changes afterwards', async () => {
  const mcp = opened.add(await startMcpServer());
  const { id } = await seedServer(clinic.app, { url: mcp.url });
  await clinic.diagnose({ id });
  const again = await clinic.diagnose({ id });
  const { lastDiagnosis, lastSuccessfulDiagnosis, diagnosisChanges } = await storedOf(id);
  expect(lastSuccessfulDiagnosis?.startedAt).toBe(again.startedAt);
  expect(lastDiagnosis?.startedAt).toBe(again.startedAt);
  expect(diagnosisChanges).toEqual([]);
});

test('stores the last started of concurrent diagnoses, in whatever order they end', async () => {
  const { id } = await seedServer(clinic.app);
  const { em } = clinic.app.orm;
  const starts: string[] = [];
  for (let n = 0; n < 12; n++) starts.push(await databaseTime(em));
  const kept = starts.map((startedAt, n) => ({ startedAt, diagnosis: made(n % 3 === 0 ? null : `${n}`) }));
  const shuffled = [...kept.slice(6), ...kept.slice(0, 6)].toReversed();
  await Promise.all(shuffled.map(({ startedAt, diagnosis }) => storeDiagnosis(em, id, startedAt, diagnosis)));

  const [row] = await clinic.app.sql<{ last: Diagnosis; last_success: Diagnosis; right: boolean }>(
    `select last, last_success, last_started_at = $2::timestamptz and last_success_started_at = $3::timestamptz as right
     from mcp_server_diagnoses where mcp_server_config_id = $1`,
    [id, starts[11], starts[9]],
  );
  expect(row?.last.failure?.message).toBe('11');
  expect(row?.last_success).toEqual(kept[9]?.diagnosis);
  expect(row?.right).toBe(true);
});

test('does not replace a diagnosis that started later with a slower one', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let asked = () => {};
  const reached = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let waits = true;
  const mcp = opened.add(
    await startMcpServer({
      beforeAnswer: () => {
        asked();
        return waits ? released : Promise.resolve();
      },
    }),
  );
  const { id } = await seedServer(clinic.app, { url: mcp.url });
  const slow = clinic.diagnose({ id });
  await reached;
  waits = false;
  const quick = await clinic.diagnose({ id });
  release();
  await slow;
  expect((await storedOf(id)).lastDiagnosis?.startedAt).toBe(quick.startedAt);
});

test('does not edit the server: version and updatedAt stay', async () => {
  const mcp = opened.add(await startMcpServer());
  const { id } = await seedServer(clinic.app, { url: mcp.url });
  const row = () => clinic.app.sql('select * from mcp_server_configs where id = $1', [id]);
  const before = await row();
  await clinic.diagnose({ id });
  expect(await row()).toEqual(before);
});

test('stores nothing for a deleted server, and deletes diagnoses with their server', async () => {
  const { em } = clinic.app.orm;
  const { id } = await seedServer(clinic.app);
  const startedAt = await databaseTime(em);
  await storeDiagnosis(em, id, startedAt, made(null));
  await clinic.app.sql('delete from mcp_server_configs where id = $1', [id]);
  await storeDiagnosis(em, id, await databaseTime(em), made(null));
  expect(
    await clinic.app.sql('select 1 from mcp_server_diagnoses where mcp_server_config_id = $1', [id]),
  ).toEqual([]);
});

test('hides diagnoses from members', async () => {
  const { id } = await seedServer(clinic.app);
  await storeDiagnosis(
    clinic.app.orm.em,
    id,
    await databaseTime(clinic.app.orm.em),
    made('Only for administrators'),
  );
  const member = await seedSignedInUser(clinic.app);
  expect(await storedOf(id, member)).toEqual({
    version: 1,
    lastDiagnosis: null,
    lastSuccessfulDiagnosis: null,
    diagnosisChanges: null,
  });
});

test('reads the diagnoses of a list with one statement, and none if they are not selected', async () => {
  const { em } = clinic.app.orm;
  for (let n = 0; n < 5; n++) {
    const { id } = await seedServer(clinic.app);
    await storeDiagnosis(em, id, await databaseTime(em), made(`${n}`));
  }
  const send = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
  const statements: string[] = [];
  Reflect.set(pg.Client.prototype, 'query', function record(this: pg.Client, ...args: unknown[]) {
    const [query] = args;
    statements.push(typeof query === 'string' ? query : String((query as { text?: unknown }).text));
    return send.apply(this, args);
  });
  try {
    const count = async (selection: string) => {
      statements.splice(0);
      await clinic.admin.graphql.data(`{ mcpServerConfigs { ${selection} } }`);
      expect(statements.filter((statement) => !/^\s*select\b/i.test(statement))).toEqual([]);
      return statements.length;
    };
    const without = await count('id displayName');
    expect(statements.join()).not.toContain('mcp_server_diagnoses');
    expect(await count(`id displayName ${fields}`)).toBe(without + 1);
  } finally {
    Reflect.set(pg.Client.prototype, 'query', send);
  }
});
