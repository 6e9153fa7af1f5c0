import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificate } from '../support/certificates.js';
import { OutboundError } from '../../src/net/guarded-fetch.js';

export interface Site {
  port: number;
  /** With `127.0.0.1`, or the address given. */
  url: string;
  /** TCP connections, whether or not a request came over them. */
  connections: number;
  requests: IncomingMessage[];
  /** Connections that are open now. */
  open: Set<Socket>;
  close(): Promise<void>;
}

export interface SiteOptions {
  address?: string;
  port?: number;
  certificate?: Certificate;
}

/** A web server on one loopback address, that counts what reaches it. */
export async function startSite(handler: RequestListener, options: SiteOptions = {}): Promise<Site> {
  const { address = '127.0.0.1', port = 0, certificate } = options;
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (req, res) => {
    requests.push(req);
    handler(req, res);
  };
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  const open = new Set<Socket>();
  const site: Site = {
    port: 0,
    url: '',
    connections: 0,
    requests,
    open,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('connection', (socket: Socket) => {
    site.connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(port, address);
  await once(server, 'listening');
  site.port = (server.address() as AddressInfo).port;
  site.url = `${certificate ? 'https' : 'http'}://${address.includes(':') ? `[${address}]` : address}:${site.port}`;
  return site;
}

export const text =
  (body: string): RequestListener =>
  (_req, res) =>
    void res.end(body);

/** What a request failed with; fails the test if it did not, or not with our own error. */
export async function failureOf(request: Promise<unknown>): Promise<OutboundError> {
  const outcome = await request.then(
    (value) => new Error(`answered: ${String(value)}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof OutboundError)) throw outcome;
  return outcome;
}

export async function reasonOf(request: Promise<unknown>): Promise<string> {
  return (await failureOf(request)).reason;
}

const fetchOnceScript = fileURLToPath(new URL('./fetch-once.ts', import.meta.url));

/**
 * One OAuth request from a process of its own, under that environment: Node reads much of it only at its start, and
 * Jest hides its own. Resolves with the answer's text or the failure's reason.
 */
export async function fetchUnder(environment: Record<string, string>, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', fetchOnceScript, ...args],
    {
      env: { PATH: process.env.PATH, ...environment },
    },
  );
  return stdout;
}

/** Waits, up to two seconds, for what happens a moment later, such as a connection's end. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries === 200) throw new Error(`Still not so: ${holds}`);
    await sleep(10);
  }
}

/** Writes the same again and again, until the other side has had enough. */
export async function drip(res: ServerResponse, chunk: string, everyMs: number): Promise<void> {
  while (!res.destroyed) {
    res.write(chunk);
    await sleep(everyMs);
  }
}

/** Listens, accepts, and says nothing at all. */
export async function startMute(): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Closes, last first, whatever a test has opened. */
export function cleanUp(): { add<T extends { close(): Promise<void> }>(opened: T): T; run(): Promise<void> } {
  const opened: { close(): Promise<void> }[] = [];
  return {
    add(one) {
      opened.push(one);
      return one;
    },
    async run() {
      for (const one of opened.splice(0).toReversed()) await one.close();
    },
  };
}
