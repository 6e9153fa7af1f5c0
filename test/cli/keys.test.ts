import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { build, graphql, Installation } from '../support/command-line.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

/** For slow machines, because these tests start processes. No test measures it. */
jest.setTimeout(120_000);

const [k1, k2] = ['k1', 'k2'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const ring = (...keys: (string | undefined)[]) => ({ SWITCHBOARD_ENCRYPTION_KEYS: keys.join(',') });

/** For tests that start several processes one after another. */
const limit = 180_000;

let database: TestDatabase;
let installation: Installation;
beforeAll(build, 60_000);
beforeEach(async () => {
  database = await createEmptyDatabase();
  installation = await Installation.make({ DATABASE_URL: database.url });
});
afterEach(async () => {
  await installation.remove();
  await database.drop();
}, 60_000);

/** Stores `count` secrets as an administrator, through a server with these keys. */
async function storeSecrets(count: number, keys: Record<string, string>): Promise<void> {
  const server = await installation.serve(keys);
  const { token } = await installation.json<{ token: string }>(
    ['create-api-token', '--email', 'admin@localhost', '--name', 'test', '--scope', 'ADMIN'],
    keys,
  );
  for (let n = 0; n < count; n += 1) {
    await graphql(
      server.ready.url,
      token,
      `
        mutation ($slug: String!) {
          createMcpServerConfig(
            input: {
              slug: $slug
              displayName: "S"
              url: "https://mcp.example.com"
              authType: API_KEY
              apiKeyValue: "secret"
              enabled: true
            }
          ) {
            server {
              id
            }
          }
        }
      `,
      { slug: `server-${n}` },
    );
  }
  await server.stop();
}

async function inDatabase<T extends pg.QueryResultRow>(statement: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return (await client.query<T>(statement).finally(() => client.end())).rows;
}

interface Listed {
  keys: { id: string; values: number; inRing: boolean; first: boolean; removed: boolean }[];
  unsealed: number;
}
const listed = (...keys: (string | undefined)[]) => installation.json<Listed>(['keys'], ring(...keys));

it(
  'rotates a key while the server is running, and then removes the old key',
  async () => {
    await storeSecrets(2, ring(k1));
    const server = await installation.serve(ring(k2, k1));

    expect(await listed(k2, k1)).toEqual({
      keys: [
        { id: 'k2', values: 0, inRing: true, first: true, removed: false },
        { id: 'k1', values: 2, inRing: true, first: false, removed: false },
      ],
      unsealed: 0,
    });
    expect(await installation.json(['rotate-keys'], ring(k2, k1))).toEqual({
      key: 'k2',
      resealed: 2,
      remaining: 0,
      interrupted: false,
      unreadable: [],
    });
    expect((await fetch(`${server.ready.url}/readyz`)).status).toBe(200);
    await server.stop();
    expect(
      await inDatabase(
        `select actor_kind, subject_name, detail from audit_events where action = 'ENCRYPTION_KEYS_ROTATED'`,
      ),
    ).toEqual([
      {
        actor_kind: 'COMMAND_LINE',
        subject_name: 'k2',
        detail: { resealed: 2, remaining: 0, unreadable: 0, interrupted: false },
      },
    ]);

    const alone = await installation.serve(ring(k2));
    expect(alone.stderr).toContain('"keys":["k1"]');
    await alone.stop();
    expect((await listed(k2)).keys).toEqual([
      { id: 'k2', values: 2, inRing: true, first: true, removed: false },
      { id: 'k1', values: 0, inRing: false, first: false, removed: true },
    ]);
  },
  limit,
);

it('"keys" reports a database that cannot be reached in one line', async () => {
  const { code, stderr } = await installation.run(['keys'], {
    DATABASE_URL: 'postgresql://127.0.0.1:1/db',
    ...ring(k1),
  });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'The database db at 127.0.0.1:1 cannot be reached: connect ECONNREFUSED 127.0.0.1:1.\n',
  });
});

describe('a start without a key in use', () => {
  it(
    'is refused with the number of values that the key seals, and "keys" lists them',
    async () => {
      await storeSecrets(3, ring(k1));
      await installation.json(['migrate'], ring(k2, k1));
      const { code, stdout, stderr } = await installation.run(['serve'], ring(k2));
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(
        /^The encryption key "k1" is missing: 3 values in this database are sealed with it/m,
      );

      const { stdout: list } = await installation.run(['keys'], ring(k2));
      expect(list).toBe('k2  0 values  (seals)\nk1  3 values  (not configured)\n');
      await (await installation.serve(ring(k2, k1))).stop();
    },
    limit,
  );
});

it(
  'reports unreadable values by their place with exit code 1, and reseals the others',
  async () => {
    await storeSecrets(2, ring(k1));
    const [moved] = await inDatabase<{ id: string }>(
      `update mcp_server_configs set api_key_value = (select api_key_value from mcp_server_configs where slug = 'server-0')
     where slug = 'server-1' returning id`,
    );

    const { code, stdout, stderr } = await installation.run(['rotate-keys', '--json'], ring(k2, k1));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      key: 'k2',
      resealed: 1,
      remaining: 1,
      interrupted: false,
      unreadable: [{ table: 'mcp_server_configs', column: 'api_key_value', row: moved?.id }],
    });
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.at(-1)).toMatchObject({ msg: 'Resealing', done: 2, total: 2 });
  },
  limit,
);

it(
  'draws a progress bar if stderr is a terminal',
  async () => {
    await storeSecrets(1, ring(k1));
    const command = [process.execPath, 'dist/main.js', 'rotate-keys'];
    // The command "script" runs another command in a terminal. Its options differ on Linux and macOS.
    const args =
      process.platform === 'linux'
        ? ['--quiet', '--return', '--command', command.join(' '), '/dev/null']
        : ['-q', '/dev/null', ...command];
    const env = { PATH: process.env.PATH, DATABASE_URL: database.url, LOG_LEVEL: 'error', ...ring(k2, k1) };
    const { stdout } = await promisify(execFile)('script', args, { env });
    expect(stdout).toMatch(/\rResealing █{30} 100 % {2}1 of 1/);
    expect(stdout).toContain('1 value resealed with "k2".');
  },
  limit,
);
