import type { OAuth2Compatibility } from '../compatibility.js';
import type { DiscoveryTrail, Finding, JsonObject } from './discovery-log.js';
import { nothingSent } from '../report/evidence.js';
import { isPlainUrl, isSecureEndpoint, needsPlainHttp, type LookupContext } from '../endpoints.js';
import { scopeTokens, strings } from './metadata-members.js';
import { customResource, omitResource, plainHttp } from '../report/suggested-settings.js';

/** RFC 9728 metadata, as far as a client needs it. */
export interface ProtectedResource {
  /** Exactly as published: it is compared by authorization servers character for character. */
  resource: string;
  authorizationServers: string[];
  scopes: string[];
}

/** A list is meant for choosing; the first few are asked in turn. */
const maximumAuthorizationServers = 3;

/**
 * Finds the protected resource metadata of an MCP server: at the URL its challenge announces, and there only; without
 * one, at the well-known URL of its path, then of its host (RFC 9728 section 3).
 *
 * @returns null when there is none
 * @throws DISCOVERY_FAILED on an outage, on an announced document that does not serve, on one for another resource
 */
export async function findProtectedResource(
  mcpUrl: string,
  announcedUrl: string | null,
  trail: DiscoveryTrail,
  outbound: LookupContext,
): Promise<ProtectedResource | null> {
  const judge = (document: JsonObject) => judgeProtectedResource(document, mcpUrl, outbound);
  const name = 'Protected resource metadata';
  const inquiry = {
    layer: 'RESOURCE_METADATA',
    expected:
      'HTTP 200 with a JSON document that names the resource and its authorization servers (RFC 9728)',
    operator: 'MCP_SERVER',
  } as const;
  if (announcedUrl !== null) {
    if (!isSecureEndpoint(announcedUrl, outbound)) {
      const detail = 'The challenge announces an address that is not a usable https URL.';
      const { layer, expected, operator } = inquiry;
      trail.note({ layer, name, url: mcpUrl, expected, ...nothingSent, outcome: 'FAILED', detail });
      throw trail.failure(
        `${name}: ${detail}`,
        'The operator of the MCP server has to correct resource_metadata in its WWW-Authenticate header.',
        { layer, responsibleParty: operator },
        needsPlainHttp(announcedUrl, outbound) ? [plainHttp] : [],
      );
    }
    return trail.read(
      { ...inquiry, name: `${name} (announced)`, url: announcedUrl, announced: true },
      outbound.fetch,
      judge,
    );
  }
  for (const url of wellKnownUrls(mcpUrl)) {
    const found = await trail.read({ ...inquiry, name, url, announced: false }, outbound.fetch, judge);
    if (found) return found;
  }
  return null;
}

/**
 * Whether a resource identifier stands for this MCP URL: the same origin, and a path that is the URL's or leads to it
 * on a segment boundary. A query, where it has one, must be the URL's.
 */
export function covers(resource: string, mcpUrl: string): boolean {
  if (!isPlainUrl(resource)) return false;
  const outer = new URL(resource);
  const inner = new URL(mcpUrl);
  if (outer.origin !== inner.origin || (outer.search !== '' && outer.search !== inner.search)) return false;
  const prefix = outer.pathname.replace(/\/+$/, '');
  return inner.pathname === prefix || inner.pathname.startsWith(`${prefix}/`);
}

/** An absolute URI without fragment (RFC 8707 section 2), within bounds. */
export function isResource(resource: string): boolean {
  return /^[a-z][a-z0-9+.-]*:[\x21-\x22\x24-\x7e]+$/i.test(resource) && resource.length <= 2_048;
}

/**
 * Whether metadata that names this resource serves for this MCP URL. Where none is asked for (OMIT), its name makes no
 * difference; with CUSTOM it may also be that very name.
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

function judgeProtectedResource(
  document: JsonObject,
  mcpUrl: string,
  outbound: LookupContext,
): Finding<ProtectedResource> {
  const { resource } = document;
  const named = strings(document.authorization_servers);
  if (typeof resource !== 'string') return { outcome: 'NOT_HERE', detail: 'The document names no resource.' };
  if (named.length === 0)
    return { outcome: 'NOT_HERE', detail: 'The document lists no authorization server.' };
  if (!isExpected(resource, mcpUrl, outbound.compatibility)) {
    return {
      outcome: 'FAILED',
      detail: 'The document is for another resource than this URL.',
      remedy:
        'Check the URL of the MCP server. If it is right, its operator has to publish metadata whose resource is this URL or a parent of its path.',
      suggestedSettings: [...(isResource(resource) ? [customResource(resource)] : []), omitResource],
    };
  }
  // RFC 8414 section 2: an issuer has neither query nor fragment.
  const authorizationServers = named
    .filter((url) => isSecureEndpoint(url, outbound) && !url.includes('?'))
    .slice(0, maximumAuthorizationServers);
  if (authorizationServers.length === 0) {
    return {
      outcome: 'FAILED',
      detail: 'No authorization server that the document lists is a usable https URL.',
      remedy: 'The operator of the MCP server has to list its authorization server with an https URL.',
      suggestedSettings: named.some((url) => needsPlainHttp(url, outbound)) ? [plainHttp] : [],
    };
  }
  return {
    outcome: 'FOUND',
    value: { resource, authorizationServers, scopes: scopeTokens(strings(document.scopes_supported)) },
    detail: 'The document names the resource and its authorization server.',
  };
}
