import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { KeyRing } from '../../src/secrets/vault.js';
import { startApp, type TestApp } from '../support/app.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

export interface HeapSettings {
  databaseUrl: string;
  keys: string;
}

export interface HeapAnswer {
  heapBytes: number;
  /** Full collections since the process started. */
  fullCollections: number;
}

let app: TestApp;
let admin: SignedInUser;
let child: ChildProcess;
let url: string;

beforeAll(async () => {
  const keys = `test:${randomBytes(32).toString('base64')}`;
  app = await startApp({ keys: KeyRing.parse(keys) });
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  await app.sql(
    `insert into mcp_server_configs (id, slug, display_name, url, auth_type, oauth2_client_id, enabled, tool_allow_list,
       created_at, updated_at)
     select gen_random_uuid(), 'server-' || n, 'Server ' || n, 'https://mcp.example.com/', 'OAUTH2', 'client', true,
       '{search,"list, all"}', now(), now()
     from generate_series(1, 20) as n`,
  );
  child = fork(fileURLToPath(new URL('garbage-process.ts', import.meta.url)), {
    // The old generation is large enough to need no full collection, which would free what the young ones left.
    execArgv: ['--expose-gc', '--initial-old-space-size=2000', '--import', 'tsx'],
  });
  child.send({ databaseUrl: app.databaseUrl, keys } satisfies HeapSettings);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  url = `http://127.0.0.1:${port}/graphql`;
});
afterAll(async () => {
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
  await app.close();
});

async function heap(): Promise<HeapAnswer> {
  const answer = once(child, 'message');
  child.send({});
  return ((await answer) as [HeapAnswer])[0];
}

/** Sends this many requests, sixteen at a time. */
async function send(query: string, count: number): Promise<void> {
  const sendInTurn = async () => {
    for (let turn = 0; turn < count / 16; turn += 1) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: `switchboard_session=${admin.session}` },
        body: JSON.stringify({ query }),
      });
      expect(response.status).toBe(200);
      await response.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: 16 }, sendInTurn));
}

/**
 * V8 moves what survives two young collections into its old generation, where only a full collection frees it. A request's
 * objects must not get there: full collections would take a fifth of the CPU time. What moves them is subtle, such as a
 * function that is assigned to a property, or a Set with an addition and a deletion per request.
 */
test.each([
  [
    'a list',
    '{ mcpServerConfigs { id slug displayName url transport authType toolAllowList enabled createdAt updatedAt authConnected } }',
  ],
  ['the viewer', '{ viewer { id } }'],
])('young collections free the garbage of 2,000 requests of %s', async (_what, query) => {
  await send(query, 480);
  const before = await heap();
  await send(query, 2_000);
  const after = await heap();
  expect(after.fullCollections).toBe(before.fullCollections);
  const bytesPerRequest = (after.heapBytes - before.heapBytes) / 2_000;
  expect(bytesPerRequest).toBeLessThan(5_000);
});
