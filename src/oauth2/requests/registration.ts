import {
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  allowInsecureRequests,
  customFetch,
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
} from 'oauth4webapi';
import type { SwitchboardError } from '../../errors.js';
import { OutboundError, type Fetch } from '../../net/guarded-fetch.js';
import { TokenAuthMethod } from '../client.js';
import { DiscoveryTrail } from '../discovery/discovery-log.js';
import type { AuthorizationServerMetadata, Discovery } from '../discovery/discovery.js';
import { nothingSent, startEvidence, type AnswerEvidence } from '../report/evidence.js';
import { strings } from '../discovery/metadata-members.js';
import { repairAnswer } from './quirks.js';

/** This client as the authorization server now knows it. */
export interface ClientRegistration {
  registration: 'DYNAMIC' | 'METADATA_DOCUMENT';
  clientId: string;
  clientSecret: string | null;
  tokenAuthMethod: TokenAuthMethod;
}

export interface RegistrationOptions {
  fetch: Fetch;
  clientName: string;
  redirectUri: string;
  clientUri: string;
  /** Where this client's metadata document is served, or null when providers cannot reach it. */
  clientMetadataUrl: string | null;
  /** How to authenticate at the token endpoint, whatever the server lists; default as it lists. */
  tokenAuthMethod?: TokenAuthMethod | null;
}

/**
 * Makes this client known to the authorization server: by its client id metadata document where both sides can, else
 * by dynamic registration (RFC 7591). What was done is appended to `discovery.steps`.
 *
 * @throws DISCOVERY_FAILED, with the exact redirect URI to register by hand
 */
export async function registerClient(
  discovery: Discovery,
  options: RegistrationOptions,
): Promise<ClientRegistration> {
  const trail = new DiscoveryTrail(discovery.steps);
  const { metadata, registrationEndpoint } = discovery;
  if (options.clientMetadataUrl !== null && takesMetadataDocument(metadata, options.tokenAuthMethod)) {
    trail.note({
      layer: 'CLIENT',
      name: 'Client id metadata document',
      url: options.clientMetadataUrl,
      expected: 'An authorization server that takes client id metadata documents',
      ...nothingSent,
      outcome: 'FOUND',
      detail:
        'The authorization server takes the URL of this document for a client id; nothing is registered.',
    });
    const clientId = options.clientMetadataUrl;
    return { registration: 'METADATA_DOCUMENT', clientId, clientSecret: null, tokenAuthMethod: 'none' };
  }
  const failure = (why: string): SwitchboardError => {
    const host = new URL(discovery.tokenEndpoint).host;
    return trail.failure(
      `The authorization server at ${host} ${why}`,
      `Register this client there by hand, with exactly this redirect URI: ${options.redirectUri} Then enter the client id it is given, and the secret if there is one.`,
      { layer: 'CLIENT', responsibleParty: 'ADMINISTRATOR' },
    );
  };
  if (registrationEndpoint === '') throw failure('takes no dynamic client registrations.');
  return registerDynamically(discovery, options, trail, failure);
}

/**
 * How to authenticate at the token endpoint: without a secret not at all; else as is imposed, else the first that the
 * server lists of Basic and POST. Servers that list nothing take Basic (RFC 8414 section 2).
 */
export function chooseTokenAuthMethod(
  metadata: AuthorizationServerMetadata | null,
  hasSecret: boolean,
  imposed: TokenAuthMethod | null = null,
): TokenAuthMethod {
  if (!hasSecret) return 'none';
  if (imposed !== null) return imposed;
  const listed = metadata?.token_endpoint_auth_methods_supported ?? [];
  const post = listed.includes('client_secret_post') && !listed.includes('client_secret_basic');
  return post ? 'client_secret_post' : 'client_secret_basic';
}

/** The document that stands behind a client id that is a URL, and equally what is sent to register (RFC 7591). */
export function clientMetadataDocument(client: {
  clientId: string;
  clientName: string;
  clientUri: string;
  redirectUri: string;
}): Record<string, unknown> {
  return { client_id: client.clientId, ...clientMetadata(client), token_endpoint_auth_method: 'none' };
}

