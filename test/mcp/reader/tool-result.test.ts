import { isInputRequired, readToolResult } from '../../../src/mcp/reader/tool-result.js';

const text = (value: string) => ({ type: 'text', text: value });
const nest = (depth: number): unknown => (depth === 0 ? 'x' : [nest(depth - 1)]);

describe('the content of a result', () => {
  test.each([
    ['absent', undefined, []],
    ['null', null, []],
    ['a text', 'paid', [text('paid')]],
    ['an empty text', '', [text('')]],
    ['a number', 42, [text('42')]],
    ['false', false, [text('false')]],
    ['a single block', text('paid'), [text('paid')]],
    ['a list of texts', ['paid', 'twice'], [text('paid'), text('twice')]],
    ['a list with gaps', [null, text('paid'), null], [text('paid')]],
    ['a list of lists', [[1, 2]], [text('[1,2]')]],
    ['an unknown block', [{ type: 'widget', x: 1 }], [{ type: 'widget', x: 1 }]],
    ['a block of another kind', [{ type: 'error', text: 'boom' }], [{ type: 'error', text: 'boom' }]],
    ['a block without a type', [{ text: 'paid' }], [{ text: 'paid' }]],
    ['a block with a wrong member', [{ type: 'text', text: 42 }], [{ type: 'text', text: 42 }]],
    ['an image without its type', [{ type: 'image', data: 'iV' }], [{ type: 'image', data: 'iV' }]],
    [
      'a link without a name',
      [{ type: 'resource_link', uri: 'a:b' }],
      [{ type: 'resource_link', uri: 'a:b' }],
    ],
  ])('that is %s is handed on', (_what, content, expected) => {
    const result = { content, _meta: { a: 1 }, vendor: true };
    expect(readToolResult(result)).toEqual({
      content: expected,
      structuredContent: null,
      isError: false,
      result,
    });
  });
});

test.each([
  ['null', null, []],
  ['nothing', undefined, []],
  ['a text', 'paid', [text('paid')]],
  ['a number', 0, [text('0')]],
  ['a list of blocks', [text('paid')], [text('paid')]],
])('a result that is %s is handed on', (_what, result, content) => {
  expect(readToolResult(result)).toEqual({
    content,
    structuredContent: null,
    isError: false,
    result: result ?? null,
  });
});

test.each([[[1]], ['text'], [0], [false], [{}], [{ deep: { er: null } }]])(
  'the structured content %j is handed on',
  (structuredContent) => {
    expect(readToolResult({ structuredContent })?.structuredContent).toEqual(structuredContent);
  },
);

test.each([
  [true, true],
  ['true', true],
  ['True', true],
  [1, true],
  [false, false],
  ['false', false],
  ['no', false],
  [0, false],
  [null, false],
  [undefined, false],
  [{}, false],
])('the flag %j of an error is %j', (isError, expected) => {
  expect(readToolResult({ content: [], isError })?.isError).toBe(expected);
});

test('a result that is nested too deeply is not handed on, wherever it is deep', () => {
  for (const member of ['content', 'structuredContent', '_meta', 'vendor']) {
    expect(readToolResult({ [member]: nest(100) })).not.toBeNull();
    expect(readToolResult({ [member]: nest(101) })).toBeNull();
    expect(readToolResult({ [member]: nest(5_000) })).toBeNull();
  }
});

test('recognizes a result that asks for input', () => {
  expect(isInputRequired({ resultType: 'input_required', inputRequests: {} })).toBe(true);
  for (const result of [{ resultType: 'complete' }, {}, null, 'input_required', []]) {
    expect(isInputRequired(result)).toBe(false);
  }
});
