import {
  compatibilityOf,
  imposedAuthMethod,
  storedCompatibilityOf,
  type OAuth2Compatibility,
} from '../../oauth2/compatibility.js';
import { chooseTokenAuthMethod } from '../../oauth2/requests/registration.js';
import { editCompatibility, plainHttpEndpoints, restsOnWithdrawn } from './compatibility-settings.js';
import type { FieldRules, PlainHttpAddresses } from './field-rules.js';
import { limits } from './limits.js';
import { noSecret, type Secret } from '../store/secret.js';
import type { ServerInput } from './server-input.js';
import type { StoredServer } from '../store/stored-server.js';

const oauth2Columns = [
  'oauth2ClientId',
  'oauth2AuthUrl',
  'oauth2TokenUrl',
  'oauth2RevocationUrl',
  'oauth2Scopes',
  'oauth2DiscoveredScopes',
  'oauth2Issuer',
  'oauth2Resource',
  'oauth2RedirectUri',
  'oauth2Registration',
  'oauth2TokenAuthMethod',
  'oauth2AsMetadata',
  'oauth2Compatibility',
] as const satisfies readonly (keyof StoredServer)[];

export type OAuth2Columns = Pick<StoredServer, (typeof oauth2Columns)[number]>;

/** A server's OAuth 2 settings: what was given by hand, discovered and registered, side by side. */
export type OAuth2Auth = OAuth2Columns & { oauth2ClientSecret: Secret };

/** Nothing given, nothing found out. */
export const noOAuth2: OAuth2Auth = {
  oauth2ClientId: '',
  oauth2ClientSecret: noSecret,
  oauth2AuthUrl: '',
  oauth2TokenUrl: '',
  oauth2RevocationUrl: '',
  oauth2Scopes: '',
  oauth2DiscoveredScopes: '',
  oauth2Issuer: '',
  oauth2Resource: '',
  oauth2RedirectUri: '',
  oauth2Registration: null,
  oauth2TokenAuthMethod: null,
  oauth2AsMetadata: null,
  oauth2Compatibility: {},
};

export function oauth2Of(stored: StoredServer): OAuth2Auth {
  const columns = Object.fromEntries(
    oauth2Columns.map((column) => [column, stored[column]]),
  ) as OAuth2Columns;
  return { ...columns, oauth2ClientSecret: stored.hasOauth2ClientSecret ? { is: 'kept' } : noSecret };
}

/** Whether this client's id came from a registration of ours, and not from a person. */
export function isRegistered({ oauth2Registration }: OAuth2Columns): boolean {
  return oauth2Registration === 'DYNAMIC' || oauth2Registration === 'METADATA_DOCUMENT';
}

/** Whether client id and endpoints were all given by hand, so that there is nothing to discover. */
export function isByHand(auth: OAuth2Columns): boolean {
  return !isRegistered(auth) && auth.oauth2AsMetadata === null && auth.oauth2AuthUrl !== '';
}

/** The fields that a person may give, checked one by one; undefined where one was left out. */
type Given = { [Field in GivenField]?: string | undefined } & {
  oauth2ClientSecret: Secret | undefined;
  /** What is left out of it is filled in already. */
  compatibility: OAuth2Compatibility;
};
type GivenField = Exclude<keyof ServerInput & keyof OAuth2Columns, 'oauth2Compatibility'>;

/** Where the server is, and with what this client is known there. */
export interface AddressEdit {
  url: string;
  /** It is another one now: what was discovered for the old one does not hold any more. */
  urlChanged: boolean;
  redirectUri: string;
  addresses: PlainHttpAddresses;
}

/**
 * Lays an input over a server's OAuth settings. Nothing is discovered or registered here, so an edit that changes the
 * address of a discovered server, or takes away a part of what was discovered or a relaxation that it rests on, gives up
 * all of it: half of one provider is worse than none.
 */
