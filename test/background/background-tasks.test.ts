import { MikroORM } from '@mikro-orm/postgresql';
import { BackgroundTasks, type BackgroundTask } from '../../src/background/background-tasks.js';
import { ormOptions } from '../../src/database/orm.js';
import { createLog } from '../../src/log.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
/** As many processes, each with a pool of its own. */
let orms: MikroORM[];
const logs: Record<string, unknown>[] = [];
const log = createLog('debug', {
  write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>),
});

beforeAll(async () => {
  database = await createTestDatabase();
  orms = await Promise.all([1, 2, 3].map(() => MikroORM.init(ormOptions(database.url))));
});
afterAll(async () => {
  await Promise.all(orms.map((orm) => orm.close()));
  await database.drop();
});

/** A process that has started; `stop` waits for what it has begun. */
function start(index: number, tasks: BackgroundTask[]): BackgroundTasks {
  const pass = new BackgroundTasks({ em: orms[index]!.em, log, tasks });
  pass.start();
  return pass;
}

const makeDue = (name: string) =>
  orms[0]!.em.fork().execute('update background_tasks set due_at = now() where name = ?', [name], 'run');

test('of several processes that start at once, one does what is due', async () => {
  let runs = 0;
  const task = { name: 'counted', run: async () => (runs += 1) };
  const all = () => Promise.all(orms.map((_orm, index) => start(index, [task]).stop()));
  await all();
  expect(runs).toBe(1);
  await all();
  expect(runs).toBe(1);
  await makeDue('counted');
  await all();
  expect(runs).toBe(2);
});

test('a task that fails and one that hangs stop no other, and the failed one is done again', async () => {
  const hanging: (() => void)[] = [];
  const done: string[] = [];
  const tasks: BackgroundTask[] = [
    { name: 'failing', run: () => Promise.reject(new Error('It failed.')) },
    { name: 'hanging', run: () => new Promise((resolve) => hanging.push(() => resolve(0))) },
    { name: 'good', run: async () => done.push('good') },
  ];
  const first = start(0, tasks);
  const hasFailed = () => logs.some(({ task }) => task === 'failing');
  while (hanging.length === 0 || !hasFailed() || !done.includes('good')) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  hanging[0]?.();
  await first.stop();

  await makeDue('failing');
  const again = { name: 'failing', run: async () => done.push('failing') };
  await start(1, [again]).stop();
  expect(done).toEqual(['good', 'failing']);
});

test('nobody begins what another process is at, until that one must have crashed', async () => {
  let runs = 0;
  const held: (() => void)[] = [];
  const first = start(0, [
    { name: 'held', run: () => new Promise((resolve) => held.push(() => resolve(0))) },
  ]);
  while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const other = { name: 'held', run: async () => (runs += 1) };
  await start(1, [other]).stop();
  expect(runs).toBe(0);
  await makeDue('held');
  await start(2, [other]).stop();
  expect(runs).toBe(1);

  // Whoever was only held up does not make it due earlier or later.
  const dueAt = () => orms[0]!.em.fork().execute(`select due_at from background_tasks where name = 'held'`);
  const before = await dueAt();
  held[0]?.();
  await first.stop();
  expect(await dueAt()).toEqual(before);
});

test('the end waits for what is under way, and tells it', async () => {
  let told = false;
  const task: BackgroundTask = {
    name: 'told',
    run: (signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          told = true;
          setImmediate(() => resolve(0));
        }),
      ),
  };
  const pass = start(0, [task]);
  const [row] = await orms[1]!.em.fork().execute<{ n: number }[]>('select 1 as n');
  expect(row?.n).toBe(1);
  while (
    (await orms[1]!.em.fork().execute(`select 1 from background_tasks where name = 'told'`)).length === 0
  ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await pass.stop();
  expect(told).toBe(true);
});
