import { describe, expect, test } from '@jest/globals';
import {
  formEncodeCredential,
  quirks,
  repairResponse,
  type EndpointKind,
} from '../../../src/oauth2/requests/quirks.js';

interface Case {
  kind: EndpointKind;
  given: { status?: number; type?: string; body: string };
  repaired: { status: number; body: unknown };
  /** A similar response that must stay unchanged. */
  untouched: { status?: number; type?: string; body: string };
}

const bearer = { access_token: 'at', token_type: 'Bearer' };
const json = JSON.stringify;

/** One case for each quirk, by name. The compiler reports a missing one. */
const cases: Record<keyof typeof quirks, Case> = {
  'form-encoded token response': {
    kind: 'token',
    given: {
      type: 'application/x-www-form-urlencoded; charset=utf-8',
      body: 'access_token=at&token_type=Bearer&scope=a+b',
    },
    repaired: { status: 200, body: { ...bearer, scope: 'a b' } },
    untouched: { type: 'text/html', body: '<form action="?access_token=at">' },
  },
  'null and empty members': {
    kind: 'token',
    given: { body: json({ ...bearer, refresh_token: null, expires_in: '', scope: null }) },
    repaired: { status: 200, body: bearer },
    untouched: { body: json({ ...bearer, expires_in: 0 }) },
  },
  'error in a response with status 200': {
    kind: 'token',
    given: { body: json({ error: 'bad_verification_code' }) },
    repaired: { status: 400, body: { error: 'bad_verification_code' } },
    untouched: { body: json({ ...bearer, error: 'none' }) },
  },
  'bad_refresh_token for invalid_grant': {
    kind: 'token',
    given: { status: 400, body: json({ error: 'bad_refresh_token' }) },
    repaired: { status: 400, body: { error: 'invalid_grant' } },
    untouched: { status: 400, body: json({ error: 'bad_verification_code' }) },
  },
  'incorrect_client_credentials for invalid_client': {
    kind: 'token',
    given: { status: 400, body: json({ error: 'incorrect_client_credentials' }) },
    repaired: { status: 400, body: { error: 'invalid_client' } },
    untouched: { status: 400, body: json({ error: 'redirect_uri_mismatch' }) },
  },
  'missing token_type': {
    kind: 'token',
    given: { body: json({ access_token: 'at' }) },
    repaired: { status: 200, body: bearer },
    untouched: { body: json({ access_token: 'at', token_type: 'DPoP' }) },
  },
  'other spelling of Bearer': {
    kind: 'token',
    given: { body: json({ ...bearer, token_type: 'BearerToken' }) },
    repaired: { status: 200, body: bearer },
    untouched: { body: json({ ...bearer, token_type: 'user' }) },
  },
  'scope as an array': {
    kind: 'token',
    given: { body: json({ ...bearer, scope: ['a', 'b'] }) },
    repaired: { status: 200, body: { ...bearer, scope: 'a b' } },
    untouched: { body: json({ ...bearer, scope: 'a b' }) },
  },
  'unexpected id_token': {
    kind: 'token',
    given: { body: json({ ...bearer, id_token: 'not even a JWT' }) },
    repaired: { status: 200, body: { ...bearer, unexpected_id_token: 'not even a JWT' } },
    untouched: { body: json(bearer) },
  },
  'registration response with status 200': {
    kind: 'registration',
    given: { body: json({ client_id: 'c' }) },
    repaired: { status: 201, body: { client_id: 'c' } },
    untouched: { body: json({ message: 'Welcome' }) },
  },
  'secret without client_secret_expires_at': {
    kind: 'registration',
    given: {
      status: 201,
      body: json({ client_id: 'c', client_secret: 's', client_secret_expires_at: null }),
    },
    repaired: { status: 201, body: { client_id: 'c', client_secret: 's', client_secret_expires_at: 0 } },
    untouched: {
      status: 201,
      body: json({ client_id: 'c', client_secret: 's', client_secret_expires_at: 9 }),
    },
  },
  'pushed authorization response with status 200': {
    kind: 'pushed authorization',
    given: { body: json({ request_uri: 'urn:r', expires_in: 60 }) },
    repaired: { status: 201, body: { request_uri: 'urn:r', expires_in: 60 } },
    untouched: { body: json({ message: 'Welcome' }) },
  },
  'revocation response with status 204': {
    kind: 'revocation',
    given: { status: 204, body: '' },
    repaired: { status: 200, body: null },
    untouched: { status: 503, body: '' },
  },
  'invalid_token on revocation': {
    kind: 'revocation',
    given: { status: 400, body: json({ error: 'invalid_token' }) },
    repaired: { status: 200, body: { error: 'invalid_token' } },
    untouched: { status: 400, body: json({ error: 'unsupported_token_type' }) },
  },
};

function responseOf({ status = 200, type = 'application/json', body }: Case['given']): Response {
  return new Response(status === 204 ? null : body, { status, headers: { 'content-type': type } });
}

describe.each(Object.entries(cases))('%s', (_name, { kind, given, repaired, untouched }) => {
  test('is repaired', async () => {
    const response = await repairResponse(kind, responseOf(given));
    const text = await response.text();
    expect({ status: response.status, body: text === '' ? null : JSON.parse(text) }).toEqual(repaired);
  });

  test('is the only thing repaired', async () => {
    const response = await repairResponse(kind, responseOf(untouched));
    expect(response.status).toBe(untouched.status ?? 200);
    expect(await response.text()).toBe(untouched.body);
  });
});

test('each has a link', () => {
  for (const { link } of Object.values(quirks)) expect(new URL(link).protocol).toBe('https:');
});

test('a member named __proto__ has no effect', async () => {
  const response = await repairResponse(
    'token',
    responseOf({ body: '{"__proto__":{"access_token":"x"},"error":"e"}' }),
  );
  expect(response.status).toBe(400);
});

test('form-encodes Basic credentials, except - _ . ~', () => {
  expect(formEncodeCredential('aZ09-_.~')).toBe('aZ09-_.~');
  expect(formEncodeCredential("a b:c%d+e&f=g!h'i(j)k*l/é")).toBe(
    'a+b%3Ac%25d%2Be%26f%3Dg%21h%27i%28j%29k%2Al%2F%C3%A9',
  );
});

test.each(['bearer token', 'Bearer ', 'BEARER_TOKEN', ' bearer-token', 'bearertoken'])(
  'reads the token type %j as Bearer',
  async (token_type) => {
    const response = await repairResponse('token', responseOf({ body: json({ ...bearer, token_type }) }));
    expect(await response.json()).toEqual(bearer);
  },
);

test.each([
  ['user', 'Bearer'],
  ['bot', 'Bearer'],
  ['DPoP', 'DPoP'],
  ['mac', 'mac'],
  ['PoP', 'PoP'],
  ['N_A', 'N_A'],
])('reads the token type %s as %s if an administrator assumes Bearer', async (token_type, read) => {
  const answer = responseOf({ body: json({ ...bearer, token_type }) });
  const response = await repairResponse('token', answer, { assumesBearer: true });
  expect(await response.json()).toEqual({ ...bearer, token_type: read });
});
