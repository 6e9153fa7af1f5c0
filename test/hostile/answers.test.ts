import type { RequestListener } from 'node:http';
import { visit } from '../accounts/world.js';
import { accountOf } from '../accounts/token-access.js';
import { seedSignedInUser } from '../support/seed.js';
import { misbehaveAt, steps, type Step } from './steps.js';
import { goodMetadata, goodTokens } from './upstream.js';
import { addServer, approved, creation, startHostileWorld, type HostileWorld } from './world.js';

const sentinel = 'REMOTE-TEXT-<script>alert(1)</script>';
let world: HostileWorld;
beforeAll(async () => {
  world = await startHostileWorld();
});
afterAll(() => world.close());
afterEach(() => world.upstream.behave());

const json =
  (body: unknown, status = 200): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const raw =
  (text: string, type = 'application/json'): RequestListener =>
  (_req, res) =>
    void res.writeHead(200, { 'content-type': type }).end(text);

const stepAt = (place: Step['place'], doing: string): Step => {
  const step = steps.find((one) => one.place === place && one.name.startsWith(doing));
  if (!step) throw new Error(`There is no step ${place}.`);
  return step;
};
const registering = stepAt('registration', 'adding');
const exchanging = stepAt('code exchange', 'connecting');
const refreshing = stepAt('refresh', 'using');

const anyResponse: ReadonlySet<string> = new Set([
  'probe',
  'probe event stream',
  'authorization request',
  'client check',
  'client registration',
  'revocation',
]);

/** The steps that read a JSON document. Steps that accept any response are omitted. */
const reading = steps.filter(({ place }) => !anyResponse.has(place));

/** Returns all members of these documents, with valid values. */
function everything(): Record<string, unknown> {
  const origin = 'https://127.0.0.1';
  return {
    ...goodMetadata(origin),
    ...goodTokens,
    resource: `${origin}/mcp`,
    authorization_servers: [origin],
    client_id: 'polluted',
    jsonrpc: '2.0',
    result: { tools: [], content: [] },
  };
}
const typicalMembers = Object.keys(everything());

describe.each(reading)('$name', (step) => {
  test.each<[string, RequestListener]>([
    ['a page', raw(`<h1>${sentinel}</h1>`, 'text/html')],
    ['a page that calls itself JSON', raw(`<h1>${sentinel}</h1>`)],
    ['nothing', raw('')],
    ['half a document', raw('{"issuer":')],
    ['a list', json([goodTokens])],
    ['a text', json(sentinel)],
    ['a number', json(7)],
    ['null', json(null)],
    ['an empty object', json({})],
    ['members of wrong types', json(Object.fromEntries(typicalMembers.map((name) => [name, [{}]])))],
    ['members below __proto__', raw(`{"__proto__":${JSON.stringify(everything())}}`)],
    ['members below constructor', raw(`{"constructor":{"prototype":${JSON.stringify(everything())}}}`)],
  ])('with %s ends in a described error and changes nothing', async (_what, answer) => {
    const outcome = await misbehaveAt(step, world, answer);
    const isDiscover = step.place === 'server/discover';
    expect(isDiscover ? ['UPSTREAM_ERROR', 'done'] : [step.endsAs]).toContain(outcome.as);
    expect(outcome.text).not.toContain('REMOTE-TEXT');
    expect({}).not.toHaveProperty('access_token');
    expect({}).not.toHaveProperty('issuer');
  });
});

test('tries only the first three of thousands of authorization servers', async () => {
  const { upstream } = world;
  const others = Array.from({ length: 5_000 }, (_, n) => `${upstream.origin}/tenant-${n}`);
  const step = stepAt('announced resource metadata', 'adding');
  const outcome = await misbehaveAt(
    step,
    world,
    json({ resource: upstream.mcpUrl, authorization_servers: others }),
  );
  expect(outcome.as).toBe('DISCOVERY_FAILED');
  const asked = new Set(upstream.requests.map(({ path }) => /tenant-\d+/.exec(path)?.[0]));
  expect([...asked].filter(Boolean)).toEqual(['tenant-0', 'tenant-1', 'tenant-2']);
});

