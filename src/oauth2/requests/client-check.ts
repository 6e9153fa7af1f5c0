import { ResponseBodyError, genericGrantRequest } from 'openid-client';
import { SwitchboardError } from '../../errors.js';
import { newCodeVerifier, newState } from './authorization.js';
import { clientConfiguration } from './client-configuration.js';
import type { OAuth2Client } from '../client.js';
import { blameFor, type DiscoveryStep } from '../discovery/discovery-log.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { startEvidence, type AnswerEvidence } from '../report/evidence.js';
import { failedAnswer, isUnavailable } from './failed-answer.js';
import type { Blame } from '../report/layer.js';
import { oauth2ErrorOf, outboundErrorIn } from './tokens.js';

/** What is wrong, whose turn it is, and to do what; in our own words. */
export interface Verdict extends Blame {
  message: string;
  remedy: string;
}

/**
 * Asks the token endpoint with a code that was never issued. An endpoint that knows this client refuses the code
 * (`invalid_grant`); one that does not refuses the client (RFC 6749 section 5.2), and does so first, because it has to
 * authenticate whoever asks. Nothing is issued or registered. Never throws for what the remote side does.
 */
export async function checkClient(
  client: OAuth2Client,
  request: { redirectUri: string; resource: string },
  outbound: OAuth2Outbound,
): Promise<{ step: DiscoveryStep; verdict: Verdict | null }> {
  const evidenceOf = startEvidence();
  let evidence: AnswerEvidence | null = null;
  const watched: OAuth2Outbound = {
    ...outbound,
    fetch: async (url, init) => {
      const response = await outbound.fetch(url, init);
      evidence = evidenceOf(response);
      return response;
    },
  };
  const finding = await askWithUnknownCode(client, request, watched);
  const step: DiscoveryStep = {
    layer: finding.verdict?.layer ?? 'CLIENT',
    name: 'Client at the token endpoint',
    url: client.tokenEndpoint,
    expected: 'A refusal of the code that was made up for this check, and not of the client (RFC 6749, 5.2)',
    ...(evidence ?? evidenceOf(null)),
    outcome: finding.verdict ? 'FAILED' : 'FOUND',
    detail: finding.detail,
  };
  return { step, verdict: finding.verdict };
}

async function askWithUnknownCode(
  client: OAuth2Client,
  { redirectUri, resource }: { redirectUri: string; resource: string },
  outbound: OAuth2Outbound,
): Promise<{ detail: string; verdict: Verdict | null }> {
  const parameters = new URLSearchParams({
    code: newState(),
    redirect_uri: redirectUri,
    code_verifier: newCodeVerifier(),
    ...(resource !== '' && { resource }),
  });
  try {
    const configuration = clientConfiguration(client, 'token', outbound);
    await genericGrantRequest(configuration, 'authorization_code', parameters);
    return { detail: 'It issued a token for a code that was made up.', verdict: issuesToAnybody };
  } catch (error) {
    return judge(error);
  }
}

function judge(error: unknown): { detail: string; verdict: Verdict | null } {
  if (error instanceof SwitchboardError) {
    // Ours, from before anything was sent: the endpoint's URL is no usable one.
    const { message } = error;
    const remedy = 'Correct oauth2TokenUrl.';
    return {
      detail: message,
      verdict: { layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR', message, remedy },
    };
  }
  const failure = outboundErrorIn(error);
  if (failure) {
    const message = `The token URL of the provider could not be reached: ${failure.message}`;
    return { detail: failure.message, verdict: { message, ...blameFor(failure.reason, 'PROVIDER') } };
  }
  const response = failedAnswer(error);
  if (response && isUnavailable(response)) {
    return {
      detail: `The provider answered HTTP ${response.status}.`,
      verdict: {
        layer: 'HTTP',
        responsibleParty: 'PROVIDER',
        message: `The provider's token URL is not available at the moment (HTTP ${response.status}).`,
        remedy: 'Try again later; if it stays so, its operator has to look into it.',
      },
    };
  }
  const code = oauth2ErrorOf(error);
  if (code === 'invalid_client' || code === 'unauthorized_client') {
    return { detail: `The provider refused the client (${code}).`, verdict: unknownClient };
  }
  if (error instanceof ResponseBodyError) {
    const refusal = code ? ` (${code})` : '';
    return { detail: `The provider let the client in and refused the code${refusal}.`, verdict: null };
  }
  return { detail: 'The answer is not one of a token endpoint.', verdict: noTokenEndpoint };
}

const unknownClient: Verdict = {
  layer: 'CLIENT',
  responsibleParty: 'ADMINISTRATOR',
  message: 'The provider does not accept the client id and secret that are stored here.',
  remedy:
    'Where this client was registered by hand, compare oauth2ClientId with what the provider shows, and enter a new oauth2ClientSecret; otherwise run registerMcpServerOAuth2Client.',
};

/** Whether it is the client that the provider refused, and not anything else that went wrong. */
export function isClientRefused(verdict: Verdict | null): boolean {
  return verdict === unknownClient;
}

const noTokenEndpoint: Verdict = {
  layer: 'CLIENT',
  responsibleParty: 'PROVIDER',
  message: 'The token URL of the provider does not answer as OAuth 2.0 lays down.',
  remedy: 'Check oauth2TokenUrl where it was given by hand; otherwise the provider has to put that right.',
};

const issuesToAnybody: Verdict = {
  layer: 'CLIENT',
  responsibleParty: 'PROVIDER',
  message: 'The provider issues tokens for codes that it never gave out.',
  remedy: 'Disable the server until the provider has put that right: its tokens prove nothing.',
};
