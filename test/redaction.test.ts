import { randomBytes } from 'node:crypto';
import { Browser, type PageAnswer } from './support/browser/browser.js';
import { client, type GraphqlClient } from './support/graphql.js';
import { startHandcraftedServer } from './support/handcrafted-server.js';
import { operations, readOperations, startWorld, type Caller } from './support/operations.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
} from './support/seed.js';

/** Every secret that this test has planted, by what it is. */
const sentinels = new Map<string, string>();

function plant(name: string): string {
  const secret = `sentinel-${randomBytes(18).toString('hex')}`;
  sentinels.set(name, secret);
  return secret;
}

/** Returns the planted secrets that a text contains: plain, percent-encoded or in base64. */
function found(text: string): string[] {
  return [...sentinels]
    .filter(([, secret]) =>
      [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, 40)].some((form) =>
        text.includes(form),
      ),
    )
    .map(([name]) => name);
}

const create = `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }`;

let world: Awaited<ReturnType<typeof startWorld>>;
let documents: Map<string, string>;
let admin: SignedInUser;
let member: SignedInUser;
const serverIds: string[] = [];

beforeAll(async () => {
  world = await startWorld();
  documents = await readOperations();
  admin = await seedSignedInUser(world.app, { role: 'ADMIN' });
  member = await seedSignedInUser(world.app);
  const common = { displayName: 'Guarded', url: world.mcp.url, enabled: true };
  for (const input of [
    {
      slug: 'oauth',
      authType: 'OAUTH2',
      oauth2ClientId: 'client',
      oauth2ClientSecret: plant('oauth2ClientSecret'),
      customHeaders: [{ name: 'X-Project', value: plant('header of an OAuth server') }],
      oauth2AuthUrl: `${world.provider.issuer}/auth`,
      oauth2TokenUrl: `${world.provider.issuer}/token`,
    },
    { slug: 'key', authType: 'API_KEY', apiKeyValue: plant('apiKeyValue') },
    {
      slug: 'headers',
      authType: 'CUSTOM_HEADERS',
      customHeaders: [{ name: 'X-Key', value: plant('customHeader') }],
    },
  ]) {
    const data = await admin.graphql.data<{ createMcpServerConfig: { server: { id: string } } }>(create, {
      input: { ...common, ...input },
    });
    serverIds.push(data.createMcpServerConfig.server.id);
  }
  for (const user of [admin, member]) {
    await seedAccount(
      world.app,
      { userId: user.id, serverId: serverIds[0]! },
      {
        accessToken: plant(`access token of ${user.role}`),
        refreshToken: plant(`refresh token of ${user.role}`),
      },
    );
    sentinels.set(`session of ${user.role}`, user.session);
  }
});

afterAll(() => world.close());

test('pending revocations are sealed, and no administrator can read them', async () => {
  const { id } = await seedOAuth2Server(world.app, {
    oauth2ClientSecret: plant('client secret to revoke with'),
    oauth2RevocationUrl: 'http://127.0.0.1:9/revoke',
  });
  await seedAccount(
    world.app,
    { userId: member.id, serverId: id },
    { accessToken: plant('access token to revoke'), refreshToken: plant('refresh token to revoke') },
  );
  const { text } = await admin.graphql.query(documents.get('disconnectAllFromMcpServer')!, { serverId: id });
  const { text: listed } = await admin.graphql.query(documents.get('mcpServerRevocations')!);
  expect(listed).toContain(id);
  expect(found(text + listed)).toEqual([]);
  const [row] = await world.app.sql<{ id: string; refresh_token: string }>(
    'select id, refresh_token from oauth2_revocations where mcp_server_config_id = $1',
    [id],
  );
  const place = { table: 'oauth2_revocations', column: 'refresh_token', row: row!.id };
  expect(await world.app.vault.open(row!.refresh_token, place)).toBe(
    sentinels.get('refresh token to revoke'),
  );
});

test('the planted secrets are stored sealed', async () => {
  const [row] = await world.app.sql<{ id: string; api_key_value: string }>(
    `select id, api_key_value from mcp_server_configs where slug = 'key'`,
  );
  const place = { table: 'mcp_server_configs', column: 'api_key_value', row: row!.id };
  expect(await world.app.vault.open(row!.api_key_value, place)).toBe(sentinels.get('apiKeyValue'));
});

