import { seedAccount, seedOAuth2Server, seedServer, type SignedInUser } from '../../support/seed.js';
import { createHash } from 'node:crypto';
import { createServer, popupMessage, startWorld, visit, type World } from '../world.js';

const frontend = 'http://localhost:5173';
let world: World;
let connectUrl: string;

beforeAll(async () => {
  world = await startWorld({ app: { allowedOrigins: [frontend] } });
  connectUrl = `${world.app.publicUrl}/mcp-servers/${world.serverId}/oauth2/connect`;
});
afterAll(() => world.close());

const flows = () => world.app.sql('select * from oauth2_flows');
beforeEach(() => world.app.sql('delete from oauth2_flows'));

/** Expects that no flow began, and a page that states the reason and notifies the opener. */
async function expectRefusal(
  answer: Response,
  status: number,
  words: RegExp,
  targetOrigin = world.app.publicUrl,
) {
  const page = await answer.text();
  expect({ status: answer.status, page }).toEqual({ status, page: expect.stringMatching(words) });
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  expect(popupMessage(page)).toMatchObject({
    message: { type: 'mcp-oauth2-complete', status: 'error' },
    targetOrigin,
  });
  expect(await flows()).toHaveLength(0);
}

test.each(['same-origin', 'same-site'])(
  'goes to the provider at once for a page of this site (%s)',
  async (site) => {
    const answer = await visit(world.app, world.member, connectUrl, { headers: { 'sec-fetch-site': site } });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(world.provider.issuer);
  },
);

test.each(['cross-site', 'none', undefined])(
  'asks first for a link from anywhere else (%s)',
  async (site) => {
    const headers = new Headers(site === undefined ? [] : [['sec-fetch-site', site]]);
    const answer = await visit(world.app, world.member, connectUrl, { headers });
    const page = await answer.text();
    expect(answer.status).toBe(200);
    expect(page).toMatch('Notes');
    expect(page).toMatch(new URL(world.mcp.url).host);
    expect(page).toMatch(world.member.email);
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
    expect(answer.headers.get('content-security-policy')).toMatch("default-src 'none'");
    expect(await flows()).toHaveLength(0);
  },
);

test('the button of the confirmation page redirects to the provider and keeps the opener', async () => {
  const asked = await visit(world.app, world.member, `${connectUrl}?origin=${frontend}&return=/settings`, {
    headers: { 'sec-fetch-site': 'cross-site' },
  });
  const action = /<form method="post" action="([^"]+)"/
    .exec(await asked.text())?.[1]
    ?.replaceAll('&amp;', '&');
  const answer = await visit(world.app, world.member, `${world.app.publicUrl}${action}`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', origin: world.app.publicUrl },
  });
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toMatch(world.provider.issuer);
  expect(await flows()).toEqual([
    expect.objectContaining({ target_origin: frontend, return_path: '/settings' }),
  ]);
});

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['another origin of this site', { 'sec-fetch-site': 'same-site', origin: frontend }],
  ['an unknown origin', {}],
])('refuses a form sent from %s', async (_where, headers) => {
  const answer = await visit(world.app, world.member, connectUrl, { method: 'POST', headers });
  await expectRefusal(answer, 403, /wasn&#39;t sent from a page of this Switchboard/);
});

test('redirects a visitor to the sign-in page, and shows the confirmation page afterwards', async () => {
  const answer = await visit(world.app, null, `${connectUrl}?origin=${frontend}`);
  expect(answer.status).toBe(303);
  const signIn = new URL(answer.headers.get('location') ?? '', world.app.publicUrl);
  expect(signIn.pathname).toBe('/auth/sign-in');
  const resumed = new URL(signIn.searchParams.get('return') ?? '', world.app.publicUrl);
  expect(resumed.pathname).toBe(new URL(connectUrl).pathname);
  expect(resumed.searchParams.get('origin')).toBe(frontend);

  // The sign-in pages redirect from the same origin.
  const signedIn = await (await visit(world.app, world.member, signIn.href)).text();
  const onwards = /href="([^"]+oauth2\/connect[^"]*)"/.exec(signedIn)?.[1]?.replaceAll('&amp;', '&');
  const back = await visit(world.app, world.member, `${world.app.publicUrl}${onwards}`);
  expect(back.status).toBe(200);
  expect(await back.text()).toMatch('<form method="post"');
  expect(await flows()).toHaveLength(0);
});

test('refuses an API token as a bearer token and in the cookie', async () => {
  const token = await world.apiToken(world.member, 'ADMIN');
  const bearer = await visit(world.app, null, connectUrl, { headers: { authorization: `Bearer ${token}` } });
  const cookie = await visit(world.app, { ...world.member, session: token }, connectUrl);
  for (const answer of [bearer, cookie]) {
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/auth\/sign-in\?/);
  }
  expect(await flows()).toHaveLength(0);
});

