import { CostInProgress, maxWaiting } from '../../../src/graphql/cost/cost-in-progress.js';
import { startApp, type TestApp } from '../../support/app.js';
import type { Answer } from '../../support/graphql.js';
import { seedSignedInUser } from '../../support/seed.js';

/** Begins an operation. @returns its state, which changes when its turn comes */
async function begin(inProgress: CostInProgress, userId: string, cost: number) {
  const state = { hasBegun: false };
  const turn = inProgress.begin(userId, cost);
  if (turn) void turn.then(() => (state.hasBegun = true));
  else state.hasBegun = true;
  await Promise.resolve();
  return state;
}

test('lets the operations of one user cost as much as a single one together, in order', async () => {
  const inProgress = new CostInProgress(100_000);
  const first = await begin(inProgress, 'a', 60_000);
  const second = await begin(inProgress, 'a', 60_000);
  const third = await begin(inProgress, 'a', 30_000);
  const ofOther = await begin(inProgress, 'b', 100_000);
  const small = await begin(inProgress, 'a', 4_999);
  expect([first, second, third, ofOther, small].map(({ hasBegun }) => hasBegun)).toEqual([
    true,
    false,
    false,
    true,
    true,
  ]);
  inProgress.end('a', 60_000);
  await Promise.resolve();
  expect([second.hasBegun, third.hasBegun]).toEqual([true, true]);
});

test('refuses operations of a user with many waiting ones, until they have ended', async () => {
  const inProgress = new CostInProgress(1_000);
  await begin(inProgress, 'a', 1_000);
  for (let count = 0; count < maxWaiting; count += 1) await begin(inProgress, 'a', 1_000);
  expect(() => inProgress.begin('a', 1_000)).toThrow('Wait for their results');
  for (let count = 0; count <= maxWaiting; count += 1) inProgress.end('a', 1_000);
  expect(inProgress.begin('a', 1_000)).toBeNull();
});

describe('in a running server', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ maxQueryCost: 3_000 });
    await app.sql(
      `insert into mcp_server_configs (id, slug, display_name, url, enabled, created_at, updated_at)
       select gen_random_uuid(), 'server-' || n, 'Server ' || n, 'https://mcp.example.com/' || n, true, now(), now()
       from generate_series(1, 1000) n`,
    );
  });
  afterAll(() => app.close());

  test('answers the expensive queries of a flood one after the other, and refuses many with 429 and Retry-After', async () => {
    const flooding = await seedSignedInUser(app);
    const query = '{ mcpServerConfigs { id slug } }';
    await flooding.graphql.data(query);
    const total = 2 * maxWaiting;
    const refused: Answer<unknown>[] = [];
    let othersWait = () => {};
    const allOthersWait = new Promise<void>((resolve) => {
      othersWait = resolve;
    });
    const { flood } = await app.orm.em.fork().transactional(async (tx) => {
      // The first query waits for this lock, and the others for the first one.
      await tx.execute('lock table mcp_server_configs in access exclusive mode');
      const send = async () => {
        const answer = await flooding.graphql.query(query);
        if (answer.status !== 200) refused.push(answer);
        if (refused.length === total - maxWaiting - 1) othersWait();
        return answer;
      };
      const answers = Promise.all(Array.from({ length: total }, send));
      await allOthersWait;
      return { flood: answers };
    });
    const answered = (await flood).filter(({ status }) => status === 200);
    expect(answered).toHaveLength(maxWaiting + 1);
    expect(answered.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    for (const { status, headers, errors } of refused) {
      expect([status, headers.get('retry-after')]).toEqual([429, '1']);
      expect(errors?.[0]?.extensions).toEqual({ code: 'RATE_LIMITED' });
    }
  });
});
