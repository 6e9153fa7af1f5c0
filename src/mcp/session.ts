import { setImmediate } from 'node:timers/promises';
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Fetch } from '../net/guarded-fetch.js';
import { SessionEnded, describeMcpFailure } from './failure.js';
import { SessionFetch, type Credentials, type McpEndpoint } from './session-fetch.js';

export type { Credentials } from './session-fetch.js';

/** The target and the limits of a session. */
export interface SessionOptions {
  endpoint: McpEndpoint;
  credentials: Credentials;
  /** The guarded fetch for MCP requests. */
  fetch: Fetch;
  /** The timeout of the whole session, including the connection. */
  timeoutMs: number;
  /** The maximum weight of all responses. Defaults to 8 MiB. */
  maxBytes?: number | undefined;
  /** Cancels the session. */
  signal?: AbortSignal | undefined;
}

/** The timeout for ending the session on the server. It runs in the background. */
const endTimeoutMs = 2_000;

/**
 * Opens a session with an MCP server, runs `work` and ends the session. The protocol version is negotiated first:
 * 2026-07-28 with `server/discover`, else an older one with `initialize`. The SSE transport supports only the latter.
 * @throws McpAuthorizationError for a refusal that renewed credentials do not avoid; SwitchboardError UPSTREAM_ERROR
 *   for every other failure of the server or the network; the errors of `credentials.renew`
 */
export async function withSession<Result>(
  options: SessionOptions,
  work: (client: Client, request: { signal: AbortSignal; timeout: number }) => Promise<Result>,
): Promise<Result> {
  const { endpoint, timeoutMs: timeout } = options;
  const ended = new AbortController();
  const sessionFetch = new SessionFetch({
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
  const { client, transport } = createClient(endpoint, sessionFetch);
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
    void endSession(transport, sessionFetch);
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

/** Waits until a cancellation notice is sent, ends the session on the server, and closes the transport. */
async function endSession(
  transport: StreamableHTTPClientTransport | SSEClientTransport,
  sessionFetch: SessionFetch,
): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, endTimeoutMs).unref());
  const end = async () => {
    // The library sends the notice some turns of the event loop after the abort.
    await setImmediate();
    await sessionFetch.noticesSettled();
    if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession();
  };
  try {
    await Promise.race([end(), late]);
  } catch {
    // A server that refuses to end the session expires it.
  } finally {
    await transport.close();
  }
}
