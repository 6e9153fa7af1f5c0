import { maxDataBytes, maxMessageBytes, readJsonRpcError } from '../../../src/mcp/reader/json-rpc-error.js';

const bytes = (value: unknown) =>
  Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));

test('keeps the code, the message and the data of an error', () => {
  const error = {
    code: -32_602,
    message: 'Missing: owner',
    data: { path: ['owner'], issues: [{ code: 'x' }] },
  };
  expect(readJsonRpcError(error)).toEqual(error);
});

test.each([
  ['nothing', undefined, { code: null, message: '', data: null }],
  ['null', null, { code: null, message: '', data: null }],
  ['a text', 'Out of paper', { code: null, message: 'Out of paper', data: null }],
  ['an empty object', {}, { code: null, message: '', data: null }],
  ['a list', ['a'], { code: null, message: '["a"]', data: null }],
  ['a code that is text', { code: '-32602', message: 'm' }, { code: -32_602, message: 'm', data: null }],
  ['a code that is no number', { code: 'EPAPER', message: 'm' }, { code: null, message: 'm', data: null }],
  ['a code that is a fraction', { code: 1.5 }, { code: 1.5, message: '', data: null }],
  [
    'a message that is an object',
    { code: 1, message: { a: 1 } },
    { code: 1, message: '{"a":1}', data: null },
  ],
  ['data that is false', { code: 1, message: 'm', data: false }, { code: 1, message: 'm', data: false }],
  ['data that is text', { code: 1, message: 'm', data: 'd' }, { code: 1, message: 'm', data: 'd' }],
])('reads %s', (_what, error, expected) => {
  expect(readJsonRpcError(error)).toEqual(expected);
});

test('bounds the message by bytes, without a part of a character', () => {
  for (const letter of ['a', 'é', '漢', '😀', 'a\n']) {
    const { message } = readJsonRpcError({ message: letter.repeat(100_000) });
    expect(bytes(message)).toBeLessThanOrEqual(maxMessageBytes);
    expect(bytes(message)).toBeGreaterThan(maxMessageBytes - 8);
    expect(message).not.toMatch(/[\ufffd\p{Cs}]/u);
  }
});

test('makes the message plain text of several lines', () => {
  const message = ' a\r\nb\rc\u0000\u001b[31md\u202ee\ud800 ';
  expect(readJsonRpcError({ message }).message).toBe('a\nb\nc  [31mde');
});

test('replaces data that is too large by the beginning of its JSON', () => {
  const fitting = 'a'.repeat(maxDataBytes - 2);
  expect(readJsonRpcError({ data: fitting }).data).toBe(fitting);
  for (const data of ['a'.repeat(maxDataBytes - 1), { long: '漢'.repeat(4_000) }, Array(10_000).fill(1)]) {
    const kept = readJsonRpcError({ data }).data;
    expect(JSON.stringify(data).startsWith(kept as string)).toBe(true);
    expect(bytes(kept)).toBeLessThanOrEqual(maxDataBytes);
    expect(bytes(kept)).toBeGreaterThan(maxDataBytes - 4);
  }
});

test('leaves out data and messages that are nested too deeply', () => {
  let deep: unknown = 'x';
  for (let depth = 0; depth < 5_000; depth++) deep = [deep];
  expect(readJsonRpcError({ code: 1, message: deep, data: deep })).toEqual({
    code: 1,
    message: '',
    data: null,
  });
});

test('replaces the credentials of the request, wherever the server repeats them', () => {
  const secrets = ['Bearer top-secret', 'top-secret', 'quo"ted\\key'];
  const error = {
    code: 1,
    message: 'No: Bearer top-secret, quo"ted\\key',
    data: { sent: ['top-secret', 'quo"ted\\key'], long: 'x'.repeat(20_000) },
  };
  const read = readJsonRpcError(error, secrets);
  expect(read.message).toBe('No: [removed], [removed]');
  expect(read.data).toMatch(/^\{"sent":\["\[removed\]","\[removed\]"\]/);
  expect(readJsonRpcError({ data: { sent: 'top-secret' } }, secrets).data).toEqual({ sent: '[removed]' });
});
