import { hasValidHeaderParameters } from '../../../src/mcp/reader/parameter-headers.js';

const region = { type: 'string', 'x-mcp-header': 'Region' };
const object = (properties: Record<string, unknown>) => ({ type: 'object', properties });

test.each([
  ['none', object({ region: { type: 'string' } })],
  ['on a property', object({ region })],
  ['on a property of a property', object({ place: object({ region }) })],
  ['a property of that name', object({ 'x-mcp-header': { type: 'number' } })],
  ['in data', object({ place: { type: 'object', default: { 'x-mcp-header': 'Region' } } })],
])('accepts declarations: %s', (_what, schema) => {
  expect(hasValidHeaderParameters(schema)).toBe(true);
});

test.each([
  ['on the schema itself', { type: 'object', 'x-mcp-header': 'Region' }],
  ['in an array', object({ places: { type: 'array', items: region } })],
  ['in an alternative', { type: 'object', anyOf: [object({ region })] }],
  ['on an object', object({ place: { type: 'object', 'x-mcp-header': 'Place' } })],
  ['on a number', object({ size: { type: 'number', 'x-mcp-header': 'Size' } })],
  ['with a line break in the name', object({ region: { type: 'string', 'x-mcp-header': 'Region\r\nX' } })],
  ['with an empty name', object({ region: { type: 'string', 'x-mcp-header': '' } })],
  ['twice', object({ region, other: { type: 'string', 'x-mcp-header': 'REGION' } })],
])('refuses declarations: %s', (_what, schema) => {
  expect(hasValidHeaderParameters(schema)).toBe(false);
});