export function editOAuth2(
  current: OAuth2Auth,
  input: ServerInput,
  rules: FieldRules,
  edit: AddressEdit,
): OAuth2Auth {
  const { urlChanged, redirectUri } = edit;
  const given = readGiven(current, input, rules);
  const asTheyAre = overlay(current, given, redirectUri);
  const wasDiscovered = isRegistered(current) || current.oauth2AsMetadata !== null;
  const isBroken = () =>
    combinationMistakes(asTheyAre).length > 0 || restsOnWithdrawn(current, given.compatibility, edit);
  const giveUp = urlChanged || (wasDiscovered && isBroken());
  const edited = giveUp ? overlay(withoutDiscovery(current, given), given, redirectUri) : asTheyAre;
  for (const { path, message } of combinationMistakes(edited)) rules.refuse(path, message);
  refuseUnfitCompatibility(current, edited, given, rules, edit.addresses);
  return edited;
}

/** What is relaxed has to fit what was given by hand; what was discovered has been given up where it does not. */
function refuseUnfitCompatibility(
  current: OAuth2Auth,
  edited: OAuth2Auth,
  given: Given,
  rules: FieldRules,
  addresses: PlainHttpAddresses,
): void {
  const { tokenAuthMethod, acceptsPlainHttp } = given.compatibility;
  const needsSecret = tokenAuthMethod === 'BASIC' || tokenAuthMethod === 'POST';
  if (needsSecret && edited.oauth2Registration === 'MANUAL' && !hasSecret(edited)) {
    rules.refuse('oauth2Compatibility.tokenAuthMethod', `${tokenAuthMethod} needs oauth2ClientSecret`);
  }
  const isWithdrawn = current.oauth2Compatibility.acceptsPlainHttp === true && !acceptsPlainHttp;
  // The authorization URL is where people go, not credentials; one that was just given has been looked at already.
  const left = plainHttpEndpoints(edited, addresses).find(
    (field) => field !== 'oauth2AuthUrl' && given[field] === undefined,
  );
  if (isWithdrawn && left !== undefined) {
    rules.refuse('oauth2Compatibility.acceptsPlainHttp', `is needed as long as ${left} is plain http`);
  }
}

function readGiven(current: OAuth2Auth, input: ServerInput, rules: FieldRules): Given {
  const compatibility = editCompatibility(current.oauth2Compatibility, input.oauth2Compatibility, rules);
  const read = (field: GivenField, check: (given: string | null) => string) => {
    const given = input[field];
    return given === undefined ? undefined : check(given);
  };
  return {
    compatibility,
    oauth2ClientId: read('oauth2ClientId', (id) => rules.text('oauth2ClientId', id, limits.clientId)),
    oauth2ClientSecret:
      input.oauth2ClientSecret === undefined
        ? undefined
        : rules.secret('oauth2ClientSecret', input.oauth2ClientSecret),
    oauth2AuthUrl: read('oauth2AuthUrl', (url) => rules.url('oauth2AuthUrl', url)),
    oauth2TokenUrl: read('oauth2TokenUrl', (url) =>
      rules.credentialsUrl('oauth2TokenUrl', url, compatibility),
    ),
    oauth2RevocationUrl: read('oauth2RevocationUrl', (url) =>
      rules.credentialsUrl('oauth2RevocationUrl', url, compatibility),
    ),
    oauth2Scopes: read('oauth2Scopes', (scopes) => rules.scopes('oauth2Scopes', scopes)),
    oauth2Issuer: read('oauth2Issuer', (issuer) => rules.issuer('oauth2Issuer', issuer)),
  };
}

/** What a person gave, without what was found out. `oauth2Issuer` stays with a client id given by hand: it is its owner. */
function withoutDiscovery(current: OAuth2Auth, given: Given): OAuth2Auth {
  const { oauth2Scopes } = current;
  if (isRegistered(current)) return { ...noOAuth2, oauth2Scopes };
  const stripped = { ...current, oauth2DiscoveredScopes: '', oauth2Resource: '' };
  if (current.oauth2AsMetadata === null) return stripped;
  const otherClient = given.oauth2ClientId !== undefined && given.oauth2ClientId !== current.oauth2ClientId;
  return {
    ...stripped,
    oauth2AuthUrl: '',
    oauth2TokenUrl: '',
    oauth2RevocationUrl: '',
    oauth2Issuer: otherClient ? '' : current.oauth2Issuer,
    oauth2TokenAuthMethod: null,
    oauth2AsMetadata: null,
  };
}

