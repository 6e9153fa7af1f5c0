import type { DiscoveryTrail, Finding, JsonObject } from './discovery-log.js';
import { isPlainUrl, isSecureEndpoint, needsPlainHttp, type LookupContext } from '../endpoints.js';
import { strings } from './metadata-members.js';
import { allowIssuer, assumeS256, plainHttp } from '../report/suggested-settings.js';

/** RFC 8414 metadata, as read and checked. Only these members are kept, so what is stored is bounded. */
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
}

/** Metadata that this client can work with: both endpoints are there, secure, and PKCE with S256 is supported or assumed. */
export type UsableMetadata = AuthorizationServerMetadata & {
  authorization_endpoint: string;
  token_endpoint: string;
};

/**
 * Reads the metadata of an issuer, from the well-known URLs of RFC 8414 section 3 and OpenID Connect Discovery
 * section 4, in that order. `issuer` in the document must be exactly one of `accepted` (by default the issuer itself),
 * with nothing normalised, or the one that an administrator allows besides; a document that names another is passed over.
 *
 * @returns null when none of the places has a document
 * @throws DISCOVERY_FAILED on an outage, when only documents of other issuers are found, or when the issuer's own does
 * not serve
 */
export async function findAuthorizationServer(
  issuer: string,
  trail: DiscoveryTrail,
  outbound: LookupContext,
  accepted: readonly string[] = [issuer],
): Promise<UsableMetadata | null> {
  const { allowedIssuer } = outbound.compatibility;
  let other: string | null = null;
  const judge = (document: JsonObject): Finding<UsableMetadata> => {
    if (typeof document.issuer !== 'string')
      return { outcome: 'NOT_HERE', detail: 'The document names no issuer.' };
    const isAllowed = allowedIssuer !== '' && document.issuer === allowedIssuer;
    if (!accepted.includes(document.issuer) && !isAllowed) {
      other ??= document.issuer;
      return { outcome: 'NOT_HERE', detail: 'The document names another issuer than the one asked for.' };
    }
    return judgeMetadata(document, document.issuer, outbound);
  };
  const inquiry = {
    layer: 'AUTHORIZATION_SERVER_METADATA',
    name: 'Authorization server metadata',
    expected: 'HTTP 200 with a JSON document whose issuer is the one asked for (RFC 8414)',
    operator: 'PROVIDER',
    announced: false,
  } as const;
  for (const url of wellKnownUrls(issuer)) {
    const found = await trail.read({ ...inquiry, url }, outbound.fetch, judge);
    if (found) return found;
  }
  if (other !== null) {
    throw trail.failure(
      `The metadata of the authorization server at ${new URL(issuer).host} names another issuer than the one asked for, so it is refused.`,
      'The issuer that the MCP server names and the one in the metadata have to be identical, a slash at the end included; their operators have to put that right.',
      { layer: inquiry.layer, responsibleParty: inquiry.operator },
      isPlainUrl(other) ? [allowIssuer(other)] : [],
    );
  }
  return null;
}

function wellKnownUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const inserted = ['oauth-authorization-server', 'openid-configuration'].map(
    (form) => `${origin}/.well-known/${form}${path}`,
  );
  return path === '' ? inserted : [...inserted, `${origin}${path}/.well-known/openid-configuration`];
}

function judgeMetadata(
  document: JsonObject,
  issuer: string,
  outbound: LookupContext,
): Finding<UsableMetadata> {
  const theirs = 'The operator of the authorization server has to put that right.';
  const { authorization_endpoint, token_endpoint } = document;
  if (!isSecureEndpoint(authorization_endpoint, outbound) || !isSecureEndpoint(token_endpoint, outbound)) {
    return {
      outcome: 'FAILED',
      detail: 'The authorization or the token endpoint is missing or is not a usable https URL.',
      remedy: theirs,
      suggestedSettings: isCuredByPlainHttp([authorization_endpoint, token_endpoint], outbound)
        ? [plainHttp]
        : [],
    };
  }
  const challengeMethods = strings(document.code_challenge_methods_supported);
  // MCP 2026-07-28: methods that are absent mean no PKCE. One that lists others only has said so, whoever assumes what.
  const isAssumed = challengeMethods.length === 0 && outbound.compatibility.pkce === 'ASSUME_S256';
  if (!challengeMethods.includes('S256') && !isAssumed) {
    return {
      outcome: 'FAILED',
      detail: 'The document does not list PKCE with S256, without which no authorization is started.',
      remedy: `${theirs} It has to support PKCE and list S256 in code_challenge_methods_supported.`,
      suggestedSettings: challengeMethods.length === 0 ? [assumeS256] : [],
    };
  }
  const lacks = (member: string, value: string) =>
    Array.isArray(document[member]) && !strings(document[member]).includes(value);
  if (lacks('grant_types_supported', 'authorization_code') || lacks('response_types_supported', 'code')) {
    return {
      outcome: 'FAILED',
      detail: 'The authorization server does not offer the authorization code grant.',
      remedy: 'This server cannot be connected with OAuth by people; ask its operator for another way.',
    };
  }
  const dropped = ['registration_endpoint', 'revocation_endpoint'].filter(
    (member) => document[member] !== undefined && !isSecureEndpoint(document[member], outbound),
  );
  const remark = dropped
    .map((member) => ` Its ${member} is not a usable https URL and is left out.`)
    .join('');
  return {
    outcome: 'FOUND',
    value: { ...keepKnown(document, outbound), issuer, authorization_endpoint, token_endpoint },
    detail: `The document names the issuer asked for.${remark}`,
  };
}

function isCuredByPlainHttp(endpoints: readonly unknown[], outbound: LookupContext): boolean {
  return endpoints.every((url) => isSecureEndpoint(url, outbound) || needsPlainHttp(url, outbound));
}

function keepKnown(document: JsonObject, outbound: LookupContext): Partial<AuthorizationServerMetadata> {
  const kept: Partial<AuthorizationServerMetadata> = {};
  for (const member of ['registration_endpoint', 'revocation_endpoint'] as const) {
    const url = document[member];
    if (isSecureEndpoint(url, outbound)) kept[member] = url;
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
  ] as const) {
    if (document[member] === true) kept[member] = true;
  }
  return kept;
}