test('refuses a malformed id, an unknown id, and a server that needs no account', async () => {
  const at = (id: string) =>
    visit(world.app, world.member, `${world.app.publicUrl}/mcp-servers/${id}/oauth2/connect`);
  await expectRefusal(await at('not-an-id'), 400, /is malformed/);
  await expectRefusal(await at('01900000-0000-7000-8000-000000000000'), 404, /no such MCP server/);
  const { id: open } = await seedServer(world.app);
  await expectRefusal(await at(open), 400, /does not use OAuth/);
});

test.each([
  ['has no authorization URL', `oauth2_auth_url = ''`, /authorization URL is not configured/],
  ['has no token URL', `oauth2_token_url = ''`, /token URL is not configured/],
  ['has no client id', `oauth2_client_id = ''`, /client ID is not configured/],
  [
    'was registered under another PUBLIC_URL',
    `oauth2_redirect_uri = 'https://old.example/callback'`,
    /registered .* redirect URI https:\/\/old\.example\/callback.*registerMcpServerOAuth2Client/,
  ],
])('refuses a server that %s, with and without the confirmation page', async (_what, change, words) => {
  const [before] = await world.app.sql('select * from mcp_server_configs where id = $1', [world.serverId]);
  await world.app.sql(`update mcp_server_configs set ${change} where id = $1`, [world.serverId]);
  try {
    await expectRefusal(await visit(world.app, world.member, connectUrl), 400, words);
    const cross = { headers: { 'sec-fetch-site': 'cross-site' } };
    await expectRefusal(await visit(world.app, world.member, connectUrl, cross), 400, words);
  } finally {
    await world.app.sql(
      `update mcp_server_configs set enabled = true, oauth2_auth_url = $2, oauth2_token_url = $3, oauth2_client_id = $4,
         oauth2_redirect_uri = $5 where id = $1`,
      [
        world.serverId,
        before?.oauth2_auth_url,
        before?.oauth2_token_url,
        before?.oauth2_client_id,
        before?.oauth2_redirect_uri,
      ],
    );
  }
});

test('a member cannot tell a disabled server from an unknown one on any route, and an administrator can', async () => {
  const unknownId = '01900000-0000-7000-8000-000000000000';
  const { id } = await seedOAuth2Server(world.app, { enabled: false });
  const routes = [
    'connect',
    'callback?state=x&code=y',
    'callback?error=access_denied',
    'client-metadata.json',
  ];
  const answerTo = async (user: SignedInUser, serverId: string, route: string) => {
    const cross = route === 'connect' ? [{}, { headers: { 'sec-fetch-site': 'cross-site' } }] : [{}];
    const answers = cross.map(async (init) => {
      const url = `${world.app.publicUrl}/mcp-servers/${serverId}/oauth2/${route}`;
      const answer = await visit(world.app, user, url, init);
      const text = (await answer.text()).replaceAll(serverId, 'ID').replaceAll(/nonce="[^"]+"/g, 'nonce');
      return { status: answer.status, text };
    });
    return Promise.all(answers);
  };
  for (const route of routes) {
    const disabled = await answerTo(world.member, id, route);
    expect(disabled.map(({ status }) => status)).toEqual(disabled.map(() => 404));
    expect(disabled).toEqual(await answerTo(world.member, unknownId, route));
  }
  const [toAdmin] = await answerTo(world.admin, id, 'connect');
  expect(toAdmin).toMatchObject({ status: 400, text: expect.stringContaining('disabled') });
});

