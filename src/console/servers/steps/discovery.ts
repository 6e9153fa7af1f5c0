import { GraphqlFailure, streamText, type FailureDetails } from '../../graphql/client.js';
import type {
  McpServerDiagnosisOutcome,
  McpServerTransport,
  OAuth2Registration,
} from '../../generated/servers.js';

/** A step of a discovery, as OAuth2DiscoveryStep in GraphQL. */
export interface DiscoveryStep {
  name: string;
  url: string;
  status: number | null;
  durationMs: number | null;
  outcome: McpServerDiagnosisOutcome;
  expected: string;
  detail: string;
}

/** The result of a discovery, as McpServerOAuth2Discovery in GraphQL. */
export interface Discovery {
  requiresAuthorization: boolean;
  issuer: string;
  scopes: string;
  registration: OAuth2Registration | null;
  transport: McpServerTransport;
  /** The address that the URL redirects to. */
  suggestedUrl: string | null;
}

/** An MCP endpoint, and the provider that an administrator names for it. */
export interface DiscoveryTarget {
  url: string;
  oauth2Issuer: string;
  oauth2ResourceMetadataUrl: string;
}

type Line =
  | { step: DiscoveryStep }
  | { discovery: Discovery }
  | { error: { message: string; extensions: FailureDetails & { code: string } } };

/**
 * Discovers an MCP endpoint and reports each step as it completes. Nothing is stored or registered.
 * @throws GraphqlFailure with GraphQL's codes, or UNREACHABLE when Switchboard's response ends early.
 */
export async function discover(
  target: DiscoveryTarget,
  onStep: (step: DiscoveryStep) => void,
  signal: AbortSignal,
): Promise<Discovery> {
  for await (const line of lines(target, signal)) {
    if ('step' in line) onStep(line.step);
    else if ('discovery' in line) return line.discovery;
    else if ('error' in line) {
      const { code, ...details } = line.error.extensions;
      throw new GraphqlFailure(code, line.error.message, details);
    }
  }
  throw new GraphqlFailure('UNREACHABLE', 'The connection to Switchboard was lost. Try again.');
}

async function* lines(target: DiscoveryTarget, signal: AbortSignal): AsyncGenerator<Line> {
  let rest = '';
  for await (const chunk of streamText('/mcp-servers/discovery', target, signal)) {
    const complete = (rest + chunk).split('\n');
    rest = complete.pop() ?? '';
    for (const line of complete) yield JSON.parse(line) as Line;
  }
  if (rest !== '') {
    const { errors } = JSON.parse(rest) as { errors?: { message: string; extensions: { code: string } }[] };
    if (errors?.[0]) yield { error: errors[0] };
  }
}
