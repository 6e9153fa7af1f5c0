import { startApp, type TestApp } from '../support/app.js';
import { seedApiToken, seedServer, seedSignedInUser, seedUser } from '../support/seed.js';
import { makeClientProject, type ClientProject } from './project.js';

const config = {
  src: './src',
  schema: './schema.graphql',
  language: 'typescript',
  eagerEsModules: true,
  artifactDirectory: './src/generated',
  customScalarTypes: { DateTimeISO: 'string' },
};

const documents = `import { graphql } from 'relay-runtime';
graphql\`
  query documentsPeopleQuery($search: String) {
    ...documents_people @arguments(search: $search)
  }
\`;
graphql\`
  fragment documents_people on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 2 }, after: { type: "String" }, search: { type: "String" })
  @refetchable(queryName: "documentsPeoplePageQuery") {
    users(first: $first, after: $after, search: $search) @connection(key: "documents_users", filters: ["search"]) {
      edges { node { id displayName } }
    }
  }
\`;
graphql\`
  query documentsEventsQuery($filter: AuditEventFilterInput) {
    auditEvents(first: 2, filter: $filter) @connection(key: "documents_auditEvents") {
      edges { node { id action subject { subjectId } } }
    }
  }
\`;
graphql\`query documentsServersQuery { mcpServerConfigs { id displayName } }\`;
graphql\`
  mutation documentsRenameMutation($id: ID!, $input: UpdateMcpServerConfigInput!) {
    updateMcpServerConfig(id: $id, input: $input) { server { id displayName } }
  }
\`;
graphql\`
  mutation documentsDeleteMutation($id: ID!) {
    deleteMcpServerConfig(id: $id) { deletedServerId @deleteRecord }
  }
\`;
`;

/** Runs the compiled documents with relay-runtime, and prints what components would show. */
const program = `import relay from 'relay-runtime';
import deletion from './generated/documentsDeleteMutation.graphql';
import events from './generated/documentsEventsQuery.graphql';
import page from './generated/documentsPeoplePageQuery.graphql';
import people from './generated/documentsPeopleQuery.graphql';
import peopleFragment from './generated/documents_people.graphql';
import rename from './generated/documentsRenameMutation.graphql';
import servers from './generated/documentsServersQuery.graphql';

const { Environment, Network, RecordSource, Store } = relay;
const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(async ({ text, name }, variables) => {
    const response = await fetch(process.env.ORIGIN + '/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ' + process.env.TOKEN },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    return await response.json();
  }),
});
const shown = (query: any, variables = {}): any =>
  environment.lookup(relay.createOperationDescriptor(query, variables).fragment).data;
/** Fetches a query and keeps its data from garbage collection, as a component on show does. */
async function fetchAndRetain(query: any, variables = {}) {
  environment.retain(relay.createOperationDescriptor(query, variables));
  await relay.fetchQuery(environment, query, variables).toPromise();
}
const commit = (mutation: any, variables: any) =>
  new Promise((resolve, reject) =>
    relay.commitMutation(environment, { mutation, variables, onCompleted: resolve, onError: reject }),
  );

// Pages of a connection, as usePaginationFragment loads them.
const search = { search: 'Paged' };
await fetchAndRetain(people, search);
const connection = () =>
  (environment.lookup(relay.getSingularSelector(peopleFragment, shown(people, search))!) as any).data.users;
const pages: string[][] = [];
for (;;) {
  const { edges, pageInfo } = connection();
  pages.push(edges.map((edge: any) => edge.node.displayName));
  if (!pageInfo.hasNextPage) break;
  await fetchAndRetain(page, { first: 2, after: pageInfo.endCursor, ...search });
}

const filter = { filter: { actions: ['USER_CREATED'] } };
await fetchAndRetain(events, filter);
const actions = shown(events, filter).auditEvents.edges.map((edge: any) => edge.node.action);

await fetchAndRetain(servers);
const names = () => shown(servers).mcpServerConfigs.map((server: any) => server?.displayName ?? null);
const before = names();
await commit(rename, { id: process.env.RENAMED, input: { displayName: 'New name' } });
const renamed = names();
await commit(deletion, { id: process.env.DELETED });
console.log(JSON.stringify({ pages, actions, before, renamed, deleted: names() }));
`;

let app: TestApp;
let project: ClientProject;
beforeAll(async () => {
  app = await startApp();
  project = await makeClientProject({
    'relay.config.json': JSON.stringify(config),
    'src/documents.ts': documents,
    'src/program.ts': program,
    'src/generated/.gitkeep': '',
  });
});
afterAll(async () => {
  await app.close();
  await project.remove();
});

test('Relay compiles @connection, @refetchable and @deleteRecord, and pages, renames and deletes with them', async () => {
  const compiled = await project.run('relay-compiler', ['relay.config.json']);
  expect(compiled).toMatchObject({ code: 0 });
  expect((await project.run('tsc', ['-p', '.'])).output).toBe('');

  const admin = await seedSignedInUser(app, { role: 'ADMIN' });
  for (let n = 0; n < 5; n += 1) await seedUser(app, { displayName: `Paged ${n}` });
  const renamed = await seedServer(app, { displayName: 'Old name' });
  const deleted = await seedServer(app, { displayName: 'Other' });
  const env = {
    ORIGIN: app.url,
    TOKEN: await seedApiToken(app, admin.email, 'ADMIN'),
    RENAMED: renamed.id,
    DELETED: deleted.id,
  };
  const { stdout, output } = await project.run('tsx', ['src/program.ts'], env);
  expect(output).toBe(stdout);
  const names = [0, 1, 2, 3, 4].map((n) => `Paged ${n}`);
  expect(JSON.parse(stdout)).toEqual({
    pages: [names.slice(0, 2), names.slice(0, 4), names],
    actions: ['USER_CREATED', 'USER_CREATED'],
    before: ['Old name', 'Other'],
    renamed: ['New name', 'Other'],
    deleted: ['New name', null],
  });
});

test('Relay’s compiler refuses a field that the schema does not have', async () => {
  await project.write('src/documents.ts', documents.replace('subject { subjectId }', 'subject { id }'));
  const { code, output } = await project.run('relay-compiler', ['relay.config.json', '--validate']);
  expect(code).not.toBe(0);
  expect(output).toContain('The type `AuditSubject` has no field `id`');
});