describe('an authorization endpoint', () => {
  test.each([
    ['a script', 'javascript:alert(document.domain)'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['a file', 'file:///etc/passwd'],
    ['user and password', 'https://user:password@127.0.0.1/authorize'],
    ['a fragment', 'https://127.0.0.1/authorize#access_token=x'],
    ['plain http', 'http://auth.example/authorize'],
    ['a line break', 'https://127.0.0.1/autho\nrize'],
    ['no text', ['https://127.0.0.1/authorize']],
  ])('with %s is refused when the server is added', async (_what, endpoint) => {
    const metadata = { ...goodMetadata(world.upstream.origin), authorization_endpoint: endpoint };
    const step = stepAt('server metadata', 'adding');
    expect(await misbehaveAt(step, world, json(metadata))).toMatchObject({ as: 'DISCOVERY_FAILED' });
    if (typeof endpoint !== 'string' || endpoint.startsWith('http:')) return;
    const { document, variables } = creation(world.upstream.mcpUrl, {
      oauth2ClientId: 'manual',
      oauth2AuthUrl: endpoint,
      oauth2TokenUrl: `${world.upstream.origin}/token`,
    });
    const error = await world.admin.graphql.error(document, variables);
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('keeps its own parameters, except reserved ones', async () => {
    const { upstream, admin, app } = world;
    const preset =
      'audience=api&client_id=theirs&state=theirs&redirect_uri=https%3A%2F%2Fattacker.example&code_challenge_method=plain&response_mode=form_post&request_uri=urn%3Ax';
    const endpoint = `${upstream.origin}/authorize?${preset}`;
    upstream.misbehave(
      'server metadata',
      json({ ...goodMetadata(upstream.origin), authorization_endpoint: endpoint }),
    );
    const id = await addServer(admin, upstream.mcpUrl);
    const answer = await visit(app, admin, `${app.publicUrl}/mcp-servers/${id}/oauth2/connect`);
    const sent = new URL(answer.headers.get('location') ?? '').searchParams;
    expect(sent.getAll('audience')).toEqual(['api']);
    expect(sent.getAll('client_id')).toEqual(['good-client']);
    expect(sent.getAll('redirect_uri')).toEqual([`${app.publicUrl}/mcp-servers/${id}/oauth2/callback`]);
    expect(sent.getAll('state')).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(sent.getAll('code_challenge_method')).toEqual(['S256']);
    expect(sent.has('response_mode') || sent.has('request_uri')).toBe(false);
  });
});

describe('a registration', () => {
  const good = { client_id: 'c', token_endpoint_auth_method: 'none' };
  test.each([
    ['without an id', { client_secret: sentinel, client_secret_expires_at: 0 }],
    ['with an empty id', { ...good, client_id: '' }],
    ['with a number for an id', { ...good, client_id: 7 }],
    ['with another redirect URI', { ...good, redirect_uris: ['https://attacker.example/callback'] }],
    ['with an id of nearly a megabyte', { ...good, client_id: 'c'.repeat(1_000_000) }],
    ['with an id of two megabytes', { ...good, client_id: 'c'.repeat(2_000_000) }],
    ['with a line break in the id', { ...good, client_id: 'c\r\nx-injected: yes' }],
    ['with a NUL in the id', { ...good, client_id: 'c\0' }],
    [
      'with a secret of a megabyte',
      { ...good, client_secret: 's'.repeat(1_000_000), client_secret_expires_at: 0 },
    ],
    ['with a line break in the secret', { ...good, client_secret: 's\r\n', client_secret_expires_at: 0 }],
    ['for an unknown authentication method', { ...good, token_endpoint_auth_method: '__proto__' }],
  ])('%s is refused, and no server is stored', async (_what, answer) => {
    const outcome = await misbehaveAt(registering, world, json(answer, 201));
    expect(outcome.as).toBe('DISCOVERY_FAILED');
    expect(outcome.text).toContain('redirect URI');
    expect(outcome.text).not.toMatch(/REMOTE-TEXT|attacker|injected/);
    expect(outcome.text.length).toBeLessThan(20_000);
  });
});

/** Token responses that must be refused, at the exchange and at a refresh. */
const unusableTokens: [string, unknown][] = [
  ['without a token', { token_type: 'Bearer' }],
  ['with an empty token', { ...goodTokens, access_token: '' }],
  ['with a list for a token', { ...goodTokens, access_token: ['a'] }],
  ['of the type mac', { ...goodTokens, token_type: 'mac' }],
  ['that expired before they came', { ...goodTokens, expires_in: -3600 }],
  ['with a lifetime that is not a number', { ...goodTokens, expires_in: 'soon' }],
  ['with a line break in the access token', { ...goodTokens, access_token: 'a\r\nx-injected: yes' }],
  ['with a line break in the refresh token', { ...goodTokens, refresh_token: 'r\r\nx-injected: yes' }],
  ['with a token of a hundred kilobytes', { ...goodTokens, access_token: 'a'.repeat(100_000) }],
];

describe.each([exchanging, refreshing])('$name', (step) => {
  test.each(unusableTokens)('with tokens %s stores none of them', async (_what, answer) => {
    const outcome = await misbehaveAt(step, world, json(answer));
    expect(outcome.as).toBe(step.endsAs);
    expect(outcome.text).not.toContain('injected');
  });

  test.each(['invalid_grant', 'invalid_client', 'access_denied', sentinel])(
    'with the error %s and markup shows no remote text',
    async (error) => {
      const refusal = { error, error_description: sentinel, error_uri: 'https://attacker.example/' };
      const outcome = await misbehaveAt(step, world, json(refusal, 400));
      expect(outcome.as).toMatch(/page 502|UPSTREAM_ERROR|NEEDS_AUTHORIZATION/);
      expect(outcome.text).not.toMatch(/REMOTE-TEXT|alert\(1\)|attacker/);
    },
  );
});

test.each([1e300, Number.MAX_SAFE_INTEGER, '99999999999999999999'])(
  'a token that expires in %s seconds has an unknown expiry',
  async (expiresIn) => {
    const user = await seedSignedInUser(world.app);
    const callback = await approved(world, user, world.serverId);
    world.upstream.misbehave('code exchange', json({ ...goodTokens, expires_in: expiresIn }));
    expect((await visit(world.app, user, callback)).status).toBe(200);
    expect(await accountOf(world.app, user)).toMatchObject({ status: 'CONNECTED', seconds_left: null });
  },
);

test('describes a refusal at the callback without remote text', async () => {
  const user = await seedSignedInUser(world.app);
  const { origin } = world.upstream;
  for (const [error, status] of [
    ['access_denied', 403],
    [sentinel, 502],
  ] as const) {
    const params = { error, error_description: sentinel, error_uri: 'javascript:alert(1)', iss: origin };
    const callback = await approved(world, user, world.serverId, params);
    const answer = await visit(world.app, user, callback);
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toMatch(/REMOTE-TEXT|alert\(1\)/);
  }
});

test('no log line contains remote text', () => {
  expect(JSON.stringify(world.app.logs)).not.toMatch(/REMOTE-TEXT|attacker|injected/);
});
