import { isDeepStrictEqual } from 'node:util';
import {
  compatibilityOf,
  isReservedParameter,
  type AuthorizationParam,
  type OAuth2Compatibility,
  type StoredCompatibility,
} from '../../oauth2/compatibility.js';
import { isExpected, isResource } from '../../oauth2/discovery/protected-resource.js';
import type { FieldRules, PlainHttpAddresses } from './field-rules.js';
import { limits } from './limits.js';
import type { CompatibilityInput } from './server-input.js';
import type { StoredServer } from '../store/stored-server.js';

/** Characters that providers are known to write between scopes, and that no scope is known to hold. */
const separators = new Set([' ', ',', ';', '|', '+']);

type Endpoint = 'oauth2AuthUrl' | 'oauth2TokenUrl' | 'oauth2RevocationUrl';
type Found = Pick<
  StoredServer,
  | Endpoint
  | 'oauth2Issuer'
  | 'oauth2Resource'
  | 'oauth2AsMetadata'
  | 'oauth2Registration'
  | 'oauth2Compatibility'
>;

const at = (member: string) => `oauth2Compatibility.${member}`;

/**
 * Lays an input over what is relaxed: a member that is left out is kept, null is its strict default, and null for the
 * whole is all of them. Mistakes are noted in `rules`.
 */
export function editCompatibility(
  activeSettings: StoredCompatibility,
  input: CompatibilityInput | null | undefined,
  rules: FieldRules,
): OAuth2Compatibility {
  const current = compatibilityOf(activeSettings);
  if (input === undefined) return current;
  const defaults = compatibilityOf({});
  if (input === null) return defaults;
  const settled = <Member extends keyof OAuth2Compatibility>(member: Member): OAuth2Compatibility[Member] => {
    const given = input[member];
    return given === undefined
      ? current[member]
      : ((given ?? defaults[member]) as OAuth2Compatibility[Member]);
  };
  const resource = settled('resource');
  const issuer = settled('issuer');
  const edited: OAuth2Compatibility = {
    resource,
    customResource:
      resource === 'CUSTOM'
        ? readResource(settled('customResource'), rules)
        : nothing('customResource', 'resource: CUSTOM', input, rules),
    pkce: settled('pkce'),
    issuer,
    allowedIssuer:
      issuer === 'ALLOW'
        ? readIssuer(settled('allowedIssuer'), rules)
        : nothing('allowedIssuer', 'issuer: ALLOW', input, rules),
    tokenAuthMethod: settled('tokenAuthMethod'),
    extraAuthorizationParams: readParams(settled('extraAuthorizationParams'), rules),
    scopeSeparator: readSeparator(settled('scopeSeparator'), rules),
    acceptsPlainHttp: settled('acceptsPlainHttp'),
    clientMetadataUrl: readMetadataUrl(settled('clientMetadataUrl'), rules),
  };
  if (edited.clientMetadataUrl !== '' && ['BASIC', 'POST'].includes(edited.tokenAuthMethod)) {
    rules.refuse(
      at('clientMetadataUrl'),
      'stands for a client without a secret, so it needs tokenAuthMethod AUTO or NONE',
    );
  }
  return edited;
}

/** Whether the two relax the same; key order, which the database changes, makes no difference. */
export function isSameCompatibility(one: StoredCompatibility, other: StoredCompatibility): boolean {
  return isDeepStrictEqual(compatibilityOf(one), compatibilityOf(other));
}

/**
 * Whether what was discovered would not be taken any more: it was found under a relaxation that has been withdrawn, or
 * belongs to a client id that is another one now.
 */
