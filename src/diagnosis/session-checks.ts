import { SwitchboardError } from '../errors.js';
import type { McpEndpoint } from '../mcp/session-fetch.js';
import { McpAuthorizationError } from '../mcp/failure.js';
import type { Credentials } from '../mcp/session.js';
import type { ToolDefect, ToolList } from '../mcp/reader/tool-list.js';
import { listTools } from '../mcp/tools.js';
import { OutboundError, type Fetch } from '../net/guarded-fetch.js';
import type { ResponseLimits } from '../net/response-limit.js';
import { tryAgainLater, unreachable } from '../oauth2/report/failure.js';
import { nothingSent, startClock } from '../oauth2/report/step.js';
import { readableFailure } from '../servers/settings/oauth2-failures.js';
import type { DiagnosisStep, DiagnosisFailure } from './diagnosis.js';

/** The expected result of a whole session. */
export const expectedSession = 'A session in which the server lists its tools';

const expected = 'HTTP 2xx, with application/json or text/event-stream for a request';

/** The means of a session. */
export interface SessionVia {
  headers: Credentials['headers'];
  fetch: Fetch;
  limits: ResponseLimits;
  signal: AbortSignal;
}

/**
 * Opens a session and lists the tools, with one step per request.
 * @returns null if that succeeded, a failure, or a refusal, which the caller explains
 */
export async function trySession(
  endpoint: McpEndpoint,
  { headers, fetch, limits, signal }: SessionVia,
  steps: DiagnosisStep[],
): Promise<McpAuthorizationError | DiagnosisFailure | null> {
  let unreached: OutboundError | null = null;
  let isOver = false;
  const recording: Fetch = async (url, init) => {
    const clock = startClock();
    const name = methodOf(init);
    const step = { layer: 'MCP', name, url, expected } as const;
    // Requests that end the session are not part of it.
    const note = (made: DiagnosisStep) => void (isOver || steps.push(made));
    try {
      const response = await fetch(url, init);
      const detail = response.ok ? 'The server answered.' : `The server answered HTTP ${response.status}.`;
      const outcome = response.ok ? 'FOUND' : 'NOT_HERE';
      note({ ...step, ...clock(response), outcome, detail });
      return response;
    } catch (error) {
      if (error instanceof OutboundError) {
        unreached = error;
        const { layer } = unreachable(error, 'MCP_SERVER');
        note({ ...step, layer, ...clock(null), outcome: 'FAILED', detail: error.message });
      }
      throw error;
    }
  };
  const summary = { layer: 'MCP', name: 'Session', url: endpoint.url, ...nothingSent } as const;
  try {
    const list = await listTools({
      endpoint,
      credentials: { headers },
      fetch: recording,
      limits,
      timeoutMs,
      signal,
    });
    const detail = describeTools(list);
    steps.push({ ...summary, expected: expectedSession, outcome: 'FOUND', detail });
    return null;
  } catch (error) {
    if (error instanceof McpAuthorizationError) return error;
    if (!(error instanceof SwitchboardError)) throw error;
    const failure = failureOf(error, unreached);
    const { message, layer } = failure;
    const words = error.evidence?.remoteMessage;
    const detail = words === undefined ? message : `${message} The server’s words: “${words}”`;
    steps.push({ ...summary, layer, expected: expectedSession, outcome: 'FAILED', detail });
    return failure;
  } finally {
    isOver = true;
  }
}

const timeoutMs = 30_000;

/** The mistakes that a step names at most. */
const maxNamedDefects = 10;

/** Describes a list of tools and the mistakes in it. The names of tools are bounded plain text of the server. */
function describeTools({ tools, defects, defectCount }: ToolList): string {
  const count = tools.length === 1 ? '1 tool' : `${tools.length} tools`;
  const named = defects.slice(0, maxNamedDefects).map(describeDefect);
  const more = defectCount - named.length;
  return [
    `The server lists ${count}.`,
    ...named,
    ...(more > 0 ? [`Further mistakes in the list: ${more}.`] : []),
  ].join(' ');
}

function describeDefect({ name, position, outcome, message }: ToolDefect): string {
  if (position === null) return message;
  const tool = name === '' ? `Tool ${position}` : `Tool ${position}, "${name}",`;
  return `${tool} ${outcome === 'REPAIRED' ? 'was repaired' : 'was left out'}: ${message}`;
}

function failureOf(
  { message, evidence }: SwitchboardError,
  unreached: OutboundError | null,
): DiagnosisFailure {
  if (unreached) return { ...readableFailure(unreachable(unreached, 'MCP_SERVER')), message };
  const status = evidence?.httpStatus;
  if (status === 404 || status === 405) {
    const remedy = 'Check the URL, including its path, and the transport.';
    return { layer: 'MCP', responsibleParty: 'ADMINISTRATOR', message, remedy };
  }
  if (status === 429 || (status !== undefined && status >= 500)) {
    const remedy = tryAgainLater;
    return { layer: 'HTTP', responsibleParty: 'MCP_SERVER', message, remedy };
  }
  const remedy =
    'Check the URL and the transport. If they are correct, the operator must make the MCP server follow the protocol.';
  return { layer: 'MCP', responsibleParty: 'MCP_SERVER', message, remedy };
}

/** Returns the method of a request. It is text of the client library, never of the server. */
function methodOf(init: RequestInit | undefined): string {
  if (typeof init?.body !== 'string') return init?.method === 'DELETE' ? 'end of session' : 'event stream';
  const { method } = JSON.parse(init.body) as { method?: unknown };
  return typeof method === 'string' ? method : 'response';
}
