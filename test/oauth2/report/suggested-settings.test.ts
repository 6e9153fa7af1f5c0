import { suggestedSettingsFor } from '../../../src/oauth2/report/suggested-settings.js';

const request = { resource: 'https://mcp.example', tokenAuthMethod: 'none', hasSecret: false } as const;
const omit = [{ resource: 'OMIT' }];
const members = (error: string, description?: string, changes = {}) =>
  suggestedSettingsFor(error, { ...request, ...changes }, description).map((setting) => setting.members);

test.each([
  ['invalid_target', undefined],
  [
    'invalid_request',
    'AADSTS9010010: The resource parameter provided doesn’t match with the requested scopes.',
  ],
  ['invalid_scope', "AADSTS901002: The 'resource' request parameter is not supported."],
  ['invalid_resource', 'AADSTS500011: The principal named https://mcp.example was not found in the tenant.'],
  ['server_error', 'Unknown parameter: resource'],
  ['unregistered', 'Parameter not allowed for this message type: resource'],
  ['invalid_request', 'resource indicator is missing, or unknown'],
  ['access_denied', 'The resource server does not allow this resource parameter.'],
])('suggests resource: OMIT for %s with the description %j', (error, description) => {
  expect(members(error, description)).toEqual(omit);
});

test.each([
  ['access_denied', 'The resource owner or authorization server denied the request.'],
  ['invalid_request', 'The resource-server is not found.'],
  ['invalid_request', 'AADSTS50011: The redirect URI specified in the request does not match.'],
  ['invalid_request', 'AADSTS90100101: another code'],
  ['invalid_scope', 'resourceful but invalid'],
  ['server_error', undefined],
])('suggests nothing for %s with the description %j', (error, description) => {
  expect(members(error, description)).toEqual([]);
});

test('suggests a resource if none is sent', () => {
  const none = { resource: '' };
  const custom = [{ resource: 'CUSTOM', customResource: '…' }];
  expect(members('invalid_request', 'The parameter resource is missing or invalid', none)).toEqual(custom);
});
