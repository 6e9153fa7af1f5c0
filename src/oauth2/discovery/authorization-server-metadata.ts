import { isPlainUrl, isSecureEndpoint, needsPlainHttp, type DiscoveryContext } from '../endpoints.js';
import { parseObject, strings, type JsonObject } from '../json.js';
import type { Failure } from '../report/failure.js';
import { allowIssuer, assumeS256, plainHttp } from '../report/suggested-settings.js';
import type { CheckResult, DiscoveryLog } from './discovery-log.js';
import { unsupportedRequirement } from './unsupported-requirements.js';

/** Checked RFC 8414 metadata. Only these members are kept, so that the stored size is bounded. */
export interface AuthorizationServerMetadata {
  issuer: string;
  authorization_endpoint?: string;
  token_endpoint?: string;
  registration_endpoint?: string;
  revocation_endpoint?: string;
  scopes_supported?: string[];
  grant_types_supported?: string[];
  token_endpoint_auth_methods_supported?: string[];
  code_challenge_methods_supported?: string[];
  authorization_response_iss_parameter_supported?: boolean;
  client_id_metadata_document_supported?: boolean;
  pushed_authorization_request_endpoint?: string;
  require_pushed_authorization_requests?: boolean;
}

/** Metadata that this client can use: both endpoints exist and are secure, and PKCE with S256 is supported or assumed. */
export type UsableMetadata = AuthorizationServerMetadata & {
  authorization_endpoint: string;
  token_endpoint: string;
};

/** The result of looking for the metadata of an issuer. */
export interface IssuerSearch {
  metadata: UsableMetadata | null;
  /** The first failure of a location that may only be unavailable for the moment. */
  outage: Failure | null;
}

/**
 * Reads the metadata of an issuer from the well-known URLs of RFC 8414 section 3 and OpenID Connect Discovery section 4,
 * in that order, and last from the one of RFC 8414 appended to the issuer, as some servers publish it. `issuer` in the
 * document must be identical to one of `accepted` (by default the issuer itself), without normalization, or to the one
 * that an administrator allows. So a location that fails or has an unusable document does not end the search: no later
 * document can be another issuer's.
 *
 * @throws DiscoveryError when no document can be used, and there is one of the issuer that cannot, or of another issuer
 */
export async function findAuthorizationServer(
  issuer: string,
  log: DiscoveryLog,
  context: DiscoveryContext,
  accepted: readonly string[] = [issuer],
): Promise<IssuerSearch> {
  const { allowedIssuer } = context.compatibility;
  let other: string | null = null;
  const check = (document: JsonObject): CheckResult<UsableMetadata> => {
    if (typeof document.issuer !== 'string')
      return { outcome: 'NOT_HERE', detail: 'The document names no issuer.' };
    const isAllowed = allowedIssuer !== '' && document.issuer === allowedIssuer;
    if (!accepted.includes(document.issuer) && !isAllowed) {
      other ??= document.issuer;
      return { outcome: 'NOT_HERE', detail: 'The document is for another issuer.' };
    }
    return checkMetadata(document, document.issuer, context);
  };
  const request = {
    layer: 'AUTHORIZATION_SERVER_METADATA',
    name: 'Authorization server metadata',
    expected: 'HTTP 200 with a JSON document for this issuer (RFC 8414)',
    operator: 'PROVIDER',
  } as const;
  let unusable: Failure | null = null;
  let outage: Failure | null = null;
  for (const url of wellKnownUrls(issuer)) {
    const { value, miss } = await log.read({ ...request, url }, context.fetch, check);
    if (value) return { metadata: value, outage };
    if (miss?.reason === 'FAILED') unusable ??= miss.failure;
    if (miss?.reason === 'UNAVAILABLE') outage ??= miss.failure;
  }
  if (unusable) throw log.error(unusable);
  // The issuer's own document may be at the location that is unavailable.
  if (other !== null && !outage) {
    throw log.error({
      layer: request.layer,
      responsibleParty: request.operator,
      message: `The metadata of the authorization server at ${new URL(issuer).host} is for another issuer, so it was refused.`,
      remedy:
        'The issuer that the MCP server names and the issuer in the metadata must be identical, including a trailing slash. Their operators must correct them.',
      suggestedSettings: isPlainUrl(other) ? [allowIssuer(other)] : [],
    });
  }
  return { metadata: null, outage };
}

/**
 * Tells whether an authorization server that was discovered before still answers with its metadata, as a sign that it
 * works. A document that cannot be used for a new authorization counts too. A server that never had metadata counts if it
 * answers 404. Never throws.
 */
