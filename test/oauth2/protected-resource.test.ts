import { expect, test } from '@jest/globals';
import { covers } from '../../src/oauth2/protected-resource.js';

test.each([
  ['https://mcp.example/a/b', 'https://mcp.example/a/b'],
  ['https://mcp.example/a', 'https://mcp.example/a/b'],
  ['https://mcp.example/a/', 'https://mcp.example/a/b'],
  ['https://mcp.example', 'https://mcp.example/a/b'],
  ['https://mcp.example/', 'https://mcp.example/'],
  ['HTTPS://MCP.example:443', 'https://mcp.example/a'],
  ['https://mcp.example/a?tenant=1', 'https://mcp.example/a?tenant=1'],
])('the resource %s covers %s', (resource, url) => {
  expect(covers(resource, url)).toBe(true);
});

test.each([
  ['https://mcp.example/a', 'https://mcp.example/ab'],
  ['https://mcp.example/a/b/c', 'https://mcp.example/a/b'],
  ['https://mcp.example/b', 'https://mcp.example/a'],
  ['https://mcp.example/a/../b', 'https://mcp.example/a'],
  ['http://mcp.example/a', 'https://mcp.example/a'],
  ['https://mcp.example:8443/a', 'https://mcp.example/a'],
  ['https://example/a', 'https://mcp.example/a'],
  ['https://mcp.example.attacker.example/a', 'https://mcp.example/a'],
  ['https://user@mcp.example/a', 'https://mcp.example/a'],
  ['https://mcp.example/a#b', 'https://mcp.example/a'],
  ['https://mcp.example/a\n', 'https://mcp.example/a'],
  ['https://mcp.example/a?tenant=1', 'https://mcp.example/a?tenant=2'],
  ['urn:mcp', 'https://mcp.example/a'],
  ['', 'https://mcp.example/a'],
])('the resource %j does not cover %s', (resource, url) => {
  expect(covers(resource, url)).toBe(false);
});
