import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { build, graphql, Installation } from '../support/command-line.js';
import { createEmptyDatabase } from '../support/database.js';

/** For slow machines, because these tests start processes. No test measures it. */
jest.setTimeout(120_000);

const installations: Installation[] = [];

beforeAll(build);

afterEach(async () => {
  for (const installation of installations.splice(0)) await installation.remove();
});

async function install(env: Record<string, string> = {}): Promise<Installation> {
  const installation = await Installation.make(env);
  installations.push(installation);
  return installation;
}

function newKeys(id = 'k1'): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** Redeems the link as the button of its page does. */
function press(signInUrl: string): Promise<Response> {
  const { origin } = new URL(signInUrl);
  return fetch(signInUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin, 'sec-fetch-site': 'same-origin' },
  });
}

async function newToken(installation: Installation): Promise<string> {
  const args = ['create-api-token', '--email', 'admin@localhost', '--name', 'test', '--scope', 'ADMIN'];
  return (await installation.json<{ token: string }>(args)).token;
}

const createUser = 'mutation ($email: String!) { createUser(input: { email: $email }) { user { id } } }';
/** Returns the email addresses of the first 100 users. */
async function listEmails(url: string, token: string): Promise<string[]> {
  const { users } = await graphql<{ users: { edges: { node: { email: string } }[] } }>(
    url,
    token,
    '{ users(first: 100) { edges { node { email } } } }',
  );
  return users.edges.map(({ node }) => node.email);
}

describe('a first start', () => {
  it('prints the URL of the console, a sign-in link, and the paths of the data and the key', async () => {
    const installation = await install();
    const { ready, stop } = await installation.serve();
    expect(ready).toEqual({
      url: `http://localhost:${ready.port}`,
      port: expect.any(Number),
      consoleUrl: `http://localhost:${ready.port}/`,
      signInUrl: expect.stringMatching(new RegExp(`^http://localhost:${ready.port}/auth/link/[\\w-]{43}$`)),
      dataDir: installation.dataDir,
      keyFile: path.join(installation.dataDir, 'encryption-keys'),
    });
    expect((await fetch(`${ready.url}/readyz`)).status).toBe(200);
    expect((await stop()).code).toBe(0);
  });

  it('creates a key that only its own user can read', async () => {
    const installation = await install();
    const { ready } = await installation.serve();
    const key = await stat(ready.keyFile);
    expect(key.mode & 0o777).toBe(0o600);
    expect(key.uid).toBe(process.getuid?.());
    expect(key.gid).toBe(process.getgid?.());
  });

  it('writes the sign-in link neither to its own log nor to the database’s', async () => {
    const installation = await install({ LOG_LEVEL: 'trace' });
    const server = await installation.serve();
    await press(server.ready.signInUrl!);
    const { stderr } = await server.stop();
    const token = server.ready.signInUrl!.split('/').at(-1)!;
    const databaseLog = await readFile(path.join(installation.dataDir, 'postgres.log'), 'utf8');
    expect(stderr).toContain('"msg":"Switchboard is ready"');
    expect(stderr + databaseLog).not.toContain(token);
  });

  it('prints a link until an administrator has signed in', async () => {
    const installation = await install();
    const first = await installation.serve();
    await first.stop();
    const second = await installation.serve();
    expect(second.ready.signInUrl).not.toBeNull();
    const response = await press(second.ready.signInUrl!);
    expect(response.headers.get('set-cookie')).toContain('switchboard_session=');
    await second.stop();
    const third = await installation.serve();
    expect(third.ready.signInUrl).toBeNull();
  });
});

describe('stopping the server', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops the database and exits with code 0 on %s',
    async (signal) => {
      const installation = await install();
      const server = await installation.serve();
      server.kill(signal);
      expect((await server.ended).code).toBe(0);
      expect(await installation.postmasterPid()).toBeNull();
    },
  );

  it('is still clean when npm forwards a Ctrl-C that the terminal has already sent', async () => {
    const installation = await install();
    const server = await installation.serve();
    server.kill('SIGINT');
    await sleep(20);
    server.kill('SIGINT');
    expect((await server.ended).code).toBe(0);
    expect(await installation.postmasterPid()).toBeNull();
  });

  it('is forced by a second signal while a request delays the first one', async () => {
    const installation = await install();
    const server = await installation.serve();
    const slow = connect(server.ready.port, '127.0.0.1');
    slow.on('error', () => {});
    await once(slow, 'connect');
    slow.write('POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n');
    await sleep(100);
    server.kill('SIGINT');
    await sleep(1_200);
    server.kill('SIGINT');
    expect((await server.ended).code).toBe(130);
  });
});

