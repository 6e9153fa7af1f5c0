import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { connect, createServer, startWorld, type World } from '../accounts/world.js';
import { seedUser } from '../support/seed.js';
import { recordRequests } from './requests.js';

/** A client that caches entities, reduced to what the tests need. Operations are text. */
export interface CachingClient {
  /** Watches a query. `data` is the newest result that a component would show. */
  watch<Data>(
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<{ readonly data: Data; stop(): void }>;
  mutate<Data>(mutation: string, variables?: Record<string, unknown>): Promise<Data>;
}

export interface CachingWorld extends World {
  /** An API token of the administrator, with the scope ADMIN. */
  adminToken: string;
  /** Returns the GraphQL requests of clients since the last call, as `METHOD Operation`. */
  takeRequests(): string[];
}

export async function startCachingWorld(): Promise<CachingWorld> {
  const world = await startWorld();
  const recorded = recordRequests();
  return {
    ...world,
    adminToken: await world.apiToken(world.admin, 'ADMIN'),
    takeRequests: recorded.take,
    async close() {
      recorded.stop();
      await world.close();
    },
  };
}

interface Server {
  id: string;
  displayName: string;
  authConnected: boolean;
  accountCount: number;
  account: { id: string; status: string; serverName: string } | null;
}
export interface Page<Node> {
  edges: { cursor: string; node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
interface User {
  id: string;
  displayName: string;
  role: string;
  disabledAt: string | null;
}

const serverFields = `id displayName version enabled authConnected accountCount account { id status serverName }`;
export const serversQuery = `query Servers { mcpServerConfigs { ${serverFields} } }`;
const serverQuery = `query Server($id: ID!) { mcpServerConfig(id: $id) { ${serverFields} } }`;
const accountsQuery = `query Accounts { myAccounts { id status serverName } }`;
export const usersQuery = `query Users($first: Int!, $after: String, $search: String) {
  users(first: $first, after: $after, search: $search) {
    edges { cursor node { id displayName role disabledAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** Waits until a client has processed a response. @throws Error after ten seconds */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`The client never got there: ${holds.toString()}`);
    await setTimeout(5);
  }
}

/** Removes what clients add to each object. */
export const withoutTypenames = <T>(data: T): T =>
  JSON.parse(JSON.stringify(data), (name, value: unknown) =>
    name === '__typename' ? undefined : value,
  ) as T;

/** Tests that watched queries show what the server would answer, after mutations and without further requests. */
export function describeCaching(getWorld: () => CachingWorld, createClient: () => CachingClient): void {
  let client: CachingClient;

  /** Watches a query and returns a function that compares what is shown with what the server answers now. */
  async function watch<Data>(query: string, variables: Record<string, unknown> = {}) {
    const world = getWorld();
    const watched = await client.watch<Data>(query, variables);
    return {
      get data() {
        return watched.data;
      },
      stop: () => watched.stop(),
      async expectCurrent() {
        const { data } = await world.admin.graphql.query<Record<string, unknown>>(query, variables);
        expect(withoutTypenames(watched.data)).toEqual(data);
      },
    };
  }

  describe('a watched query shows, without another request,', () => {
    let id: string;
    let servers: Awaited<ReturnType<typeof watch<{ mcpServerConfigs: Server[] }>>>;
    let server: Awaited<ReturnType<typeof watch<{ mcpServerConfig: Server }>>>;
    let accounts: Awaited<ReturnType<typeof watch<{ myAccounts: { id: string }[] }>>>;
    beforeEach(async () => {
      const world = getWorld();
      client = createClient();
      id = await createServer(world);
      await connect(world, world.admin, id);
      servers = await watch(serversQuery);
      server = await watch(serverQuery, { id });
      accounts = await watch(accountsQuery);
      world.takeRequests();
    });
    afterEach(() => {
      for (const watched of [servers, server, accounts]) watched.stop();
    });

    test('the new name after a rename', async () => {
      const { takeRequests } = getWorld();
      await client.mutate(
        `mutation Rename($id: ID!, $input: UpdateMcpServerConfigInput!) {
          updateMcpServerConfig(id: $id, input: $input) {
            changedFields
            server { id displayName version account { id serverName } }
          }
        }`,
        { id, input: { displayName: 'Another name' } },
      );
      expect(server.data.mcpServerConfig.displayName).toBe('Another name');
      for (const watched of [servers, server, accounts]) await watched.expectCurrent();
      expect(takeRequests()).toEqual(['POST Rename']);
    });

    test('no account after a disconnect', async () => {
      const { takeRequests } = getWorld();
      expect(server.data.mcpServerConfig).toMatchObject({ authConnected: true, accountCount: 1 });
      const connected = server.data.mcpServerConfig.account?.id;
      await client.mutate(
        `mutation Disconnect($id: ID!) {
          disconnectMcpServer(id: $id) {
            revoked
            deletedAccountId
            server { id authConnected accountCount account { id } }
          }
        }`,
        { id },
      );
      expect(server.data.mcpServerConfig).toMatchObject({
        authConnected: false,
        accountCount: 0,
        account: null,
      });
      for (const watched of [servers, server]) await watched.expectCurrent();
      // urql fetches a list with a deleted row again, and Apollo Client leaves the row out.
      await until(() => accounts.data.myAccounts.every((account) => account.id !== connected));
      await accounts.expectCurrent();
      expect(takeRequests().filter((request) => !request.endsWith(' Accounts'))).toEqual(['POST Disconnect']);
    });

    test('nothing new after a preview of an edit', async () => {
      const { takeRequests } = getWorld();
      const before = JSON.stringify([servers.data, server.data, accounts.data]);
      const preview = await client.watch<{ previewMcpServerConfigUpdate: object }>(
        `query Preview($id: ID!, $input: UpdateMcpServerConfigInput!) {
          previewMcpServerConfigUpdate(id: $id, input: $input) { disconnects clearedFields changedFields }
        }`,
        { id, input: { displayName: 'Never saved', authType: 'NONE' } },
      );
      expect(preview.data.previewMcpServerConfigUpdate).toMatchObject({ disconnects: 1 });
      preview.stop();
      expect(JSON.stringify([servers.data, server.data, accounts.data])).toBe(before);
      for (const watched of [servers, server, accounts]) await watched.expectCurrent();
      expect(takeRequests().filter((request) => !request.endsWith(' Preview'))).toEqual([]);
    });
  });

  test('a watched list shows the new role and state of a user without another request', async () => {
    const { app, takeRequests } = getWorld();
    client = createClient();
    const { id, email } = await seedUser(app);
    const users = await watch<{ users: Page<User> }>(usersQuery, { first: 5, search: email });
    takeRequests();
    await client.mutate(
      `mutation Change($id: ID!, $input: UpdateUserInput!) {
        updateUser(id: $id, input: $input) { user { id displayName role disabledAt } }
      }`,
      { id, input: { role: 'ADMIN', disabled: true } },
    );
    expect(users.data.users.edges[0]?.node).toMatchObject({ role: 'ADMIN', disabledAt: expect.anything() });
    await users.expectCurrent();
    users.stop();
    expect(takeRequests()).toEqual(['POST Change']);
  });

  test('a watched list no longer shows a deleted server', async () => {
    const world = getWorld();
    client = createClient();
    const id = await createServer(world);
    const servers = await watch<{ mcpServerConfigs: Server[] }>(serversQuery);
    const ids = () => servers.data.mcpServerConfigs.map((server) => server.id);
    expect(ids()).toContain(id);
    await client.mutate(`mutation Delete($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }`, {
      id,
    });
    await until(() => !ids().includes(id));
    await servers.expectCurrent();
    servers.stop();
  });

  test('a watched list shows a new user', async () => {
    client = createClient();
    const name = randomUUID();
    const users = await watch<{ users: Page<User> | null }>(usersQuery, { first: 5, search: name });
    expect(users.data.users?.edges).toEqual([]);
    await client.mutate(
      `mutation Create($input: CreateUserInput!) {
        createUser(input: $input) { user { id displayName role disabledAt } }
      }`,
      { input: { email: `${name}@example.com` } },
    );
    await until(() => users.data.users?.edges.length === 1);
    await users.expectCurrent();
    users.stop();
  });
}
