import { SwitchboardError } from '../errors.js';
import type { McpEndpoint } from '../mcp/session-fetch.js';
import { McpAuthorizationError } from '../mcp/failure.js';
import type { Credentials } from '../mcp/session.js';
import { listTools } from '../mcp/tools.js';
import { OutboundError, type Fetch } from '../net/guarded-fetch.js';
import { unreachable } from '../oauth2/report/failure.js';
import { nothingSent, startClock } from '../oauth2/report/step.js';
import { readableFailure } from '../servers/settings/oauth2-failures.js';
import type { DiagnosisStep, DiagnosisFailure } from './diagnosis.js';

const expected = 'HTTP 2xx, with application/json or text/event-stream where something was asked for';

/** A session that lists the tools, request by request, and what it came to: a refusal is the caller's to explain. */
export async function trySession(
  endpoint: McpEndpoint,
  { headers, fetch, signal }: { headers: Credentials['headers']; fetch: Fetch; signal: AbortSignal },
  steps: DiagnosisStep[],
): Promise<McpAuthorizationError | DiagnosisFailure | null> {
  let unreached: OutboundError | null = null;
  let isOver = false;
  const watched: Fetch = async (url, init) => {
    const clock = startClock();
    const name = methodOf(init);
    const step = { layer: 'MCP', name, url, expected } as const;
    // What is sent after the session, to take leave, is no part of it.
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
  const wanted = 'A session in which the server lists its tools';
  try {
    const tools = await listTools({ endpoint, credentials: { headers }, fetch: watched, timeoutMs, signal });
    const detail = `The server lists ${tools.length} tools.`;
    steps.push({ ...summary, expected: wanted, outcome: 'FOUND', detail });
    return null;
  } catch (error) {
    if (error instanceof McpAuthorizationError) return error;
    if (!(error instanceof SwitchboardError)) throw error;
    const verdict = verdictOn(error, unreached);
    const { message, layer } = verdict;
    steps.push({ ...summary, layer, expected: wanted, outcome: 'FAILED', detail: message });
    return verdict;
  } finally {
    isOver = true;
  }
}

const timeoutMs = 30_000;

function verdictOn(
  { message, evidence }: SwitchboardError,
  unreached: OutboundError | null,
): DiagnosisFailure {
  if (unreached) return { ...readableFailure(unreachable(unreached, 'MCP_SERVER')), message };
  const status = evidence?.httpStatus;
  if (status === 404 || status === 405) {
    const remedy = 'Check url, its path included, and transport.';
    return { layer: 'MCP', responsibleParty: 'ADMINISTRATOR', message, remedy };
  }
  if (status === 429 || (status !== undefined && status >= 500)) {
    const remedy = 'Try again later; if it stays so, its operator has to look into it.';
    return { layer: 'HTTP', responsibleParty: 'MCP_SERVER', message, remedy };
  }
  const remedy =
    'Check url and transport. If they are right, the operator of the MCP server has to make it answer as the protocol lays down.';
  return { layer: 'MCP', responsibleParty: 'MCP_SERVER', message, remedy };
}

/** What the client library asks: its own words, never the server's. */
function methodOf(init: RequestInit | undefined): string {
  if (typeof init?.body !== 'string') return init?.method === 'DELETE' ? 'end of session' : 'event stream';
  const { method } = JSON.parse(init.body) as { method?: unknown };
  return typeof method === 'string' ? method : 'answer';
}
