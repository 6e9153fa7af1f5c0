import { isDeepStrictEqual } from 'node:util';
import {
  compatibilityOf,
  isReservedParameter,
  type AuthorizationParam,
  type OAuth2Compatibility,
  type StoredCompatibility,
} from '../../oauth2/compatibility.js';
import { isExpected, isResource } from '../../oauth2/discovery/protected-resource.js';
import { limits } from '../fields/field.js';
import type { StoredServer } from '../store/stored-server.js';
import type { FieldRules, PlainHttpAddresses } from './field-rules.js';
import type { CompatibilityInput } from './server-input.js';

/** The separators that providers are known to use. No known scope contains one. */
const separators = new Set([' ', ',', ';', '|', '+']);

type Endpoint = 'oauth2AuthUrl' | 'oauth2TokenUrl' | 'oauth2RevocationUrl';
type Discovered = Pick<
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
 * Applies an input to the active settings. An omitted member is kept, null resets a member, and null for the whole input
 * resets all of them. Mistakes are noted in `rules`.
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
        : refuseUnused('customResource', 'the resource rule is CUSTOM', input, rules),
    pkce: settled('pkce'),
    issuer,
    allowedIssuer:
      issuer === 'ALLOW'
        ? readIssuer(settled('allowedIssuer'), rules)
        : refuseUnused('allowedIssuer', 'the issuer rule is ALLOW', input, rules),
    tokenAuthMethod: settled('tokenAuthMethod'),
    tokenType: settled('tokenType'),
    consentPrompt: settled('consentPrompt'),
    extraAuthorizationParams: readParams(settled('extraAuthorizationParams'), rules),
    scopeSeparator: readSeparator(settled('scopeSeparator'), rules),
    acceptsPlainHttp: settled('acceptsPlainHttp'),
    clientMetadataUrl: readMetadataUrl(settled('clientMetadataUrl'), rules),
  };
  if (edited.clientMetadataUrl !== '' && ['BASIC', 'POST'].includes(edited.tokenAuthMethod)) {
    rules.refuse(
      at('clientMetadataUrl'),
      'Leave this empty, or choose a client authentication without a secret.',
    );
  }
  return edited;
}

/** Tells whether both are the same settings. Key order, which the database changes, makes no difference. */
export function isSameCompatibility(one: StoredCompatibility, other: StoredCompatibility): boolean {
  return isDeepStrictEqual(compatibilityOf(one), compatibilityOf(other));
}

/**
 * Tells whether discovery would not give these results any more: they need a setting that is withdrawn, or belong to a
 * client ID that the settings replace.
 */
export function needsWithdrawnSetting(
  discovered: Discovered,
  next: OAuth2Compatibility,
  { url, addresses }: { url: string; addresses: PlainHttpAddresses },
): boolean {
  const before = compatibilityOf(discovered.oauth2Compatibility);
  if (isDeepStrictEqual(before, next)) return false;
  const { oauth2Issuer, oauth2Resource, oauth2AsMetadata, oauth2Registration } = discovered;
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
    before.acceptsPlainHttp && !next.acceptsPlainHttp && plainHttpEndpoints(discovered, addresses).length > 0;
  return issuerGone || pkceGone || resourceGone || clientGone || httpGone;
}

/** Returns the endpoints that need `acceptsPlainHttp`. */
export function plainHttpEndpoints(
  auth: Pick<StoredServer, Endpoint>,
  { isAllowedLoopback }: PlainHttpAddresses,
): Endpoint[] {
  const endpoints = ['oauth2AuthUrl', 'oauth2TokenUrl', 'oauth2RevocationUrl'] as const;
  return endpoints.filter((field) => auth[field].startsWith('http://') && !isAllowedLoopback(auth[field]));
}

/** Refuses a value that its rule does not use. */
function refuseUnused(
  member: 'customResource' | 'allowedIssuer',
  unless: string,
  input: CompatibilityInput,
  rules: FieldRules,
): '' {
  if ((input[member] ?? '').trim() !== '') rules.refuse(at(member), `Leave this empty unless ${unless}.`);
  return '';
}

function readResource(given: string, rules: FieldRules): string {
  const resource = given.trim();
  if (resource === '') rules.refuse(at('customResource'), 'Enter a resource.');
  else if (!isResource(resource)) {
    rules.refuse(
      at('customResource'),
      `Enter an absolute URI without fragment (RFC 8707) of at most ${limits.url} characters.`,
    );
  }
  return resource;
}

function readIssuer(given: string, rules: FieldRules): string {
  const issuer = rules.issuer(at('allowedIssuer'), given);
  if (issuer === '') rules.refuse(at('allowedIssuer'), 'Enter an issuer.');
  return issuer;
}

function readParams(given: readonly AuthorizationParam[], rules: FieldRules): AuthorizationParam[] {
  const list = at('extraAuthorizationParams');
  if (given.length > limits.authorizationParams) {
    rules.refuse(list, `Enter at most ${limits.authorizationParams} parameters.`);
    return [];
  }
  const seen = new Set<string>();
  return given.map((param, index) => {
    const name = param.name.trim();
    const path = `${list}[${index}].name`;
    if (!/^[A-Za-z0-9_.-]{1,128}$/.test(name)) {
      rules.refuse(path, 'Use 1 to 128 letters, digits, hyphens, underscores and dots.');
    } else if (isReservedParameter(name)) {
      rules.refuse(
        path,
        'Use another parameter. Switchboard sets this one, or it would replace one that Switchboard sets.',
      );
    } else if (seen.has(name)) {
      rules.refuse(path, 'Enter each parameter once.');
    }
    seen.add(name);
    return { name, value: rules.text(`${list}[${index}].value`, param.value, limits.authorizationParam) };
  });
}

function readSeparator(given: string, rules: FieldRules): string {
  if (!separators.has(given)) {
    rules.refuse(
      at('scopeSeparator'),
      'Choose a space, a comma, a semicolon, a vertical bar or a plus sign.',
    );
  }
  return given;
}

/** Reads the URL of a client ID metadata document: https, with a path. */
function readMetadataUrl(given: string, rules: FieldRules): string {
  const path = at('clientMetadataUrl');
  const url = rules.url(path, given);
  if (url === '') return url;
  const isHttps = url.startsWith('https://') && URL.canParse(url);
  if (!isHttps) rules.refuse(path, 'Enter an https URL. It is used as the client ID.');
  else if (new URL(url).pathname === '/') {
    rules.refuse(path, 'Enter a URL with a path. A host alone cannot be a client ID.');
  } else if (new URL(url).href !== url) {
    rules.refuse(path, 'Enter the URL in its normal form, without dot segments. It is compared as written.');
  }
  return url;
}
