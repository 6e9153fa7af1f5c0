import { randomUUID } from 'node:crypto';
import { Kind, parse, print, visit } from 'graphql';
import { audienceOf, createSchema } from '../../src/graphql/schema.js';
import { operations, readOperations, startWorld } from '../support/operations.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

let world: Awaited<ReturnType<typeof startWorld>>;
let documents: Map<string, string>;
let member: SignedInUser;

beforeAll(async () => {
  world = await startWorld();
  documents = await readOperations();
  member = await seedSignedInUser(world.app);
});
afterAll(() => world.close());

const schema = await createSchema();

/** Returns the names of the administrators' fields of a root type. */
function administratorsFields(type: ReturnType<typeof schema.getQueryType>): string[] {
  return Object.values(type?.getFields() ?? {})
    .filter((field) => audienceOf(type!, field) === 'ADMIN')
    .map(({ name }) => name);
}

/** Returns a query that also selects the viewer, before and after its own field. */
function withViewer(query: string): string {
  const [first, last] = ['first', 'last'].map((alias) => parse(`{ ${alias}: viewer { id } }`).definitions[0]);
  return print(
    visit(parse(query), {
      OperationDefinition(operation) {
        const selections = [first, operation, last].flatMap((definition) =>
          definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
        );
        return { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } };
      },
    }),
  );
}

const variablesOf = async (name: string): Promise<Record<string, unknown>> =>
  (await operations[name]?.variables?.(world, { userId: member.id, credentials: member })) ?? {};

const queries = administratorsFields(schema.getQueryType());
const mutations = administratorsFields(schema.getMutationType());

test('finds the administrators’ fields of the schema', () => {
  expect(queries).toContain('users');
  expect(mutations).toContain('createMcpServerConfig');
});

test.each(queries)(
  'a member’s query of %s is null and FORBIDDEN, and leaves the other fields',
  async (name) => {
    const document = withViewer(documents.get(name)!);
    const variables = await variablesOf(name);
    const viewer = { id: member.id };
    // The second execution is compiled.
    for (const _execution of ['interpreted', 'compiled']) {
      const { status, data, errors } = await member.graphql.query(document, variables);
      expect({ status, data }).toEqual({ status: 200, data: { first: viewer, [name]: null, last: viewer } });
      expect(errors).toEqual([
        expect.objectContaining({
          path: [name],
          extensions: expect.objectContaining({ code: 'FORBIDDEN' }) as unknown,
        }),
      ]);
    }
  },
);

test.each(mutations)('a member’s mutation %s is null and FORBIDDEN', async (name) => {
  const { status, data, errors } = await member.graphql.query(documents.get(name)!, await variablesOf(name));
  expect({ status, data }).toEqual({ status: 200, data: { [name]: null } });
  expect(errors?.map(({ path, extensions }) => ({ path, code: extensions.code }))).toEqual([
    { path: [name], code: 'FORBIDDEN' },
  ]);
});

test.each(['mcpServerConfig', 'mcpServerTools'])(
  '%s of an unknown server is null, and leaves the other fields',
  async (name) => {
    const { data, errors } = await member.graphql.query(withViewer(documents.get(name)!), {
      id: randomUUID(),
    });
    expect(data).toMatchObject({ first: { id: member.id }, [name]: null });
    expect(errors).toMatchObject([{ path: [name], extensions: { code: 'NOT_FOUND' } }]);
  },
);