test('a disabled server publishes its client metadata while it has accounts or outstanding revocations', async () => {
  const { id } = await seedOAuth2Server(world.app, { enabled: false });
  const status = async () =>
    (await fetch(`${world.app.publicUrl}/mcp-servers/${id}/oauth2/client-metadata.json`)).status;
  expect(await status()).toBe(404);
  await seedAccount(world.app, { userId: world.member.id, serverId: id }, { refreshToken: 'refresh' });
  expect(await status()).toBe(200);
  await world.app.sql('delete from mcp_server_user_tokens where mcp_server_config_id = $1', [id]);
  expect(await status()).toBe(404);
});

test.each(['https://evil.example', 'http://localhost:5173/', 'http://localhost:51730', 'null', '*', ''])(
  'reports to no origin that is not allowed: %s',
  async (origin) => {
    const answer = await visit(world.app, world.member, `${connectUrl}?origin=${encodeURIComponent(origin)}`);
    await expectRefusal(answer, 400, /ALLOWED_ORIGINS/);
  },
);

test.each([
  'https://evil.example/',
  '//evil.example',
  String.raw`/\evil.example`,
  '/\t/evil.example',
  'settings',
  'javascript:alert(1)',
  `/${'a'.repeat(500)}`,
  '/settings\0',
  '/settings\u202e',
])('refuses a return path that leaves the origin: %s', async (path) => {
  const url = `${connectUrl}?origin=${frontend}&return=${encodeURIComponent(path)}`;
  await expectRefusal(await visit(world.app, world.member, url), 400, /must be a path/);
});

test('refuses a repeated origin', async () => {
  const answer = await visit(world.app, world.member, `${connectUrl}?origin=${frontend}&origin=${frontend}`);
  await expectRefusal(answer, 400, /twice/);
});

test('reports a refusal to an allowed origin', async () => {
  const url = `${world.app.publicUrl}/mcp-servers/01900000-0000-7000-8000-000000000000/oauth2/connect?origin=${frontend}`;
  await expectRefusal(await visit(world.app, world.member, url), 404, /no such MCP server/, frontend);
});

test('stores the hash of state, and the verifier sealed to its own place', async () => {
  const answer = await visit(world.app, world.member, connectUrl);
  const sent = new URL(answer.headers.get('location') ?? '').searchParams;
  const state = sent.get('state') ?? '';
  expect(Buffer.from(state, 'base64url')).toHaveLength(32);
  const [flow] = await flows();
  expect(flow?.state_hash).toBe(createHash('sha256').update(state).digest('base64url'));
  expect(JSON.stringify(flow)).not.toContain(state);

  const place = { table: 'oauth2_flows', column: 'code_verifier', row: flow?.state_hash };
  const verifier = await world.app.vault.open(flow?.code_verifier, place);
  expect(sent.get('code_challenge')).toBe(createHash('sha256').update(verifier).digest('base64url'));
  await expect(world.app.vault.open(flow?.code_verifier, { ...place, row: 'another' })).rejects.toThrow();
});

test('publishes the client metadata document of servers that use OAuth without authentication', async () => {
  const at = (id: string) => fetch(`${world.app.url}/mcp-servers/${id}/oauth2/client-metadata.json`);
  const answer = await at(world.serverId);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    client_id: `${world.app.publicUrl}/mcp-servers/${world.serverId}/oauth2/client-metadata.json`,
    client_name: 'Switchboard',
    redirect_uris: [`${world.app.publicUrl}/mcp-servers/${world.serverId}/oauth2/callback`],
  });
  const named = await createServer(world, { oauth2ClientName: ' Acme tools ' });
  expect(await (await at(named)).json()).toMatchObject({ client_name: 'Acme tools' });
  const registered = world.provider.requests.findLast(({ path }) => path === '/reg');
  expect(JSON.parse(registered?.body ?? '')).toMatchObject({ client_name: 'Acme tools' });
  expect((await at('not-an-id')).status).toBe(400);
  expect((await at('01900000-0000-7000-8000-000000000000')).status).toBe(404);
});
