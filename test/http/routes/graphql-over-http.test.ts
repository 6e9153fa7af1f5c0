import { createHash } from 'node:crypto';
import { serverAudits } from 'graphql-http';
import { startApp, type TestApp } from '../../support/app.js';
import { credentialHeaders } from '../../support/graphql.js';
import { seedApiToken, seedSignedInUser, type SignedInUser } from '../../support/seed.js';

let app: TestApp;
let user: SignedInUser;
let token: string;
let adminToken: string;
beforeAll(async () => {
  app = await startApp();
  user = await seedSignedInUser(app);
  token = await seedApiToken(app, user.email);
  const admin = await seedSignedInUser(app, { role: 'ADMIN' });
  adminToken = await seedApiToken(app, admin.email, 'ADMIN');
});

/** A mutation that the administrator's token may send, and the number of its effects. */
const create = (email: string) => `mutation { createUser(input: {email: "${email}"}) { __typename } }`;
const created = (email: string) => app.sql('select 1 from users where email = $1', [email]);
afterAll(() => app.close());

interface Body {
  data?: unknown;
  errors?: { message: string; extensions: { code: string } }[];
}

/** Sends a request, with the API token by default. */
async function send(
  target: string,
  { headers = {}, ...init }: RequestInit & { headers?: Record<string, string> } = {},
) {
  const response = await fetch(app.url + target, {
    ...init,
    headers: { ...credentialHeaders(app, { token }), ...headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text && JSON.parse(text)) as Body,
  };
}

const get = (params: Record<string, unknown>, headers: Record<string, string> = {}) => {
  const texts = Object.entries(params).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return send(`/graphql?${new URLSearchParams(texts)}`, { headers });
};

const post = (body: object, headers: Record<string, string> = {}) =>
  send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const viewerQuery = '{ viewer { id } }';

describe('the audit suite of graphql-http', () => {
  /**
   * The recommendations that Switchboard doesn't follow. It follows every requirement. A request that can't be executed has
   * the status 400 in both media types, as Apollo Server has it, so that logs and simple HTTP clients see the failure.
   */
  const deviations = new Set([
    'SHOULD use 200 status code on document parsing failure when accepting application/json',
    'SHOULD use 200 status code on document validation failure when accepting application/json',
    'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
  ]);
  const audits = serverAudits({
    url: () => `${app.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), ...credentialHeaders(app, { token }) },
      }),
  });

  test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (name, audit) => {
    const { status } = await audit.fn();
    expect(status).toBe(deviations.has(name) ? 'warn' : 'ok');
  });
});

describe('GET', () => {
  test('answers a query of an API token, with variables and the name of an operation', async () => {
    const query =
      'query A { viewer { id } } query B($with: Boolean!) { viewer { email id @include(if: $with) } }';
    const answer = await get({ query, operationName: 'B', variables: { with: false } });
    expect([answer.status, answer.body]).toEqual([200, { data: { viewer: { email: user.email } } }]);
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  test('refuses a mutation, and does not carry it out', async () => {
    const answer = await get(
      { query: create('by-get@example.com') },
      credentialHeaders(app, { token: adminToken }),
    );
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(await created('by-get@example.com')).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['a navigation', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['a page of this origin', { 'sec-fetch-site': 'same-origin' }],
    ['a client with Apollo’s header', { 'apollo-require-preflight': 'true' }],
  ])('refuses the session of %s', async (_, headers) => {
    const search = new URLSearchParams({ query: viewerQuery });
    const answer = await fetch(`${app.url}/graphql?${search}`, {
      headers: { ...credentialHeaders(app, user), ...headers },
    });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each<[string, Record<string, unknown>]>([
    ['no query', {}],
    ['variables that are no JSON', { query: viewerQuery, variables: '{' }],
    ['variables that are no object', { query: viewerQuery, variables: '[1]' }],
    ['a document that does not parse', { query: '{' }],
  ])('with %s is answered with 400 and a code', async (_, params) => {
    const answer = await get(params);
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  test('refuses an address that is too long, and names POST', async () => {
    const answer = await get({ query: `${viewerQuery}#${'x'.repeat(9_000)}` });
    expect(answer.status).toBe(414);
    expect(answer.body.errors?.[0]?.message).toContain('POST');
  });
});

describe('compression', () => {
  const large = `{ __schema { types { name description fields { name description } } } }`;
  const ask = (query: string, headers: Record<string, string>, as = token) =>
    fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credentialHeaders(app, { token: as }), ...headers },
      body: JSON.stringify({ query }),
    });

  test('compresses a large result of a query for clients that accept gzip, and no other one', async () => {
    const [compressed, plain, small] = await Promise.all([
      ask(large, { 'accept-encoding': 'gzip' }),
      ask(large, { 'accept-encoding': 'identity' }),
      ask(viewerQuery, { 'accept-encoding': 'gzip' }),
    ]);
    const encodings = [compressed, plain, small].map(({ headers }) => headers.get('content-encoding'));
    expect(encodings).toEqual(['gzip', null, null]);
    expect(compressed.headers.get('vary')?.toLowerCase()).toContain('accept-encoding');
    expect(Number(compressed.headers.get('content-length'))).toBeLessThan(
      Number(plain.headers.get('content-length')) / 3,
    );
    expect(await compressed.json()).toEqual(await plain.json());
  });

  test('never compresses the result of a mutation, which may contain a secret', async () => {
    const name = 'x'.repeat(190);
    const names = Array.from({ length: 45 }, (_, index) => `n${index}: displayName`).join(' ');
    const input = `{email: "large@example.com", displayName: "${name}"}`;
    const query = `mutation { createUser(input: ${input}) { user { ${names} } } }`;
    const answer = await ask(query, { 'accept-encoding': 'gzip' }, adminToken);
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
    expect((await answer.text()).length).toBeGreaterThan(8 * 1024);
  });
});

