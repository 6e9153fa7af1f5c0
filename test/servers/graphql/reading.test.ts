import { randomUUID } from 'node:crypto';
import { MikroORM } from '@mikro-orm/postgresql';
import { serversWithUsableAccount } from '../../../src/accounts/store/account-view.js';
import { HotReads } from '../../../src/database/hot-reads.js';
import { ormOptions } from '../../../src/database/orm.js';
import { entities } from '../../../src/entities.js';
import type { AccountEnding } from '../../../src/identity/account-ending.js';
import type { Viewer } from '../../../src/identity/viewer.js';
import { createLog } from '../../../src/log.js';
import { createGuardedFetch } from '../../../src/net/guarded-fetch.js';
import { OutgoingLimit } from '../../../src/net/outgoing-limit.js';
import { Servers } from '../../../src/servers/servers.js';
import { VisibleServers } from '../../../src/servers/store/visible-servers.js';
import { recorded } from '../../support/recorded.js';
import { seedOAuth2Server, seedServer } from '../../support/seed.js';
import { startCatalogue, type Catalogue } from '../catalogue.js';

let catalogue: Catalogue;
let disabled: string;

beforeAll(async () => {
  catalogue = await startCatalogue();
  const { app } = catalogue;
  await seedOAuth2Server(app, {
    slug: 'wiki',
    displayName: 'wiki of 100% truth',
    description: 'Pages_and more',
    url: 'https://hidden.example.com/mcp',
    availability: 'FORCE_ON',
    oauth2ClientSecret: 'client-secret',
    oauth2Scopes: 'read',
    createdBy: catalogue.admin.id,
  });
  await seedServer(app, {
    slug: 'mail',
    displayName: 'Mail',
    authType: 'API_KEY',
    apiKeyHeader: 'X',
    apiKeyValue: 'k',
  });
  await seedServer(app, { slug: 'notes', displayName: 'notes' });
  ({ id: disabled } = await seedServer(app, { slug: 'zoo', displayName: 'A zoo', enabled: false }));
});
afterAll(() => catalogue.close());

const slugs = async (...args: Parameters<Catalogue['list']>) =>
  (await catalogue.list(...args)).map(({ slug }) => slug);

test('administrators see all servers, by display name regardless of case', async () => {
  expect(await slugs()).toEqual(['zoo', 'mail', 'notes', 'wiki']);
});

test('members see enabled servers only, even if they ask for disabled ones', async () => {
  expect(await slugs({}, catalogue.member)).toEqual(['mail', 'notes', 'wiki']);
  expect(await slugs({ enabled: false }, catalogue.member)).toEqual([]);
});

test.each([
  [{ enabled: false }, ['zoo']],
  [{ authType: 'OAUTH2' }, ['wiki']],
  [{ availability: 'FORCE_ON' }, ['wiki']],
  [{ authType: 'NONE', enabled: true }, ['notes']],
  [{ enabled: null, authType: null, availability: null, search: null }, ['zoo', 'mail', 'notes', 'wiki']],
  [{ search: ' ' }, ['zoo', 'mail', 'notes', 'wiki']],
  [{ search: ' NOTE ' }, ['notes']],
  [{ search: 'pages' }, ['wiki']],
  [{ search: '100%' }, ['wiki']],
  [{ search: '%' }, ['wiki']],
  [{ search: '_' }, ['wiki']],
  [{ search: '\\' }, []],
])('the filter %j finds %j', async (filter, expected) => {
  expect(await slugs(filter)).toEqual(expected);
});

test('a search covers the url for administrators only', async () => {
  expect(await slugs({ search: 'hidden.example' })).toEqual(['wiki']);
  expect(await slugs({ search: 'hidden.example' }, catalogue.member)).toEqual([]);
});

test.each([['x'.repeat(201)], ['a\0b']])('refuses an invalid search text', async (search) => {
  const query = `query ($filter: McpServerConfigFilter) { mcpServerConfigs(filter: $filter) { id } }`;
  const { extensions } = await catalogue.member.graphql.error(query, { filter: { search } });
  expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'filter.search' }] });
});

const adminFields = [
  'url',
  'transport',
  'oauth2ClientId',
  'oauth2AuthUrl',
  'oauth2TokenUrl',
  'oauth2RevocationUrl',
  'oauth2Scopes',
  'oauth2Issuer',
  'oauth2ResourceMetadataUrl',
  'oauth2Resource',
  'oauth2Registration',
  'oauth2CallbackUrl',
  'apiKeyHeader',
  'customHeaderNames',
  'createdBy',
  'updatedBy',
];

