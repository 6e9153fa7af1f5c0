import { WWWAuthenticateChallengeError, genericGrantRequest } from 'openid-client';
import type { OAuth2Client } from '../client.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { parseObject } from '../json.js';
import { unreachable, type Failure } from '../report/failure.js';
import { startClock, type CheckStep, type ResponseFacts } from '../report/step.js';
import { newCodeVerifier, newState } from './authorization.js';
import { clientConfiguration } from './client-configuration.js';
import { classifyFailure } from './request-failure.js';

/** The result of checking a client at the token endpoint. */
export interface ClientCheck {
  step: CheckStep;
  /** A failure that every request to the token endpoint meets: its URL cannot be used. */
  failure: Failure | null;
  /** True if the provider refused the client itself. Any other response says nothing about the client. */
  isClientRefused: boolean;
}

/**
 * Sends an invented authorization code to the token endpoint. An endpoint that does not know the client refuses it with
 * `invalid_client`, because it authenticates the client before it checks the code (RFC 6749 section 5.2). No other
 * response says anything: providers answer an invented code in many ways, and some refuse it before they look at the
 * client. Nothing is issued or registered. Never throws for a remote failure.
 */
export async function checkClient(
  client: OAuth2Client,
  request: { redirectUri: string; resource: string },
  outbound: OAuth2Outbound,
): Promise<ClientCheck> {
  const clock = startClock();
  let facts: ResponseFacts | null = null;
  const observed: OAuth2Outbound = {
    ...outbound,
    fetch: async (url, init) => {
      const response = await outbound.fetch(url, init);
      facts = clock(response);
      return response;
    },
  };
  const { outcome, detail, failure = null } = await sendInventedCode(client, request, observed);
  const step: CheckStep = {
    layer: failure?.layer ?? 'CLIENT',
    name: 'Client at the token endpoint',
    url: client.tokenEndpoint,
    expected: 'An error for the invented code, and not for the client (RFC 6749, 5.2)',
    ...(facts ?? clock(null)),
    outcome,
    detail,
  };
  return { step, failure, isClientRefused: outcome === 'NOT_HERE' };
}

/** FOUND: an error for the code. NOT_HERE: an error for the client. SKIPPED: the response proves nothing. */
interface CheckOutcome {
  outcome: CheckStep['outcome'];
  detail: string;
  failure?: Failure;
}

async function sendInventedCode(
  client: OAuth2Client,
  { redirectUri, resource }: { redirectUri: string; resource: string },
  outbound: OAuth2Outbound,
): Promise<CheckOutcome> {
  const parameters = new URLSearchParams({
    code: newState(),
    redirect_uri: redirectUri,
    code_verifier: newCodeVerifier(),
    ...(resource !== '' && { resource }),
  });
  try {
    const configuration = clientConfiguration(client, 'token', outbound);
    await genericGrantRequest(configuration, 'authorization_code', parameters);
    return provesNothing('The provider issued a token for an invented code.');
  } catch (error) {
    if (error instanceof WWWAuthenticateChallengeError) return challenged(error);
    return outcomeOf(error);
  }
}

const refused: CheckOutcome = {
  outcome: 'NOT_HERE',
  detail: 'The provider refused the client (invalid_client).',
};

function provesNothing(what: string): CheckOutcome {
  return { outcome: 'SKIPPED', detail: `${what} That says nothing about real requests.` };
}

/** A challenge for HTTP Basic refuses the client (RFC 6749 section 5.2). With another challenge, the body decides. */
async function challenged({ cause, response }: WWWAuthenticateChallengeError): Promise<CheckOutcome> {
  if (cause.some(({ scheme }) => scheme === 'basic')) return refused;
  const body = parseObject(await response.text().catch(() => ''));
  if (body?.error === 'invalid_client') return refused;
  return provesNothing(`The provider answered HTTP ${response.status}.`);
}

function outcomeOf(error: unknown): CheckOutcome {
  const failure = classifyFailure(error);
  switch (failure.kind) {
    case 'UNUSABLE': {
      const { message } = failure;
      const remedy = { action: 'CORRECT_TOKEN_URL' } as const;
      return {
        outcome: 'FAILED',
        detail: message,
        failure: { layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR', message, remedy },
      };
    }
    case 'UNREACHABLE': {
      const { error } = failure;
      if (!meetsEveryRequest.has(error.reason)) return provesNothing(error.message);
      const message = `The token URL of the provider could not be reached: ${error.message}`;
      return {
        outcome: 'FAILED',
        detail: error.message,
        failure: { ...unreachable(error, 'PROVIDER'), message },
      };
    }
    case 'REFUSED':
      if (failure.error === 'invalid_client') return refused;
      return {
        outcome: 'FOUND',
        detail: `The provider refused the code${failure.error ? ` (${failure.error})` : ''}, and not the client.`,
      };
    case 'UNAVAILABLE':
      return provesNothing(`The provider answered HTTP ${failure.status} to an invented code.`);
    case 'UNSUPPORTED_TOKEN_TYPE':
      return provesNothing('The provider issued a token for an invented code.');
    case 'MALFORMED':
      return provesNothing('The provider did not answer an invented code as an OAuth 2.0 token endpoint.');
  }
}

/** The failures that do not depend on what is sent. */
const meetsEveryRequest: ReadonlySet<string> = new Set([
  'INVALID_URL',
  'ADDRESS_REFUSED',
  'PLAIN_HTTP_REFUSED',
  'DNS',
  'TLS',
  'REDIRECT_REFUSED',
]);

/** The failure of a client that the provider refuses. */
export const clientRefused: Failure = {
  layer: 'CLIENT',
  responsibleParty: 'ADMINISTRATOR',
  message: 'The provider does not accept the stored client ID and secret.',
  remedy: { action: 'CORRECT_CLIENT' },
};
