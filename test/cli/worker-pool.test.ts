import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Fleet } from '../accounts/access/instances.js';
import { visit } from '../accounts/world.js';
import { build, Installation, type ServerProcess } from '../support/command-line.js';
import { client } from '../support/graphql.js';

/** For slow machines, because these tests start processes. No test measures it. */
jest.setTimeout(120_000);

interface LogLine {
  time: string;
  pid: number;
  msg: string;
  worker?: number;
  signal?: string | null;
  restartInMs?: number;
}

function logOf({ stderr }: ServerProcess): LogLine[] {
  const complete = stderr.slice(0, stderr.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
}

async function until<T>(find: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const found = await find();
    if (found != null && found !== false) return found;
    await sleep(10);
  }
}

const readyLine = (server: ServerProcess) =>
  until(() => logOf(server).find(({ msg }) => msg === 'Switchboard is ready'));

const endsOf = (server: ServerProcess) => logOf(server).filter(({ msg }) => msg === 'Worker ended');

/** Returns the process ids of the workers that serve, in the order in which they became ready. */
function servingWorkers(server: ServerProcess): number[] {
  const ended = new Set(endsOf(server).map(({ worker }) => worker));
  const ready = logOf(server).filter(({ msg }) => msg === 'Worker is ready');
  return ready.map(({ pid }) => pid).filter((pid) => !ended.has(pid));
}

/** Waits until both workers serve, and returns their process ids. The log is written up to 100 ms late. */
const workersOf = (server: ServerProcess) =>
  until(() => {
    const serving = servingWorkers(server);
    return serving.length === 2 ? serving : null;
  });

/** Kills these workers, and resolves when each has been replaced. */
async function killAndReplace(server: ServerProcess, pids: readonly number[]): Promise<void> {
  const before = endsOf(server).length;
  for (const pid of pids) kill(pid);
  await until(() => endsOf(server).length === before + pids.length && servingWorkers(server).length === 2);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** Returns the child processes that run. They may end at any time. */
async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,state=']);
  const processes = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return processes
    .filter(([, ppid, state]) => Number(ppid) === parent && !state?.startsWith('Z'))
    .map(([pid]) => Number(pid));
}

