import { gzipSync } from 'node:zlib';
import { startApp, type TestApp } from '../../support/app.js';
import { client, credentialHeaders } from '../../support/graphql.js';
import { seedApiToken, seedSignedInUser, type SignedInUser } from '../../support/seed.js';

const frontend = 'https://frontend.example.com';
const viewerQuery = JSON.stringify({ query: '{ viewer { id } }' });

let app: TestApp;
let admin: SignedInUser;
let member: SignedInUser;
let memberToken: string;

beforeAll(async () => {
  app = await startApp({ allowedOrigins: [frontend] });
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
  memberToken = await seedApiToken(app, member.email);
});
afterAll(() => app.close());

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  as?: { session?: string; token?: string } | null;
}

/** A request to /graphql, as the member with a session unless said otherwise. */
async function send({ method = 'POST', headers = {}, body = viewerQuery, as = member }: Sent = {}) {
  const response = await fetch(`${app.url}/graphql`, {
    method,
    headers: { 'content-type': 'application/json', ...(as && credentialHeaders(app, as)), ...headers },
    ...(method === 'POST' && { body }),
  });
  const text = await response.text();
  const json = () =>
    JSON.parse(text) as {
      data?: unknown;
      errors?: { message: string; extensions: Record<string, unknown> }[];
    };
  return {
    status: response.status,
    headers: response.headers,
    text,
    json,
    code: () => json().errors?.[0]?.extensions.code,
  };
}

