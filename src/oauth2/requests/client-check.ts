import { genericGrantRequest } from 'openid-client';
import type { OAuth2Client } from '../client.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { unreachable, type Failure } from '../report/failure.js';
import { startClock, type DiscoveryStep, type ResponseFacts } from '../report/step.js';
import { newCodeVerifier, newState } from './authorization.js';
import { clientConfiguration } from './client-configuration.js';
import { classifyFailure } from './request-failure.js';

/** The result of checking a client. */
export interface ClientCheck {
  step: DiscoveryStep;
  /** Null if the provider accepts the client. */
  failure: Failure | null;
  /** True if the provider refused the client itself, and not for any other failure. */
  isClientRefused: boolean;
}

/**
 * Sends an invented authorization code to the token endpoint. An endpoint that accepts the client refuses the code
 * (`invalid_grant`). An endpoint that does not refuses the client, and does so first, because it authenticates the client
 * before it checks the code (RFC 6749 section 5.2). Nothing is issued or registered. Never throws for a remote failure.
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
  const { detail, failure } = await sendInventedCode(client, request, observed);
  const step: DiscoveryStep = {
    layer: failure?.layer ?? 'CLIENT',
    name: 'Client at the token endpoint',
    url: client.tokenEndpoint,
    expected: 'An error for the invented code, and not for the client (RFC 6749, 5.2)',
    ...(facts ?? clock(null)),
    outcome: failure ? 'FAILED' : 'FOUND',
    detail,
  };
  return { step, failure, isClientRefused: failure === clientRefused };
}

interface CheckOutcome {
  detail: string;
  failure: Failure | null;
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
    return { detail: 'The provider issued a token for an invented code.', failure: issuesForAnyCode };
  } catch (error) {
    return outcomeOf(error);
  }
}

function outcomeOf(error: unknown): CheckOutcome {
  const failure = classifyFailure(error);
  switch (failure.kind) {
    case 'UNUSABLE': {
      const { message } = failure;
      return {
        detail: message,
        failure: {
          layer: 'CONFIGURATION',
          responsibleParty: 'ADMINISTRATOR',
          message,
          remedy: { action: 'CORRECT_TOKEN_URL' },
        },
      };
    }
    case 'UNREACHABLE': {
      const detail = failure.error.message;
      const message = `The token URL of the provider could not be reached: ${detail}`;
      return { detail, failure: { ...unreachable(failure.error, 'PROVIDER'), message } };
    }
    case 'UNAVAILABLE':
      return {
        detail: `The provider answered HTTP ${failure.status}.`,
        failure: {
          layer: 'HTTP',
          responsibleParty: 'PROVIDER',
          message: `The token URL of the provider is temporarily unavailable (HTTP ${failure.status}).`,
          remedy: 'Try again later. If the failure persists, contact the operator of the provider.',
        },
      };
    case 'REFUSED':
      if (failure.error === 'invalid_client' || failure.error === 'unauthorized_client') {
        return { detail: `The provider refused the client (${failure.error}).`, failure: clientRefused };
      }
      return {
        detail: `The provider accepted the client and refused the code${failure.error ? ` (${failure.error})` : ''}.`,
        failure: null,
      };
    default:
      return { detail: 'The response is not that of a token endpoint.', failure: notATokenEndpoint };
  }
}

const clientRefused: Failure = {
  layer: 'CLIENT',
  responsibleParty: 'ADMINISTRATOR',
  message: 'The provider does not accept the stored client ID and secret.',
  remedy: { action: 'CORRECT_CLIENT' },
};

const notATokenEndpoint: Failure = {
  layer: 'CLIENT',
  responsibleParty: 'PROVIDER',
  message: 'The token URL of the provider does not answer as an OAuth 2.0 token endpoint.',
  remedy: { action: 'CHECK_TOKEN_URL' },
};

const issuesForAnyCode: Failure = {
  layer: 'CLIENT',
  responsibleParty: 'PROVIDER',
  message: 'The provider issues tokens for codes that it never issued.',
  remedy: 'Disable the server until the provider fixes this. Until then, its tokens prove nothing.',
};
