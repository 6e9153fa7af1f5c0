import {
  compatibilityOf,
  configuredAuthMethod,
  storedCompatibilityOf,
  type OAuth2Compatibility,
} from '../../oauth2/compatibility.js';
import { chooseTokenAuthMethod, type Credentials } from '../../oauth2/requests/token-auth-method.js';
import type { AuthSetting } from '../fields/fields.js';
import { fieldsWith, serverFields } from '../fields/fields.js';
import { noSecret, type Secret } from '../store/server-secrets.js';
import { editCompatibility, needsWithdrawnSetting, plainHttpEndpoints } from './compatibility-settings.js';
import type { FieldRules, PlainHttpAddresses, TextField } from './field-rules.js';
import { unsetAuth, type AuthSettings } from './server-auth.js';
import type { ServerInput } from './server-input.js';

/** A server's OAuth 2.0 settings: entered, discovered and registered ones side by side. */
export type OAuth2Auth = AuthSettings<'OAUTH2'>;
type OAuth2Columns = Omit<OAuth2Auth, 'oauth2ClientSecret'>;

/** The fields that hold text and that an administrator can enter. */
const textFields = fieldsWith({ authType: ['OAUTH2'], source: ['GIVEN'] }).filter(
  (field): field is GivenText => serverFields[field].input.rule !== 'compatibility',
);
type GivenText = AuthSetting & TextField & keyof OAuth2Columns;

/** Tells whether Switchboard registered the client itself. */
export function isRegistered({ oauth2Registration }: Pick<OAuth2Auth, 'oauth2Registration'>): boolean {
  return oauth2Registration === 'DYNAMIC' || oauth2Registration === 'METADATA_DOCUMENT';
}

/** Tells whether client ID and endpoints were all entered manually, so that there is nothing to discover. */
export function isManual(
  auth: Pick<OAuth2Auth, 'oauth2Registration' | 'oauth2AsMetadata' | 'oauth2AuthUrl'>,
): boolean {
  return !isRegistered(auth) && auth.oauth2AsMetadata === null && auth.oauth2AuthUrl !== '';
}

/** The settings that an administrator enters, checked one by one. undefined: omitted. */
type Given = { [Field in GivenText]?: string | undefined } & {
  oauth2ClientSecret: Secret | undefined;
  /** Complete: omitted members are filled in. */
  compatibility: OAuth2Compatibility;
};

/** The other settings of the server that an edit of its OAuth settings depends on. */
export interface AddressEdit {
  url: string;
  /** The URL changes, so what was discovered for the old one no longer applies. */
  urlChanged: boolean;
  redirectUri: string;
  addresses: PlainHttpAddresses;
}

/**
 * Applies an input to a server's OAuth settings. Nothing is discovered or registered here. So an edit discards everything
 * that was discovered if it changes the URL, removes a part of it, or withdraws a compatibility setting that it needed:
 * half of one provider is worse than none.
 */
export function editOAuth2(
  current: OAuth2Auth,
  input: ServerInput,
  rules: FieldRules,
  edit: AddressEdit,
): OAuth2Auth {
  const { urlChanged, redirectUri } = edit;
  const given = readGiven(current, input, rules);
  const keepingDiscovery = overlay(current, given, redirectUri);
  const wasDiscovered = isRegistered(current) || current.oauth2AsMetadata !== null;
  const isBroken = () =>
    combinationMistakes(keepingDiscovery).length > 0 ||
    needsWithdrawnSetting(current, given.compatibility, edit);
  // Another issuer has other endpoints and another client, unless they are entered too.
  const namesOtherIssuer =
    isRegistered(current) && (given.oauth2Issuer ?? '') !== '' && given.oauth2Issuer !== current.oauth2Issuer;
  const discards = urlChanged || (namesOtherIssuer && !hasClient(given)) || (wasDiscovered && isBroken());
  const edited = discards
    ? overlay(withoutDiscovery(current, given, edit), given, redirectUri)
    : keepingDiscovery;
  for (const { path, message } of combinationMistakes(edited)) rules.refuse(path, message);
  refuseUnfitCompatibility(current, edited, given, rules, edit.addresses);
  return edited;
}

const hasClient = ({ oauth2ClientId, oauth2TokenUrl }: Given): boolean =>
  (oauth2ClientId ?? '') !== '' || (oauth2TokenUrl ?? '') !== '';

/** Refuses compatibility settings that do not fit manual settings. Discovered settings that do not fit are discarded. */
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
    rules.refuse(
      'oauth2Compatibility.tokenAuthMethod',
      'Enter a client secret too. This authentication method sends it.',
    );
  }
  const isWithdrawn = current.oauth2Compatibility.acceptsPlainHttp === true && !acceptsPlainHttp;
  // The authorization URL receives users and no credentials. A URL in this input has been checked already.
  const left = plainHttpEndpoints(edited, addresses).find(
    (field) => field !== 'oauth2AuthUrl' && given[field] === undefined,
  );
  if (isWithdrawn && left !== undefined) {
    rules.refuse(
      'oauth2Compatibility.acceptsPlainHttp',
      `Change the ${inSentence(left)} to https first, or keep this setting.`,
    );
  }
}

function readGiven(current: OAuth2Auth, input: ServerInput, rules: FieldRules): Given {
  const compatibility = editCompatibility(current.oauth2Compatibility, input.oauth2Compatibility, rules);
  const { oauth2ClientSecret: secret } = input;
  return {
    ...Object.fromEntries(
      textFields.map((field) => [
        field,
        input[field] === undefined ? undefined : rules.read(field, input[field], compatibility),
      ]),
    ),
    compatibility,
    oauth2ClientSecret: secret === undefined ? undefined : rules.secret('oauth2ClientSecret', secret),
  };
}