export function restsOnWithdrawn(
  found: Found,
  next: OAuth2Compatibility,
  { url, addresses }: { url: string; addresses: PlainHttpAddresses },
): boolean {
  const before = compatibilityOf(found.oauth2Compatibility);
  if (isDeepStrictEqual(before, next)) return false;
  const { oauth2Issuer, oauth2Resource, oauth2AsMetadata, oauth2Registration } = found;
  const issuerGone =
    before.issuer === 'ALLOW' &&
    oauth2Issuer === before.allowedIssuer &&
    next.allowedIssuer !== before.allowedIssuer;
  const methods = oauth2AsMetadata?.code_challenge_methods_supported ?? [];
  const pkceGone = before.pkce === 'ASSUME_S256' && next.pkce !== before.pkce && !methods.includes('S256');
  const resourceGone = oauth2Resource !== '' && !isExpected(oauth2Resource, url, next);
  const clientGone =
    oauth2Registration === 'METADATA_DOCUMENT' && next.clientMetadataUrl !== before.clientMetadataUrl;
  const httpGone =
    before.acceptsPlainHttp && !next.acceptsPlainHttp && plainHttpEndpoints(found, addresses).length > 0;
  return issuerGone || pkceGone || resourceGone || clientGone || httpGone;
}

/** The endpoints that need `acceptsPlainHttp`, by the names of GraphQL. */
export function plainHttpEndpoints(
  auth: Pick<StoredServer, Endpoint>,
  { isAllowedLoopback }: PlainHttpAddresses,
): Endpoint[] {
  const endpoints = ['oauth2AuthUrl', 'oauth2TokenUrl', 'oauth2RevocationUrl'] as const;
  return endpoints.filter((field) => auth[field].startsWith('http://') && !isAllowedLoopback(auth[field]));
}

/** A value that its rule has no use for. */
function nothing(
  member: 'customResource' | 'allowedIssuer',
  needed: string,
  input: CompatibilityInput,
  rules: FieldRules,
): '' {
  if ((input[member] ?? '').trim() !== '') rules.refuse(at(member), `needs ${needed}`);
  return '';
}

function readResource(given: string, rules: FieldRules): string {
  const resource = given.trim();
  if (resource === '') rules.refuse(at('customResource'), 'is required with resource: CUSTOM');
  else if (!isResource(resource)) {
    rules.refuse(
      at('customResource'),
      `must be an absolute URI without fragment (RFC 8707), at most ${limits.url} characters long`,
    );
  }
  return resource;
}

function readIssuer(given: string, rules: FieldRules): string {
  const issuer = rules.issuer(at('allowedIssuer'), given);
  if (issuer === '') rules.refuse(at('allowedIssuer'), 'is required with issuer: ALLOW');
  return issuer;
}

function readParams(given: readonly AuthorizationParam[], rules: FieldRules): AuthorizationParam[] {
  const list = at('extraAuthorizationParams');
  if (given.length > limits.authorizationParams) {
    rules.refuse(list, `may name at most ${limits.authorizationParams} parameters`);
    return [];
  }
  const seen = new Set<string>();
  return given.map((param, index) => {
    const name = param.name.trim();
    const path = `${list}[${index}].name`;
    if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name)) {
      rules.refuse(path, 'takes 1 to 128 letters, digits, hyphens, underscores and dots');
    } else if (isReservedParameter(name)) {
      rules.refuse(path, 'is a parameter that Switchboard sets itself, or that would replace what it sets');
    } else if (seen.has(name)) {
      rules.refuse(path, 'is given twice');
    }
    seen.add(name);
    return { name, value: rules.text(`${list}[${index}].value`, param.value, limits.authorizationParam) };
  });
}

function readSeparator(given: string, rules: FieldRules): string {
  if (!separators.has(given)) {
    rules.refuse(
      at('scopeSeparator'),
      'must be a space, a comma, a semicolon, a vertical bar or a plus sign',
    );
  }
  return given;
}

/** A client id metadata document's URL is https, and more than a host. */
function readMetadataUrl(given: string, rules: FieldRules): string {
  const path = at('clientMetadataUrl');
  const url = rules.url(path, given);
  if (url === '') return url;
  const isHttps = url.startsWith('https://') && URL.canParse(url);
  if (!isHttps) rules.refuse(path, 'must be https, because it is a client id');
  else if (new URL(url).pathname === '/') {
    rules.refuse(path, 'must have a path, because the address of a host alone is no client id');
  } else if (new URL(url).href !== url) {
    rules.refuse(
      path,
      'must be written in its normal form, without dot segments, because it is compared as written',
    );
  }
  return url;
}