describe.each(['ADMIN', 'MEMBER'] as const)('for %s', (role) => {
  const user = () => (role === 'ADMIN' ? admin : member);

  test.each(Object.keys(operations).filter((name) => name !== 'signOut'))(
    '%s answers no secret',
    async (name) => {
      const caller: Caller = { userId: user().id, credentials: { session: user().session } };
      const answers = [
        await ask(user().graphql, name, (await operations[name]?.variables?.(world, caller)) ?? {}),
      ];
      // The same again, aimed at the servers that hold secrets.
      for (const id of serverIds) {
        if (name.startsWith('delete')) continue;
        const isQuery = documents.get(name)?.startsWith('query');
        answers.push(
          await ask(user().graphql, name, {
            id,
            ...(isQuery && { serverId: id }),
            input: { description: 'Looked at' },
            url: world.mcp.url,
          }),
        );
      }
      expect(answers.flatMap(found)).toEqual([]);
    },
  );

  test('pages show no secret', async () => {
    const browser = new Browser(world.app, { session: user().session });
    const paths = ['/graphiql', '/auth/sign-in', '/nowhere'].concat(
      serverIds.flatMap((id) => [
        `/mcp-servers/${id}/oauth2/connect`,
        `/mcp-servers/${id}/oauth2/callback?state=x&code=y`,
        `/mcp-servers/${id}/oauth2/client-metadata.json`,
      ]),
    );
    const pages: PageAnswer[] = await Promise.all(paths.map((path) => browser.get(path)));
    expect(pages.flatMap(({ text, headers }) => found(text + JSON.stringify([...headers])))).toEqual([]);
  });
});

test('no stored diagnosis or failure report contains a secret', async () => {
  const hostile = await startHandcraftedServer();
  try {
    const code = plant('code');
    const oauth2ClientSecret = plant('client secret at a hostile provider');
    const theirs = {
      error: 'invalid_client',
      // Administrators read the description, without the secrets of the request.
      error_description: `the client secret ${oauth2ClientSecret} is not that of the code ${code}`,
      access_token: plant('access token in a refusal'),
    };
    hostile.answer('/token', { status: 401, json: theirs });
    hostile.answer('/mcp', {
      status: 403,
      headers: { 'www-authenticate': `Bearer error="x", error_description="${plant('challenge')}"` },
      json: { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: plant('tool result') }] } },
    });
    const secrets = {
      oauth2ClientSecret,
      oauth2TokenAuthMethod: 'client_secret_post',
    } as const;
    const { id: oauth } = await seedOAuth2Server(world.app, {
      url: `${hostile.origin}/mcp`,
      oauth2Issuer: '',
      oauth2AuthUrl: `${hostile.origin}/authorize`,
      oauth2TokenUrl: `${hostile.origin}/token`,
      ...secrets,
    });
    const { id: keyed } = await seedServer(world.app, {
      url: `${hostile.origin}/mcp`,
      authType: 'API_KEY',
      apiKeyHeader: 'X-Key',
      apiKeyValue: plant('key at a hostile server'),
    });
    const answers = [];
    for (const id of [oauth, keyed, ...serverIds])
      answers.push(await ask(admin.graphql, 'diagnoseMcpServer', { id }));
    for (const id of [keyed, ...serverIds])
      answers.push(await ask(member.graphql, 'callMcpServerTool', { id, input: { name: 'whoami' } }));
    const browser = new Browser(world.app, { session: member.session });
    const begun = await browser.get(`/mcp-servers/${oauth}/oauth2/connect`, {
      'sec-fetch-site': 'same-origin',
    });
    const state = new URL(begun.location!).searchParams.get('state')!;
    const callback = `/mcp-servers/${oauth}/oauth2/callback?state=${state}&code=${code}`;
    const page = await browser.get(callback);
    expect(page.text).toContain('this reference');
    answers.push(page.text, await ask(admin.graphql, 'failureReports', {}));
    answers.push(
      (await admin.graphql.query('{ mcpServerConfigs { lastDiagnosis { steps { detail url } } } }')).text,
    );
    expect(hostile.count('/token')).toBeGreaterThanOrEqual(2);
    expect(answers.flatMap(found)).toEqual([]);
    expect(JSON.stringify(answers)).toContain(
      'the client secret [removed] is not that of the code [removed]',
    );
    for (const table of ['mcp_server_diagnoses', 'connection_failures']) {
      const rows = await world.app.sql<{ row: string }>(`select t::text as row from "${table}" t`);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.flatMap(({ row }) => found(row))).toEqual([]);
    }
  } finally {
    await hostile.close();
  }
});

