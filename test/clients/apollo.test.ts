import { CombinedGraphQLErrors, gql, type ApolloClient } from '@apollo/client';
import { filter, firstValueFrom } from 'rxjs';
import { createApolloClient } from '../../docs/examples/clients/apollo.js';
import { seedUser } from '../support/seed.js';
import {
  describeCaching,
  startCachingWorld,
  until,
  withoutTypenames,
  usersQuery,
  type CachingClient,
  type CachingWorld,
  type Page,
} from './caching.js';

let world: CachingWorld;
let apollo: ApolloClient;
beforeAll(async () => {
  world = await startCachingWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  apollo = createApolloClient(world.app.url, world.adminToken);
  world.takeRequests();
});

const cachingClient: CachingClient = {
  async watch<Data>(query: string, variables = {}) {
    const observable = apollo.watchQuery({ query: gql(query), variables });
    const subscription = observable.subscribe(() => {});
    await firstValueFrom(observable.pipe(filter(({ loading }) => !loading)));
    return {
      get data() {
        return observable.getCurrentResult().data as Data;
      },
      stop: () => subscription.unsubscribe(),
    };
  },
  async mutate<Data>(mutation: string, variables = {}) {
    return (await apollo.mutate({ mutation: gql(mutation), variables })).data as Data;
  },
};

describeCaching(
  () => world,
  () => cachingClient,
);

test('fetchMore and relayStylePagination append pages, each row once', async () => {
  for (let n = 0; n < 5; n += 1) await seedUser(world.app, { displayName: `Paged ${n}` });
  const variables = { first: 2, search: 'Paged' };
  const users = apollo.watchQuery<Users>({ query: gql(usersQuery), variables });
  const subscription = users.subscribe(() => {});
  await firstValueFrom(users.pipe(filter(({ loading }) => !loading)));
  const shown = () => users.getCurrentResult().data as Users;
  while (shown().users.pageInfo.hasNextPage) {
    const after = shown().users.pageInfo.endCursor;
    await users.fetchMore({ variables: { after } });
    await until(() => shown().users.pageInfo.endCursor !== after);
  }
  expect(shown().users.edges.map(({ node }) => node.displayName)).toEqual(
    [0, 1, 2, 3, 4].map((n) => `Paged ${n}`),
  );
  expect(world.takeRequests()).toEqual(['POST Users', 'POST Users', 'POST Users']);
  subscription.unsubscribe();
});

test('relayStylePagination keeps one list for each filter', async () => {
  const query = gql`
    query Events($filter: AuditEventFilterInput) {
      auditEvents(first: 3, filter: $filter) {
        edges {
          node {
            id
            action
            subject {
              subjectId
            }
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `;
  const actionsOf = async (actions: string[]) => {
    const { data } = await apollo.query<Events>({ query, variables: { filter: { actions } } });
    return data!.auditEvents.edges.map(({ node }) => node.action);
  };
  await seedUser(world.app);
  const created = await actionsOf(['USER_CREATED']);
  expect(created.length).toBeGreaterThan(0);
  expect(new Set(created)).toEqual(new Set(['USER_CREATED']));
  expect(new Set(await actionsOf(['MCP_SERVER_CONFIG_CREATED']))).toEqual(
    new Set(['MCP_SERVER_CONFIG_CREATED']),
  );
  world.takeRequests();
  expect(await actionsOf(['USER_CREATED'])).toEqual(created);
  expect(world.takeRequests()).toEqual([]);
});

test('the error policy "all" keeps the rest of a query that asks a member for an administrator’s field', async () => {
  const member = createApolloClient(world.app.url, await world.apiToken(world.member, 'USE'));
  const { data, error } = await member.query({
    query: gql`
      query Home {
        viewer {
          id
        }
        users(first: 1) {
          edges {
            node {
              id
            }
          }
        }
      }
    `,
    errorPolicy: 'all',
  });
  expect(withoutTypenames(data)).toEqual({ viewer: { id: world.member.id }, users: null });
  if (!CombinedGraphQLErrors.is(error)) throw new Error(`Unexpected result: ${String(error)}`);
  expect(error.errors.map(({ path, extensions }) => [path, extensions?.code])).toEqual([
    [['users'], 'FORBIDDEN'],
  ]);
});

type Users = { users: Page<{ displayName: string }> };
type Events = { auditEvents: { edges: { node: { action: string } }[] } };
