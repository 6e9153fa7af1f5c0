import { limitSentence, mcpLimits, oauthLimits, ResponseCount } from '../../src/net/response-limit.js';
import { createChoice, createRandom, type Choice } from '../graphql/random.js';

/** Returns a random JSON value with odd strings in it. */
function randomJson(choice: Choice, depth = 0): unknown {
  const kind = choice.below(depth > 5 ? 3 : 5);
  if (kind === 3) return Array.from({ length: choice.below(4) }, () => randomJson(choice, depth + 1));
  if (kind === 4) {
    const members = Array.from({ length: choice.below(4) }, (_, index) => [
      `${choice.pick(['a', '"', '[{,', '\\'])}${index}`,
      randomJson(choice, depth + 1),
    ]);
    return Object.fromEntries(members);
  }
  return choice.pick([null, 1.5, true, '', '[{,', '"\\', 'line\nbreak', '漢']);
}

/** Returns the number of members and elements. */
function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + 1 + valuesIn(inner), 0);
}

const unlimited = { bytes: Infinity, values: Infinity, lines: Infinity, setting: null };

/** Counts a text in chunks of random lengths. */
function exceeds(text: string, limits: Partial<typeof unlimited>, choice: Choice): string | null {
  const count = new ResponseCount({ ...unlimited, ...limits }).counter('WHOLE');
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length;) {
    const end = start + 1 + choice.below(20);
    const exceeded = count(bytes.subarray(start, end));
    if (exceeded !== null) return exceeded;
    start = end;
  }
  return null;
}

test('counts exactly the bytes, members and elements of 2,000 random texts', () => {
  for (let seed = 0; seed < 2_000; seed++) {
    const choice = createChoice(createRandom(seed));
    const value = randomJson(choice);
    const text = JSON.stringify(value, null, choice.pick([0, 2, '\t']));
    const [values, bytes] = [valuesIn(value), Buffer.byteLength(text)];
    expect([seed, exceeds(text, { values, bytes }, choice)]).toEqual([seed, null]);
    expect([seed, exceeds(text, { bytes: bytes - 1 }, choice)]).toEqual([seed, 'bytes']);
    if (values > 0) expect([seed, exceeds(text, { values: values - 1 }, choice)]).toEqual([seed, 'values']);
  }
});

test('counts several responses together', () => {
  const count = new ResponseCount({ ...unlimited, bytes: 10 });
  const [first, second] = [count.counter('WHOLE'), count.counter('EVENT_STREAM')];
  expect([first(Buffer.alloc(6)), second(Buffer.alloc(4)), first(Buffer.alloc(1))]).toEqual([
    null,
    null,
    'bytes',
  ]);
});

test.each(['\n', '\r', '\r\n'])('counts the lines of event streams that end in %j', (end) => {
  const limits = { ...unlimited, lines: 6 };
  const stream = `data: [1]${end}${end}`;
  const counted = (kind: 'EVENT_STREAM' | 'EACH_EVENT' | 'WHOLE', events: number) =>
    new ResponseCount(limits).counter(kind)(Buffer.from(stream.repeat(events)));
  expect(counted('EVENT_STREAM', 3)).toBeNull();
  expect(counted('EVENT_STREAM', 4)).toBe('lines');
  expect(counted('EACH_EVENT', 1_000)).toBeNull();
  expect(counted('WHOLE', 1_000)).toBeNull();
});

test('names the limit, its size and who can change it', () => {
  const limits = mcpLimits(16, 'MCP_MAX_RESPONSE_MIB');
  const operator = 'The operator of Switchboard can raise this limit with MCP_MAX_RESPONSE_MIB.';
  expect(limitSentence('It', 'bytes', limits)).toBe(
    `It is larger than 16 MiB without compression. ${operator}`,
  );
  expect(limitSentence('It', 'values', limits)).toBe(
    `It contains more than 192,000 JSON values. ${operator}`,
  );
  expect(limitSentence('It', 'lines', limits)).toBe(
    `It contains more than 64,000 lines of event streams. ${operator}`,
  );
  expect(limitSentence('It', 'bytes', oauthLimits)).toBe(
    'It is larger than 1 MiB without compression. This limit is fixed.',
  );
});
