import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import {
  createServer as createNetServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net';

interface HttpServer {
  /** Sets the handler. Until then every request gets a 503. */
  handle(handler: RequestListener): void;
  /** Accepts no new connections, and resolves when the requests in progress are answered, or after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** An open port. It opens before the application exists, because PUBLIC_URL may depend on which port is free. */
export interface HttpListener extends HttpServer {
  readonly port: number;
}

/** A server of connections that another process has accepted. */
export interface ConnectionServer extends HttpServer {
  serve(connection: Socket): void;
}

const latestResponse = Symbol('latestResponse');

/**
 * A connection with its latest response, which may be in progress. Each request writes one property: a set of responses, with
 * an addition and a deletion per request, makes the garbage of requests outlive young collections.
 */
interface Connection extends Socket {
  [latestResponse]?: ServerResponse;
}

export interface Address {
  host: string;
  /** 0 takes a free port. */
  port: number;
}

export interface HttpServerOptions {
  /**
   * How long a client may take to send a whole request. Defaults to 30 s. A provider's slow response isn't affected. Later,
   * the client gets a 408 and its connection closes.
   */
  requestTimeoutMs?: number | undefined;
}

/** Opens a port. @throws Error with a readable message when the address is taken or not this machine's */
export async function openListener(options: Address & HttpServerOptions): Promise<HttpListener> {
  const { server, handle, close } = createHttpServer(options);
  return { port: await openPort(server, options), handle, close };
}

/** Creates a server without a port of its own. */
export function createConnectionServer(options: HttpServerOptions = {}): ConnectionServer {
  const { server, handle, close } = createHttpServer(options);
  // Node checks how long requests take to arrive, and finds idle connections, from this event on.
  server.emit('listening');
  return { handle, close, serve: (connection) => void server.emit('connection', connection) };
}

function createHttpServer({ requestTimeoutMs = 30_000 }: HttpServerOptions): HttpServer & { server: Server } {
  let handler: RequestListener = (_req, res) => {
    res.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' }).end('Starting.\n');
  };
  const connections = new Set<Connection>();
  let closing = false;
  const limits = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    // Node's default would find a slow client up to 30 s late.
    connectionsCheckingInterval: Math.min(2_000, requestTimeoutMs),
  };
  const server = createServer(limits, (req, res) => {
    (req.socket as Connection)[latestResponse] = res;
    if (closing) res.shouldKeepAlive = false;
    handler(req, res);
  });
  let onLastClosed = () => {};
  server.on('connection', (connection: Connection) => {
    connections.add(connection);
    connection.once('close', () => {
      connections.delete(connection);
      if (connections.size === 0) onLastClosed();
    });
  });
  return {
    server,
    handle(next) {
      handler = next;
    },
    async close(graceMs = 10_000) {
      closing = true;
      for (const { [latestResponse]: response } of connections) {
        if (response) response.shouldKeepAlive = false;
      }
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          // A server without a port does not wait for its connections.
          if (connections.size === 0) resolve();
          else onLastClosed = resolve;
        });
      });
      const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}

/**
 * Accepts connections for processes with a `ConnectionServer`. It reads nothing from them.
 * @throws Error with a readable message when the address is taken or not this machine's
 */
export async function acceptConnections(
  address: Address,
  onConnection: (connection: Socket) => void,
): Promise<{ port: number; close(): void }> {
  const server = createNetServer({ pauseOnConnect: true, noDelay: true }, onConnection);
  return { port: await openPort(server, address), close: () => void server.close() };
}

async function openPort(server: NetServer, { host, port }: Address): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(listenErrorMessage(error, host, port))),
    );
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function listenErrorMessage(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is already in use. Set PORT to another port, or to 0 for any free one.`;
  if (error.code === 'EACCES') return `Permission denied for port ${port}. Set PORT to a port above 1023.`;
  if (error.code === 'EADDRNOTAVAIL') return `${host} isn't an address of this machine. Check HOST.`;
  return `Could not listen on ${host}:${port} (${error.code ?? 'unknown'}).`;
}
