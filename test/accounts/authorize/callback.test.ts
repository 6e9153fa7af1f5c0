import { sweepExpiredFlows } from '../../../src/accounts/authorize/flows.js';
import {
  begin,
  connect,
  createServer,
  openAccount,
  popupMessage,
  startWorld,
  visit,
  withParams,
  type World,
} from '../world.js';

let world: World;

beforeAll(async () => {
  world = await startWorld({ app: { allowedOrigins: ['http://localhost:5173'] } });
});
afterAll(() => world.close());
afterEach(() => world.app.sql('delete from mcp_server_user_tokens'));

const exchanges = () => world.provider.count('/token');
const tokens = () => world.app.sql('select * from mcp_server_user_tokens');

/** Begins a flow of `user` and returns the callback URL that the provider redirects to. */
async function callbackFor(user = world.member, query = ''): Promise<string> {
  return world.provider.approve(await begin(world, user, query));
}

/** Expects a refusal before the code was sent, with a page that notifies its opener. */
async function expectRefusedUnsent(
  answer: Promise<Response>,
  status: number,
  words: RegExp,
  targetOrigin = world.app.publicUrl,
): Promise<string> {
  const before = exchanges();
  const {
    status: answered,
    headers,
    ...rest
  } = await answer.then(async (it) => ({
    status: it.status,
    headers: it.headers,
    page: await it.text(),
  }));
  expect({ answered, ...rest }).toEqual({ answered: status, page: expect.stringMatching(words) });
  expect(popupMessage(rest.page)).toEqual({
    message: { type: 'mcp-oauth2-complete', serverId: world.serverId, status: 'error' },
    targetOrigin,
  });
  expect(headers.get('cache-control')).toBe('no-store');
  expect(exchanges()).toBe(before);
  expect(await tokens()).toHaveLength(0);
  return rest.page;
}

const open = (url: string, user: World['member'] | null = world.member) => visit(world.app, user, url);

test('refuses a callback without a session and keeps the flow for its session', async () => {
  const callback = await callbackFor();
  await expectRefusedUnsent(open(callback, null), 401, /not signed in/);
  const token = await world.apiToken(world.member, 'ADMIN');
  const bearer = visit(world.app, null, callback, { headers: { authorization: `Bearer ${token}` } });
  await expectRefusedUnsent(bearer, 401, /not signed in/);
  await expectRefusedUnsent(open(callback, { ...world.member, session: token }), 401, /not signed in/);
  expect((await open(callback)).status).toBe(200);
});

test('refuses a missing, empty, wrong or repeated state', async () => {
  const callback = await callbackFor();
  const state = new URL(callback).searchParams.get('state') ?? '';
  for (const url of [
    withParams(callback, { state: null }),
    withParams(callback, { state: '' }),
    withParams(callback, { state: `${state}x` }),
    `${callback}&state=${state}`,
    `${callback}&state=other`,
  ]) {
    await expectRefusedUnsent(open(url), 400, /does not belong to this browser session/);
  }
});

test.each(['iss', 'code', 'error'])('refuses a response with two %s parameters', async (name) => {
  const callback = withParams(await callbackFor(), name === 'error' ? { error: 'access_denied' } : {});
  const doubled = `${callback}&${name}=${encodeURIComponent(new URL(callback).searchParams.get(name) ?? '')}`;
  await expectRefusedUnsent(open(doubled), 400, /does not belong/);
});

test('refuses an expired state', async () => {
  const callback = await callbackFor();
  await world.app.sql(
    `update oauth2_flows set expires_at = now() - interval '1 second' where claimed_at is null`,
  );
  await expectRefusedUnsent(open(callback), 400, /has expired/);
});

test('refuses the state of another user and of another session of the same user', async () => {
  const callback = await callbackFor();
  await expectRefusedUnsent(open(callback, world.other), 400, /this browser session/);
  const elsewhere = { ...world.member, session: await world.session(world.member) };
  await expectRefusedUnsent(open(callback, elsewhere), 400, /this browser session/);
  expect((await open(callback)).status).toBe(200);
});

test('refuses a state at the callback of another server', async () => {
  const second = await createServer(world);
  const callback = await callbackFor();
  const before = exchanges();
  const answer = await open(callback.replace(world.serverId, second));
  expect(answer.status).toBe(400);
  expect(exchanges()).toBe(before);
  expect((await open(callback)).status).toBe(200);
});

test('refuses a callback to a malformed or unknown server', async () => {
  const callback = await callbackFor();
  expect((await open(callback.replace(world.serverId, 'not-an-id'))).status).toBe(400);
  expect((await open(callback.replace(world.serverId, '01900000-0000-7000-8000-000000000000'))).status).toBe(
    404,
  );
});

test('sends one token request for twenty concurrent callbacks', async () => {
  const callback = await callbackFor();
  const before = exchanges();
  const answers = await Promise.all(Array.from({ length: 20 }, () => open(callback)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(19).fill(400)]);
  expect(exchanges()).toBe(before + 1);
  expect(await tokens()).toHaveLength(1);
  expect((await open(callback)).status).toBe(400);
  expect(exchanges()).toBe(before + 1);
});

