import { expect, test } from '@jest/globals';
import {
  chooseTokenAuthMethod,
  methodToRequest,
  otherTokenAuthMethod,
} from '../../../src/oauth2/requests/token-auth-method.js';

const listing = (...methods: string[]) => ({ token_endpoint_auth_methods_supported: methods });
const [basic, post] = ['client_secret_basic', 'client_secret_post'] as const;
const plain = { clientId: 'id', clientSecret: 'se-cr_e.t~' };

test('sends no secret that does not exist, and the configured method otherwise', () => {
  expect(chooseTokenAuthMethod(listing(post), { clientId: 'id', clientSecret: null }, basic)).toBe('none');
  expect(chooseTokenAuthMethod(listing(post), plain, basic)).toBe(basic);
});

test.each([
  [null, basic],
  [listing(), basic],
  [listing(basic, post), basic],
  [listing(post, basic), post],
  [listing('private_key_jwt', post, basic), post],
  [listing('none', post), post],
  [listing('none'), post],
])('selects the first of Basic and POST in %j', (metadata, method) => {
  expect(chooseTokenAuthMethod(metadata, plain)).toBe(method);
  expect(chooseTokenAuthMethod(metadata, { ...plain, clientSecret: undefined })).toBe(method);
});

test.each(['a+b', 'a/b', 'a=', 'a:b', 'a b', 'a%b', 'a!', "a'", 'a*'])(
  'prefers POST for the credential %j, which Basic changes',
  (text) => {
    for (const credentials of [
      { ...plain, clientSecret: text },
      { ...plain, clientId: text },
      { clientId: text, clientSecret: undefined },
    ]) {
      expect(chooseTokenAuthMethod(listing(basic, post), credentials)).toBe(post);
      expect(chooseTokenAuthMethod(null, credentials)).toBe(post);
      expect(chooseTokenAuthMethod(listing(basic), credentials)).toBe(basic);
    }
  },
);

test.each([
  [null, basic, post],
  [null, post, basic],
  [listing(basic, post), post, basic],
  [listing(basic), basic, null],
  [listing(basic), post, basic],
  [listing('none'), post, 'none'],
  [listing('none', basic), basic, null],
] as const)('tries the other method of %j after %s', (metadata, tokenAuthMethod, other) => {
  expect(
    otherTokenAuthMethod(metadata && listing(...metadata.token_endpoint_auth_methods_supported), {
      ...plain,
      tokenAuthMethod,
    }),
  ).toBe(other);
});

test('has no other method without a secret', () => {
  expect(otherTokenAuthMethod(null, { clientSecret: null, tokenAuthMethod: 'none' })).toBeNull();
});

test.each([
  [null, basic],
  [listing('none'), 'none'],
  [listing('none', basic), basic],
  [listing('none', post, basic), post],
  [listing('private_key_jwt'), basic],
])('requests a client of the first listed method with a secret in %j', (metadata, method) => {
  expect(methodToRequest(metadata)).toBe(method);
});
