import { isDeepStrictEqual } from 'node:util';
import type { TokenAuthMethod } from './client.js';

/** What is sent as `resource` (RFC 8707). */
export const ResourceRule = { AUTO: 'AUTO', OMIT: 'OMIT', CUSTOM: 'CUSTOM' } as const;
export type ResourceRule = (typeof ResourceRule)[keyof typeof ResourceRule];

/** When a provider is believed to check PKCE. S256 is sent in any case. */
export const PkceRule = { REQUIRE_ADVERTISED: 'REQUIRE_ADVERTISED', ASSUME_S256: 'ASSUME_S256' } as const;
export type PkceRule = (typeof PkceRule)[keyof typeof PkceRule];

/** Which name an authorization server may go by (RFC 8414 section 3.3, RFC 9207). */
export const IssuerRule = { EXACT: 'EXACT', ALLOW: 'ALLOW' } as const;
export type IssuerRule = (typeof IssuerRule)[keyof typeof IssuerRule];

/** How to authenticate at the token endpoint (RFC 6749 section 2.3.1). */
export const TokenAuthRule = { AUTO: 'AUTO', BASIC: 'BASIC', POST: 'POST', NONE: 'NONE' } as const;
export type TokenAuthRule = (typeof TokenAuthRule)[keyof typeof TokenAuthRule];

export interface AuthorizationParam {
  name: string;
  value: string;
}

/**
 * What an administrator relaxes for one server whose provider departs from the rules. `state`, PKCE itself, the redirect
 * URI and TLS beyond listed addresses have no member here: they cannot be relaxed.
 */
export interface OAuth2Compatibility {
  resource: ResourceRule;
  /** With CUSTOM what is sent, character for character; else ''. */
  customResource: string;
  pkce: PkceRule;
  issuer: IssuerRule;
  /** With ALLOW the one other name, character for character; else ''. */
  allowedIssuer: string;
  tokenAuthMethod: TokenAuthRule;
  /** Added to the authorization request; none of them is one that this client sets itself. */
  extraAuthorizationParams: readonly AuthorizationParam[];
  /** Between two scopes, when they are asked for and when they are granted. */
  scopeSeparator: string;
  /** Plain http, at addresses in ALLOWED_PRIVATE_CIDRS. */
  acceptsPlainHttp: boolean;
  /** Where this client's metadata document is published for this server, instead of here; '' is here. */
  clientMetadataUrl: string;
}

/** Nothing relaxed. */
export const strict: OAuth2Compatibility = {
  resource: 'AUTO',
  customResource: '',
  pkce: 'REQUIRE_ADVERTISED',
  issuer: 'EXACT',
  allowedIssuer: '',
  tokenAuthMethod: 'AUTO',
  extraAuthorizationParams: [],
  scopeSeparator: ' ',
  acceptsPlainHttp: false,
  clientMetadataUrl: '',
};

/** As it is stored: only what departs from `strict`, so that `{}` is a server for which nothing is relaxed. */
export type StoredCompatibility = Partial<OAuth2Compatibility>;

export function compatibilityOf(activeSettings: StoredCompatibility): OAuth2Compatibility {
  return { ...strict, ...activeSettings };
}

export function storedCompatibilityOf(compatibility: OAuth2Compatibility): StoredCompatibility {
  return Object.fromEntries(
    Object.entries(compatibility).filter(
      ([member, value]) => !isDeepStrictEqual(value, strict[member as keyof OAuth2Compatibility]),
    ),
  );
}

/** RFC 8707 `resource`; '' leaves the parameter out. */
export function resourceToSend(
  { resource, customResource }: OAuth2Compatibility,
  discovered: string,
): string {
  if (resource === 'AUTO') return discovered;
  return resource === 'CUSTOM' ? customResource : '';
}

const methods: Record<TokenAuthRule, TokenAuthMethod | null> = {
  AUTO: null,
  BASIC: 'client_secret_basic',
  POST: 'client_secret_post',
  NONE: 'none',
};

/** null: whatever the server lists, or has registered. */
export function imposedAuthMethod({
  tokenAuthMethod,
}: Pick<OAuth2Compatibility, 'tokenAuthMethod'>): TokenAuthMethod | null {
  return methods[tokenAuthMethod];
}

/**
 * Space-separated scopes (RFC 6749 section 3.3) as this provider writes them.
 * @param scope space-separated
 */
export function writeScope(
  scope: string,
  { scopeSeparator }: Pick<OAuth2Compatibility, 'scopeSeparator'>,
): string {
  return scope.replaceAll(' ', scopeSeparator);
}

/** What a provider granted, space-separated however it writes that. */
export function readScope(
  scope: string,
  { scopeSeparator }: Pick<OAuth2Compatibility, 'scopeSeparator'>,
): string {
  return scope
    .split(scopeSeparator)
    .flatMap((part) => part.split(' '))
    .filter((part) => part !== '')
    .join(' ');
}

/**
 * The parameters of an authorization request that nobody adds or replaces: what this client sets itself, and what would
 * replace or bend the request as a whole. Some servers take `Redirect.Uri` for `redirect_uri`; so does this.
 */
export function isReservedParameter(name: string): boolean {
  return reserved.has(name.toLowerCase().replaceAll(/[.-]/g, '_'));
}

const reserved: ReadonlySet<string> = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'redirect_uri',
  'state',
  'scope',
  'resource',
  'nonce',
  'code',
  'code_challenge',
  'code_challenge_method',
  'code_verifier',
  'grant_type',
  'request',
  'request_uri',
  'registration',
  'dpop_jkt',
  'iss',
]);
