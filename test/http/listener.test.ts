import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import {
  acceptConnections,
  createConnectionServer,
  openListener,
  type HttpListener,
} from '../../src/http/listener.js';

const open: HttpListener[] = [];
async function listen(port = 0): Promise<HttpListener> {
  const listener = await openListener({ host: '127.0.0.1', port });
  open.push(listener);
  return listener;
}
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close(0);
});

test('answers 503 until the application is ready', async () => {
  const listener = await listen();
  const url = `http://127.0.0.1:${listener.port}/`;
  const before = await fetch(url);
  expect([before.status, before.headers.get('retry-after')]).toEqual([503, '1']);
  listener.handle((_req, res) => res.end('here'));
  expect(await (await fetch(url)).text()).toBe('here');
});

test('on close, answers the request in progress, accepts no new one and ignores idle connections', async () => {
  const listener = await listen();
  const url = `http://127.0.0.1:${listener.port}/`;
  const slowRequest = new Promise<ServerResponse>((arrived) => {
    listener.handle((req, res) => {
      if (req.url === '/slow') arrived(res);
      else res.end('quick');
    });
  });
  await (await fetch(url)).text();
  const underWay = fetch(`${url}slow`);
  const slow = await slowRequest;
  const closing = listener.close(5_000);
  await expect(fetch(url)).rejects.toThrow();
  slow.end('answered');
  expect(await (await underWay).text()).toBe('answered');
  const startedAt = performance.now();
  await closing;
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test('on close, waits no longer than the grace period', async () => {
  const listener = await listen();
  const here = new Promise<void>((arrived) => {
    listener.handle(() => arrived());
  });
  const never = fetch(`http://127.0.0.1:${listener.port}/`).catch(() => 'cut off');
  await here;
  await listener.close(50);
  expect(await never).toBe('cut off');
});

test('reports a port that is in use', async () => {
  const { port } = await listen();
  await expect(listen(port)).rejects.toThrow(`Port ${port} is already in use. Set PORT to another port`);
});

test('reports an address that isn’t this machine’s', async () => {
  await expect(openListener({ host: '203.0.113.1', port: 0 })).rejects.toThrow('Check HOST');
});

test.each(['whose handler waits for the body', 'that is already answered'])(
  'ends a request %s when its body takes too long',
  async (when) => {
    const listener = await openListener({ host: '127.0.0.1', port: 0, requestTimeoutMs: 200 });
    open.push(listener);
    listener.handle((req, res) => {
      if (when === 'that is already answered') res.end('answered');
      else req.resume().on('end', () => res.end('read'));
    });
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 20);
    let response = '';
    socket.setEncoding('utf8').on('data', (text: string) => (response += text));
    // Not `once`, which rejects if the server resets the connection.
    await new Promise((closed) => socket.once('close', closed));
    clearInterval(drip);
    expect(response).toContain(when === 'that is already answered' ? 'answered' : 'HTTP/1.1 408');
  },
);

test('serves connections that another server has accepted, with the same time limit and end', async () => {
  const server = createConnectionServer({ requestTimeoutMs: 200 });
  const accepting = await acceptConnections({ host: '127.0.0.1', port: 0 }, (connection) => {
    server.serve(connection);
    connection.resume();
  });
  const url = `http://127.0.0.1:${accepting.port}/`;
  const slowResponse = new Promise<ServerResponse>((arrived) => {
    server.handle((req, res) => {
      if (req.url === '/slow') arrived(res);
      else res.end('quick');
    });
  });
  const socket = connect(accepting.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\n');
  const [timedOut] = (await once(socket, 'data')) as [Buffer];
  expect(timedOut.toString()).toContain('HTTP/1.1 408');
  expect(await (await fetch(url)).text()).toBe('quick');

  const underWay = fetch(`${url}slow`);
  const slow = await slowResponse;
  accepting.close();
  let isClosed = false;
  const closing = server.close().then(() => (isClosed = true));
  await expect(fetch(url)).rejects.toThrow();
  expect(isClosed).toBe(false);
  slow.end('answered');
  expect(await (await underWay).text()).toBe('answered');
  await closing;
});