export async function answersWithMetadata(
  discovered: AuthorizationServerMetadata,
  { fetch }: Pick<DiscoveryContext, 'fetch'>,
): Promise<boolean> {
  for (const url of URL.canParse(discovered.issuer) ? wellKnownUrls(discovered.issuer) : []) {
    try {
      const response = await fetch(url, { headers: { accept: 'application/json' } });
      const text = await response.text();
      if (response.ok && parseObject(text) !== null) return true;
      if (response.status === 404 && isAssumed(discovered)) return true;
    } catch {
      // The next URL may answer.
    }
  }
  return false;
}

const assumedMembers: ReadonlySet<string> = new Set([
  'authorization_endpoint',
  'token_endpoint',
  'code_challenge_methods_supported',
]);

/** Metadata that stands for a server without any has only the members that every authorization needs. */
function isAssumed({ issuer: _issuer, ...members }: AuthorizationServerMetadata): boolean {
  return Object.keys(members).every((member) => assumedMembers.has(member));
}

function wellKnownUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const inserted = ['oauth-authorization-server', 'openid-configuration'].map(
    (form) => `${origin}/.well-known/${form}${path}`,
  );
  if (path === '') return inserted;
  return [
    ...inserted,
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}${path}/.well-known/oauth-authorization-server`,
  ];
}

function checkMetadata(
  document: JsonObject,
  issuer: string,
  context: DiscoveryContext,
): CheckResult<UsableMetadata> {
  const correctMetadata = 'The operator of the authorization server must correct its metadata.';
  const { authorization_endpoint, token_endpoint } = document;
  if (!isSecureEndpoint(authorization_endpoint, context) || !isSecureEndpoint(token_endpoint, context)) {
    return {
      outcome: 'FAILED',
      detail: 'The authorization or token endpoint is missing, or is not a valid https URL.',
      remedy: correctMetadata,
      suggestedSettings: needOnlyPlainHttp([authorization_endpoint, token_endpoint], context)
        ? [plainHttp]
        : [],
    };
  }
  const challengeMethods = strings(document.code_challenge_methods_supported);
  // MCP 2026-07-28: without listed methods there is no PKCE. A list without S256 is explicit, so the setting does not apply.
  const isAssumed = challengeMethods.length === 0 && context.compatibility.pkce === 'ASSUME_S256';
  if (!challengeMethods.includes('S256') && !isAssumed) {
    return {
      outcome: 'FAILED',
      detail: 'The document does not list PKCE with S256, which is required.',
      remedy: `${correctMetadata} It must support PKCE and list S256 in code_challenge_methods_supported.`,
      suggestedSettings: challengeMethods.length === 0 ? [assumeS256] : [],
    };
  }
  const lacks = (member: string, value: string) =>
    Array.isArray(document[member]) && !strings(document[member]).includes(value);
  if (lacks('grant_types_supported', 'authorization_code') || lacks('response_types_supported', 'code')) {
    return {
      outcome: 'FAILED',
      detail: 'The authorization server does not offer the authorization code grant.',
      remedy:
        'Users cannot authorize this server with OAuth. Ask its operator for another way to authenticate.',
    };
  }
  const unsupported = unsupportedRequirement(document, context);
  if (unsupported) return { outcome: 'FAILED', ...unsupported };
  const dropped = ['registration_endpoint', 'revocation_endpoint'].filter(
    (member) => document[member] !== undefined && !isSecureEndpoint(document[member], context),
  );
  const remark = dropped.map((member) => ` Its ${member} is not a valid https URL and is ignored.`).join('');
  return {
    outcome: 'FOUND',
    value: { ...keepKnown(document, context), issuer, authorization_endpoint, token_endpoint },
    detail: `The document is for this issuer.${remark}`,
  };
}

function needOnlyPlainHttp(endpoints: readonly unknown[], context: DiscoveryContext): boolean {
  return endpoints.every((url) => isSecureEndpoint(url, context) || needsPlainHttp(url, context));
}

function keepKnown(document: JsonObject, context: DiscoveryContext): Partial<AuthorizationServerMetadata> {
  const kept: Partial<AuthorizationServerMetadata> = {};
  for (const member of [
    'registration_endpoint',
    'revocation_endpoint',
    'pushed_authorization_request_endpoint',
  ] as const) {
    const url = document[member];
    if (isSecureEndpoint(url, context)) kept[member] = url;
  }
  for (const member of [
    'scopes_supported',
    'grant_types_supported',
    'token_endpoint_auth_methods_supported',
    'code_challenge_methods_supported',
  ] as const) {
    if (Array.isArray(document[member])) kept[member] = strings(document[member]);
  }
  for (const member of [
    'authorization_response_iss_parameter_supported',
    'client_id_metadata_document_supported',
    'require_pushed_authorization_requests',
  ] as const) {
    if (document[member] === true) kept[member] = true;
  }
  return kept;
}
