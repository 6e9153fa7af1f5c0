import { isDeepStrictEqual } from 'node:util';
import type { TokenAuthMethod } from './client.js';

/** Selects the `resource` parameter (RFC 8707). */
export const ResourceRule = { AUTO: 'AUTO', OMIT: 'OMIT', CUSTOM: 'CUSTOM' } as const;
export type ResourceRule = (typeof ResourceRule)[keyof typeof ResourceRule];

/** Selects the condition under which PKCE counts as supported. S256 is always sent. */
export const PkceRule = { REQUIRE_ADVERTISED: 'REQUIRE_ADVERTISED', ASSUME_S256: 'ASSUME_S256' } as const;
export type PkceRule = (typeof PkceRule)[keyof typeof PkceRule];

/** Selects the accepted issuers of an authorization server (RFC 8414 section 3.3, RFC 9207). */
export const IssuerRule = { EXACT: 'EXACT', ALLOW: 'ALLOW' } as const;
export type IssuerRule = (typeof IssuerRule)[keyof typeof IssuerRule];

/** Selects the client authentication at the token endpoint (RFC 6749 section 2.3.1). */
export const TokenAuthRule = { AUTO: 'AUTO', BASIC: 'BASIC', POST: 'POST', NONE: 'NONE' } as const;
export type TokenAuthRule = (typeof TokenAuthRule)[keyof typeof TokenAuthRule];

/** Selects the accepted types of issued tokens. Types that need a proof, such as DPoP, are never accepted. */
export const TokenTypeRule = { REQUIRE_BEARER: 'REQUIRE_BEARER', ASSUME_BEARER: 'ASSUME_BEARER' } as const;
export type TokenTypeRule = (typeof TokenTypeRule)[keyof typeof TokenTypeRule];

/** Selects the condition under which `prompt=consent` is sent (OpenID Connect Core section 3.1.2.1). */
export const ConsentPromptRule = { AUTO: 'AUTO', OMIT: 'OMIT' } as const;
export type ConsentPromptRule = (typeof ConsentPromptRule)[keyof typeof ConsentPromptRule];

export interface AuthorizationParam {
  name: string;
  value: string;
}

/**
 * The compatibility settings of one server, for a provider that departs from the standards. There is no setting for
 * `state`, PKCE, the redirect URI or TLS to other than allowed addresses: these are always enforced.
 */
export interface OAuth2Compatibility {
  resource: ResourceRule;
  /** The resource to send with CUSTOM, character by character. Otherwise ''. */
  customResource: string;
  pkce: PkceRule;
  issuer: IssuerRule;
  /** The additional issuer to accept with ALLOW, character by character. Otherwise ''. */
  allowedIssuer: string;
  tokenAuthMethod: TokenAuthRule;
  tokenType: TokenTypeRule;
  consentPrompt: ConsentPromptRule;
  /** Parameters to add to the authorization request. None of them is reserved. */
  extraAuthorizationParams: readonly AuthorizationParam[];
  /** The separator of scopes in requests and responses. */
  scopeSeparator: string;
  /** True to use plain HTTP for addresses that the operator allows. */
  acceptsPlainHttp: boolean;
  /** The URL at which this client's metadata document is published for this server. '' for the default URL. */
  clientMetadataUrl: string;
}

/** The defaults: every rule is enforced. */
export const strict: OAuth2Compatibility = {
  resource: 'AUTO',
  customResource: '',
  pkce: 'REQUIRE_ADVERTISED',
  issuer: 'EXACT',
  allowedIssuer: '',
  tokenAuthMethod: 'AUTO',
  tokenType: 'REQUIRE_BEARER',
  consentPrompt: 'AUTO',
  extraAuthorizationParams: [],
  scopeSeparator: ' ',
  acceptsPlainHttp: false,
  clientMetadataUrl: '',
};

/** The stored form: only the members that depart from `strict`. `{}` enforces every rule. */
export type StoredCompatibility = Partial<OAuth2Compatibility>;

/** Returns the settings with the defaults of the members that are not stored. */
export function compatibilityOf(activeSettings: StoredCompatibility): OAuth2Compatibility {
  return { ...strict, ...activeSettings };
}

/** Returns the members to store: those that depart from `strict`. */
export function storedCompatibilityOf(compatibility: OAuth2Compatibility): StoredCompatibility {
  return Object.fromEntries(
    Object.entries(compatibility).filter(
      ([member, value]) => !isDeepStrictEqual(value, strict[member as keyof OAuth2Compatibility]),
    ),
  );
}

/** Returns the `resource` parameter (RFC 8707). '' omits it. */
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

/** Returns the configured authentication method, or null to use the one that the server lists or has registered. */
export function configuredAuthMethod({
  tokenAuthMethod,
}: Pick<OAuth2Compatibility, 'tokenAuthMethod'>): TokenAuthMethod | null {
  return methods[tokenAuthMethod];
}

/**
 * Writes scopes (RFC 6749 section 3.3) with the provider's separator.
 * @param scope space-separated
 */
export function writeScope(
  scope: string,
  { scopeSeparator }: Pick<OAuth2Compatibility, 'scopeSeparator'>,
): string {
  return scope.replaceAll(' ', scopeSeparator);
}

/** Returns the well-formed granted scopes of a response, separated by spaces, without duplicates. */
export function readScope(
  scope: string,
  { scopeSeparator }: Pick<OAuth2Compatibility, 'scopeSeparator'>,
): string {
  return scopeTokens(scope.split(scopeSeparator).flatMap((part) => part.split(' '))).join(' ');
}

/** Returns true for one well-formed scope (RFC 6749 section 3.3). */
export function isScopeToken(text: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text);
}

/** Returns the well-formed scope tokens of a list, without duplicates (RFC 6749 section 3.3). */
export function scopeTokens(candidates: readonly string[]): string[] {
  return [...new Set(candidates)].filter(isScopeToken);
}

/**
 * Returns true for a parameter of the authorization request that cannot be added or replaced: this client sets it, or it
 * would change the meaning of the whole request. Some servers read `Redirect.Uri` as `redirect_uri`, and so does this.
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
