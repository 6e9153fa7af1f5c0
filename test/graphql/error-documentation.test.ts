import {
  execute,
  getNamedType,
  GraphQLObjectType,
  GraphQLSchema,
  isEnumType,
  isObjectType,
  parse,
  type GraphQLOutputType,
} from 'graphql';
import { readFile } from 'node:fs/promises';
import { errorCodes, errorMembers } from '../../src/errors.js';
import { createSchema } from '../../src/graphql/schema.js';
import { startApp, type TestApp } from '../support/app.js';
import { requireDocumented } from '../support/documented-errors.js';
import { client, type AnsweredError, type GraphqlClient } from '../support/graphql.js';
import { seedOAuth2Server, seedServer, seedSignedInUser, seedUser } from '../support/seed.js';

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await createSchema();
});

const objectType = (name: string): GraphQLObjectType => {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`The schema has no object type ${name}.`);
  return type;
};

describe('the documentation of errors', () => {
  it('has every code in the schema, with a description', () => {
    const type = schema.getType('ErrorCode');
    const values = isEnumType(type) ? type.getValues() : [];
    expect(values.map(({ name }) => name)).toEqual(Object.keys(errorCodes));
    for (const { description } of values) expect(description).toMatch(/\.$/);
  });

  it('has every member of extensions in the schema', () => {
    const fields = Object.keys(objectType('ErrorExtensions').getFields());
    expect(fields.toSorted()).toEqual(['code', ...Object.keys(errorMembers)].toSorted());
  });

  it('has every code and every member in docs/errors.md', async () => {
    const page = await readFile('docs/errors.md', 'utf8');
    for (const [code, { status, meaning, client: action }] of Object.entries(errorCodes)) {
      const section = page.split(`### ${code}\n`)[1]?.split('\n#')[0] ?? '';
      expect(section).toContain(meaning);
      expect(section).toContain(action);
      expect(page).toMatch(new RegExp(`^\\| \\[${code}\\].*\\| ${status} `, 'm'));
    }
    for (const member of Object.keys(errorMembers))
      expect(page).toMatch(new RegExp(`^\\| \`${member}\``, 'm'));
  });
});

describe('the check of errors in tests', () => {
  it.each([
    ['an unknown code', { code: 'UNKNOWN' }],
    ['a member that the code does not document', { code: 'NOT_FOUND', field: 'slug' }],
    ['a missing member', { code: 'CONFLICT' }],
  ])('refuses %s', (_what, extensions) => {
    expect(() => requireDocumented({ message: 'Failed.', extensions })).toThrow();
  });
});

