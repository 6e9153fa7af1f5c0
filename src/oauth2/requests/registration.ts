import {
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  allowInsecureRequests,
  customFetch,
  dynamicClientRegistrationRequest,
  processDynamicClientRegistrationResponse,
} from 'oauth4webapi';
import { OutboundError, type Fetch } from '../../net/guarded-fetch.js';
import { TokenAuthMethod } from '../client.js';
import { DiscoveryLog } from '../discovery/discovery-log.js';
import type { AuthorizationServerMetadata, Discovery } from '../discovery/discovery.js';
import { strings } from '../json.js';
import type { DiscoveryError } from '../report/failure.js';
import { nothingSent, startClock, type ResponseFacts } from '../report/step.js';
import { repairResponse } from './quirks.js';

/** The registration of this client at an authorization server. */
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
  /** The URL of this client's metadata document, or null if providers cannot reach it. */
  clientMetadataUrl: string | null;
  /** The authentication method to use at the token endpoint. Defaults to one that the server lists. */
  tokenAuthMethod?: TokenAuthMethod | null;
}

/**
 * Registers this client at the authorization server: by its client ID metadata document if both sides support it, else by
 * dynamic registration (RFC 7591). The step is appended to `discovery.steps`.
 *
 * @throws DiscoveryError, with the exact redirect URI to register manually
 */
export async function registerClient(
  discovery: Discovery,
  options: RegistrationOptions,
): Promise<ClientRegistration> {
  const log = new DiscoveryLog(discovery.steps);
  const { metadata, registrationEndpoint } = discovery;
  if (options.clientMetadataUrl !== null && acceptsMetadataDocument(metadata, options.tokenAuthMethod)) {
    log.add({
      layer: 'CLIENT',
      name: 'Client ID metadata document',
      url: options.clientMetadataUrl,
      expected: 'An authorization server that supports client ID metadata documents',
      ...nothingSent,
      outcome: 'FOUND',
      detail:
        'The authorization server accepts the URL of this document as the client ID. No registration is needed.',
    });
    const clientId = options.clientMetadataUrl;
    return { registration: 'METADATA_DOCUMENT', clientId, clientSecret: null, tokenAuthMethod: 'none' };
  }
  const failed = (reason: string): DiscoveryError =>
    log.error({
      layer: 'CLIENT',
      responsibleParty: 'ADMINISTRATOR',
      message: `The authorization server at ${new URL(discovery.tokenEndpoint).host} ${reason}`,
      remedy: `Register a client manually, with exactly this redirect URI: ${options.redirectUri} Then enter its client ID, and its secret if it has one.`,
    });
  if (registrationEndpoint === '') throw failed('does not support dynamic client registration.');
  return registerDynamically(discovery, options, log, failed);
}

/**
 * Selects the authentication method at the token endpoint. Without a secret, it is `none`. With a secret, it is the
 * configured one, else the first of Basic and POST that the server lists. The default is Basic (RFC 8414 section 2).
 */
export function chooseTokenAuthMethod(
  metadata: AuthorizationServerMetadata | null,
  hasSecret: boolean,
  configured: TokenAuthMethod | null = null,
): TokenAuthMethod {
  if (!hasSecret) return 'none';
  if (configured !== null) return configured;
  const listed = metadata?.token_endpoint_auth_methods_supported ?? [];
  const post = listed.includes('client_secret_post') && !listed.includes('client_secret_basic');
  return post ? 'client_secret_post' : 'client_secret_basic';
}

/** Returns the client ID metadata document. Its members are those of a dynamic registration (RFC 7591). */
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
    // OpenID Connect Registration section 2: a web client must not have a plain HTTP redirect URI.
    application_type: new URL(client.redirectUri).protocol === 'https:' ? 'web' : 'native',
  };
}

/** Returns true if the server accepts this client's metadata document, which describes a client without a secret. */
export function acceptsMetadataDocument(
  metadata: AuthorizationServerMetadata | null,
  configured: TokenAuthMethod | null = null,
): boolean {
  if (configured !== null && configured !== 'none') return false;
  const methods = metadata?.token_endpoint_auth_methods_supported;
  return metadata?.client_id_metadata_document_supported === true && (methods?.includes('none') ?? true);
}

