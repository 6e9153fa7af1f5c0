import { toolAccess } from '../../src/tools/tool-access.js';

test.each([
  ['no lists', [], [], true, 'NOT_RESTRICTED'],
  ['on the allow list', ['read'], [], true, 'ON_ALLOW_LIST'],
  ['not on the allow list', ['write'], [], false, 'NOT_ON_ALLOW_LIST'],
  ['on the deny list', [], ['read'], false, 'ON_DENY_LIST'],
  ['on both: deny wins', ['read'], ['read'], false, 'ON_DENY_LIST'],
  ['not on the deny list', [], ['write'], true, 'NOT_RESTRICTED'],
  ['another case is another tool', ['Read'], ['READ'], false, 'NOT_ON_ALLOW_LIST'],
  ['no patterns', ['*'], [], false, 'NOT_ON_ALLOW_LIST'],
])('%s', (_what, toolAllowList, toolDenyList, allowed, reason) => {
  expect(toolAccess({ toolAllowList, toolDenyList }, 'read')).toEqual({ allowed, reason });
});
