import { readUrlElicitations } from '../../../src/mcp/reader/url-elicitation.js';

const isAllowedLoopback = (url: string) => new URL(url).hostname === '127.0.0.1';
const read = (data: unknown) => readUrlElicitations(data, isAllowedLoopback);
const page = 'https://pay.example/start?id=1';

test('reads the pages of the error in the protocol’s shape', () => {
  const elicitations = [
    { mode: 'url', elicitationId: 'e-1', url: page, message: 'Pay first.' },
    { mode: 'url', elicitationId: 'e-2', url: 'http://127.0.0.1:5000/consent', message: 'Agree.' },
  ];
  expect(read({ elicitations })).toEqual(elicitations.map(({ mode: _mode, ...kept }) => kept));
});

test.each([
  ['a text', page],
  ['an object', { url: page }],
  ['a list', [{ url: page }]],
  ['one elicitation', { elicitations: { url: page } }],
  ['odd members', { elicitations: [{ url: page, message: 7, elicitationId: {} }] }],
])('reads the page in %s', (_what, data) => {
  expect(read(data)).toEqual([{ url: page, message: '', elicitationId: '' }]);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'http://pay.example/',
  'http://localhost.evil.example/',
  'http://169.254.169.254/',
  'https://user:password@pay.example/',
  'https://user@pay.example/',
  'custom-app://open',
  '//pay.example/',
  '/start',
  '',
  `https://pay.example/${'a'.repeat(3_000)}`,
  7,
  null,
  { href: page },
])('leaves out a page at %j, and keeps the others', (url) => {
  expect(read({ elicitations: [{ url }, { url: page }] })).toMatchObject([{ url: page }]);
});

test.each([[undefined], [null], ['nothing'], [{}], [[]], [{ elicitations: null }]])(
  'finds no page in %j',
  (data) => {
    expect(read(data)).toEqual([]);
  },
);

test('reads ten pages at most, with bounded texts', () => {
  const one = { url: page, message: `a\u202e${'b'.repeat(10_000)}`, elicitationId: 'c'.repeat(10_000) };
  const pages = read({ elicitations: Array.from({ length: 100 }, () => one) });
  expect(pages).toHaveLength(10);
  expect(pages[0]?.message).toMatch(/^ab+$/);
  expect(pages[0]?.message).toHaveLength(1_024);
  expect(pages[0]?.elicitationId).toBe('');
});