async function registerDynamically(
  { issuer, metadata, registrationEndpoint }: Discovery,
  options: RegistrationOptions,
  log: DiscoveryLog,
  failed: (reason: string) => DiscoveryError,
): Promise<ClientRegistration> {
  const step = {
    layer: 'CLIENT',
    name: 'Dynamic client registration',
    url: registrationEndpoint,
    expected: 'HTTP 201 with a JSON document that contains the client ID (RFC 7591)',
  } as const;
  const requested = options.tokenAuthMethod ?? methodToRequest(metadata);
  const clock = startClock();
  let facts: ResponseFacts | null = null;
  try {
    const response = await dynamicClientRegistrationRequest(
      { issuer, registration_endpoint: registrationEndpoint },
      { ...clientMetadata(options), token_endpoint_auth_method: requested },
      {
        [customFetch]: (url, init) => options.fetch(url, { ...(init as RequestInit), redirect: 'error' }),
        // Discovery has already limited plain HTTP.
        [allowInsecureRequests]: true,
      },
    );
    facts = clock(response);
    const body = await processDynamicClientRegistrationResponse(
      await repairResponse('registration', response),
    );
    const registration = readRegistration(body, requested, metadata, options);
    log.add({ ...step, ...facts, outcome: 'FOUND', detail: 'The client is registered.' });
    return registration;
  } catch (error) {
    facts ??= clock(null);
    const reason = failureReason(error, facts.status);
    log.add({ ...step, ...facts, outcome: 'FAILED', detail: `The server ${reason}` });
    throw failed(reason);
  }
}

/** Requests a client with a secret if the server supports that, because this client can keep one. */
function methodToRequest(metadata: AuthorizationServerMetadata | null): TokenAuthMethod {
  const listed = metadata?.token_endpoint_auth_methods_supported;
  if (!listed) return 'client_secret_basic';
  return Object.values(TokenAuthMethod).find((method) => listed.includes(method)) ?? 'client_secret_basic';
}

/** A registration that cannot be used. The message continues "The server …". */
class UnusableRegistration extends Error {}

function readRegistration(
  body: Awaited<ReturnType<typeof processDynamicClientRegistrationResponse>>,
  requested: TokenAuthMethod,
  metadata: AuthorizationServerMetadata | null,
  { redirectUri, tokenAuthMethod: configured = null }: RegistrationOptions,
): ClientRegistration {
  const { client_id: clientId } = body;
  const clientSecret = typeof body.client_secret === 'string' ? body.client_secret : null;
  if (!isCredential(clientId) || (clientSecret !== null && !isCredential(clientSecret))) {
    throw new UnusableRegistration('registered the client with a malformed ID or secret.');
  }
  const redirectUris = strings(body.redirect_uris);
  if (redirectUris.length > 0 && !redirectUris.includes(redirectUri)) {
    throw new UnusableRegistration('registered the client with another redirect URI than the requested one.');
  }
  const registered = body.token_endpoint_auth_method;
  if (typeof registered === 'string' && !Object.hasOwn(TokenAuthMethod, registered)) {
    throw new UnusableRegistration(
      'registered the client with an authentication method that is not supported.',
    );
  }
  // RFC 7591 section 3.2.1: the server can replace requested values, and its response is authoritative.
  const method = (registered as TokenAuthMethod | undefined) ?? requested;
  if (clientSecret === null || (configured ?? registered) === 'none') {
    return { registration: 'DYNAMIC', clientId, clientSecret: null, tokenAuthMethod: 'none' };
  }
  if (configured !== null) {
    return { registration: 'DYNAMIC', clientId, clientSecret, tokenAuthMethod: configured };
  }
  const tokenAuthMethod = method === 'none' ? chooseTokenAuthMethod(metadata, true) : method;
  return { registration: 'DYNAMIC', clientId, clientSecret, tokenAuthMethod };
}

/** Returns true for a client ID or secret of RFC 6749 appendix A.1 and A.2, within bounds. */
function isCredential(value: string): boolean {
  return value.length <= 4_096 && /^[\x20-\x7e]+$/.test(value);
}

/** Returns why the registration failed. The text continues "The server …". */
function failureReason(error: unknown, status: number | null): string {
  if (error instanceof UnusableRegistration) return error.message;
  if (error instanceof OutboundError) return `could not be reached to register a client. ${error.message}`;
  if (error instanceof ResponseBodyError && error.error === 'invalid_redirect_uri') {
    return 'does not accept the redirect URI of the client.';
  }
  if (status === 401 || status === 403 || error instanceof WWWAuthenticateChallengeError) {
    return 'requires an initial access token for registration.';
  }
  if (status === 404 || status === 405) return 'does not support dynamic client registration.';
  if (status !== null && status >= 500)
    return `failed to register the client (HTTP ${status}). Try again later.`;
  if (status !== null && status >= 400) return `refused to register the client (HTTP ${status}).`;
  return 'did not answer the registration as RFC 7591 requires.';
}
