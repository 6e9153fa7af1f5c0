import { scopeTokens, type OAuth2Compatibility } from '../compatibility.js';
import type { AuthorizationServerMetadata } from '../discovery/discovery.js';

/** In characters. A server that lists more scopes is asked for `offline_access` alone. */
const longestListedScope = 1_000;

/**
 * Returns the scope to request. It is the configured one, else the discovered one, with `offline_access` if the server
 * lists it: without it, OpenID providers issue no refresh token (OpenID Connect Core section 11).
 *
 * If neither names a scope, the server chooses, unless it lists `offline_access`. A request for `offline_access` alone
 * would replace the server's choice by it. So the request then has `openid` too at an OpenID provider, whose list is that
 * of all its clients, and otherwise all scopes that the server lists.
 */
export function requestedScope(from: {
  oauth2Scopes: string;
  discoveredScopes: string;
  metadata: AuthorizationServerMetadata | null;
}): string {
  const listed = scopeTokens(from.metadata?.scopes_supported ?? []);
  const offline = listed.includes('offline_access') ? ['offline_access'] : [];
  const configured = words(from.oauth2Scopes);
  if (configured.length > 0) return union(configured, offline);
  const discovered = words(from.discoveredScopes).filter((scope) => scope !== 'offline_access');
  if (discovered.length > 0 || offline.length === 0) return union(discovered, offline);
  if (listed.includes('openid')) return union(['openid'], offline);
  const all = union(listed);
  return all.length <= longestListedScope ? all : union(offline);
}

function words(scopes: string): string[] {
  return scopes.split(/\s+/).filter((scope) => scope !== '');
}

function union(...scopes: string[][]): string {
  return [...new Set(scopes.flat())].join(' ');
}

const google = 'https://accounts.google.com';

/**
 * Returns the parameters that a provider needs to issue a refresh token with each authorization.
 *
 * - Google issues one for `access_type=offline`, which it needs in place of `offline_access`.
 * - `prompt=consent` comes with both (OpenID Connect Core section 11), because some providers issue a refresh token only
 *   with a consent. For the same reason it comes when a user connects again whose earlier token set had a refresh token.
 *
 * A parameter that an administrator adds takes precedence.
 */
export function offlineAccessParameters(
  request: { issuer: string; authorizationEndpoint: string; scope: string; hadRefreshToken: boolean },
  { extraAuthorizationParams, consentPrompt }: OAuth2Compatibility,
): { access_type?: string; prompt?: string } {
  const added = new Map(extraAuthorizationParams.map(({ name, value }) => [name, value]));
  const isGoogle = request.issuer === google || URL.parse(request.authorizationEndpoint)?.origin === google;
  const accessType = added.get('access_type') ?? (isGoogle ? 'offline' : undefined);
  const needsConsent =
    accessType === 'offline' || words(request.scope).includes('offline_access') || request.hadRefreshToken;
  return {
    ...(accessType !== undefined && !added.has('access_type') && { access_type: accessType }),
    ...(needsConsent && consentPrompt === 'AUTO' && !added.has('prompt') && { prompt: 'consent' }),
  };
}