/**
 * Returns the settings that an administrator entered, without the discovered ones. A manual client ID keeps
 * `oauth2Issuer`, the authorization server that it belongs to.
 */
function withoutDiscovery(current: OAuth2Auth, given: Given, { urlChanged }: AddressEdit): OAuth2Auth {
  const { oauth2Scopes, oauth2ClientName } = current;
  // Metadata is that of one URL.
  const oauth2ResourceMetadataUrl = urlChanged ? '' : current.oauth2ResourceMetadataUrl;
  if (isRegistered(current)) {
    return { ...unsetAuth('OAUTH2'), oauth2Scopes, oauth2ClientName, oauth2ResourceMetadataUrl };
  }
  const stripped = {
    ...current,
    oauth2ResourceMetadataUrl,
    oauth2DiscoveredScopes: '',
    oauth2Resource: '',
  };
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
  const { compatibility, oauth2ClientSecret = base.oauth2ClientSecret, ...texts } = given;
  const entered = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
  const edited: OAuth2Auth = {
    ...base,
    ...entered,
    oauth2ClientSecret,
    oauth2Compatibility: storedCompatibilityOf(compatibility),
  };
  const changed = (...fields: GivenText[]) => fields.some((field) => edited[field] !== base[field]);
  if (given.oauth2Issuer !== undefined) edited.oauth2NamedIssuer = given.oauth2Issuer;
  // An endpoint that an administrator changed no longer matches the metadata.
  if (changed('oauth2AuthUrl', 'oauth2TokenUrl', 'oauth2Issuer')) edited.oauth2AsMetadata = null;
  if (changed('oauth2ClientId')) becomeManual(edited, base, given, redirectUri);
  const imposed = configuredAuthMethod(compatibility);
  const imposesOther = imposed !== configuredAuthMethod(compatibilityOf(base.oauth2Compatibility));
  if (edited.oauth2ClientId === '' || edited.oauth2TokenUrl === '') {
    edited.oauth2TokenAuthMethod = null;
  } else if (
    edited.oauth2TokenAuthMethod === null ||
    changed('oauth2ClientId') ||
    imposesOther ||
    hasSecret(edited) !== hasSecret(base)
  ) {
    edited.oauth2TokenAuthMethod = chooseTokenAuthMethod(
      edited.oauth2AsMetadata,
      credentialsOf(edited),
      imposed,
    );
  }
  return edited;
}

/** Replaces a registered client by a manual client ID. The registered client's secret goes with it. */
function becomeManual(edited: OAuth2Auth, base: OAuth2Auth, given: Given, redirectUri: string): void {
  const isGone = edited.oauth2ClientId === '';
  edited.oauth2Registration = isGone ? null : 'MANUAL';
  edited.oauth2RedirectUri = isGone ? '' : redirectUri;
  if (isRegistered(base)) edited.oauth2ClientSecret = given.oauth2ClientSecret ?? noSecret;
}

/** Returns the credentials as far as they are at hand. A secret that is kept is not. */
export function credentialsOf({ oauth2ClientId, oauth2ClientSecret: secret }: OAuth2Auth): Credentials {
  const clientSecret = { none: null, kept: undefined, given: secret.is === 'given' ? secret.value : null };
  return { clientId: oauth2ClientId, clientSecret: clientSecret[secret.is] };
}

const hasSecret = ({ oauth2ClientSecret }: OAuth2Auth): boolean => oauth2ClientSecret.is !== 'none';

/**
 * Returns the mistakes in the combination of fields. Accepted are no field, an issuer, a client ID with or without secret
 * and issuer, and a client ID with authorization URL and token URL, with or without the other fields.
 */
function combinationMistakes(auth: OAuth2Auth): { path: keyof ServerInput; message: string }[] {
  const mistakes: { path: keyof ServerInput; message: string }[] = [];
  const hasId = auth.oauth2ClientId !== '';
  const hasAuthUrl = auth.oauth2AuthUrl !== '';
  const hasTokenUrl = auth.oauth2TokenUrl !== '';
  if (!hasId && (hasAuthUrl || hasTokenUrl)) {
    mistakes.push({ path: 'oauth2ClientId', message: 'Enter a client ID. The endpoints need one.' });
  }
  if (!hasId && hasSecret(auth)) {
    mistakes.push({ path: 'oauth2ClientSecret', message: 'Enter a client ID too, or clear the secret.' });
  }
  if (hasTokenUrl && !hasAuthUrl) {
    mistakes.push({ path: 'oauth2AuthUrl', message: 'Enter an authorization URL. A token URL needs one.' });
  }
  if (hasAuthUrl && !hasTokenUrl) {
    mistakes.push({ path: 'oauth2TokenUrl', message: 'Enter a token URL. An authorization URL needs one.' });
  }
  if (auth.oauth2RevocationUrl !== '' && !(hasAuthUrl && hasTokenUrl)) {
    mistakes.push({
      path: 'oauth2RevocationUrl',
      message:
        'Enter an authorization URL and a token URL too. Without them, leave the revocation URL empty.',
    });
  }
  return mistakes;
}

/** Returns a field's label inside a sentence: "token URL". */
function inSentence(field: TextField): string {
  const { label } = serverFields[field];
  return label.charAt(0).toLowerCase() + label.slice(1);
}