describe('a persisted query', () => {
  const persisted = (query: string) => ({
    persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
  });

  // Apollo Client and urql send these requests by default, in this order.
  test.each([
    ['by POST', (params: object) => post(params)],
    ['by GET', (params: object) => get(params as Record<string, unknown>)],
  ])('%s is asked for once, and then known by its hash', async (how, ask) => {
    const query = `query { viewer { email } } # ${how}`;
    const extensions = persisted(query);
    const unknown = await ask({ extensions });
    expect(unknown.body.errors).toEqual([
      { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
    ]);
    const known = { data: { viewer: { email: user.email } } };
    expect((await post({ query, extensions })).body).toEqual(known);
    expect((await ask({ extensions })).body).toEqual(known);
  });

  test('is not stored under the hash of another text, nor when it is invalid', async () => {
    const wrong = persisted('{ viewer { displayName } }');
    expect((await post({ query: viewerQuery, extensions: wrong })).status).toBe(400);
    expect((await post({ extensions: wrong })).body.errors?.[0]?.message).toBe('PersistedQueryNotFound');
    const invalid = '{ viewer { shoeSize } }';
    expect((await post({ query: invalid, extensions: persisted(invalid) })).status).toBe(400);
    const asked = await post({ extensions: persisted(invalid) });
    expect(asked.body.errors?.[0]?.message).toBe('PersistedQueryNotFound');
  });

  test('by GET may not be a mutation that was stored by POST', async () => {
    const query = create('persisted@example.com');
    const extensions = persisted(query);
    const headers = credentialHeaders(app, { token: adminToken });
    expect((await post({ query, extensions }, headers)).body.errors).toBeUndefined();
    await app.sql(`update users set email = 'renamed@example.com' where email = 'persisted@example.com'`);
    expect((await get({ extensions }, headers)).status).toBe(405);
    expect(await created('persisted@example.com')).toEqual([]);
  });
});

describe('media types', () => {
  test.each([
    [undefined, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
    // Apollo Client and urql.
    [
      'application/graphql-response+json,application/json;q=0.9',
      'application/graphql-response+json; charset=utf-8',
    ],
  ])('answers Accept: %s with %s', async (accept, type) => {
    const answer = await post({ query: viewerQuery }, accept === undefined ? {} : { accept });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
  });

  test('answers 406 to a client that accepts neither, and carries nothing out', async () => {
    const answer = await post(
      { query: create('unread@example.com') },
      { accept: 'text/html', ...credentialHeaders(app, { token: adminToken }) },
    );
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([406, 'BAD_USER_INPUT']);
    expect(await created('unread@example.com')).toEqual([]);
  });

  test.each(['text/plain', 'application/graphql', 'application/json; charset=utf-16', 'application/jsonp'])(
    'answers 415 to a body in %s',
    async (type) => {
      const answer = await post({ query: viewerQuery }, { 'content-type': type });
      expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([415, 'BAD_USER_INPUT']);
    },
  );

  test.each(['application/json;charset=UTF-8', 'Application/JSON; charset="utf-8"'])(
    'reads a body in %s',
    async (type) => {
      expect((await post({ query: viewerQuery }, { 'content-type': type })).status).toBe(200);
    },
  );

  test('names the methods of the endpoint to any other one', async () => {
    const answer = await send('/graphql', { method: 'PUT' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});
