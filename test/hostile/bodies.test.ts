import { expensive, oversized, slow, trickling } from './bodies.js';
import { misbehaveAt, steps, stored, isMcpRequest } from './steps.js';
import { startHostileWorld, type HostileWorld } from './world.js';

describe('an upstream that sends too much', () => {
  let world: HostileWorld;
  beforeAll(async () => {
    world = await startHostileWorld();
  });
  afterAll(() => world.close());

  /** Returns false for an event stream at the probe, whose body is not read. */
  const isRead = (name: string, body: string) =>
    !(/without a token/.test(name) && /endless event/.test(body));

  describe.each(steps)('$name', (step) => {
    test.each([...oversized, ...expensive].filter(([body]) => isRead(step.name, body)))(
      'with %s ends in a described error',
      async (_body, answer) => {
        const outcome = await misbehaveAt(step, world, answer);
        expect(outcome.as).toBe(step.endsAs);
        expect(outcome.text.length).toBeLessThan(20_000);
      },
    );
  });
});

describe('a slow upstream', () => {
  let world: HostileWorld;
  beforeAll(async () => {
    // Long enough for valid responses on a busy machine. All steps wait concurrently.
    const deadline = { oauthTimeoutMs: 5_000, mcpIdleTimeoutMs: 5_000 };
    world = await startHostileWorld({ app: deadline });
  });
  afterAll(() => world.close());

  // A session with an MCP server has its own timeout, which test/mcp/session.test.ts covers.
  const drips = steps.filter((step) => !isMcpRequest(step));

  const affected = slow.map(([body, answer]) => [body, answer, steps] as const);
  test.each([...affected, ['a trickling body', trickling, drips] as const])(
    'ends every step in a described error when it sends %s',
    async (_body, answer, affected) => {
      const underWay = [];
      for (const step of affected) {
        const own = await world.separate();
        underWay.push({ step, own, act: await step.prepare(own) });
      }
      const before = new Set(await stored(world));
      world.resetContacts();
      for (const { step, own } of underWay) own.upstream.misbehave(step.place, answer);
      const outcome = await Promise.all(
        underWay.map(async ({ step, act }) => [step.name, (await act()).as] as const),
      );
      expect(outcome).toEqual(affected.map((step) => [step.name, step.endsAs]));
      expect((await stored(world)).filter((text) => !before.has(text))).toEqual([]);
      world.expectNoContact();
    },
    60_000,
  );
});
