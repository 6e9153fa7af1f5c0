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

const url = 'https://mcp.example/.well-known/oauth-protected-resource/mcp';

test.each([
  ['single quotes', `Bearer resource_metadata='${url}'`],
  ['no quotes', `Bearer resource_metadata=${url}`],
  ['no quotes, and another parameter', `Bearer resource_metadata=${url}, scope="a b"`],
  ['blanks for commas', `Bearer realm="mcp" error="invalid_token" scope="a b" resource_metadata="${url}"`],
  ['semicolons for commas', `Bearer realm="mcp"; scope="a b"; resource_metadata="${url}"`],
  [
    'an unescaped quote before it',
    `Bearer error_description="the "token" is missing", scope="a b", resource_metadata="${url}"`,
  ],
  ['a quote that never ends', `Bearer error_description="missing, resource_metadata="${url}"`],
  ['a quote before it without a pair', `Bearer error_description="say "hi, resource_metadata="${url}"`],
  ['a colon after the scheme', `Bearer: resource_metadata="${url}"`],
  ['a colon for the equals sign', `Bearer resource_metadata: "${url}"`],
  ['a comma after the scheme', `Bearer, resource_metadata="${url}"`],
  ['no scheme', `resource_metadata="${url}"`],
  ['upper case', `BEARER RESOURCE_METADATA="${url}"`],
  ['upper case without quotes', `BEARER Resource_Metadata=${url}`],
  ['blanks around the equals sign', `Bearer resource_metadata = "${url}"`],
  ['blanks in the quotes', `Bearer resource_metadata=" ${url} "`],
  ['angle brackets', `Bearer resource_metadata=<${url}>`],
  ['angle brackets in quotes', `Bearer resource_metadata="<${url}>"`],
  ['escaped quotes', `Bearer resource_metadata=\\"${url}\\"`],
  ['quotes as entities', `Bearer resource_metadata=&quot;${url}&quot;`],
  ['a hyphen in the name', `Bearer resource-metadata="${url}"`],
  ['another name', `Bearer resource_metadata_url="${url}"`],
  ['several merged header lines', `Basic realm="a", Bearer realm="b", Bearer resource_metadata="${url}"`],
  ['a broken header line before it', `Custom @@, Bearer resource_metadata="${url}"`],
  ['a broken header line after it', `Bearer resource_metadata="${url}", Custom @@ "`],
])('reads the URL of a challenge with %s', (_spelling, header) => {
  expect(readBearerChallenge(header)).toMatchObject({ resourceMetadataUrl: url, isUnreadable: false });
});

test.each(['blanks', 'semicolons', 'quotes'])('reads the other parameters of a challenge with %s', (kind) => {
  const header = {
    blanks: `Bearer error="insufficient_scope" scope="a b" resource_metadata="${url}"`,
    semicolons: `Bearer error='insufficient_scope'; scope='a b'; resource_metadata="${url}"`,
    quotes: `Bearer error_description="a "b" is c", error="insufficient_scope", scope="a b"`,
  }[kind];
  expect(readBearerChallenge(header ?? '')).toMatchObject({ bearer: true, scope: 'a b' });
  expect(parseChallenges(header ?? '')[0]?.parameters.get('error')).toBe('insufficient_scope');
});

test.each([
  ['an empty URL', 'Bearer resource_metadata=""'],
  ['nothing after the name', 'Bearer resource_metadata='],
  ['a word', 'Bearer resource_metadata="yes"'],
  ['a placeholder', 'Bearer resource_metadata={url}'],
  ['a number', 'Bearer resource_metadata=1'],
])('reports %s as unreadable, and never as absent', (_what, header) => {
  expect(readBearerChallenge(header)).toMatchObject({ resourceMetadataUrl: null, isUnreadable: true });
});

test.each([
  'Bearer',
  'Bearer realm="set resource_metadata=https://mcp.example/"',
  `Bearer realm='x' scope=read`,
  'Basic realm="a, Bearer resource_metadata=https://mcp.example/"',
])('finds no resource metadata in %s', (header) => {
  expect(readBearerChallenge(header)).toMatchObject({ resourceMetadataUrl: null, isUnreadable: false });
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
  for (const part of [
    'a ',
    'a=',
    '"',
    "'",
    ' ,',
    'Bearer a="\\',
    `a="'`,
    'a :',
    'resource_metadata=',
    'a="\\",',
  ])
    readBearerChallenge(part.repeat(16_384 / part.length));
  expect(performance.now() - started).toBeLessThan(500);
});