test('doesn’t echo a refused secret', async () => {
  const refused = (name: string) => `${plant(name)}\r\nX-Smuggled: 1`;
  const common = { slug: 'refused', displayName: 'Refused', url: 'not a url' };
  const texts = await Promise.all(
    [
      { authType: 'OAUTH2', oauth2ClientSecret: refused('refused client secret') },
      { authType: 'API_KEY', apiKeyValue: refused('refused key') },
      { authType: 'CUSTOM_HEADERS', customHeaders: [{ name: 'X', value: refused('refused header') }] },
    ].map(async (input) => (await admin.graphql.query(create, { input: { ...common, ...input } })).text),
  );
  expect(texts.every((text) => text.includes('BAD_USER_INPUT'))).toBe(true);
  expect(texts.flatMap(found)).toEqual([]);
  // Not even where the document is wrong, or the value has the wrong type.
  const inline = await admin.graphql.query(
    `mutation { createMcpServerConfig(input: { slug: "x", apiKeyValue: ["${plant('secret in a document')}"] }) { nonsense } }`,
  );
  expect(found(inline.text)).toEqual([]);
  const broken = await admin.graphql.query(`mutation { "${plant('secret in a broken document')}" }`);
  expect(found(broken.text)).toEqual([]);
  const variable = await admin.graphql.query(create, {
    input: { ...common, apiKeyValue: [plant('secret of a wrong type')] },
  });
  expect(found(variable.text)).toEqual([]);
});

test('shows one-time values only once', async () => {
  const { createApiToken } = await admin.graphql.data<{ createApiToken: { token: string } }>(
    'mutation { createApiToken(input: { name: "once", scope: ADMIN }) { token } }',
  );
  sentinels.set('API token', createApiToken.token);
  const { createSignInLink } = await admin.graphql.data<{
    createSignInLink: { signInLink: { url: string } };
  }>('mutation ($userId: ID!) { createSignInLink(userId: $userId) { signInLink { url } } }', {
    userId: member.id,
  });
  sentinels.set('sign-in link', createSignInLink.signInLink.url.split('/').at(-1)!);
  const asToken = client(world.app, { token: createApiToken.token });
  const again = await Promise.all([
    asToken.query(documents.get('apiTokens')!),
    admin.graphql.query(documents.get('users')!),
  ]);
  expect(again.flatMap(({ text }) => found(text))).toEqual([]);
});

test('no table contains a secret in plain text', async () => {
  const callback = new Browser(world.app, { session: member.session });
  const started = await callback.get(`/mcp-servers/${serverIds[0]}/oauth2/connect`, {
    'sec-fetch-site': 'same-origin',
  });
  sentinels.set('state', new URL(started.location!).searchParams.get('state')!);
  const tables = await world.app.sql<{ table_name: string }>(
    `select table_name from information_schema.tables where table_schema = 'public'`,
  );
  expect(tables.length).toBeGreaterThanOrEqual(6);
  for (const { table_name: table } of tables) {
    const rows = await world.app.sql<{ row: string }>(`select t::text as row from "${table}" t`);
    expect({ table, secrets: rows.flatMap(({ row }) => found(row)) }).toEqual({ table, secrets: [] });
  }
});

test('no log line contains a secret', () => {
  expect(world.app.logs.length).toBeGreaterThan(0);
  expect(world.app.logs.flatMap((line) => found(JSON.stringify(line)))).toEqual([]);
});

async function ask(
  graphql: GraphqlClient,
  name: string,
  variables: Record<string, unknown>,
): Promise<string> {
  const { text, headers } = await graphql.query(documents.get(name)!, variables);
  return text + JSON.stringify([...headers]);
}