function clientMetadata(client: { clientName: string; clientUri: string; redirectUri: string }) {
  return {
    client_name: client.clientName,
    client_uri: client.clientUri,
    redirect_uris: [client.redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // OpenID Connect Registration section 2: a web client may not have a redirect URI on plain http.
    application_type: new URL(client.redirectUri).protocol === 'https:' ? 'web' : 'native',
  };
}

/** Whether this client's metadata document can stand for a registration there: it stands for a client without a secret. */
export function takesMetadataDocument(
  metadata: AuthorizationServerMetadata | null,
  imposed: TokenAuthMethod | null = null,
): boolean {
  if (imposed !== null && imposed !== 'none') return false;
  const methods = metadata?.token_endpoint_auth_methods_supported;
  return metadata?.client_id_metadata_document_supported === true && (methods?.includes('none') ?? true);
}

async function registerDynamically(
  { issuer, metadata, registrationEndpoint }: Discovery,
  options: RegistrationOptions,
  trail: DiscoveryTrail,
  failure: (why: string) => SwitchboardError,
): Promise<ClientRegistration> {
  const step = {
    layer: 'CLIENT',
    name: 'Dynamic client registration',
    url: registrationEndpoint,
    expected: 'HTTP 201 with a JSON document that names the client id (RFC 7591)',
  } as const;
  const requested = options.tokenAuthMethod ?? methodToRequest(metadata);
  const evidenceOf = startEvidence();
  let evidence: AnswerEvidence | null = null;
  try {
    const response = await dynamicClientRegistrationRequest(
      { issuer, registration_endpoint: registrationEndpoint },
      { ...clientMetadata(options), token_endpoint_auth_method: requested },
      {
        [customFetch]: (url, init) => options.fetch(url, { ...(init as RequestInit), redirect: 'error' }),
        // Discovery has let plain http pass for allowed loopback addresses alone.
        [allowInsecureRequests]: true,
      },
    );
    evidence = evidenceOf(response);
    const answer = await processDynamicClientRegistrationResponse(
      await repairAnswer('registration', response),
    );
    const registration = readRegistration(answer, requested, metadata, options);
    trail.note({ ...step, ...evidence, outcome: 'FOUND', detail: 'This client is registered.' });
    return registration;
  } catch (error) {
    evidence ??= evidenceOf(null);
    const why = whyNotRegistered(error, evidence.status);
    trail.note({ ...step, ...evidence, outcome: 'FAILED', detail: `It ${why}` });
    throw failure(why);
  }
}

/** A client with a secret where the server offers one, since this one can keep it. */
function methodToRequest(metadata: AuthorizationServerMetadata | null): TokenAuthMethod {
  const listed = metadata?.token_endpoint_auth_methods_supported;
  if (!listed) return 'client_secret_basic';
  return Object.values(TokenAuthMethod).find((method) => listed.includes(method)) ?? 'client_secret_basic';
}

/** The registration cannot be used as it was answered; the message goes on from "The server …". */
class UnusableRegistration extends Error {}

function readRegistration(
  answer: Awaited<ReturnType<typeof processDynamicClientRegistrationResponse>>,
  requested: TokenAuthMethod,
  metadata: AuthorizationServerMetadata | null,
  { redirectUri, tokenAuthMethod: imposed = null }: RegistrationOptions,
): ClientRegistration {
  const { client_id: clientId } = answer;
  const clientSecret = typeof answer.client_secret === 'string' ? answer.client_secret : null;
  if (!isCredential(clientId) || (clientSecret !== null && !isCredential(clientSecret))) {
    throw new UnusableRegistration('registered this client with a malformed id or secret.');
  }
  const redirectUris = strings(answer.redirect_uris);
  if (redirectUris.length > 0 && !redirectUris.includes(redirectUri)) {
    throw new UnusableRegistration('registered this client with another redirect URI than the one sent.');
  }
  const registered = answer.token_endpoint_auth_method;
  if (typeof registered === 'string' && !Object.hasOwn(TokenAuthMethod, registered)) {
    throw new UnusableRegistration(
      'registered this client with a way to authenticate that is not supported.',
    );
  }
  // RFC 7591 section 3.2.1: the server may have replaced what was asked for, and what it says holds.
  const method = (registered as TokenAuthMethod | undefined) ?? requested;
  if (clientSecret === null || (imposed ?? registered) === 'none') {
    return { registration: 'DYNAMIC', clientId, clientSecret: null, tokenAuthMethod: 'none' };
  }
  if (imposed !== null) return { registration: 'DYNAMIC', clientId, clientSecret, tokenAuthMethod: imposed };
  const tokenAuthMethod = method === 'none' ? chooseTokenAuthMethod(metadata, true) : method;
  return { registration: 'DYNAMIC', clientId, clientSecret, tokenAuthMethod };
}

/** RFC 6749 appendix A.1 and A.2, within bounds. */
function isCredential(value: string): boolean {
  return value.length <= 4_096 && /^[\x20-\x7e]+$/.test(value);
}

function whyNotRegistered(error: unknown, status: number | null): string {
  if (error instanceof UnusableRegistration) return error.message;
  if (error instanceof OutboundError) return `could not be reached to register this client. ${error.message}`;
  if (error instanceof ResponseBodyError && error.error === 'invalid_redirect_uri') {
    return 'does not accept the redirect URI of this client.';
  }
  if (status === 401 || status === 403 || error instanceof WWWAuthenticateChallengeError) {
    return 'lets only those register who have been given a token for it.';
  }
  if (status === 404 || status === 405) return 'takes no dynamic client registrations.';
  if (status !== null && status >= 500)
    return `failed to register this client (HTTP ${status}). Try again later.`;
  if (status !== null && status >= 400) return `refused to register this client (HTTP ${status}).`;
  return 'did not answer the registration as RFC 7591 lays down.';
}
