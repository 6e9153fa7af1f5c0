import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An open port. It is opened before the application exists, because PUBLIC_URL may depend on which port is free. */
export interface HttpListener {
  readonly port: number;
  /** Answers with this from now on; until then every request gets a 503. */
  handle(handler: RequestListener): void;
  /** Takes no new connections and ends when the requests under way are answered, or `graceMs` later at the latest. */
  close(graceMs?: number): Promise<void>;
}

/** @throws Error in words, when the address is taken or not this machine's. */
export async function openListener({ host, port }: { host: string; port: number }): Promise<HttpListener> {
  let handler: RequestListener = (_req, res) => {
    res.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain' }).end('Starting.\n');
  };
  const underWay = new Set<ServerResponse>();
  let closing = false;
  const server = createServer((req, res) => {
    underWay.add(res);
    res.once('close', () => underWay.delete(res));
    if (closing) res.shouldKeepAlive = false;
    handler(req, res);
  });
  // Whoever sends a request slowly does not hold a connection for ever; a provider's slow answer is not affected.
  server.requestTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(whyNotOpen(error, host, port))));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    handle(next) {
      handler = next;
    },
    async close(graceMs = 10_000) {
      closing = true;
      for (const res of underWay) res.shouldKeepAlive = false;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}

function whyNotOpen(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is in use already. Set PORT to another one, or to 0 for any.`;
  if (error.code === 'EACCES') return `This account may not open port ${port}. Set PORT to one above 1023.`;
  if (error.code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine. Check HOST.`;
  return `Could not listen on ${host}:${port} (${error.code ?? 'unknown'}).`;
}
