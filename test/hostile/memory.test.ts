import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expensive, oversized } from './bodies.js';
import { startUpstream, type Place, type Upstream } from './upstream.js';

export type Work =
  'discover' | 'register' | 'exchange' | 'refresh' | 'revoke' | 'list' | 'list over an event stream' | 'call';
export interface MemorySettings {
  origin: string;
  ca: string;
}
export interface MemoryTask {
  work: Work;
}
export interface MemoryAnswer {
  outcome: string;
  /** The rise from the memory after the first, valid requests to the peak. */
  riseMib: number;
}

const acceptedRiseMib = 50;

let upstream: Upstream;
let child: ChildProcess;
const answer = async () => ((await once(child, 'message')) as [MemoryAnswer])[0];

beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.close());

/** The places whose body is read. */
const places: [Place, Work][] = [
  ['probe', 'discover'],
  ['announced resource metadata', 'discover'],
  ['server metadata', 'discover'],
  ['registration', 'register'],
  ['code exchange', 'exchange'],
  ['refresh', 'refresh'],
  ['revocation', 'revoke'],
  ['server/discover', 'list'],
  ['initialize', 'list'],
  ['tools/list', 'list'],
  ['mcp event stream', 'list over an event stream'],
  ['tools/call', 'call'],
];

describe.each(places)('a response at %s', (place, work) => {
  // One process for each place, because memory is not always returned.
  beforeAll(async () => {
    upstream.behave();
    const script = fileURLToPath(new URL('memory-process.ts', import.meta.url));
    // A small young generation: its growth before a collection is V8's choice, not the upstream's.
    child = fork(script, { execArgv: ['--expose-gc', '--max-semi-space-size=1', '--import', 'tsx'] });
    child.send({ origin: upstream.origin, ca: upstream.ca } satisfies MemorySettings);
    expect(await answer()).toMatchObject({ outcome: 'ready' });
  });
  afterAll(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });

  test.each([...oversized, ...expensive])('that is %s takes less than 50 MiB', async (_body, body) => {
    upstream.behave();
    upstream.misbehave(place, body);
    child.send({ work } satisfies MemoryTask);
    const { riseMib } = await answer();
    expect(riseMib).toBeLessThan(acceptedRiseMib);
    expect(upstream.count(place)).toBeGreaterThan(0);
  });
});
