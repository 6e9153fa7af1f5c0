import { isInputObjectType, isNonNullType, isObjectType, type GraphQLSchema } from 'graphql';
import type { ServerField } from '../../src/servers/fields/field.js';
import { serverFields } from '../../src/servers/fields/fields.js';
import { McpServerConfigSchema } from '../../src/servers/store/mcp-server-config.entity.js';
import { minimal, startCatalogue, type Catalogue } from './catalogue.js';

type Input = Record<string, unknown>;

const fields: [string, ServerField][] = Object.entries(serverFields);
const namesOf = (holds: (field: ServerField) => boolean) =>
  fields.flatMap(([name, field]) => (holds(field) ? [name] : [])).sort();

/** The fields of McpServerConfig that other domains resolve. */
const resolvedElsewhere = [
  'account',
  'accountCount',
  'authConnected',
  'connectUrl',
  'diagnosisChanges',
  'lastDiagnosis',
  'lastSuccessfulDiagnosis',
];

let catalogue: Catalogue;
let schema: GraphQLSchema;
beforeAll(async () => {
  catalogue = await startCatalogue();
  schema = catalogue.app.schema;
});
afterAll(() => catalogue.close());

/** A server of each auth type with a value in every setting. */
const servers = {
  NONE: {
    description: 'Notes',
    iconUrl: 'https://example.com/icon.png',
    transport: 'SSE',
    availability: 'FORCE_ON',
    enabled: true,
    toolAllowList: ['read'],
    toolDenyList: ['write'],
  },
  OAUTH2: {
    authType: 'OAUTH2',
    enabled: true,
    oauth2ClientId: 'client',
    oauth2ClientName: 'Acme tools',
    oauth2ClientSecret: 'secret',
    oauth2AuthUrl: 'https://auth.example.com/authorize',
    oauth2TokenUrl: 'https://auth.example.com/token',
    oauth2RevocationUrl: 'https://auth.example.com/revoke',
    oauth2Scopes: 'read',
    oauth2Issuer: 'https://auth.example.com',
    oauth2Compatibility: { resource: 'OMIT' },
    customHeaders: [{ name: 'X-Team', value: 'one' }],
  },
  API_KEY: { authType: 'API_KEY', enabled: true, apiKeyHeader: 'X-Key', apiKeyValue: 'key' },
  CUSTOM_HEADERS: {
    authType: 'CUSTOM_HEADERS',
    enabled: true,
    customHeaders: [{ name: 'X-Team', value: 'one' }],
  },
} satisfies Record<'NONE' | NonNullable<ServerField['authType']>, Input>;

describe('the table of fields', () => {
  test('has the columns of the entity, no more and no fewer', () => {
    expect(Object.keys(McpServerConfigSchema.meta.properties).sort()).toEqual(
      namesOf(({ source }) => source !== 'COMPUTED'),
    );
  });

  test('has the fields of the GraphQL type, with their audience and nullability', () => {
    const type = schema.getType('McpServerConfig');
    if (!isObjectType(type)) throw new Error('There is no type McpServerConfig.');
    expect(Object.keys(type.getFields()).sort()).toEqual(
      [...namesOf(({ audience }) => audience !== 'NONE'), ...resolvedElsewhere].sort(),
    );
    for (const [name, { audience }] of fields) {
      if (audience === 'NONE') continue;
      const field = type.getFields()[name];
      expect([name, field?.extensions.audience, isNonNullType(field?.type)]).toEqual([
        name,
        audience,
        audience === 'EVERYONE',
      ]);
    }
  });

  test.each([
    ['CreateMcpServerConfigInput', 'UPDATE'],
    ['UpdateMcpServerConfigInput', 'CREATE'],
  ] as const)('has the fields of %s', (inputName, other) => {
    const type = schema.getType(inputName);
    if (!isInputObjectType(type)) throw new Error(`There is no type ${inputName}.`);
    const inputs = type.getFields();
    expect(Object.keys(inputs).sort()).toEqual(
      namesOf(({ input }) => input !== undefined && input.only !== other),
    );
    for (const [name, field] of Object.entries(inputs)) {
      const { input } = serverFields[name as keyof typeof serverFields] as ServerField;
      expect([name, isNonNullType(field.type)]).toEqual([
        name,
        other === 'UPDATE' && input?.required !== undefined,
      ]);
      if (input?.max) expect(field.description).toContain(input.max.toLocaleString('en'));
    }
  });

  test('has an empty value for every column that an auth type owns, and a sealed column for every secret', () => {
    for (const [name, { authType, source, empty, sealedColumn, has }] of fields) {
      const isOwned = authType !== undefined && ['GIVEN', 'DISCOVERED', 'DERIVED'].includes(source);
      expect([name, empty !== undefined]).toEqual([name, isOwned]);
      expect([name, sealedColumn !== undefined, has !== undefined]).toEqual([
        name,
        source === 'SECRET',
        source === 'SECRET',
      ]);
    }
  });
});

/** A selection of a field, with a subfield where the type needs one. */
const selections: Record<string, string> = {
  oauth2Compatibility: 'oauth2Compatibility { resource }',
  createdBy: 'createdBy { id }',
  updatedBy: 'updatedBy { id }',
};
const everyField = namesOf(({ audience }) => audience !== 'NONE')
  .map((name) => selections[name] ?? name)
  .join(' ');
