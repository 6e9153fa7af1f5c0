import { setTimeout as sleep } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { BackgroundTasks, type BackgroundTask } from '../../src/background/background-tasks.js';
import { ormOptions } from '../../src/database/orm.js';
import { entities } from '../../src/entities.js';
import { createLog } from '../../src/log.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
/** Each stands for one process, with its own connection pool. */
let orms: MikroORM[];
const logs: Record<string, unknown>[] = [];
const log = createLog('debug', {
  write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>),
});

beforeAll(async () => {
  database = await createTestDatabase();
  orms = await Promise.all([1, 2, 3].map(() => MikroORM.init(ormOptions(database.url, entities))));
});
afterAll(async () => {
  await Promise.all(orms.map((orm) => orm.close()));
  await database.drop();
});

/** Starts one process. `stop` waits for the tasks that it runs. */
function start(index: number, tasks: BackgroundTask[]): BackgroundTasks {
  const pass = new BackgroundTasks({ em: orms[index]!.em, log, tasks });
  pass.start();
  return pass;
}

/** Waits until the condition holds, and fails after ten seconds. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Still false after ten seconds: ${condition}`);
    await sleep(10);
  }
}

const makeDue = (name: string) =>
  orms[0]!.em.fork().execute('update background_tasks set due_at = now() where name = ?', [name], 'run');

test('runs a due task once when several processes start at once', async () => {
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

test('runs the other tasks beside one that fails and one that hangs, and runs the failed one again', async () => {
  const hanging: (() => void)[] = [];
  const done: string[] = [];
  const tasks: BackgroundTask[] = [
    { name: 'failing', run: () => Promise.reject(new Error('It failed.')) },
    { name: 'hanging', run: () => new Promise((resolve) => hanging.push(() => resolve(0))) },
    { name: 'good', run: async () => done.push('good') },
  ];
  const first = start(0, tasks);
  const hasFailed = () => logs.some(({ task }) => task === 'failing');
  await until(() => hanging.length > 0 && hasFailed() && done.includes('good'));
  hanging[0]?.();
  await first.stop();

  await makeDue('failing');
  const again = { name: 'failing', run: async () => done.push('failing') };
  await start(1, [again]).stop();
  expect(done).toEqual(['good', 'failing']);
});

test('leaves a task to the process that runs it until its lease ends', async () => {
  let runs = 0;
  const held: (() => void)[] = [];
  const first = start(0, [
    { name: 'held', run: () => new Promise((resolve) => held.push(() => resolve(0))) },
  ]);
  await until(() => held.length > 0);
  const other = { name: 'held', run: async () => (runs += 1) };
  await start(1, [other]).stop();
  expect(runs).toBe(0);
  await makeDue('held');
  await start(2, [other]).stop();
  expect(runs).toBe(1);

  // A process that was only slow does not change when the task is due.
  const dueAt = () => orms[0]!.em.fork().execute(`select due_at from background_tasks where name = 'held'`);
  const before = await dueAt();
  held[0]?.();
  await first.stop();
  expect(await dueAt()).toEqual(before);
});

test('waits at the end for the running tasks, and aborts their signals', async () => {
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
  await until(async () => {
    const tasks = await orms[1]!.em.fork().execute(`select 1 from background_tasks where name = 'told'`);
    return tasks.length > 0;
  });
  await pass.stop();
  expect(told).toBe(true);
});
