import type { Fetch } from '../../net/guarded-fetch.js';
import { readBearerChallenge, type BearerChallenge } from '../challenge.js';
import type { DiscoveryLog } from './discovery-log.js';

/** The response of an MCP server to requests without a token. */
export type ProbeResult =
  | ({ kind: 'CHALLENGED' } & BearerChallenge)
  /** The server works without a token. */
  | { kind: 'OPEN' }
  /** The server neither asked for a token nor answered as an MCP server. */
  | { kind: 'UNCLEAR'; status: number };

/** The newest protocol version with `initialize`, and the first one without sessions. */
const protocolVersion = '2025-11-25';
const sessionlessVersion = '2026-07-28';
const eventStream = 'text/event-stream';
const mcpTypes = ['application/json', eventStream];

/**
 * Probes an MCP server without a token. It sends `initialize`, and if that succeeds also `tools/list`, because some
 * servers protect only the latter. A server without `initialize` gets `tools/list` of MCP 2026-07-28. A server that
 * accepts no POST gets a request for the event stream of the older transport.
 *
 * @throws DiscoveryError when no response comes, or a temporary one
 */
export async function probe(mcpUrl: string, log: DiscoveryLog, fetch: Fetch): Promise<ProbeResult> {
  const send = async (
    name: string,
    init: RequestInit,
    types = mcpTypes,
  ): Promise<[ProbeResult, Response]> => {
    const step = { layer: 'MCP', name, url: mcpUrl, expected: expectedOf(types) } as const;
    const { response, facts } = await log.request({ ...step, operator: 'MCP_SERVER' }, fetch, init);
    await response.body?.cancel();
    const result = resultOf(response, types);
    const outcome = result.kind === 'UNCLEAR' ? 'NOT_HERE' : 'FOUND';
    log.add({ ...step, ...facts, outcome, detail: details[result.kind] });
    return [result, response];
  };

  const [first, response] = await send('initialize', post('initialize', initializeParams));
  if (first.kind === 'CHALLENGED') return first;
  if (first.kind === 'OPEN') {
    const session = response.headers.get('mcp-session-id');
    const [second] = await send('tools/list', post('tools/list', {}, session));
    return second.kind === 'CHALLENGED' ? second : first;
  }
  const [sessionless] = await send('tools/list (2026-07-28)', postSessionless('tools/list'));
  if (sessionless.kind !== 'UNCLEAR') return sessionless;
  const [stream] = await send('event stream', { headers: { accept: eventStream } }, [eventStream]);
  return stream.kind === 'UNCLEAR' ? first : stream;
}

const expectedOf = (types: string[]) =>
  `HTTP 401 with a WWW-Authenticate challenge, or 200 with ${types.join(' or ')}`;

const clientInfo = { name: 'Switchboard', version: '1' };
const initializeParams = { protocolVersion, capabilities: {}, clientInfo };

const details: Record<ProbeResult['kind'], string> = {
  CHALLENGED: 'The server asks for authorization.',
  OPEN: 'The server works without a token.',
  UNCLEAR: 'The response is neither an MCP response nor a request for authorization.',
};

function post(method: string, params: Record<string, unknown>, session?: string | null): RequestInit {
  return request(method, params, {
    'mcp-protocol-version': protocolVersion,
    ...(session && { 'mcp-session-id': session }),
  });
}

/** Creates a request of MCP 2026-07-28, in which every request names its client and protocol version. */
function postSessionless(method: string): RequestInit {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': sessionlessVersion,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return request(method, { _meta }, { 'mcp-protocol-version': sessionlessVersion, 'mcp-method': method });
}

function request(
  method: string,
  params: Record<string, unknown>,
  headers: Record<string, string>,
): RequestInit {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  };
}

function resultOf(response: Response, types: string[]): ProbeResult {
  const { status, headers } = response;
  const challenge = readBearerChallenge(headers.get('www-authenticate'));
  // Some servers answer 403 to an unauthenticated request. Without a challenge, it can come from a firewall.
  if (status === 401 || (status === 403 && challenge.bearer)) return { kind: 'CHALLENGED', ...challenge };
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  return response.ok && types.includes(type) ? { kind: 'OPEN' } : { kind: 'UNCLEAR', status };
}
