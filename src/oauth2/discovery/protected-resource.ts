import { scopeTokens, type OAuth2Compatibility } from '../compatibility.js';
import { isPlainUrl, isSecureEndpoint, needsPlainHttp, type DiscoveryContext } from '../endpoints.js';
import { isStorable } from '../../text.js';
import { strings, type JsonObject } from '../json.js';
import { nothingSent } from '../report/step.js';
import { customResource, omitResource, plainHttp } from '../report/suggested-settings.js';
import type { CheckResult, DiscoveryLog } from './discovery-log.js';

/** The members of RFC 9728 metadata that a client needs. */
export interface ProtectedResource {
  /** Exactly as published, because authorization servers compare it character by character. */
  resource: string;
  authorizationServers: string[];
  scopes: string[];
}

/** Metadata can list several servers to choose from. Only the first ones are tried, in order. */
const maximumAuthorizationServers = 3;

/**
 * Finds the protected resource metadata of an MCP server. If the challenge announces a URL, only that one is read. If
 * not, the well-known URLs of the path and then of the host are read (RFC 9728 section 3).
 *
 * @returns null when there is none
 * @throws DiscoveryError on an outage, on an announced document that cannot be used, on a document for another resource
 */
export async function findProtectedResource(
  mcpUrl: string,
  announcedUrl: string | null,
  log: DiscoveryLog,
  context: DiscoveryContext,
): Promise<ProtectedResource | null> {
  const check = (document: JsonObject) => checkProtectedResource(document, mcpUrl, context);
  const name = 'Protected resource metadata';
  const request = {
    layer: 'RESOURCE_METADATA',
    expected:
      'HTTP 200 with a JSON document that names the resource and its authorization servers (RFC 9728)',
    operator: 'MCP_SERVER',
  } as const;
  if (announcedUrl !== null) {
    if (!isSecureEndpoint(announcedUrl, context)) {
      const detail = 'The challenge announces a URL that is not a valid https URL.';
      const { layer, expected, operator } = request;
      log.add({ layer, name, url: mcpUrl, expected, ...nothingSent, outcome: 'FAILED', detail });
      throw log.error({
        layer,
        responsibleParty: operator,
        message: `${name}: ${detail}`,
        remedy:
          'The operator of the MCP server must correct resource_metadata in its WWW-Authenticate header.',
        suggestedSettings: needsPlainHttp(announcedUrl, context) ? [plainHttp] : [],
      });
    }
    return log.read(
      { ...request, name: `${name} (announced)`, url: announcedUrl, announced: true },
      context.fetch,
      check,
    );
  }
  for (const url of wellKnownUrls(mcpUrl)) {
    const found = await log.read({ ...request, name, url, announced: false }, context.fetch, check);
    if (found) return found;
  }
  return null;
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

function wellKnownUrls(mcpUrl: string): string[] {
  const { origin, pathname } = new URL(mcpUrl);
  const root = `${origin}/.well-known/oauth-protected-resource`;
  return pathname === '/' ? [root] : [root + pathname, root];
}

function checkProtectedResource(
  document: JsonObject,
  mcpUrl: string,
  context: DiscoveryContext,
): CheckResult<ProtectedResource> {
  const { resource } = document;
  const named = strings(document.authorization_servers);
  if (typeof resource !== 'string' || !isStorable(resource))
    return { outcome: 'NOT_HERE', detail: 'The document names no resource.' };
  if (named.length === 0)
    return { outcome: 'NOT_HERE', detail: 'The document lists no authorization server.' };
  if (!isExpected(resource, mcpUrl, context.compatibility)) {
    return {
      outcome: 'FAILED',
      detail: 'The document is for another resource than this URL.',
      remedy:
        'Check the URL of the MCP server. If it is correct, its operator must publish metadata whose resource is this URL or a parent of its path.',
      suggestedSettings: [...(isResource(resource) ? [customResource(resource)] : []), omitResource],
    };
  }
  // RFC 8414 section 2: an issuer has neither query nor fragment.
  const authorizationServers = named
    .filter((url) => isSecureEndpoint(url, context) && !url.includes('?'))
    .slice(0, maximumAuthorizationServers);
  if (authorizationServers.length === 0) {
    return {
      outcome: 'FAILED',
      detail: 'The document lists no authorization server with a valid https URL.',
      remedy: 'The operator of the MCP server must list its authorization server with an https URL.',
      suggestedSettings: named.some((url) => needsPlainHttp(url, context)) ? [plainHttp] : [],
    };
  }
  return {
    outcome: 'FOUND',
    value: { resource, authorizationServers, scopes: scopeTokens(strings(document.scopes_supported)) },
    detail: 'The document names the resource and its authorization server.',
  };
}