describe('after kill -9', () => {
  it('keeps every write that was confirmed, even if the database was killed too', async () => {
    const installation = await install();
    const server = await installation.serve();
    const token = await newToken(installation);
    const confirmed = new Set(['admin@localhost']);
    const writing = (async () => {
      for (let n = 0; ; n++) {
        const email = `user${n}@example.com`;
        await graphql(server.ready.url, token, createUser, { email });
        confirmed.add(email);
      }
    })().catch(() => {});
    while (confirmed.size < 20) await sleep(5);
    const pid = (await installation.postmasterPid())!;
    server.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await Promise.all([server.ended, writing]);

    const next = await installation.serve();
    const emails = new Set(await listEmails(next.ready.url, token));
    expect([...confirmed].filter((email) => !emails.has(email))).toEqual([]);
    expect((await next.stop()).code).toBe(0);
    expect(await installation.postmasterPid()).toBeNull();
  });

  it('continues to serve if only the database was killed', async () => {
    const installation = await install();
    const { ready } = await installation.serve();
    const token = await newToken(installation);
    process.kill((await installation.postmasterPid())!, 'SIGKILL');
    for (let tries = 0; tries < 100; tries++) {
      if (await listEmails(ready.url, token).catch(() => null)) break;
      await sleep(100);
    }
    expect(await listEmails(ready.url, token)).toEqual(['admin@localhost']);
  });
});

describe('several servers', () => {
  it('share one data folder, and the last one stops the database', async () => {
    const installation = await install();
    const [first, second] = await Promise.all([installation.serve(), installation.serve()]);
    const token = await newToken(installation);
    await graphql(first.ready.url, token, createUser, { email: 'ada@example.com' });
    await first.stop();
    expect(await listEmails(second.ready.url, token)).toHaveLength(2);
    await second.stop();
    expect(await installation.postmasterPid()).toBeNull();
  });

  it('start at once with an empty database, migrate it once, and create one administrator', async () => {
    const database = await createEmptyDatabase();
    const installation = await install({
      DATABASE_URL: database.url,
      SWITCHBOARD_ENCRYPTION_KEYS: newKeys(),
    });
    const servers = await Promise.all([1, 2, 3].map(() => installation.serve()));
    const migrations = servers.filter(({ stderr }) => stderr.includes('Database migrated'));
    expect(migrations).toHaveLength(1);
    const token = await newToken(installation);
    for (const { ready } of servers) {
      expect(await listEmails(ready.url, token)).toEqual(['admin@localhost']);
    }
    await expect(stat(installation.dataDir)).rejects.toThrow('ENOENT');
    await Promise.all(servers.map(({ stop }) => stop()));
    await database.drop();
  });
});

describe('a refused start', () => {
  it('reports a port in use in one line and stops the database', async () => {
    const installation = await install();
    const other = await install();
    const { ready } = await installation.serve();
    const { code, stdout, stderr } = await other.run(['serve'], {
      PORT: String(ready.port),
      LOG_LEVEL: 'error',
    });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      `Port ${ready.port} is already in use. Set PORT to another port, or to 0 for any free one.\n`,
    );
    expect(await other.postmasterPid()).toBeNull();
  });

  it('names the wrong key', async () => {
    const installation = await install();
    const { ready, stop } = await installation.serve();
    await stop();
    const [id] = (await readFile(ready.keyFile, 'utf8')).split(':');
    await writeFile(ready.keyFile, `${newKeys(id)}\n`);
    const { code, stderr } = await installation.run(['serve'], { LOG_LEVEL: 'error' });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^The encryption key "${id}" is not the one .*\\n$`));
    expect(await installation.postmasterPid()).toBeNull();
  });

  it('names the missing key, and succeeds once the key is back', async () => {
    const installation = await install();
    const { ready, stop } = await installation.serve();
    await stop();
    await rename(ready.keyFile, `${ready.keyFile}.aside`);
    const { code, stderr } = await installation.run(['serve'], { LOG_LEVEL: 'error' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The encryption key "\w+" is missing: .*put its key file back\. .*\n$/);
    await rename(`${ready.keyFile}.aside`, ready.keyFile);
    await installation.serve();
  });

  it('reports all mistakes of the configuration at once, before anything starts', async () => {
    const installation = await install();
    const { code, stdout, stderr } = await installation.run(['serve'], { PORT: 'http', LOG_LEVEL: 'loud' });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('PORT: must be');
    expect(stderr).toContain('LOG_LEVEL: must be');
    await expect(stat(installation.dataDir)).rejects.toThrow('ENOENT');
  });
});
