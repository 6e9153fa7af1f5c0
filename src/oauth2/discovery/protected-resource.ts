import { scopeTokens, type OAuth2Compatibility } from '../compatibility.js';
import { isPlainUrl, isSecureEndpoint, needsPlainHttp, type DiscoveryContext } from '../endpoints.js';
import { isStorable } from '../../text.js';
import { strings, type JsonObject } from '../json.js';
import type { Failure } from '../report/failure.js';
import { nothingSent } from '../report/step.js';
import { customResource, omitResource, plainHttp } from '../report/suggested-settings.js';
import type { CheckResult, DiscoveryLog, Reading } from './discovery-log.js';
import { requiresDpop } from './unsupported-requirements.js';

/** The members of RFC 9728 metadata that a client needs. */
export interface ProtectedResource {
  /** Exactly as published, because authorization servers compare it character by character. */
  resource: string;
  /** Empty if the document lists none (RFC 9728: the member is optional). */
  authorizationServers: string[];
  scopes: string[];
}

/** Metadata can list several servers to choose from. Only the first ones are tried, in order. */
const maximumAuthorizationServers = 3;

/** The URL of resource metadata that the MCP server's challenge or an administrator names. */
export interface NamedMetadata {
  by: 'CHALLENGE' | 'ADMINISTRATOR';
  /** Null if the challenge mentions one, but cannot be read. */
  url: string | null;
}

/** The result of looking for protected resource metadata. */
export interface ResourceSearch {
  /** Null if no location has usable metadata. */
  resource: ProtectedResource | null;
  /** The reason why the announced metadata is not used. */
  announcedFailure: Failure | null;
  /** The first failure of a location that may only be unavailable for the moment. */
  outage: Failure | null;
}

const name = 'Protected resource metadata';
const request = {
  layer: 'RESOURCE_METADATA',
  expected: 'HTTP 200 with a JSON document that names the resource and its authorization servers (RFC 9728)',
  operator: 'MCP_SERVER',
} as const;

/**
 * Finds the protected resource metadata of an MCP server. The announced URL comes first. If the challenge announces none,
 * or one that cannot be used, the well-known URLs at the origin of the MCP server are read (RFC 9728 section 3). They are
 * as trustworthy as the MCP server itself. A document that lists no authorization server is used if no other one does.
 *
 * @throws DiscoveryError when the metadata that an administrator names cannot be used; when the only documents are for
 * another resource, or name no authorization server that may be used
 */
export async function findProtectedResource(
  mcpUrl: string,
  named: NamedMetadata | null,
  log: DiscoveryLog,
  context: DiscoveryContext,
): Promise<ResourceSearch> {
  let withoutServers: ProtectedResource | null = null;
  const check = (document: JsonObject): CheckResult<ProtectedResource> => {
    const result = checkProtectedResource(document, mcpUrl, context);
    if (result.outcome !== 'FOUND' || result.value.authorizationServers.length > 0) return result;
    withoutServers ??= result.value;
    return { outcome: 'NOT_HERE', detail: 'The document lists no authorization server.' };
  };
  let announcedFailure: Failure | null = null;
  let unusable: Failure | null = null;
  let outage: Failure | null = null;
  if (named) {
    const { value, miss } = await readNamed(named, mcpUrl, log, context, check);
    if (value) return { resource: value, announcedFailure, outage };
    if (named.by === 'ADMINISTRATOR' && !withoutServers) throw log.error(miss.failure);
    if (!withoutServers) announcedFailure = miss.failure;
    if (miss.reason === 'FAILED') unusable = miss.failure;
    if (miss.reason === 'UNAVAILABLE') outage = miss.failure;
  }
  const others = named?.by === 'ADMINISTRATOR' ? [] : wellKnownUrls(mcpUrl);
  for (const url of others.filter((url) => url !== named?.url)) {
    const { value, miss } = await log.read({ ...request, name, url }, context.fetch, check);
    if (value) return { resource: value, announcedFailure, outage };
    if (miss?.reason === 'FAILED') unusable ??= miss.failure;
    if (miss?.reason === 'UNAVAILABLE') outage ??= miss.failure;
  }
  if (withoutServers) return { resource: withoutServers, announcedFailure, outage };
  if (unusable) throw log.error(unusable);
  return { resource: null, announcedFailure, outage };
}

/** Reads the metadata that the challenge or an administrator names. */
async function readNamed(
  { by, url: given }: NamedMetadata,
  mcpUrl: string,
  log: DiscoveryLog,
  context: DiscoveryContext,
  check: (document: JsonObject) => CheckResult<ProtectedResource>,
): Promise<Reading<ProtectedResource>> {
  const step = { ...request, name: `${name} (${by === 'CHALLENGE' ? 'announced' : 'entered'})` };
  const isPath = given !== null && /^\/(?!\/)/.test(given);
  const url = isPath ? new URL(given, mcpUrl).href : given;
  if (url !== null && isSecureEndpoint(url, context)) {
    return withRemedy(await log.read({ ...step, url }, context.fetch, check), by);
  }
  const detail =
    by === 'ADMINISTRATOR'
      ? 'The entered URL is not a valid https URL.'
      : url === null
        ? 'The challenge mentions resource metadata, but its URL cannot be read.'
        : 'The challenge announces a URL that is not a valid https URL. It is not used.';
  const { operator, ...unsent } = step;
  log.add({ ...unsent, url: mcpUrl, ...nothingSent, outcome: 'NOT_HERE', detail });
  const failure: Failure = {
    layer: step.layer,
    responsibleParty: operator,
    message: `${name}: ${detail}`,
    remedy: '',
    suggestedSettings: needsPlainHttp(url, context) ? [plainHttp] : [],
  };
  return withRemedy({ value: null, miss: { reason: 'NOT_HERE', failure } }, by);
}

