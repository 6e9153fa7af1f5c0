import { readFile, writeFile } from 'node:fs/promises';
import { startApp } from '../support/app.js';
import { interoperabilityPage, reportFile } from '../support/interop/report.js';
import { startStack } from '../support/interop/stack.js';
import { walk, type Walk } from '../support/interop/walk.js';
import { seedSignedInUser } from '../support/seed.js';
import { stacks, type Stack } from './stacks.js';

// Concurrent tests begin before any hook.
const app = await startApp({ allowedPrivateCidrs: ['127.0.0.0/8', '::1/128'] });
const admin = await seedSignedInUser(app, { role: 'ADMIN' });
const walks = new Map<Stack, Walk>();

afterAll(() => app.close());

test.concurrent.each(stacks.map((stack) => [stack.name, stack] as const))(
  'connects, lists, calls, refreshes, disconnects and diagnoses: %s',
  async (_name, stack) => {
    const running = await startStack(stack.program, stack.args ?? []);
    try {
      const taken = await walk({ app, admin, stack: running });
      if (taken.authType === 'OAUTH2') expect(taken.refreshes).toBe(stack.hasNoRefreshToken ? 0 : 2);
      walks.set(stack, taken);
    } catch (error) {
      if (error instanceof Error) error.message += `\n${running.output().slice(-4_000)}`;
      throw error;
    } finally {
      await running.stop();
    }
  },
);

test('shows these results in docs/interoperability.md', async () => {
  const results = stacks.flatMap((stack) => {
    const taken = walks.get(stack);
    return taken ? [[stack, taken] as const] : [];
  });
  const page = await interoperabilityPage(new Map(results));
  if (process.env.INTEROP_REPORT === 'write') await writeFile(reportFile, page);
  expect(results).toHaveLength(stacks.length);
  expect(await readFile(reportFile, 'utf8')).toBe(page);
});
