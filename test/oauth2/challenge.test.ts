import { expect, test } from '@jest/globals';
import { parseChallenges, readBearerChallenge } from '../../src/oauth2/challenge.js';

function parsed(header: string | null) {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

test.each<[string | null, unknown]>([
  [null, []],
  ['', []],
  ['Bearer', [['bearer', {}]]],
  ['bearer realm=x , scope="a b"', [['bearer', { realm: 'x', scope: 'a b' }]]],
  ['Bearer error="a \\"quoted\\" word, with comma"', [['bearer', { error: 'a "quoted" word, with comma' }]]],
  [
    'Negotiate dG9rZW4=, Bearer scope="s"',
    [
      ['negotiate', {}],
      ['bearer', { scope: 's' }],
    ],
  ],
  [
    'Basic realm="a, Bearer x=1", DPoP algs="ES256"',
    [
      ['basic', { realm: 'a, Bearer x=1' }],
      ['dpop', { algs: 'ES256' }],
    ],
  ],
  ['Bearer Scope="first", scope="second"', [['bearer', { scope: 'first' }]]],
  ['Bearer scope="s", "broken', [['bearer', { scope: 's' }]]],
  [',, Bearer ,, a=b,', [['bearer', { a: 'b' }]]],
])('reads %s', (header, expected) => {
  expect(parsed(header)).toEqual(expected);
});

test('prefers the metadata URL of the Bearer challenge', () => {
  const header =
    'DPoP resource_metadata="https://dpop.example/", Bearer resource_metadata="https://bearer.example/"';
  expect(readBearerChallenge(header).resourceMetadataUrl).toBe('https://bearer.example/');
  expect(readBearerChallenge('DPoP resource_metadata="https://dpop.example/"').resourceMetadataUrl).toBe(
    'https://dpop.example/',
  );
});

test('parses the longest possible header in linear time', () => {
  const started = performance.now();
  for (const part of ['a ', 'a=', '"', ' ,', 'Bearer a="\\'])
    parseChallenges(part.repeat(16_384 / part.length));
  expect(performance.now() - started).toBeLessThan(500);
});