/** Replaces the remedy of a miss by that for a URL that the challenge or an administrator names. */
function withRemedy(
  reading: Reading<ProtectedResource>,
  by: NamedMetadata['by'],
): Reading<ProtectedResource> {
  if (!reading.miss || reading.miss.reason === 'FAILED') return reading;
  const first =
    by === 'ADMINISTRATOR'
      ? 'Check the address of the resource metadata.'
      : 'The operator of the MCP server must correct resource_metadata in its WWW-Authenticate header.';
  const { failure } = reading.miss;
  const remedy = { action: 'ENTER_PROVIDER', first } as const;
  return { value: null, miss: { ...reading.miss, failure: { ...failure, remedy } } };
}

/**
 * Returns true if a resource identifier covers this MCP URL: the origins are the same, and the path of the resource is
 * that of the URL or a parent of it, on a segment boundary. If the resource has a query, it must be that of the URL.
 */
export function covers(resource: string, mcpUrl: string): boolean {
  if (!isPlainUrl(resource)) return false;
  const outer = new URL(resource);
  const inner = new URL(mcpUrl);
  if (outer.origin !== inner.origin || (outer.search !== '' && outer.search !== inner.search)) return false;
  const prefix = outer.pathname.replace(/\/+$/, '');
  return inner.pathname === prefix || inner.pathname.startsWith(`${prefix}/`);
}

/** Returns true for an absolute URI without fragment (RFC 8707 section 2), within bounds. */
export function isResource(resource: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[\x21-\x22\x24-\x7e]+$/i.test(resource) && resource.length <= 2_048;
}

/**
 * Returns true if metadata for this resource can be used for this MCP URL. With OMIT, no resource is requested, so any
 * is accepted. With CUSTOM, the custom resource is accepted too.
 */
export function isExpected(resource: string, mcpUrl: string, compatibility: OAuth2Compatibility): boolean {
  const { resource: rule, customResource: custom } = compatibility;
  return covers(resource, mcpUrl) || rule === 'OMIT' || (rule === 'CUSTOM' && resource === custom);
}

/**
 * Returns the well-known URLs of an MCP URL: of its path with its query, of the path alone, of the path without a slash at
 * its end, and of the host.
 */
function wellKnownUrls(mcpUrl: string): string[] {
  const { origin, pathname, search } = new URL(mcpUrl);
  const root = `${origin}/.well-known/oauth-protected-resource`;
  const path = pathname.replace(/\/+$/, '');
  const paths = pathname === '/' ? [search, ''] : [pathname + search, pathname, path, ''];
  return [...new Set(paths)].map((suffix) => root + suffix);
}

function checkProtectedResource(
  document: JsonObject,
  mcpUrl: string,
  context: DiscoveryContext,
): CheckResult<ProtectedResource> {
  const { resource } = document;
  const { authorization_servers: servers } = document;
  const listed = strings(typeof servers === 'string' ? [servers] : servers);
  if (typeof resource !== 'string' || !isStorable(resource))
    return { outcome: 'NOT_HERE', detail: 'The document names no resource.' };
  const isForUrl = isExpected(resource, mcpUrl, context.compatibility);
  if (!isForUrl && listed.length === 0)
    return { outcome: 'NOT_HERE', detail: 'The document lists no authorization server.' };
  if (!isForUrl) {
    return {
      outcome: 'FAILED',
      detail: 'The document is for another resource than this URL.',
      remedy:
        'Check the URL of the MCP server. If it is correct, its operator must publish metadata whose resource is this URL or a parent of its path.',
      suggestedSettings: [...(isResource(resource) ? [customResource(resource)] : []), omitResource],
    };
  }
  if (document.dpop_bound_access_tokens_required === true) return { outcome: 'FAILED', ...requiresDpop };
  // RFC 8414 section 2: an issuer has neither query nor fragment.
  const authorizationServers = listed
    .filter((url) => isSecureEndpoint(url, context) && !url.includes('?'))
    .slice(0, maximumAuthorizationServers);
  if (authorizationServers.length === 0 && listed.length > 0) {
    return {
      outcome: 'FAILED',
      detail: 'The document lists no authorization server with a valid https URL.',
      remedy: 'The operator of the MCP server must list its authorization server with an https URL.',
      suggestedSettings: listed.some((url) => needsPlainHttp(url, context)) ? [plainHttp] : [],
    };
  }
  return {
    outcome: 'FOUND',
    value: { resource, authorizationServers, scopes: scopeTokens(strings(document.scopes_supported)) },
    detail: 'The document names the resource and its authorization server.',
  };
}
