import type { TokenAuthMethod } from '../client.js';
import type { OAuth2Compatibility, StoredCompatibility } from '../compatibility.js';
import { isPlainUrl } from '../endpoints.js';

/** A compatibility setting that is suggested to an administrator, or that is active. */
export interface SuggestedSetting {
  /** The members that depart from the standards. '…' is for a value that the administrator has to choose. */
  members: StoredCompatibility;
  /** The reason why the setting is less safe. It starts in lower case and ends with a period. */
  risk: string;
}

export const omitResource: SuggestedSetting = {
  members: { resource: 'OMIT' },
  risk: 'tokens are then not bound to this MCP server. Anyone who gets one, including the server itself, may be able to use it elsewhere at the same provider.',
};

/** @param resource omitted if there is none to suggest */
export function customResource(resource = '…'): SuggestedSetting {
  return {
    members: { resource: 'CUSTOM', customResource: resource },
    risk: 'tokens are then issued for the resource you name, which is not checked to be this MCP server. The server may receive tokens that others accept too.',
  };
}

export const assumeS256: SuggestedSetting = {
  members: { pkce: 'ASSUME_S256' },
  risk: 'if the provider does not check PKCE, an intercepted authorization code can be redeemed by an attacker, and no error shows it.',
};

/** @param issuer as the remote side names it. A text that is not a plain URL is not repeated. */
export function allowIssuer(issuer: string): SuggestedSetting {
  return {
    members: { issuer: 'ALLOW', allowedIssuer: isPlainUrl(issuer) ? issuer : '…' },
    risk: 'you alone then vouch that both names are the same provider. If they are not, codes and tokens of one can reach the other.',
  };
}

const methodRisks: Record<Exclude<OAuth2Compatibility['tokenAuthMethod'], 'AUTO'>, string> = {
  BASIC:
    'the client secret is then sent in a way that the provider does not list and may not keep out of its logs.',
  POST: 'the client secret is then sent in the request body, which is logged and traced more often than the authorization header.',
  NONE: 'the provider then cannot tell this client from any other that knows its client ID.',
};

export function tokenAuthMethod(method: keyof typeof methodRisks): SuggestedSetting {
  return { members: { tokenAuthMethod: method }, risk: methodRisks[method] };
}

export const assumeBearer: SuggestedSetting = {
  members: { tokenType: 'ASSUME_BEARER' },
  risk: 'tokens of a type that Switchboard does not know are then used like Bearer tokens. If the type requires a protection, they are used without it.',
};

export const omitConsentPrompt: SuggestedSetting = {
  members: { consentPrompt: 'OMIT' },
  risk: 'the provider may then issue no refresh token. Users have to connect again when their access token expires, and are not asked for consent.',
};

export const plainHttp: SuggestedSetting = {
  members: { acceptsPlainHttp: true },
  risk: 'codes, tokens and secrets then cross your network unencrypted. Anyone on it can read and change them.',
};

/**
 * Returns the settings that may avoid this error, from any endpoint of the provider.
 * @param description `error_description`, which alone names the cause at some providers
 */
export function suggestedSettingsFor(
  error: string,
  request: { resource: string; tokenAuthMethod: TokenAuthMethod; hasSecret: boolean },
  description = '',
): SuggestedSetting[] {
  if (error === 'invalid_target' || isAboutResource(description))
    return request.resource === '' ? [customResource()] : [omitResource];
  // A provider gives the same error for a wrong secret and for a secret in the wrong place.
  if (error === 'invalid_client' && request.hasSecret) {
    return [tokenAuthMethod(request.tokenAuthMethod === 'client_secret_post' ? 'BASIC' : 'POST')];
  }
  return [];
}

/**
 * Microsoft's codes for a `resource` that does not match the scopes, is not supported, or is unknown to the tenant. They
 * come with `invalid_request`, `invalid_resource` and other errors.
 */
const microsoftCodes = /\bAADSTS(?:9010010|901002|500011|650057)\b/;
/** The parties of RFC 6749, which a description may name without a fault of the parameter. */
const parties = /\bresource[\s_-]*(?:owner|server)/gi;
const resourceWord = /\bresources?\b/i;
const faults =
  /parameter|indicator|support|allow|permit|recogni[sz]|unknown|unexpected|match|invalid|not found|malformed/i;

/** Tells whether the description of an error says that the `resource` parameter is its cause. */
function isAboutResource(description: string): boolean {
  if (microsoftCodes.test(description)) return true;
  const text = description.replaceAll(parties, '');
  return resourceWord.test(text) && faults.test(text);
}

/** Returns every setting that departs from the standards, in the order of the members. */
export function activeSettingsIn(compatibility: OAuth2Compatibility): SuggestedSetting[] {
  const { extraAuthorizationParams, scopeSeparator, clientMetadataUrl } = compatibility;
  const active: SuggestedSetting[] = [];
  if (compatibility.resource === 'OMIT') active.push(omitResource);
  if (compatibility.resource === 'CUSTOM') active.push(customResource(compatibility.customResource));
  if (compatibility.pkce === 'ASSUME_S256') active.push(assumeS256);
  if (compatibility.issuer === 'ALLOW') active.push(allowIssuer(compatibility.allowedIssuer));
  if (compatibility.tokenAuthMethod !== 'AUTO') active.push(tokenAuthMethod(compatibility.tokenAuthMethod));
  if (compatibility.tokenType === 'ASSUME_BEARER') active.push(assumeBearer);
  if (compatibility.consentPrompt === 'OMIT') active.push(omitConsentPrompt);
  if (extraAuthorizationParams.length > 0) {
    active.push({
      members: { extraAuthorizationParams },
      risk: 'the parameters change what the provider asks users or approves without asking, and their meaning is not checked.',
    });
  }
  if (scopeSeparator !== ' ') {
    active.push({
      members: { scopeSeparator },
      risk: 'a provider that follows the standard reads all scopes as a single one and may use its default instead.',
    });
  }
  if (compatibility.acceptsPlainHttp) active.push(plainHttp);
  if (clientMetadataUrl !== '') {
    active.push({
      members: { clientMetadataUrl },
      risk: 'anyone who controls the document at this URL decides where users are sent with their authorization codes.',
    });
  }
  return active;
}