/** Begins a request whose body is incomplete. Resolves when a worker has read its head. */
async function beginRequest(port: number, session = ''): Promise<{ finish(): Promise<string> }> {
  const body = '{"query":"{ viewer { email } }"}';
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => (received += text));
  socket.on('error', () => {});
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n' +
      `cookie: switchboard_session=${session}\r\n` +
      `content-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
  );
  await until(() => received.includes('100 Continue'));
  return {
    async finish() {
      received = '';
      socket.write(body);
      await until(() => socket.closed);
      return received;
    },
  };
}

/** Resolves when the port refuses connections. */
async function closed(port: number): Promise<void> {
  await until(async () => {
    const socket = connect(port, '127.0.0.1');
    const refused = await once(socket, 'connect').then(
      () => false,
      () => true,
    );
    socket.destroy();
    return refused;
  });
}

const get = (agent: Agent, port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const req = request({ agent, host: '127.0.0.1', port, path: '/readyz' }, (res) => {
      const { socket } = res;
      res.resume();
      res.once('end', () =>
        res.statusCode === 200 ? resolve(socket) : reject(new Error(`${res.statusCode}`)),
      );
    });
    req.once('error', reject);
    req.end();
  });

beforeAll(build);

describe('two workers', () => {
  let installation: Installation;
  let server: ServerProcess;
  let session: string | undefined;
  beforeAll(async () => {
    installation = await Installation.make({ WORKERS: '2' });
    server = await installation.serve();
  });
  afterAll(() => installation.remove());

  it('print one sign-in link, serve on one port, and log their process ids', async () => {
    expect(server.stdout.split('\n')).toHaveLength(2);
    const pids = await workersOf(server);
    expect(new Set(pids).size).toBe(2);
    expect(pids).not.toContain((await readyLine(server)).pid);
    const { url, signInUrl } = server.ready;
    const signedIn = await fetch(signInUrl!, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: url, 'sec-fetch-site': 'same-origin' },
    });
    session = /switchboard_session=([^;]+)/.exec(signedIn.headers.get('set-cookie') ?? '')?.[1];
    await killAndReplace(server, pids);
    const browser = client({ url, publicUrl: url }, { session });
    expect(await browser.data('{ viewer { email } }')).toEqual({ viewer: { email: 'admin@localhost' } });
  });

  it('lose only the requests of a worker that is killed under load', async () => {
    const { port } = server.ready;
    const [victim] = await workersOf(server);
    let killed = false;
    const failed: { openedBefore: boolean }[] = [];
    let unaffected = 0;
    const load = { done: false };
    const clients = Array.from({ length: 8 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      let last: Socket | undefined;
      let openedBefore = true;
      let losses = 0;
      while (!load.done) {
        const wasKilled = killed;
        try {
          const socket = await get(agent, port);
          if (socket !== last) openedBefore = !wasKilled;
          last = socket;
        } catch {
          failed.push({ openedBefore });
          losses += 1;
          openedBefore = false;
        }
      }
      if (losses === 0) unaffected += 1;
      agent.destroy();
    });
    await sleep(200);
    killed = true;
    await killAndReplace(server, [victim!]);
    load.done = true;
    await Promise.all(clients);
    expect(failed.filter(({ openedBefore }) => !openedBefore)).toEqual([]);
    expect(failed.length + unaffected).toBe(8);
    expect(unaffected).toBeGreaterThan(0);
    expect(endsOf(server).at(-1)).toMatchObject({ worker: victim, signal: 'SIGKILL' });
  });

  it('get a connection that another one had not got when it was killed', async () => {
    const { port } = server.ready;
    const victim = (await workersOf(server)).at(-1)!;
    process.kill(victim, 'SIGSTOP');
    let answered = 0;
    const all = Array.from({ length: 6 }, async () => {
      await get(new Agent(), port);
      answered += 1;
    });
    await until(() => answered === 5);
    await killAndReplace(server, [victim]);
    await Promise.all(all);
  });

  it('are replaced at once, and after pauses that become longer while they keep ending', () => {
    // The first test ended both workers, the second one a replacement, and the third one its replacement.
    expect(endsOf(server).map(({ restartInMs }) => restartInMs)).toEqual([0, 0, 500, 1_000]);
    const ended = endsOf(server).at(-1)!;
    const next = logOf(server).findLast(({ msg }) => msg === 'Worker is ready')!;
    expect(Date.parse(next.time) - Date.parse(ended.time)).toBeGreaterThanOrEqual(1_000);
  });

  it('answer the requests in progress on SIGTERM, before the database stops', async () => {
    const { port } = server.ready;
    const pids = await workersOf(server);
    const requests = await Promise.all(Array.from({ length: 4 }, () => beginRequest(port, session)));
    const idle = await get(new Agent({ keepAlive: true }), port);
    server.kill('SIGTERM');
    await closed(port);
    await until(() => idle.closed);
    expect(await installation.postmasterPid()).not.toBeNull();
    for (const answer of await Promise.all(requests.map(({ finish }) => finish()))) {
      expect(answer).toContain('{"viewer":{"email":"admin@localhost"}}');
    }
    expect((await server.ended).code).toBe(0);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await installation.postmasterPid()).toBeNull();
  });

  it('end by themselves when their primary process is killed, and answer the requests in progress', async () => {
    const first = await installation.serve();
    const pids = await workersOf(first);
    const { port } = first.ready;
    const requests = await Promise.all([1, 2].map(() => beginRequest(port, session)));
    const idle = await Promise.all([1, 2, 3, 4].map(() => get(new Agent({ keepAlive: true }), port)));
    first.kill('SIGKILL');
    await closed(port);
    await until(() => idle.every((socket) => socket.closed));
    for (const answer of await Promise.all(requests.map(({ finish }) => finish()))) {
      expect(answer).toContain('{"viewer":{"email":"admin@localhost"}}');
      expect(answer).toContain('Connection: close');
    }
    await until(() => !pids.some(isRunning));
  });

  it('are killed by a second signal while a request delays the first one', async () => {
    const next = await installation.serve();
    const pids = await workersOf(next);
    const { pid: primary } = await readyLine(next);
    const begun = await beginRequest(next.ready.port, session);
    next.kill('SIGINT');
    await sleep(1_200);
    next.kill('SIGINT');
    await until(() => !isRunning(primary));
    expect(await begun.finish()).toBe('');
    await until(() => !pids.some(isRunning));
    expect((await next.ended).code).toBe(130);
  });
});

describe('workers that cannot start', () => {
  let fleet: Fleet;
  const keys = `k1:${randomBytes(32).toString('base64')}`;
  beforeAll(async () => {
    fleet = await Fleet.make(keys, { users: 1 });
  });
  afterAll(() => fleet.close());
  const serve = () => fleet.installation.serve({ SWITCHBOARD_ENCRYPTION_KEYS: keys, WORKERS: '2' });

  it('report a port in use in one line', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { code, stdout, stderr } = await fleet.installation.run(['serve'], {
      SWITCHBOARD_ENCRYPTION_KEYS: keys,
      WORKERS: '2',
      PORT: String(port),
      LOG_LEVEL: 'error',
    });
    other.close();
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `Port ${port} is already in use. Set PORT to another port, or to 0 for any free one.\n`,
    });
  });

  it('need no memory of the ones before, and end the server with their message after several attempts', async () => {
    const server = await serve();
    const { port } = server.ready;
    const url = `http://localhost:${port}`;
    const [user] = fleet.users;
    const publicUrl = 'http://localhost:4999';

    const begun = await visit({ publicUrl }, user!, `${url}/mcp-servers/${fleet.serverId}/oauth2/connect`);
    const callback = await fleet.provider.approve(begun.headers.get('location')!, user!.email);
    await killAndReplace(server, await workersOf(server));
    const finished = await visit({ publicUrl }, user!, callback.replace(publicUrl, url));
    expect(finished.status).toBe(200);
    await killAndReplace(server, [(await workersOf(server))[0]!]);
    const instance = { url, keys, stop: async () => {} };
    expect(await fleet.whoami(user!, instance)).toBe(user!.email);
    const browser = client({ url, publicUrl }, { session: user!.session });
    expect(await browser.data('{ mcpServerConfigs { authConnected } }')).toEqual({
      mcpServerConfigs: [{ authConnected: true }],
    });

    const { pid: primary } = await readyLine(server);
    let code: number | null | undefined;
    void server.ended.then((ended) => (code = ended.code));
    await until(async () => {
      for (const pid of await childrenOf(primary)) kill(pid);
      return code !== undefined;
    });
    expect(code).toBe(1);
    expect(server.stderr.trimEnd().split('\n').at(-1)).toBe(
      'No worker can start. The worker ended with SIGKILL.',
    );
  });
});
