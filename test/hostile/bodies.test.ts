import { dripping, laborious, oversized, slow } from './bodies.js';
import { misbehaveAt, steps, usesTools } from './steps.js';
import { startHostileWorld, type HostileWorld } from './world.js';

const deadlineMs = 1_000;
let world: HostileWorld;
beforeAll(async () => {
  world = await startHostileWorld({ app: { oauthTimeoutMs: deadlineMs, mcpIdleTimeoutMs: deadlineMs } });
});
afterAll(() => world.close());

/** A session with an MCP server has a deadline of its own, which test/mcp/session.test.ts waits for. */
const drips = (name: string) => (usesTools({ name }) ? [] : [['drop by drop', dripping] as const]);

/** Of an answer to the probe that begins an event stream, nothing is read. */
const isRead = (name: string, body: string) => !(/without a token/.test(name) && /endless event/.test(body));

describe.each(steps)('$name', (step) => {
  const bodies = [...oversized, ...laborious, ...slow, ...drips(step.name)];
  test.each(bodies.filter(([body]) => isRead(step.name, body)))(
    'answered with %s ends in an error of ours, in time',
    async (_body, answer) => {
      const began = performance.now();
      const told = await misbehaveAt(step, world, answer);
      expect(told.as).toBe(step.place === 'server/discover' ? 'UPSTREAM_ERROR' : step.endsAs);
      expect(told.text.length).toBeLessThan(20_000);
      // Some steps look at several places in turn, and a busy machine takes its time.
      expect(performance.now() - began).toBeLessThan(20 * deadlineMs);
    },
  );
});
