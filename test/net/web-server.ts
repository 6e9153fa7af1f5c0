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

export interface WebServer {
  port: number;
  /** The URL with `127.0.0.1`, or with the given address. */
  url: string;
  /** The number of TCP connections, with or without a request. */
  connections: number;
  requests: IncomingMessage[];
  /** The open connections. */
  open: Set<Socket>;
  close(): Promise<void>;
}

export interface WebServerOptions {
  address?: string;
  port?: number;
  certificate?: Certificate;
}

/** Starts a web server on one loopback address. It counts connections and requests. */
export async function startWebServer(
  handler: RequestListener,
  options: WebServerOptions = {},
): Promise<WebServer> {
  const { address = '127.0.0.1', port = 0, certificate } = options;
  const requests: IncomingMessage[] = [];
  const listener: RequestListener = (req, res) => {
    requests.push(req);
    handler(req, res);
  };
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  const open = new Set<Socket>();
  const web: WebServer = {
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
    web.connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(port, address);
  await once(server, 'listening');
  web.port = (server.address() as AddressInfo).port;
  web.url = `${certificate ? 'https' : 'http'}://${address.includes(':') ? `[${address}]` : address}:${web.port}`;
  return web;
}

export const text =
  (body: string): RequestListener =>
  (_req, res) =>
    void res.end(body);

/** Returns the OutboundError that a request rejects with. Throws if it resolves or rejects with any other error. */
export async function failureOf(request: Promise<unknown>): Promise<OutboundError> {
  const outcome = await request.then(
    (value) => new Error(`The request resolved with ${String(value)}.`),
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
 * Sends one OAuth request from a separate process with this environment, because Node reads many variables only at start
 * and Jest replaces `process.env`. Resolves with the text of the response, or with the reason of the failure.
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

/** Waits up to two seconds for a condition, such as the end of a connection. */
export async function waitUntil(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries === 200) throw new Error(`The condition does not hold: ${holds}`);
    await sleep(10);
  }
}

/** Writes a chunk repeatedly until the connection closes. */
export async function writeRepeatedly(res: ServerResponse, chunk: string, everyMs: number): Promise<void> {
  while (!res.destroyed) {
    res.write(chunk);
    await sleep(everyMs);
  }
}

/** Starts a server that accepts connections and never responds. */
export async function startSilentServer(): Promise<{ url: string; close(): Promise<void> }> {
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

/** Closes everything that a test has opened, in reverse order. */
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
