import { setImmediate } from 'node:timers/promises';
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Fetch } from '../net/guarded-fetch.js';
import { SessionEnded, describeMcpFailure } from './failure.js';
import type { McpEndpoint } from './mcp-endpoint.js';
import { SessionFetch, type Credentials } from './session-fetch.js';

export type { Credentials } from './session-fetch.js';
export type { McpEndpoint } from './mcp-endpoint.js';

/** How a session goes out, and how far. */
export interface SessionOptions {
  endpoint: McpEndpoint;
  credentials: Credentials;
  /** The guarded MCP profile. */
  fetch: Fetch;
  /** For connecting and everything after it together. */
  timeoutMs: number;
  /** Of everything that the server answers. Default 8 MiB. */
  maxBytes?: number | undefined;
  /** The caller's own wish to have it ended. */
  signal?: AbortSignal | undefined;
}

/** How long the server may take to be told that its session is over; nobody waits for it. */
const farewellMs = 2_000;

/**
 * Connects to an MCP server, does `work` and takes leave: one session for one piece of work. Which version of the
 * protocol is spoken is found out first (2026-07-28 by `server/discover`, else `initialize`); the older SSE transport
 * knows only the second.
 * @throws McpRefusal for a 401 or 403 that stands; SwitchboardError UPSTREAM_ERROR for everything else that the server
 *   or the way to it is to blame for; what `credentials.renew` throws.
 */
export async function withSession<Result>(
  options: SessionOptions,
  work: (client: Client, request: { signal: AbortSignal; timeout: number }) => Promise<Result>,
): Promise<Result> {
  const { endpoint, timeoutMs: timeout } = options;
  const ended = new AbortController();
  const door = new SessionFetch({
    fetch: options.fetch,
    url: new URL(endpoint.url),
    transport: endpoint.transport,
    credentials: options.credentials,
    maxBytes: options.maxBytes ?? 8 * 1024 * 1024,
    ended: ended.signal,
    onFailure: (reason) => ended.abort(reason),
  });
  const cancel = () => ended.abort(new SessionEnded('CANCELLED'));
  const deadline = setTimeout(() => ended.abort(new SessionEnded('TIMEOUT')), timeout);
  options.signal?.addEventListener('abort', cancel, { once: true });
  const { client, transport } = createClient(endpoint, door);
  try {
    if (options.signal?.aborted) throw new SessionEnded('CANCELLED');
    const request = { signal: ended.signal, timeout };
    const done = client.connect(transport, request).then(() => work(client, request));
    return await Promise.race([done, abortion(ended.signal)]);
  } catch (error) {
    throw describeMcpFailure(ended.signal.aborted ? ended.signal.reason : error);
  } finally {
    clearTimeout(deadline);
    options.signal?.removeEventListener('abort', cancel);
    void takeLeave(transport, door);
  }
}

function createClient({ url, transport: kind }: McpEndpoint, { fetch }: SessionFetch) {
  const client = new Client(
    { name: 'Switchboard', version: '1' },
    {
      capabilities: {},
      versionNegotiation: { mode: kind === 'SSE' ? 'legacy' : 'auto' },
      inputRequired: { autoFulfill: false },
    },
  );
  const transport =
    kind === 'SSE'
      ? new SSEClientTransport(new URL(url), { fetch })
      : new StreamableHTTPClientTransport(new URL(url), { fetch });
  return { client, transport };
}

function abortion(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Lets a notice that the work was cancelled get through, ends the session on the server's side, and closes. */
async function takeLeave(
  transport: StreamableHTTPClientTransport | SSEClientTransport,
  door: SessionFetch,
): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, farewellMs).unref());
  const farewell = async () => {
    // The library sends the notice a few steps after the abort.
    await setImmediate();
    await door.noticesSettled();
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
  };
  try {
    await Promise.race([farewell(), late]);
  } catch {
    // A server that does not want to hear it forgets the session by itself.
  } finally {
    await transport.close();
  }
}
