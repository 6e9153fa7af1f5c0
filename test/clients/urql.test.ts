import { readFileSync } from 'node:fs';
import { Client, fetchExchange } from '@urql/core';
import { minifyIntrospectionQuery } from '@urql/introspection';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { createUrqlClient } from '../../docs/examples/clients/urql.js';
import { seedUser } from '../support/seed.js';
import {
  describeCaching,
  startCachingWorld,
  until,
  usersQuery,
  withoutTypenames,
  type CachingClient,
  type CachingWorld,
  type Page,
} from './caching.js';

const schema = minifyIntrospectionQuery(
  introspectionFromSchema(buildSchema(readFileSync('schema.graphql', 'utf8'))),
);

let world: CachingWorld;
let urql: Client;
beforeAll(async () => {
  world = await startCachingWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  urql = createUrqlClient(world.app.url, world.adminToken, schema);
  world.takeRequests();
});

const cachingClient: CachingClient = {
  async watch<Data>(query: string, variables: Record<string, unknown> = {}) {
    let data: Data | undefined;
    let error: Error | undefined;
    const { unsubscribe } = urql.query(query, variables).subscribe((result) => {
      ({ data, error } = result as { data?: Data; error?: Error });
    });
    await until(() => data !== undefined || error !== undefined);
    if (error) throw error;
    return {
      get data() {
        return data as Data;
      },
      stop: unsubscribe,
    };
  },
  async mutate<Data>(mutation: string, variables: Record<string, unknown> = {}) {
    const { data, error } = await urql.mutation(mutation, variables).toPromise();
    if (error) throw error;
    return data as Data;
  },
};

describeCaching(
  () => world,
  () => cachingClient,
);

test('queries go by GET with the API token, and mutations by POST', async () => {
  const query = 'query Me { viewer { id } }';
  const first = await urql.query(query, {}).toPromise();
  expect(withoutTypenames(first.data)).toEqual({ viewer: { id: world.admin.id } });
  await urql.query(query, {}, { requestPolicy: 'network-only' }).toPromise();
  await cachingClient.mutate('mutation Out { signOut { signedOut } }').catch(() => {});
  const requests = world.takeRequests();
  expect(new Set(requests)).toEqual(new Set(['GET Me', 'POST Out']));
});

test('a persisted query is sent by its hash, and with its text only once', async () => {
  const query = `query Persisted { viewer { id x${Date.now()}: email } }`;
  for (let n = 0; n < 2; n += 1)
    expect(
      (await urql.query(query, {}, { requestPolicy: 'network-only' }).toPromise()).error,
    ).toBeUndefined();
  const another = createUrqlClient(world.app.url, world.adminToken, schema);
  expect((await another.query(query, {}).toPromise()).data).toMatchObject({ viewer: { id: world.admin.id } });
  // The first request doesn't know the hash.
  expect(world.takeRequests()).toEqual(Array.from({ length: 4 }, () => 'GET Persisted'));
});

test('without persisted queries, a query goes by GET up to 2,048 characters of URL, and by POST above', async () => {
  const plain = new Client({
    url: `${world.app.url}/graphql`,
    fetchOptions: { headers: { authorization: `Bearer ${world.adminToken}` } },
    exchanges: [fetchExchange],
  });
  const long = Array.from({ length: 45 }, (_, n) => `a_long_alias_that_has_number_${n}: viewer { id }`).join(
    ' ',
  );
  for (const query of ['query Short { viewer { id } }', `query Long { ${long} }`])
    expect((await plain.query(query, {}).toPromise()).error).toBeUndefined();
  expect(world.takeRequests()).toEqual(['GET Short', 'POST Long']);
});

test('relayPagination shows the pages as one list, each row once', async () => {
  for (let n = 0; n < 5; n += 1) await seedUser(world.app, { displayName: `Paged ${n}` });
  let after: string | null = null;
  for (const length of [2, 4, 5]) {
    const { data, error } = await urql
      .query<{ users: Page<{ displayName: string }> }>(usersQuery, { first: 2, after, search: 'Paged' })
      .toPromise();
    if (!data) throw error ?? new Error('No data.');
    expect(data.users.edges.map(({ node }) => node.displayName)).toEqual(
      [0, 1, 2, 3, 4].slice(0, length).map((n) => `Paged ${n}`),
    );
    expect(data.users.pageInfo.hasNextPage).toBe(length < 5);
    after = data.users.pageInfo.endCursor;
  }
});

test('a query that asks a member for an administrator’s field keeps the rest', async () => {
  const member = createUrqlClient(world.app.url, await world.apiToken(world.member, 'USE'), schema);
  const query = 'query Home { viewer { id } users(first: 1) { edges { node { id } } } }';
  const { data, error } = await member.query(query, {}).toPromise();
  expect(withoutTypenames(data)).toEqual({ viewer: { id: world.member.id }, users: null });
  expect(error?.graphQLErrors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
    [['users'], 'FORBIDDEN'],
  ]);
});

test('graphcache has a key, or a reason to have none, for every type', async () => {
  const warnings: unknown[][] = [];
  const warn = console.warn;
  console.warn = (...args) => void warnings.push(args);
  try {
    await urql
      .query(
        `query Everything {
          viewer { id access { kind scope } }
          auditEvents(first: 5) { edges { node { id actor { userId } subject { subjectId } affectedUser { userId } } } }
          failureReports(first: 5) { edges { node { reference serverId } } }
          mcpServerConfigs { id oauth2Compatibility { issuer } lastDiagnosis { succeeded } }
        }`,
        {},
      )
      .toPromise();
  } finally {
    console.warn = warn;
  }
  expect(warnings).toEqual([]);
});
