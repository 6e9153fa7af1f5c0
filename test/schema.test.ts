import {
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { Field, ObjectType, Query, Resolver, buildSchema } from 'type-graphql';
import { Audience } from '../src/audience.js';
import {
  audienceOf,
  createSchema,
  createSchemas,
  guardByAudience,
  ownObjectTypes,
  printSchemaSorted,
  requireExpectedRows,
} from '../src/graphql/schema.js';

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await createSchema();
});

const ownTypes = (): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

function fieldsOf(typeName: string) {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} is not an object type`);
  return type.getFields();
}

test('every object field declares its audience', () => {
  const types = ownObjectTypes(schema);
  expect(types.length).toBeGreaterThan(5);
  const undeclared = types.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => !audienceOf(type, field))
      .map(({ name }) => `${type.name}.${name}`),
  );
  expect(undeclared).toEqual([]);
});

test('a list of objects that declares no expected rows stops the schema from being built', async () => {
  @ObjectType()
  class Row {
    @Field(() => String)
    name!: string;
  }
  @Resolver()
  class ListResolver {
    @Query(() => [Row])
    rows(): Row[] {
      return [];
    }
  }
  const built = await buildSchema({ resolvers: [ListResolver] });
  expect(() => requireExpectedRows(built)).toThrow('Query.rows declares no expected rows');
});

test('a field that declares no audience stops the schema from being built', async () => {
  @ObjectType()
  class Forgotten {
    @Field(() => String)
    secret!: string;
  }
  @Resolver()
  class ForgottenResolver {
    @Query(() => Forgotten, { nullable: true })
    @Audience('EVERYONE')
    forgotten(): null {
      return null;
    }
  }
  const built = await buildSchema({ resolvers: [ForgottenResolver] });
  expect(() => guardByAudience(built, 'ADMIN')).toThrow('Forgotten.secret declares no audience');
});

test('a non-null administrators’ field stops the schema from being built', async () => {
  @ObjectType()
  class Strict {
    @Field(() => String)
    @Audience('ADMIN')
    url!: string;
  }
  @Resolver()
  class StrictResolver {
    @Query(() => Strict, { nullable: true })
    @Audience('EVERYONE')
    strict(): null {
      return null;
    }
  }
  const built = await buildSchema({ resolvers: [StrictResolver] });
  expect(() => guardByAudience(built, 'ADMIN')).toThrow(
    'Strict.url is for administrators and must be nullable',
  );
});

test('a server’s fields have exactly the audiences of the design', () => {
  const type = schema.getType('McpServerConfig');
  if (!isObjectType(type)) throw new Error('McpServerConfig is missing');
  const byAudience = { EVERYONE: [] as string[], ADMIN: [] as string[] };
  for (const field of Object.values(type.getFields())) {
    const audience = audienceOf(type, field);
    if (audience) byAudience[audience].push(field.name);
  }
  expect(byAudience.EVERYONE.toSorted()).toEqual(
    `account authConnected authType availability connectUrl createdAt description displayName enabled hasApiKey
     hasCustomHeaders hasOauth2ClientSecret iconUrl id slug toolAllowList toolDenyList updatedAt version`.split(
      /\s+/,
    ),
  );
  expect(byAudience.ADMIN.toSorted()).toEqual(
    `accountCount apiKeyHeader createdBy customHeaderNames diagnosisChanges lastDiagnosis lastSuccessfulDiagnosis needsHttps oauth2AuthUrl oauth2CallbackUrl oauth2ClientFailure oauth2ClientFailureAt oauth2ClientId oauth2ClientName
     oauth2Compatibility oauth2Issuer oauth2Registration oauth2Resource oauth2ResourceMetadataUrl oauth2RevocationUrl oauth2Scopes oauth2TokenUrl transport
     updatedBy url`.split(/\s+/),
  );
});

test('administrators’ fields are nullable, on root types too', () => {
  const strict = ownObjectTypes(schema).flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => audienceOf(type, field) === 'ADMIN' && isNonNullType(field.type))
      .map(({ name }) => `${type.name}.${name}`),
  );
  expect(strict).toEqual([]);
});

test('a non-null administrators’ query stops the schema from being built', async () => {
  @Resolver()
  class StrictQueryResolver {
    @Query(() => String)
    @Audience('ADMIN')
    strictQuery(): string {
      return '';
    }
  }
  const built = await buildSchema({ resolvers: [StrictQueryResolver] });
  expect(() => guardByAudience(built, 'ADMIN')).toThrow(
    'Query.strictQuery is for administrators and must be nullable',
  );
});

test('no object has a field for a secret', () => {
  const suspicious = ownObjectTypes(schema).flatMap((type) =>
    Object.keys(type.getFields())
      .filter((name) =>
        /secret|password|apiKeyValue|customHeaders$|accessToken|refreshToken|codeVerifier|hash/i.test(name),
      )
      .filter((name) => !name.startsWith('has'))
      .map((name) => `${type.name}.${name}`),
  );
  expect(suspicious).toEqual([]);
  // A token is answered once, by the mutation that issues it.
  const withToken = ownObjectTypes(schema).filter((type) => 'token' in type.getFields());
  expect(withToken.map(({ name }) => name)).toEqual(['CreateApiTokenPayload']);
});

test('everything in the schema has a description', () => {
  const bare: string[] = [];
  const check = (name: string, described: { description?: string | null | undefined }) => {
    if (!described.description?.trim()) bare.push(name);
  };
  for (const type of ownTypes()) {
    check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    }
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        check(`${type.name}.${field.name}`, field);
        for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg);
      }
    }
  }
  expect(bare).toEqual([]);
});

test('every scalar that is not built in has a specification', () => {
  const scalars = ownTypes()
    .filter(isScalarType)
    .filter((type) => !isSpecifiedScalarType(type));
  expect(scalars.length).toBeGreaterThan(2);
  for (const { specifiedByURL } of scalars) expect(specifiedByURL).toMatch(/^https:\/\//);
});

test('an enum’s value is its name, which compiled queries rely on', () => {
  const values = ownTypes()
    .filter(isEnumType)
    .flatMap((type) => type.getValues());
  expect(values.length).toBeGreaterThan(10);
  expect(values.filter(({ name, value }) => name !== value)).toEqual([]);
});

test('both audiences have the same schema', async () => {
  const { EVERYONE, ADMIN } = await createSchemas();
  expect(printSchemaSorted(EVERYONE)).toBe(printSchemaSorted(ADMIN));
});

test('the printed schema is stable', async () => {
  expect(printSchemaSorted(await createSchema())).toBe(printSchemaSorted(schema));
});

test('the operations and types that frontends rely on exist under their names', () => {
  expect(Object.keys(fieldsOf('Query')).toSorted()).toEqual([
    'apiTokens',
    'auditEvents',
    'failureReport',
    'failureReports',
    'mcpServerAccounts',
    'mcpServerConfig',
    'mcpServerConfigs',
    'mcpServerRevocations',
    'mcpServerToolList',
    'mcpServerTools',
    'myAccounts',
    'previewMcpServerConfigUpdate',
    'user',
    'users',
    'viewer',
  ]);
  expect(Object.keys(fieldsOf('Mutation')).toSorted()).toEqual(
    `callMcpServerTool createApiToken createMcpServerConfig createSignInLink createUser deleteMcpServerConfig diagnoseMcpServer diagnoseUrl
     disconnectAllFromMcpServer
     disconnectMcpServer disconnectUserFromMcpServer
     discoverMcpServerOAuth2 registerMcpServerOAuth2Client revokeApiToken signOut updateMcpServerConfig
     updateUser`.split(/\s+/),
  );
});
