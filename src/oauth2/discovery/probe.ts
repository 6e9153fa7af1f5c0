import type { Fetch } from '../../net/guarded-fetch.js';
import { redirectWithinHost, redirectWithinOrigin } from '../../net/redirects.js';
import { readBearerChallenge, type BearerChallenge } from '../challenge.js';
import { isPlainUrl } from '../endpoints.js';
import type { Failure } from '../report/failure.js';
import type { DiscoveryLog } from './discovery-log.js';

/** The transport that answered: MCP's current one, or the one of 2024-11-05. */
type Transport = 'STREAMABLE_HTTP' | 'SSE';

/** The response of an MCP server to requests without a token. */
export type ProbeResult = {
  /** The address of the MCP server: the entered one, or the one that it redirects to within its origin. */
  url: string;
  transport: Transport;
} & (
  | ({ kind: 'CHALLENGED' } & BearerChallenge)
  /** The server works without a token. */
  | { kind: 'OPEN' }
  /** The server neither asked for a token nor answered as an MCP server. */
  | { kind: 'UNCLEAR'; status: number; failure: Failure | null }
);

/** The newest protocol version with `initialize`, and the first one without sessions. */
const protocolVersion = '2025-11-25';
const sessionlessVersion = '2026-07-28';
const eventStream = 'text/event-stream';
const mcpTypes = ['application/json', eventStream];
const maxRedirects = 3;

/**
 * Probes an MCP server without a token. It sends `initialize`, and if that succeeds also `tools/list` and a call of a tool
 * that does not exist, because some servers protect only these. A server without `initialize` gets `tools/list` of MCP
 * 2026-07-28. A server that accepts no POST gets a request for the event stream of the older transport. Only the first
 * request decides alone: the others are guesses, and a failure of theirs proves nothing.
 *
 * @throws DiscoveryError when no response comes to the first request, or a redirect that is not followed
 */
export async function probe(mcpUrl: string, log: DiscoveryLog, fetch: Fetch): Promise<ProbeResult> {
  const first = await initialize(mcpUrl, log, fetch);
  const { url, session, answer } = first;
  const guess = (name: string, init: RequestInit, types = mcpTypes) =>
    send({ name, url, init, types, unavailableAs: 'NOT_HERE' }, log, fetch);
  const result = (decided: Answer, transport: Transport = 'STREAMABLE_HTTP'): ProbeResult => ({
    url,
    transport,
    ...decided,
  });
  if (answer.kind === 'CHALLENGED' || (answer.kind === 'UNCLEAR' && answer.failure)) return result(answer);
  if (answer.kind === 'OPEN') {
    for (const [name, params] of guarded) {
      const { answer: next } = await guess(name, post(name, params, session));
      if (next.kind === 'CHALLENGED') return result(next);
    }
    return result(answer);
  }
  const { answer: sessionless } = await guess('tools/list (2026-07-28)', postSessionless('tools/list'));
  if (sessionless.kind !== 'UNCLEAR') return result(sessionless);
  const stream = await guess('event stream', { headers: { accept: eventStream } }, [eventStream]);
  return stream.answer.kind === 'UNCLEAR' ? result(answer) : result(stream.answer, 'SSE');
}

/** The requests that some servers protect although `initialize` works without a token. No server has this tool. */
const guarded: [string, Record<string, unknown>][] = [
  ['tools/list', {}],
  ['tools/call', { name: 'switchboard.authorization-probe', arguments: {} }],
];

type Answer =
  | ({ kind: 'CHALLENGED' } & BearerChallenge)
  | { kind: 'OPEN' }
  | { kind: 'UNCLEAR'; status: number; failure: Failure | null };

/** Sends `initialize`, also to the addresses that the server redirects to within its origin. */
async function initialize(
  mcpUrl: string,
  log: DiscoveryLog,
  fetch: Fetch,
): Promise<{ url: string; session: string | null; answer: Answer }> {
  let url = mcpUrl;
  for (let count = 0; ; count++) {
    const init = post('initialize', initializeParams);
    const { answer, response } = await send(
      { name: 'initialize', url, init, types: mcpTypes, unavailableAs: 'FAILED' },
      log,
      fetch,
    );
    if (!response) {
      if (answer.kind === 'UNCLEAR' && answer.failure && answer.status === 0) throw log.error(answer.failure);
      return { url, session: null, answer };
    }
    const next = redirectWithinOrigin(url, response);
    if (next === null || !isPlainUrl(next) || count === maxRedirects) {
      if (isRedirect(response)) throw log.error(refusedRedirect(url, response));
      return { url, session: response.headers.get('mcp-session-id'), answer };
    }
    url = next;
  }
}

const isRedirect = ({ status }: Response) => status > 300 && status < 400 && status !== 304;

/** Explains a redirect that is not followed. An address on the same host can be named: it is where the MCP server is. */
function refusedRedirect(url: string, response: Response): Failure {
  const target = redirectWithinHost(url, response);
  const suggestedUrl = isPlainUrl(target) ? target : null;
  return {
    layer: 'HTTP',
    responsibleParty: 'ADMINISTRATOR',
    message: 'The response is a redirect that is not followed.',
    remedy: suggestedUrl
      ? `Enter the URL that it redirects to: ${suggestedUrl}`
      : 'Enter the URL that it redirects to. Open the current URL in a browser to see it.',
    ...(suggestedUrl && { suggestedUrl }),
  };
}

interface ProbeRequest {
  name: string;
  url: string;
  init: RequestInit;
  types: string[];
  unavailableAs: 'FAILED' | 'NOT_HERE';
}

async function send(
  { name, url, init, types, unavailableAs }: ProbeRequest,
  log: DiscoveryLog,
  fetch: Fetch,
): Promise<{ answer: Answer; response: Response | null }> {
  const step = { layer: 'MCP', name, url, expected: expectedOf(types) } as const;
  const sent = await log.request(
    { ...step, operator: 'MCP_SERVER' },
    fetch,
    // A GET has no body, so it may be redirected as any other.
    init.method === 'POST' ? { ...init, redirect: 'manual' } : init,
    unavailableAs,
  );
  if (!sent.response) {
    return { answer: { kind: 'UNCLEAR', status: sent.status, failure: sent.failure }, response: null };
  }
  const { response, facts } = sent;
  await response.body?.cancel();
  const answer = answerIn(response, types);
  const outcome = answer.kind === 'UNCLEAR' ? 'NOT_HERE' : 'FOUND';
  const detail = isRedirect(response) ? redirected : details[answer.kind];
  log.add({ ...step, ...facts, outcome, detail });
  return { answer, response };
}

const expectedOf = (types: string[]) =>
  `HTTP 401 with a WWW-Authenticate challenge, or 200 with ${types.join(' or ')}`;

const clientInfo = { name: 'Switchboard', version: '1' };
const initializeParams = { protocolVersion, capabilities: {}, clientInfo };

const details: Record<Answer['kind'], string> = {
  CHALLENGED: 'The server asks for authorization.',
  OPEN: 'The server works without a token.',
  UNCLEAR: 'The response is neither an MCP response nor a request for authorization.',
};
const redirected = 'The response is a redirect.';

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

function answerIn(response: Response, types: string[]): Answer {
  const { status, headers } = response;
  const challenge = readBearerChallenge(headers.get('www-authenticate'));
  // Some servers answer 403 to an unauthenticated request. Without a challenge, it can come from a firewall.
  if (status === 401 || (status === 403 && challenge.bearer)) return { kind: 'CHALLENGED', ...challenge };
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  return response.ok && types.includes(type) ? { kind: 'OPEN' } : { kind: 'UNCLEAR', status, failure: null };
}