function overlay(base: OAuth2Auth, given: Given, redirectUri: string): OAuth2Auth {
  const pick = (field: GivenField) => given[field] ?? base[field];
  const edited: OAuth2Auth = {
    ...base,
    oauth2ClientId: pick('oauth2ClientId'),
    oauth2ClientSecret: given.oauth2ClientSecret ?? base.oauth2ClientSecret,
    oauth2AuthUrl: pick('oauth2AuthUrl'),
    oauth2TokenUrl: pick('oauth2TokenUrl'),
    oauth2RevocationUrl: pick('oauth2RevocationUrl'),
    oauth2Scopes: pick('oauth2Scopes'),
    oauth2Issuer: pick('oauth2Issuer'),
    oauth2Compatibility: storedCompatibilityOf(given.compatibility),
  };
  const changed = (...fields: GivenField[]) => fields.some((field) => edited[field] !== base[field]);
  // What a person changed by hand is not what the metadata says any more.
  if (changed('oauth2AuthUrl', 'oauth2TokenUrl', 'oauth2Issuer')) edited.oauth2AsMetadata = null;
  if (changed('oauth2ClientId')) becomeManual(edited, base, given, redirectUri);
  const imposed = imposedAuthMethod(given.compatibility);
  const imposesOther = imposed !== imposedAuthMethod(compatibilityOf(base.oauth2Compatibility));
  if (edited.oauth2ClientId === '' || edited.oauth2TokenUrl === '') {
    edited.oauth2TokenAuthMethod = null;
  } else if (
    edited.oauth2TokenAuthMethod === null ||
    changed('oauth2ClientId') ||
    imposesOther ||
    hasSecret(edited) !== hasSecret(base)
  ) {
    edited.oauth2TokenAuthMethod = chooseTokenAuthMethod(edited.oauth2AsMetadata, hasSecret(edited), imposed);
  }
  return edited;
}

/** A client id given by hand takes the place of a registered one, whose secret went with it. */
function becomeManual(edited: OAuth2Auth, base: OAuth2Auth, given: Given, redirectUri: string): void {
  const isGone = edited.oauth2ClientId === '';
  edited.oauth2Registration = isGone ? null : 'MANUAL';
  edited.oauth2RedirectUri = isGone ? '' : redirectUri;
  if (isRegistered(base)) edited.oauth2ClientSecret = given.oauth2ClientSecret ?? noSecret;
}

const hasSecret = ({ oauth2ClientSecret }: OAuth2Auth): boolean => oauth2ClientSecret.is !== 'none';

/**
 * Accepted are: nothing; a client id with or without secret and issuer; client id, authorization URL and token URL with
 * or without the others.
 */
function combinationMistakes(auth: OAuth2Auth): { path: keyof ServerInput; message: string }[] {
  const mistakes: { path: keyof ServerInput; message: string }[] = [];
  const hasId = auth.oauth2ClientId !== '';
  const hasAuthUrl = auth.oauth2AuthUrl !== '';
  const hasTokenUrl = auth.oauth2TokenUrl !== '';
  if (!hasId && (hasAuthUrl || hasTokenUrl)) {
    mistakes.push({ path: 'oauth2ClientId', message: 'is required with oauth2AuthUrl and oauth2TokenUrl' });
  }
  if (!hasId && hasSecret(auth)) {
    mistakes.push({ path: 'oauth2ClientSecret', message: 'needs oauth2ClientId; null clears it' });
  }
  if (!hasId && auth.oauth2Issuer !== '') {
    mistakes.push({ path: 'oauth2Issuer', message: 'needs oauth2ClientId; without one it is discovered' });
  }
  if (hasTokenUrl && !hasAuthUrl) {
    mistakes.push({ path: 'oauth2AuthUrl', message: 'is required with oauth2TokenUrl' });
  }
  if (hasAuthUrl && !hasTokenUrl) {
    mistakes.push({ path: 'oauth2TokenUrl', message: 'is required with oauth2AuthUrl' });
  }
  if (auth.oauth2RevocationUrl !== '' && !(hasAuthUrl && hasTokenUrl)) {
    mistakes.push({
      path: 'oauth2RevocationUrl',
      message: 'needs oauth2AuthUrl and oauth2TokenUrl; without them it is discovered',
    });
  }
  return mistakes;
}
