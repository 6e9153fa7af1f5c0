import { TokenBuckets } from '../../../src/http/requests/token-buckets.js';

test('refuses after the burst, names the waiting time, and has a bucket for each key', () => {
  const buckets = new TokenBuckets({ perSecond: 0.001, burst: 2 });
  expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 0]);
  expect(Math.ceil(buckets.take('a'))).toBe(1000);
  // A refusal takes nothing, so the time doesn't grow.
  expect(Math.ceil(buckets.take('a'))).toBe(1000);
  expect([buckets.isEmpty('a'), buckets.isEmpty('b'), buckets.take('b')]).toEqual([true, false, 0]);
});

test('lets the waiting time of a client that goes on sending grow, up to its debt', () => {
  const buckets = new TokenBuckets({ perSecond: 0.001, burst: 1, maxDebt: 2 });
  const waits = Array.from({ length: 5 }, () => Math.ceil(buckets.take('a') / 1000));
  expect(waits).toEqual([0, 2, 3, 3, 3]);
});

test('keeps a bounded number of buckets, those that were used last', () => {
  const buckets = new TokenBuckets({ perSecond: 0.001, burst: 1 });
  buckets.take('first');
  buckets.take('second');
  expect([buckets.isEmpty('first'), buckets.isEmpty('second')]).toEqual([true, true]);
  for (let n = 0; n < 9_999; n += 1) {
    buckets.take(`other ${n}`);
    buckets.isEmpty('second');
  }
  expect([buckets.isEmpty('first'), buckets.isEmpty('second')]).toEqual([false, true]);
});