test('completes two concurrent flows and stores a working account', async () => {
  const callbacks = [await callbackFor(), await callbackFor()];
  const answers = await Promise.all(callbacks.map((url) => open(url)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await tokens()).toHaveLength(1);
  const { accessToken } = await openAccount(world, world.member);
  expect((await world.provider.introspect(accessToken)).active).toBe(true);
});

describe('refuses an iss other than the pinned issuer before it sends the code', () => {
  test.each([
    ['another', () => 'https://evil.example', /./],
    ['missing, though the provider said that it sends one', () => null, /./],
    ['empty', () => '', /./],
    ['with a slash added', () => `${world.provider.issuer}/`, /./],
    ['in another case', () => world.provider.issuer.replace('http', 'HTTP'), /./],
  ])('%s', async (_what, iss, words) => {
    const callback = await callbackFor();
    const page = await expectRefusedUnsent(open(withParams(callback, { iss: iss() })), 502, words);
    expect(page).not.toMatch('evil.example');
    // The state is used up, whatever parameters came with it.
    await expectRefusedUnsent(open(callback), 400, /already used/);
  });

  test('ignores the error parameter of a response with a wrong iss', async () => {
    const callback = await callbackFor();
    const spoofed = withParams(callback, { iss: 'https://evil.example', error: 'access_denied', code: null });
    const honest = await world.provider.deny(await begin(world, world.member));
    const refusedByIssuer = await expectRefusedUnsent(open(spoofed), 502, /./);
    const refusedByUser = await expectRefusedUnsent(open(honest), 403, /./);
    expect(refusedByIssuer).not.toBe(refusedByUser);
    expect(alertOf(refusedByIssuer)).not.toBe(alertOf(refusedByUser));
  });
});

test('explains a refusal in its own words and never shows the provider’s text', async () => {
  const denied = await world.provider.deny(await begin(world, world.member, '?origin=http://localhost:5173'));
  const page = await expectRefusedUnsent(
    open(
      withParams(denied, {
        error_description: 'call +1 555 0100 <b>now</b>',
        error_uri: 'https://evil.example',
      }),
    ),
    403,
    /./,
    'http://localhost:5173',
  );
  expect(page).not.toMatch(/555 0100|evil\.example/);

  const strange = withParams(await world.provider.deny(await begin(world, world.member)), {
    error: 'call_plus_1_555_0100',
  });
  expect(await expectRefusedUnsent(open(strange), 502, /./)).not.toMatch('555_0100');
});

test('refuses a response without a code', async () => {
  await expectRefusedUnsent(
    open(withParams(await callbackFor(), { code: null })),
    502,
    /without an authorization code/,
  );
  await expectRefusedUnsent(
    open(withParams(await callbackFor(), { code: '' })),
    502,
    /without an authorization code/,
  );
});

test('stores nothing if the provider refuses the code', async () => {
  const answer = await open(withParams(await callbackFor(), { code: 'wrong' }));
  expect(answer.status).toBe(502);
  expect(popupMessage(await answer.text()).message.status).toBe('error');
  expect(await tokens()).toHaveLength(0);
});

test('links to the return path of the connect URL if there is no opener', async () => {
  const callback = await callbackFor(
    world.member,
    '?origin=http://localhost:5173&return=/settings?tab=servers',
  );
  const page = await (await open(callback)).text();
  expect(page).toMatch('href="http://localhost:5173/settings?tab=servers"');
  expect(popupMessage(page).targetOrigin).toBe('http://localhost:5173');
});

test('serves a result page that runs its own script only, cannot be framed or cached, and keeps its opener', async () => {
  const answer = await open(await callbackFor());
  const policy = answer.headers.get('content-security-policy') ?? '';
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? 'none';
  expect(policy).toMatch(/^default-src 'none'/);
  expect(policy).toMatch("frame-ancestors 'none'");
  const scripts = [...(await answer.text()).matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
  expect(scripts).toEqual([' type="application/json" id="data"', ` nonce="${nonce}"`]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(answer.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
});

test('reports a disabled server and a used state to the origin of the flow', async () => {
  const callback = await callbackFor(world.member, '?origin=http://localhost:5173');
  await open(withParams(callback, { iss: 'https://evil.example' }));
  await expectRefusedUnsent(open(callback), 400, /already used/, 'http://localhost:5173');
});

test('deletes expired flows and keeps the others', async () => {
  await world.app.sql('delete from oauth2_flows');
  await begin(world, world.member);
  await begin(world, world.member);
  await world.app.sql(
    `update oauth2_flows set expires_at = now() - interval '2 minutes'
     where state_hash = (select min(state_hash) from oauth2_flows)`,
  );
  expect(await sweepExpiredFlows(world.app.orm.em)).toBe(1);
  expect(await world.app.sql('select 1 from oauth2_flows')).toHaveLength(1);
});

test('connects again after these refusals', async () => {
  expect((await connect(world, world.member)).status).toBe(200);
});

function alertOf(page: string): string | undefined {
  return /<p role="alert">([^<]*)/.exec(page)?.[1];
}