describe('without a valid session or token', () => {
  test.each<[string, Sent]>([
    ['a valid operation', {}],
    [
      'an operation that no schema has',
      { body: JSON.stringify({ query: '{ nothingLikeThis { at all } }' }) },
    ],
    ['text that is no GraphQL', { body: JSON.stringify({ query: '}{' }) }],
    ['introspection', { body: JSON.stringify({ query: '{ __schema { types { name } } }' }) }],
    ['a body that is no JSON', { body: '{"query":' }],
    ['a body beyond the limit', { body: ' '.repeat(2 * 1024 * 1024) }],
    ['a batch', { body: `[${viewerQuery}]` }],
    [
      'a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={viewer{id}}' },
    ],
    ['GET', { method: 'GET' }],
    ['PUT', { method: 'PUT' }],
    ['an unknown session', { headers: { cookie: 'switchboard_session=x' } }],
    ['an unknown token', { headers: { authorization: 'Bearer swb_x' } }],
  ])('%s is UNAUTHENTICATED with 401, without further information', async (_, sent) => {
    const answer = await send({ ...sent, as: null });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.json()).toEqual({
      errors: [{ message: expect.stringContaining('Sign in'), extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('a wrong bearer token is refused even with a valid cookie', async () => {
    expect((await send({ headers: { authorization: 'Bearer swb_wrong' } })).status).toBe(401);
  });
});

test('accepts a session or an API token', async () => {
  for (const as of [member, { token: memberToken }]) {
    const answer = await send({ as });
    expect([answer.status, answer.json()]).toEqual([200, { data: { viewer: { id: member.id } } }]);
  }
});

test('allows introspection to every signed-in user', async () => {
  const answer = await send({ body: JSON.stringify({ query: '{ __schema { queryType { name } } }' }) });
  expect(answer.json()).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
});

describe('a malformed request is answered in JSON with a code', () => {
  test.each<[string, Sent, number]>([
    ['a body that is no JSON', { body: '{"query": "sentinel-in-a-broken-body' }, 400],
    ['an empty body', { body: '' }, 400],
    ['a list of operations', { body: `[${viewerQuery}]` }, 400],
    [
      'a body above 1 MiB',
      { body: JSON.stringify({ query: '{ viewer { id } }', pad: 'x'.repeat(1024 * 1024) }) },
      413,
    ],
    [
      'a body above 1 MiB only when inflated',
      {
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(JSON.stringify({ query: '{ viewer { id } }', pad: 'x'.repeat(1024 * 1024) })),
      },
      413,
    ],
    ['an unknown encoding', { headers: { 'content-encoding': 'zip' } }, 415],
    ['a document that does not parse', { body: JSON.stringify({ query: '{ viewer { id }' }) }, 400],
    ['a field that does not exist', { body: JSON.stringify({ query: '{ viewer { shoeSize } }' }) }, 400],
    ['too many tokens', { body: JSON.stringify({ query: `{ ${'viewer '.repeat(1001)} }` }) }, 400],
    [
      'too many aliases',
      {
        body: JSON.stringify({
          query: `{ ${Array.from({ length: 51 }, (_, i) => `a${i}: viewer { id }`).join(' ')} }`,
        }),
      },
      400,
    ],
    [
      'an operation name that is not there',
      { body: JSON.stringify({ query: 'query A { viewer { id } }', operationName: 'B' }) },
      400,
    ],
    ['PUT', { method: 'PUT' }, 405],
    ['GET', { method: 'GET' }, 405],
    [
      'a list of 500,000 wrong elements',
      {
        body: JSON.stringify({
          query: 'query ($a: [AuditAction!]) { auditEvents(filter: { actions: $a }) { edges { cursor } } }',
          variables: { a: Array<number>(500_000).fill(1) },
        }),
      },
      400,
    ],
  ])('%s', async (_, sent, status) => {
    const answer = await send(sent);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('json');
    expect(answer.code()).toBe('BAD_USER_INPUT');
    expect(answer.text).not.toContain('sentinel');
  });

  test.each([
    ['a null condition', 'query ($x: Boolean = true) { viewer { id @include(if: $x) } }', { x: null }],
    [
      'a null for a required argument',
      'query ($n: Int = 1) { failureReports(first: $n) { edges { node { reference } } } }',
      { n: null },
    ],
  ])('%s is refused every time, and is no unexpected error', async (_, query, variables) => {
    const logged = app.logs.length;
    for (let time = 0; time < 3; time += 1) {
      const answer = await send({ body: JSON.stringify({ query, variables }) });
      expect(answer.code()).toBe('BAD_USER_INPUT');
    }
    expect(app.logs.slice(logged).filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  test('two mutation fields in one request are refused, and neither is carried out', async () => {
    const query =
      'mutation { a: createApiToken(input: {name: "a"}) { token } b: createApiToken(input: {name: "b"}) { token } }';
    const answer = await send({ body: JSON.stringify({ query }) });
    expect([answer.status, answer.code()]).toEqual([400, 'BAD_USER_INPUT']);
    expect(await app.sql(`select 1 from access_tokens where name in ('a', 'b')`)).toEqual([]);
  });
});

describe('other origins', () => {
  test.each(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'])(
    'what a form could send without asking (%s) is refused',
    async (contentType) => {
      const answer = await send({ headers: { 'content-type': contentType } });
      expect([answer.status, answer.code()]).toEqual([415, 'BAD_USER_INPUT']);
    },
  );

  test.each([
    'https://evil.example.com',
    'null',
    `${frontend}.evil.example.com`,
    'http://frontend.example.com',
  ])('a page of %s can’t use a session, and can’t read a response', async (origin) => {
    const name = `from ${origin}`;
    const query = `mutation { createApiToken(input: {name: ${JSON.stringify(name)}}) { token } }`;
    const answer = await send({ headers: { origin }, body: JSON.stringify({ query }) });
    expect([answer.status, answer.code()]).toEqual([403, 'FORBIDDEN']);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await app.sql('select 1 from access_tokens where name = $1', [name])).toEqual([]);
  });

  test('an API token, which no browser adds by itself, works from anywhere', async () => {
    const answer = await send({
      as: { token: memberToken },
      headers: { origin: 'https://evil.example.com' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('an allowed origin gets CORS with credentials, for exactly itself', async () => {
    const answer = await send({ headers: { origin: frontend } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(frontend);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  test('an allowed origin may read why a request was refused', async () => {
    const answer = await send({ as: null, headers: { origin: frontend } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('access-control-allow-origin')).toBe(frontend);
  });

  test('the preflight answers allowed origins only', async () => {
    const ask = async (origin: string) => {
      const headers = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      };
      return (await send({ method: 'OPTIONS', as: null, headers })).headers;
    };
    const allowed = await ask(frontend);
    expect(allowed.get('access-control-allow-origin')).toBe(frontend);
    expect(allowed.get('access-control-allow-headers')).toContain('content-type');
    const refused = await ask('https://evil.example.com');
    expect([...refused.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('pages of this origin need no CORS', async () => {
    expect((await send({ headers: { origin: app.publicUrl, 'sec-fetch-site': 'same-origin' } })).status).toBe(
      200,
    );
  });
});

describe('every response', () => {
  test('is not stored, not sniffed, and carries Switchboard’s own id', async () => {
    const mine = '00000000-0000-0000-0000-000000000000';
    const ids = new Set<string | null>();
    for (const as of [member, null]) {
      const { headers } = await send({ as, headers: { 'x-request-id': mine } });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      ids.add(headers.get('x-request-id'));
    }
    expect(ids.size).toBe(2);
    expect(ids).not.toContain(mine);
  });

  test('is logged with operation name, duration, status and user, and without its content', async () => {
    const { headers } = await client(app, member).query(
      'query Find($search: String) { mcpServerConfigs(filter: {search: $search}) { id } }',
      { search: 'sentinel-in-a-variable' },
    );
    const requestId = headers.get('x-request-id');
    const lines = app.logs.filter((line) => line.requestId === requestId);
    expect(lines).toEqual([
      {
        level: 30,
        time: expect.any(String),
        requestId,
        operation: 'Find',
        durationMs: expect.any(Number),
        status: 200,
        userId: member.id,
        msg: 'GraphQL request',
      },
    ]);
    expect(JSON.stringify(app.logs)).not.toContain('sentinel-in-a-variable');
  });
});

describe('unexpected errors', () => {
  test('are masked, with a request id that the log has too', async () => {
    await app.sql('alter table mcp_server_configs rename to sentinel_table');
    try {
      const { status, headers, text, errors } = await client(app, admin).query('{ mcpServerConfigs { id } }');
      const requestId = headers.get('x-request-id');
      expect(status).toBe(200);
      expect(errors).toEqual([
        {
          message: 'Something went wrong. Give the request ID to an administrator of Switchboard.',
          path: ['mcpServerConfigs'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
        },
      ]);
      expect(text).not.toMatch(/relation|select|mcp_server_configs/);
      const line = app.logs.find((logged) => logged.requestId === requestId && logged.level === 50);
      expect(line).toMatchObject({ path: 'mcpServerConfigs', failure: { code: '42P01' } });
      expect(JSON.stringify(line)).not.toContain('select s.id');
    } finally {
      await app.sql('alter table sentinel_table rename to mcp_server_configs');
    }
  });

  test('before GraphQL begins are answered in JSON too, with the id', async () => {
    await app.sql('alter table access_tokens rename to sentinel_table');
    try {
      const answer = await send();
      expect(answer.status).toBe(500);
      expect(answer.json().errors).toEqual([
        {
          message: expect.any(String),
          extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: answer.headers.get('x-request-id') },
        },
      ]);
    } finally {
      await app.sql('alter table sentinel_table rename to access_tokens');
    }
  });
});