describe('an error', () => {
  let app: TestApp;
  let admin: GraphqlClient;
  let member: GraphqlClient;
  let adminId: string;

  beforeAll(async () => {
    app = await startApp();
    ({ graphql: admin, id: adminId } = await seedSignedInUser(app, { role: 'ADMIN' }));
    ({ graphql: member } = await seedSignedInUser(app));
  });
  afterAll(() => app.close());

  const create =
    'mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { __typename } }';
  const update =
    'mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) { updateMcpServerConfig(id: $id, input: $input) { __typename } }';
  const updateUser =
    'mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { __typename } }';
  const tools = 'query ($id: ID!) { mcpServerTools(id: $id) { name } }';
  const server = { slug: 'new', displayName: 'New', url: 'https://mcp.example/' };

  /** Returns a selection of every field below a type. */
  const everything = (type: GraphQLOutputType): string => {
    const named = getNamedType(type);
    if (!isObjectType(named)) return '';
    const fields = Object.values(named.getFields()).map((field) => `${field.name} ${everything(field.type)}`);
    return `{ ${fields.join(' ')} }`;
  };

  /** Reads the extensions as `ErrorExtensions` of the schema, which has errors for a value of another type. */
  const asDocumented = async ({ extensions }: AnsweredError) => {
    const type = objectType('ErrorExtensions');
    const query = new GraphQLObjectType({ name: 'Query', fields: { extensions: { type } } });
    const document = parse(`{ extensions ${everything(type)} }`);
    return execute({ schema: new GraphQLSchema({ query }), document, rootValue: { extensions } });
  };

  it.each<[string, () => Promise<AnsweredError>]>([
    ['UNAUTHENTICATED', () => client(app).error('{ viewer { id } }')],
    ['FORBIDDEN', () => member.error('{ users { __typename } }')],
    ['NOT_FOUND', () => member.error('{ mcpServerConfig(slug: "unknown") { id } }')],
    ['BAD_USER_INPUT', () => admin.error(create, { input: { ...server, slug: '-' } })],
    ['BAD_USER_INPUT', () => admin.error('{ unknown }')],
    [
      'CONFLICT',
      async () => admin.error(create, { input: { ...server, slug: (await seedServer(app)).slug } }),
    ],
    [
      'DISCOVERY_FAILED',
      () => admin.error(create, { input: { ...server, url: 'https://10.0.0.1/', authType: 'OAUTH2' } }),
    ],
    ['NEEDS_AUTHORIZATION', async () => member.error(tools, { id: (await seedOAuth2Server(app)).id })],
    [
      'UPSTREAM_ERROR',
      async () => member.error(tools, { id: (await seedServer(app, { url: 'http://10.0.0.1/mcp' })).id }),
    ],
    [
      'INTERNAL_SERVER_ERROR',
      async () => {
        await app.sql('alter table connection_failures rename to hidden_failures');
        try {
          return await admin.error('{ failureReports { __typename } }');
        } finally {
          await app.sql('alter table hidden_failures rename to connection_failures');
        }
      },
    ],
  ])('has the members and types of the documentation: %s', async (code, provoke) => {
    const error = await provoke();
    expect(error.extensions.code).toBe(code);
    requireDocumented(error);
    const { data, errors } = await asDocumented(error);
    expect(errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(data))).toMatchObject({ extensions: error.extensions });
  });

  it.each<[string, () => Promise<AnsweredError>, string]>([
    [
      'a taken slug',
      async () => admin.error(create, { input: { ...server, slug: (await seedServer(app)).slug } }),
      'input.slug',
    ],
    [
      'a taken slug on an update',
      async () => {
        const [{ slug }, { id }] = [await seedServer(app), await seedServer(app)];
        return admin.error(update, { id, input: { slug } });
      },
      'input.slug',
    ],
    [
      'a taken id',
      async () => admin.error(create, { input: { ...server, id: (await seedServer(app)).id } }),
      'input.id',
    ],
    [
      'an outdated version',
      async () => admin.error(update, { id: (await seedServer(app)).id, input: { version: 7 } }),
      'input.version',
    ],
    [
      'a taken email address',
      async () =>
        admin.error('mutation ($input: CreateUserInput!) { createUser(input: $input) { __typename } }', {
          input: { email: (await seedUser(app)).email },
        }),
      'input.email',
    ],
    [
      'the last administrator’s role',
      () => admin.error(updateUser, { id: adminId, input: { role: 'MEMBER' } }),
      'input.role',
    ],
    [
      'the last enabled administrator',
      () => admin.error(updateUser, { id: adminId, input: { disabled: true } }),
      'input.disabled',
    ],
    [
      'a sign-in link of a disabled user',
      async () => {
        const { id } = await seedUser(app);
        await admin.data(updateUser, { id, input: { disabled: true } });
        return admin.error('mutation ($id: ID!) { createSignInLink(userId: $id) { signInLink { url } } }', {
          id,
        });
      },
      'userId',
    ],
  ])('of a conflict names the field: %s', async (_what, provoke, path) => {
    const { message, extensions } = await provoke();
    expect(extensions).toEqual({ code: 'CONFLICT', fields: [{ path, message }] });
  });
});