const read = `query ($id: ID!) { mcpServerConfig(id: $id) { ${everyField} } }`;
type Read = { mcpServerConfig: Record<string, unknown> };

test.each(Object.entries(servers))(
  'every field of a server with %s reads back, and administrators’ fields are null for a member',
  async (authType, input) => {
    const { id } = await catalogue.create(minimal(input));
    const { mcpServerConfig: own } = await catalogue.admin.graphql.data<Read>(read, { id });
    const given = fields.filter(
      ([name, { audience, input: taken }]) => audience !== 'NONE' && taken && name in input,
    );
    for (const [name] of given) {
      expect({ [name]: own[name] }).toEqual({ [name]: (input as Input)[name] });
    }
    for (const [name, field] of fields) {
      if (field.audience !== 'ADMIN' || field.type === 'OAuth2Registration') continue;
      if (name.startsWith('oauth2ClientFailure')) continue;
      expect([name, own[name] === null]).toEqual([name, false]);
    }
    await catalogue.update(id, { enabled: true });
    const { mcpServerConfig: redacted } = await catalogue.member.graphql.data<Read>(read, { id });
    for (const [name, { audience }] of fields) {
      if (audience === 'NONE') continue;
      expect([name, redacted[name] === null]).toEqual([name, audience === 'ADMIN']);
    }
    expect(own.authType).toBe(authType);
  },
);

/** A value that the rule refuses. GraphQL itself refuses a value of the wrong type. */
const refused: Partial<Record<NonNullable<ServerField['input']>['rule'], unknown>> = {
  compatibility: { resource: 'CUSTOM' },
  credentialsUrl: 'http://auth.example.com/',
  headerName: 'X Key',
  headerSecret: 'a\nb',
  headers: [{ name: 'X Key', value: 'a' }],
  issuer: 'https://auth.example.com/?a',
  paragraphs: 'a\0b',
  scopes: '"',
  secret: ' ',
  slug: 'no slug',
  text: 'a\0b',
  toolNames: ['a\0b'],
  url: 'mcp.example.com',
};
const typed = new Set(['choice', 'id', 'version']);

const withInput = fields.flatMap(([name, { input, authType = 'NONE' as const }]) =>
  input && !typed.has(input.rule) ? [{ name, input, server: servers[authType] }] : [],
);

test.each(withInput)(
  '$name is validated by its rule, its maximum and its message',
  async ({ name, input, server }) => {
    const messagesFor = async (value: unknown) => {
      const { extensions } = await catalogue.createError(minimal({ ...server, [name]: value }));
      const mistakes = extensions.fields as { path: string; message: string }[];
      expect(extensions.code).toBe('BAD_USER_INPUT');
      return mistakes.filter(({ path }) => path.startsWith(`input.${name}`)).map(({ message }) => message);
    };
    const messages = await messagesFor(refused[input.rule]);
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages) expect(message).toMatch(/^[A-Z].*\.$/);
    if (input.max !== undefined) {
      expect(await messagesFor('x'.repeat(input.max + 1))).toContain(`Use at most ${input.max} characters.`);
    }
    if (input.required !== undefined) expect(await messagesFor(' ')).toEqual([input.required]);
  },
);

test('defaults are those of the table', async () => {
  const { id } = await catalogue.create(minimal());
  const { mcpServerConfig } = await catalogue.admin.graphql.data<Read>(read, { id });
  for (const [name, { authType, input }] of fields) {
    if (authType !== undefined || input?.default === undefined) continue;
    expect([name, mcpServerConfig[name]]).toEqual([name, input.default]);
  }
});

test.each(['OAUTH2', 'API_KEY', 'CUSTOM_HEADERS'] as const)(
  'leaving %s empties every column of that type, and the edit and the audit log name what they clear',
  async (authType) => {
    const { id } = await catalogue.create(minimal(servers[authType]));
    const { clearedFields } = await catalogue.update(id, { authType: 'NONE' });
    const owned = fields.filter(([, field]) => field.authType === authType);
    const [row] = await catalogue.app.sql<Record<string, unknown>>(
      'select * from mcp_server_configs where id = $1',
      [id],
    );
    for (const [name, { empty, source }] of owned) {
      if (source === 'COORDINATION') continue;
      const { fieldNames } = catalogue.app.orm.em.getMetadata(McpServerConfigSchema).properties[name as 'id'];
      expect([name, row?.[fieldNames[0] ?? '']]).toEqual([
        name,
        source === 'GENERATED' ? false : (empty ?? null),
      ]);
    }
    const settings = owned.filter(([name]) => name in servers[authType]).map(([name]) => name);
    expect(clearedFields).toEqual(expect.arrayContaining(settings));
    const [event] = await catalogue.app.sql<{ changed_fields: string[] }>(
      `select changed_fields from audit_events where subject_id = $1 and action = 'MCP_SERVER_CONFIG_UPDATED'`,
      [id],
    );
    expect(event?.changed_fields).toEqual(expect.arrayContaining(['authType', ...settings]));
  },
);
