import type { Fetch } from '../../net/guarded-fetch.js';
import { readBearerChallenge, type BearerChallenge } from '../challenge.js';
import type { DiscoveryTrail } from './discovery-log.js';

/** How an MCP server receives somebody who brings no token. */
export type Reception =
  | ({ kind: 'CHALLENGED' } & BearerChallenge)
  /** It serves without a token. */
  | { kind: 'OPEN' }
  /** Neither asked for a token nor spoke MCP. */
  | { kind: 'UNCLEAR'; status: number };

/** The newest version that begins with `initialize`, and the first that knows no sessions. */
const protocolVersion = '2025-11-25';
const sessionlessVersion = '2026-07-28';
const eventStream = 'text/event-stream';
const mcpTypes = ['application/json', eventStream];

/**
 * Knocks without a token: `initialize`, and where that is served also `tools/list`, because some servers guard only the
 * second. A server that knows `initialize` no more is asked for `tools/list` as MCP 2026-07-28 has it; where nothing can
 * be posted, the event stream of the older transport is asked for.
 *
 * @throws DISCOVERY_FAILED when there is no answer, or one that only says to come back later
 */
export async function probe(mcpUrl: string, trail: DiscoveryTrail, fetch: Fetch): Promise<Reception> {
  const ask = async (name: string, init: RequestInit, types = mcpTypes): Promise<[Reception, Response]> => {
    const inquiry = { layer: 'MCP', name, url: mcpUrl, expected: expectedOf(types) } as const;
    const { response, evidence } = await trail.request({ ...inquiry, operator: 'MCP_SERVER' }, fetch, init);
    await response.body?.cancel();
    const reception = receptionOf(response, types);
    const outcome = reception.kind === 'UNCLEAR' ? 'NOT_HERE' : 'FOUND';
    trail.note({ ...inquiry, ...evidence, outcome, detail: details[reception.kind] });
    return [reception, response];
  };

  const [first, response] = await ask('initialize', post('initialize', initializeParams));
  if (first.kind === 'CHALLENGED') return first;
  if (first.kind === 'OPEN') {
    const session = response.headers.get('mcp-session-id');
    const [second] = await ask('tools/list', post('tools/list', {}, session));
    return second.kind === 'CHALLENGED' ? second : first;
  }
  const [sessionless] = await ask('tools/list (2026-07-28)', postSessionless('tools/list'));
  if (sessionless.kind !== 'UNCLEAR') return sessionless;
  const [stream] = await ask('event stream', { headers: { accept: eventStream } }, [eventStream]);
  return stream.kind === 'UNCLEAR' ? first : stream;
}

const expectedOf = (types: string[]) =>
  `HTTP 401 with a WWW-Authenticate challenge, or 200 with ${types.join(' or ')}`;

const clientInfo = { name: 'Switchboard', version: '1' };
const initializeParams = { protocolVersion, capabilities: {}, clientInfo };

const details: Record<Reception['kind'], string> = {
  CHALLENGED: 'The server asks for authorization.',
  OPEN: 'The server answers without a token.',
  UNCLEAR: 'The answer is neither one of MCP nor a request for authorization.',
};

function post(method: string, params: Record<string, unknown>, session?: string | null): RequestInit {
  return request(method, params, {
    'mcp-protocol-version': protocolVersion,
    ...(session && { 'mcp-session-id': session }),
  });
}

/** Every request of MCP 2026-07-28 says by itself who asks, and in which version. */
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

function receptionOf(response: Response, types: string[]): Reception {
  const { status, headers } = response;
  const challenge = readBearerChallenge(headers.get('www-authenticate'));
  // Some answer 403 to nobody's request; without a challenge it may as well be a firewall's.
  if (status === 401 || (status === 403 && challenge.bearer)) return { kind: 'CHALLENGED', ...challenge };
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  return response.ok && types.includes(type) ? { kind: 'OPEN' } : { kind: 'UNCLEAR', status };
}
