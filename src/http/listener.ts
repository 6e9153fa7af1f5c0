import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** An open port. It opens before the application exists, because PUBLIC_URL may depend on which port is free. */
export interface HttpListener {
  readonly port: number;
  /** Sets the handler. Until then every request gets a 503. */
  handle(handler: RequestListener): void;
  /** Accepts no new connections, and resolves when the requests in progress are answered, or after `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

const latestResponse = Symbol('latestResponse');

/**
 * A connection with its latest response, which may be in progress. Each request writes one property: a set of responses, with
 * an addition and a deletion per request, makes the garbage of requests outlive young collections.
 */
interface Connection extends Socket {
  [latestResponse]?: ServerResponse;
}

export interface ListenerOptions {
  host: string;
  port: number;
  /**
   * How long a client may take to send a whole request. Defaults to 30 s. A provider's slow response isn't affected. Later,
   * the client gets a 408 and its connection closes.
   */
  requestTimeoutMs?: number | undefined;
}

/** Opens a port. @throws Error with a readable message when the address is taken or not this machine's */
export async function openListener({
  host,
  port,
  requestTimeoutMs = 30_000,
}: ListenerOptions): Promise<HttpListener> {
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
  server.on('connection', (connection: Connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new Error(listenErrorMessage(error, host, port))),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    handle(next) {
      handler = next;
    },
    async close(graceMs = 10_000) {
      closing = true;
      for (const { [latestResponse]: response } of connections) {
        if (response) response.shouldKeepAlive = false;
      }
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}

function listenErrorMessage(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is already in use. Set PORT to another port, or to 0 for any free one.`;
  if (error.code === 'EACCES') return `Permission denied for port ${port}. Set PORT to a port above 1023.`;
  if (error.code === 'EADDRNOTAVAIL') return `${host} isn't an address of this machine. Check HOST.`;
  return `Could not listen on ${host}:${port} (${error.code ?? 'unknown'}).`;
}
