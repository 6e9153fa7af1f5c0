import { dripping, laborious, oversized, slow } from './bodies.js';
import { misbehaveAt, steps, stored, usesTools, type Step } from './steps.js';
import { startHostileWorld, type HostileWorld } from './world.js';

const endOf = ({ place, endsAs }: Step) => (place === 'server/discover' ? 'UPSTREAM_ERROR' : endsAs);

describe('an upstream that sends too much', () => {
  let world: HostileWorld;
  beforeAll(async () => {
    world = await startHostileWorld();
  });
  afterAll(() => world.close());

  /** Of an answer to the probe that begins an event stream, nothing is read. */
  const isRead = (name: string, body: string) =>
    !(/without a token/.test(name) && /endless event/.test(body));

  describe.each(steps)('$name', (step) => {
    test.each([...oversized, ...laborious].filter(([body]) => isRead(step.name, body)))(
      'answered with %s ends in an error of ours',
      async (_body, answer) => {
        const told = await misbehaveAt(step, world, answer);
        expect(told.as).toBe(endOf(step));
        expect(told.text.length).toBeLessThan(20_000);
      },
    );
  });
});

describe('an upstream that takes its time', () => {
  let world: HostileWorld;
  beforeAll(async () => {
    // Long enough for whatever is good on a busy machine; all steps wait for it side by side.
    const deadline = { oauthTimeoutMs: 5_000, mcpIdleTimeoutMs: 5_000 };
    world = await startHostileWorld({ app: deadline });
  });
  afterAll(() => world.close());

  // A session with an MCP server has a deadline of its own, which test/mcp/session.test.ts waits for.
  const drips = steps.filter((step) => !usesTools(step));

  const affected = slow.map(([body, answer]) => [body, answer, steps] as const);
  test.each([...affected, ['drop by drop', dripping, drips] as const])(
    'ends every step in an error of ours when it answers with %s',
    async (_body, answer, affected) => {
      const underWay = [];
      for (const step of affected) {
        const own = await world.beside();
        underWay.push({ step, own, act: await step.prepare(own) });
      }
      const before = new Set(await stored(world));
      world.forgetReached();
      for (const { step, own } of underWay) own.upstream.misbehave(step.place, answer);
      const told = await Promise.all(
        underWay.map(async ({ step, act }) => [step.name, (await act()).as] as const),
      );
      expect(told).toEqual(affected.map((step) => [step.name, endOf(step)]));
      expect((await stored(world)).filter((text) => !before.has(text))).toEqual([]);
      world.expectNothingReached();
    },
    60_000,
  );
});
