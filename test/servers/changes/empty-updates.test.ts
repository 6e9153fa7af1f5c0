import { seedAccount } from '../../support/seed.js';
import { minimal, startCatalogue, type Catalogue } from '../catalogue.js';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await startCatalogue();
});
afterAll(() => catalogue.close());

type Input = Record<string, unknown>;

const oauth2: Input = {
  authType: 'OAUTH2',
  oauth2ClientId: 'client',
  oauth2AuthUrl: 'https://auth.example.com/authorize',
  oauth2TokenUrl: 'https://auth.example.com/token',
  oauth2RevocationUrl: '',
  oauth2Issuer: 'https://auth.example.com',
  oauth2Scopes: 'read write',
  oauth2Compatibility: {
    resource: 'CUSTOM',
    customResource: 'https://api.example.com',
    extraAuthorizationParams: [{ name: 'prompt', value: 'consent' }],
    scopeSeparator: ',',
  },
};
const general: Input = {
  description: 'Line one\nline two',
  iconUrl: 'https://example.com/icon.png',
  transport: 'SSE',
  availability: 'FORCE_ON',
  enabled: true,
  toolAllowList: ['read', 'write'],
  toolDenyList: ['delete'],
};

/** Returns what an update may change of a server, and how many of its updates are recorded. */
async function stateOf(id: string) {
  const { app } = catalogue;
  const [row] = await app.sql('select * from mcp_server_configs where id = $1', [id]);
  const [events] = await app.sql<{ count: number }>(
    `select count(*)::int from audit_events where subject_id = $1 and action <> 'MCP_SERVER_CONFIG_CREATED'`,
    [id],
  );
  const accounts = await app.sql('select id from mcp_server_user_tokens where mcp_server_config_id = $1', [
    id,
  ]);
  return { row, events: events?.count, accounts };
}

test.each<[string, Input]>([
  ['without authorization', general],
  ['with OAUTH2', { ...general, ...oauth2, oauth2ClientSecret: 'secret' }],
  ['with an API key', { ...general, authType: 'API_KEY', apiKeyHeader: 'X-Key', apiKeyValue: 'key' }],
  [
    'with custom headers',
    { ...general, authType: 'CUSTOM_HEADERS', customHeaders: [{ name: 'X-A', value: 'v' }] },
  ],
])('an update of a server %s to its own values writes and records nothing', async (_what, settings) => {
  const input = minimal(settings);
  const { id } = await catalogue.create(input);
  await seedAccount(catalogue.app, { userId: catalogue.member.id, serverId: id });
  const before = await stateOf(id);
  const { oauth2ClientSecret: _a, apiKeyValue: _b, customHeaders: _c, ...readable } = input;
  for (const update of [{}, { version: 1 }, readable, { displayName: `  ${String(input.displayName)} ` }]) {
    const { server, ...effect } = await catalogue.update(id, update);
    expect(server.version).toBe(1);
    expect(effect).toEqual({ disconnects: 0, clearedFields: [], changedFields: [] });
  }
  expect(await stateOf(id)).toEqual(before);
});

test('an update to the server’s own values with a stale version is CONFLICT', async () => {
  const { id } = await catalogue.create(minimal());
  await catalogue.update(id, { displayName: 'Renamed' });
  const before = await stateOf(id);
  for (const input of [{ version: 1 }, { version: 1, displayName: 'Renamed' }]) {
    expect((await catalogue.updateError(id, input)).extensions.code).toBe('CONFLICT');
  }
  expect(await stateOf(id)).toEqual(before);
});

test.each<[string, Input, Input]>([
  ['a secret that is entered again', { ...oauth2, oauth2ClientSecret: 's' }, { oauth2ClientSecret: 's' }],
  ['a compatibility setting', oauth2, { oauth2Compatibility: { scopeSeparator: ';' } }],
  ['the order of tools', { toolAllowList: ['a', 'b'] }, { toolAllowList: ['b', 'a'] }],
  ['a cleared setting', general, { iconUrl: null }],
])('an update of %s increases the version and is recorded', async (_what, settings, input) => {
  const { id } = await catalogue.create(minimal(settings));
  const before = await stateOf(id);
  expect((await catalogue.update(id, input)).server.version).toBe(2);
  expect((await stateOf(id)).events).toBeGreaterThan(before.events ?? 0);
});

test('of concurrent equal updates, one is written and recorded', async () => {
  const { id } = await catalogue.create(minimal());
  await Promise.all(
    Array.from({ length: 8 }, () => catalogue.update(id, { displayName: 'Raced', enabled: true })),
  );
  expect(await catalogue.get(id)).toMatchObject({ displayName: 'Raced', version: 2 });
  expect((await stateOf(id)).events).toBe(1);
});

test('of concurrent different updates, each is written and recorded', async () => {
  const { id } = await catalogue.create(minimal());
  await Promise.all(Array.from({ length: 8 }, (_, n) => catalogue.update(id, { displayName: `Raced ${n}` })));
  expect((await catalogue.get(id)).version).toBe(9);
  expect((await stateOf(id)).events).toBe(8);
});