test("administrators' fields are null for a member, and all other fields are the same", async () => {
  const [forAdmin] = await catalogue.list({ authType: 'OAUTH2' });
  const [forMember] = await catalogue.list({ authType: 'OAUTH2' }, catalogue.member);
  const redacted = Object.fromEntries(adminFields.map((field) => [field, null]));
  expect(forMember).toEqual({ ...forAdmin, ...redacted });
  expect(forAdmin).toMatchObject({
    url: 'https://hidden.example.com/mcp',
    oauth2ClientId: 'client',
    oauth2Registration: 'MANUAL',
    hasOauth2ClientSecret: true,
    customHeaderNames: [],
    createdBy: { id: catalogue.admin.id, displayName: 'Ada' },
    updatedBy: null,
    oauth2CallbackUrl: `${catalogue.app.publicUrl}/mcp-servers/${forAdmin?.id}/oauth2/callback`,
  });
});

test('finds a server by exactly one of id and slug', async () => {
  const ask = (args: string) => catalogue.member.graphql.query(`{ mcpServerConfig${args} { slug } }`);
  expect((await ask('(slug: "notes")')).data).toEqual({ mcpServerConfig: { slug: 'notes' } });
  for (const args of ['', `(slug: "notes", id: "${randomUUID()}")`]) {
    expect((await ask(args)).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  }
});

test('an unknown and a disabled server are the same NOT_FOUND to a member', async () => {
  const ask = async (args: string) => {
    const answer = await catalogue.member.graphql.query(`{ mcpServerConfig(${args}) { slug } }`);
    const [error] = answer.errors ?? [];
    return {
      status: answer.status,
      message: error?.message,
      extensions: error?.extensions,
      data: answer.data,
    };
  };
  const unknown = await ask(`id: "${randomUUID()}"`);
  expect(unknown.extensions).toEqual({ code: 'NOT_FOUND' });
  const others = [`id: "${disabled}"`, 'slug: "zoo"', 'slug: "nothing-here"', 'slug: "No Slug"'];
  for (const args of others) expect(await ask(args)).toEqual(unknown);
});

describe('the statements', () => {
  let orm: MikroORM;
  let visibleServers: VisibleServers;

  beforeAll(async () => {
    orm = await MikroORM.init(ormOptions(catalogue.app.databaseUrl, entities));
    visibleServers = new VisibleServers({
      em: orm.em,
      reads: new HotReads({ log: createLog('silent') }),
      publicUrl: 'http://localhost:4000',
      outbound: { mayBeListed: () => false },
      serversWithUsableAccount,
    });
    // MikroORM checks the connection once.
    await orm.em.fork().execute('select 1');
    await catalogue.app.sql(
      `insert into mcp_server_configs (id, slug, display_name, url, enabled, created_at, updated_at)
       select gen_random_uuid(), 'many-' || n, 'Many ' || n, 'https://mcp.example.com/', true, now(), now()
       from generate_series(1, 200) as n`,
    );
  });
  afterAll(() => orm.close());

  const serversOf = (isAdmin: boolean) =>
    new Servers({ viewer: { isAdmin, userId: catalogue.member.id } as Viewer, visibleServers }, () => ({
      em: orm.em.fork(),
      viewer: { isAdmin, userId: catalogue.member.id } as Viewer,
      visibleServers,
      vault: catalogue.app.vault,
      outbound: createGuardedFetch({ allowedPrivateCidrs: [] }),
      accountEnding: {} as AccountEnding,
      discoveryLimit: new OutgoingLimit(1),
      publicUrl: 'http://localhost:4000',
      clientMetadata: false,
      log: createLog('silent'),
    }));

  test.each([true, false])(
    'a list of 200 servers is one statement without secrets (administrator: %s)',
    async (isAdmin) => {
      const { result, statements } = await recorded(catalogue.app, () => serversOf(isAdmin).list());
      expect(result.length).toBeGreaterThan(200);
      expect(statements).toHaveLength(1);
      expect(statements[0]).toContain('select');
      expect(statements[0]).not.toMatch(/\b(oauth2_client_secret|api_key_value|custom_headers)\b|\*/);
    },
  );

  test("a member's reads do not select the administrators' columns", async () => {
    const { result: server, statements } = await recorded(catalogue.app, async () => {
      await serversOf(false).list({ search: 'wiki' });
      return serversOf(false).get({ slug: 'wiki' });
    });
    expect(statements).toHaveLength(2);
    for (const statement of statements)
      expect(statement).not.toMatch(/\b(url|oauth2_\w+|api_key_header|created_by)\b/);
    expect(Object.keys(server).filter((field) => adminFields.includes(field))).toEqual([]);
  });
});
