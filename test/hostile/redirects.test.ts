import type { RequestListener } from 'node:http';
import { misbehaveAt, steps, isMcpRequest, type Step } from './steps.js';
import { startHostileWorld, type HostileWorld } from './world.js';

let world: HostileWorld;
beforeAll(async () => {
  world = await startHostileWorld({
    zone: { 'inside.test': [['127.0.0.2']], 'both.test': [['127.0.0.1', '127.0.0.2']] },
  });
});
afterAll(() => world.close());

const to =
  (location: string, status: number): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, { location }).end();

const targets: [string, (path: string) => string][] = [
  ['loopback', () => `https://${world.canaries.loopback.host}/`],
  ['loopback on its own port', () => `https://${world.canaries.neighbour.host}/`],
  ['IPv6 loopback', () => `https://${world.canaries.loopback6.host}/`],
  ['a mapped loopback address', () => `https://[::ffff:127.0.0.2]:${world.canaries.loopback.port}/`],
  ['a number for an address', () => `https://2130706434:${world.canaries.loopback.port}/`],
  ['a private address', () => 'https://10.0.0.1/'],
  ['link-local, where clouds keep credentials', () => 'https://169.254.169.254/latest/meta-data/'],
  ['a name that resolves to loopback', () => `https://inside.test:${world.canaries.loopback.port}/`],
  ['a name with an allowed and another address', () => `https://both.test:${world.canaries.loopback.port}/`],
  ['file:', () => 'file:///etc/passwd'],
  ['data:', () => 'data:application/json,{}'],
  ['plain http', () => `http://${world.plain.host}/`],
  ['a user and a password', () => `https://user:password@127.0.0.1:${world.upstream.port}/elsewhere`],
  ['itself, in a loop', (path) => `${world.upstream.origin}${path}`],
];

/** Tells whether a POST is repeated where its own server redirects it to. The probe carries nothing secret. */
const isRepeatedElsewhere = ({ place }: Step, status: number) => place === 'probe' && status >= 307;

/** Returns the maximum number of requests. The MCP library follows more redirects of its own server. */
const maxRequests = (step: Step) => {
  if (isMcpRequest(step)) return 6;
  return step.method === 'GET' || isRepeatedElsewhere(step, 307) ? 4 : 1;
};

describe.each(steps)('$name', (step) => {
  test.each(targets)('redirected to %s contacts nothing', async (_to, target) => {
    const status = step.method === 'POST' ? 307 : 302;
    const outcome = await misbehaveAt(step, world, (req, res) => to(target(req.url ?? ''), status)(req, res));
    expect(outcome.as).toBe(step.endsAs);
    expect(outcome.text).not.toMatch(/passwd|latest\/meta-data|inside\.test|both\.test|user:password/);
    expect(world.upstream.count(step.place)).toBeLessThanOrEqual(maxRequests(step));
    expect(world.upstream.count('elsewhere')).toBe(0);
  });
});

const posts = steps.filter(({ method }) => method === 'POST');

describe.each(posts.filter((step) => !isMcpRequest(step)))('$name', (step) => {
  test.each([301, 302, 303, 307, 308].filter((status) => !isRepeatedElsewhere(step, status)))(
    'redirected with %i to the same server is sent once',
    async (status) => {
      const outcome = await misbehaveAt(step, world, to(`${world.upstream.origin}/elsewhere`, status));
      expect(outcome.as).toBe(step.endsAs);
      expect(world.upstream.count(step.place)).toBe(1);
      expect(world.upstream.count('elsewhere')).toBe(0);
    },
  );
});

describe.each(posts.filter((step) => isRepeatedElsewhere(step, 307)))('$name', (step) => {
  test.each([307, 308])(
    'redirected with %i to the same server is sent there, and nothing secret with it',
    async (status) => {
      const outcome = await misbehaveAt(step, world, to(`${world.upstream.origin}/elsewhere`, status));
      expect(outcome.as).toBe(step.endsAs);
      expect(world.upstream.count(step.place)).toBe(1);
      const there = world.upstream.requests.filter(({ place }) => place === 'elsewhere');
      const posted = there.filter(({ method }) => method === 'POST');
      // `initialize`, and the guess for servers without it.
      expect(posted.map(({ path }) => path)).toEqual(['/elsewhere', '/elsewhere']);
      expect(there.length).toBeLessThanOrEqual(4);
      for (const { headers } of there) {
        expect(headers).not.toHaveProperty('authorization');
        expect(headers).not.toHaveProperty('cookie');
      }
    },
  );
});

describe.each(posts.filter(isMcpRequest))('$name', (step) => {
  test.each([301, 302, 303])(
    'redirected with %i, which would turn it into a GET, is sent once',
    async (status) => {
      const outcome = await misbehaveAt(step, world, to(`${world.upstream.origin}/elsewhere`, status));
      expect(outcome.as).toBe(step.endsAs);
      expect(world.upstream.count(step.place)).toBe(1);
      expect(world.upstream.count('elsewhere')).toBe(0);
    },
  );

  test.each([307, 308])(
    'redirected with %i within its server, such as to a trailing slash, works',
    async (status) => {
      let redirected = 0;
      const act = await step.prepare(world);
      world.upstream.misbehave(step.place, (req, res, good) => {
        if (req.url === '/mcp/') return good(req, res);
        redirected += 1;
        return to('/mcp/', status)(req, res);
      });
      expect(await act()).toMatchObject({ as: 'done' });
      expect(redirected).toBe(1);
      world.upstream.behave();
    },
  );
});
