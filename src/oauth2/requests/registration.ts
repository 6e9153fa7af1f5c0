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
import { quoted, remoteWords, sentences } from '../report/remote-text.js';
import { nothingSent, startClock, type ResponseFacts } from '../report/step.js';
import { readManagement, type ClientManagement } from './client-management.js';
import { repairResponse } from './quirks.js';
import { adaptedBody, clientMetadata, grantTypesFor, type RegistrationBody } from './registration-body.js';
import { chooseTokenAuthMethod, methodToRequest } from './token-auth-method.js';

/** The registration of this client at an authorization server. */
export interface ClientRegistration {
  registration: 'DYNAMIC' | 'METADATA_DOCUMENT';
  clientId: string;
  clientSecret: string | null;
  tokenAuthMethod: TokenAuthMethod;
  /** Absent if the provider told nothing about it. */
  management?: ClientManagement;
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
  /** The scope that users will be asked for. It is registered where the server needs one. Defaults to none. */
  scope?: string;
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
  const failed = ({ reason, words }: Refusal): DiscoveryError =>
    log.error({
      layer: 'CLIENT',
      responsibleParty: 'ADMINISTRATOR',
      message: `The authorization server at ${new URL(discovery.tokenEndpoint).host} ${reason}`,
      remedy: sentences(
        quoted(words),
        `Register a client manually, with exactly this redirect URI: ${options.redirectUri} Then enter its client ID, and its secret if it has one.`,
      ),
    });
  if (registrationEndpoint === '') {
    throw failed({ reason: 'does not support dynamic client registration.', words: '' });
  }
  return registerDynamically(discovery, options, log, failed);
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

/** Returns true if the server accepts this client's metadata document, which describes a client without a secret. */
export function acceptsMetadataDocument(
  metadata: AuthorizationServerMetadata | null,
  configured: TokenAuthMethod | null = null,
): boolean {
  if (configured !== null && configured !== 'none') return false;
  const methods = metadata?.token_endpoint_auth_methods_supported;
  return metadata?.client_id_metadata_document_supported === true && (methods?.includes('none') ?? true);
}

/** The most requests of one registration. Each follows a refusal, so at most one registers a client. */
const maximumRequests = 4;

async function registerDynamically(
  discovery: Discovery,
  options: RegistrationOptions,
  log: DiscoveryLog,
  failed: (refusal: Refusal) => DiscoveryError,
): Promise<ClientRegistration> {
  const { metadata, registrationEndpoint } = discovery;
  const step = {
    layer: 'CLIENT',
    name: 'Dynamic client registration',
    url: registrationEndpoint,
    expected: 'HTTP 201 with a JSON document that contains the client ID (RFC 7591)',
  } as const;
  const { tokenAuthMethod: configured = null, scope = '' } = options;
  const adaptability = {
    scope: scope || (metadata?.scopes_supported ?? []).join(' '),
    methods: configured === null ? methodsToRegister(metadata) : [],
  };
  let body: RegistrationBody = {
    ...clientMetadata(options),
    grant_types: grantTypesFor(metadata),
    token_endpoint_auth_method: configured ?? methodToRequest(metadata),
  };
  const sent = new Set<string>();
  for (;;) {
    sent.add(JSON.stringify(body));
    const clock = startClock();
    let facts: ResponseFacts | null = null;
    let text = '';
    try {
      const response = await repairResponse(
        'registration',
        await sendRegistration(discovery, body, options.fetch),
      );
      facts = clock(response);
      text = await response.clone().text();
      const answer = await processDynamicClientRegistrationResponse(response);
      const registration = readRegistration(answer, metadata, options);
      log.add({ ...step, ...facts, outcome: 'FOUND', detail: 'The client is registered.' });
      return withManagement(registration, readManagement(answer));
    } catch (error) {
      facts ??= clock(null);
      const { status } = facts;
      const words = status !== null && status >= 400 ? remoteWords(text) : '';
      const refusal = { reason: failureReason(error, status), words };
      const isAdaptable = isMetadataRefused(error, status) && sent.size < maximumRequests;
      const adapted = isAdaptable ? adaptedBody(body, text, adaptability) : null;
      const next = adapted && !sent.has(JSON.stringify(adapted)) ? adapted : null;
      const remark = next ? 'Another request follows, which describes the client differently.' : '';
      const detail = sentences(`The server ${refusal.reason}`, quoted(words), remark);
      log.add({ ...step, ...facts, outcome: 'FAILED', detail });
      if (!next) throw failed(refusal);
      body = next;
    }
  }
}

async function sendRegistration(
  { issuer, registrationEndpoint }: Discovery,
  body: RegistrationBody,
  fetch: Fetch,
): Promise<Response> {
  return dynamicClientRegistrationRequest(
    { issuer, registration_endpoint: registrationEndpoint },
    { ...body },
    {
      [customFetch]: (url, init) => fetch(url, { ...(init as RequestInit), redirect: 'error' }),
      // Discovery has already limited plain HTTP.
      [allowInsecureRequests]: true,
    },
  );
}

/** Returns the methods that a client can be registered with, the listed ones first. */
function methodsToRegister(metadata: AuthorizationServerMetadata | null): TokenAuthMethod[] {
  const listed = metadata?.token_endpoint_auth_methods_supported;
  const all = Object.values(TokenAuthMethod);
  return listed ? all.filter((method) => listed.includes(method)) : all;
}

/** Returns true if the server may accept another description of the client. */
function isMetadataRefused(error: unknown, status: number | null): boolean {
  if (error instanceof ResponseBodyError && finalErrors.has(error.error)) return false;
  return status === 400 || status === 422;
}

const finalErrors = new Set([
  'invalid_redirect_uri',
  'invalid_software_statement',
  'unapproved_software_statement',
]);

/** The reason of a failed registration. */
interface Refusal {
  /** Continues "The server …". */
  reason: string;
  /** Remote text. */
  words: string;
}

/** A registration that cannot be used. The message continues "The server …". */
class UnusableRegistration extends Error {}

function readRegistration(
  body: Awaited<ReturnType<typeof processDynamicClientRegistrationResponse>>,
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
  if (clientSecret === null || configured === 'none') {
    return { registration: 'DYNAMIC', clientId, clientSecret: null, tokenAuthMethod: 'none' };
  }
  // RFC 7591 section 3.2.1: the server can replace requested values, and its response is authoritative. A secret beside
  // `none` contradicts it. Servers that issue one require it.
  const isNamed = registered !== undefined && registered !== 'none';
  const tokenAuthMethod = isNamed
    ? (configured ?? (registered as TokenAuthMethod))
    : chooseTokenAuthMethod(metadata, { clientId, clientSecret }, configured);
  return { registration: 'DYNAMIC', clientId, clientSecret, tokenAuthMethod };
}

function withManagement(registration: ClientRegistration, management: ClientManagement): ClientRegistration {
  const isTold = management.registrationClientUri !== '' || management.secretExpiresAt !== null;
  return isTold ? { ...registration, management } : registration;
}

/** Returns true for a client ID or secret of RFC 6749 appendix A.1 and A.2, within bounds. */
function isCredential(value: string): boolean {
  return value.length <= 4_096 && /^[\x20-\x7e]+$/.test(value);
}

/** Returns why the registration failed. It continues "The server …". */
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
