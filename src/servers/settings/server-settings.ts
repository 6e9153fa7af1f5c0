import { generalSettings, serverFields, type FieldsWith, type GeneralSetting } from '../fields/fields.js';
import type { StoredServer } from '../store/stored-server.js';
import { needsHttps } from '../store/visible-servers.js';
import { editAuth } from './auth-rules.js';
import { FieldRules, type PlainHttpAddresses } from './field-rules.js';
import { authColumns, authOf, unsetAuth, type AuthColumns, type ServerAuth } from './server-auth.js';
import type { ServerInput } from './server-input.js';

/** The settings that `FieldRules.read` reads. */
type GeneralText = Exclude<GeneralSetting, FieldsWith<{ input: { rule: 'choice' | 'toolNames' } }>>;
type ToolNames = FieldsWith<{ input: { rule: 'toolNames' } }>;

type GeneralSettings = Pick<StoredServer, GeneralSetting>;

/** Everything that an administrator decides about a server. */
export interface ServerSettings extends GeneralSettings {
  auth: ServerAuth;
}

/** The columns of a server's settings, without secrets. */
export type SettingsColumns = GeneralSettings & AuthColumns;

export interface RuleContext {
  addresses: PlainHttpAddresses;
  /** The server's redirect URI by the current PUBLIC_URL. */
  redirectUri: string;
}

/**
 * Checks and returns a new server's settings.
 * @throws BAD_USER_INPUT with every mistake
 */
export function newSettings(input: ServerInput, context: RuleContext): ServerSettings {
  return settle(null, input, context);
}

/**
 * Checks and returns an edited server's settings. A setting that the input omits is kept. The result meets the same rules
 * as a new server.
 * @throws BAD_USER_INPUT with every mistake
 */
export function editedSettings(
  stored: StoredServer,
  input: ServerInput,
  context: RuleContext,
): ServerSettings {
  return settle(stored, input, context);
}

/** Returns the columns to write, without secrets. */
export function columnsOf({ auth, ...general }: ServerSettings): SettingsColumns {
  return { ...general, ...authColumns(auth) };
}

function settle(stored: StoredServer | null, input: ServerInput, context: RuleContext): ServerSettings {
  const rules = new FieldRules(context.addresses);
  const general = Object.fromEntries(
    generalSettings.map((field) => [
      field,
      stored && input[field] === undefined ? stored[field] : readGeneral(field, input, rules),
    ]),
  ) as object as GeneralSettings;
  const urlChanged = stored !== null && stored.url !== general.url;
  const auth = editAuth(stored ? authOf(stored) : unsetAuth('NONE'), input, rules, {
    ...context,
    url: general.url,
    urlChanged,
  });
  // A stored server that breaks this rule can still be edited otherwise. Nothing is sent to it.
  const isEntered = !stored || urlChanged || stored.authType !== auth.authType;
  if (isEntered && needsHttps({ url: general.url, authType: auth.authType }, context.addresses)) {
    rules.refuse(
      'url',
      'Enter an https URL, because credentials are sent to it. Plain http is used only for addresses in ALLOWED_PRIVATE_CIDRS.',
    );
  }
  rules.throwMistakes();
  return { ...general, auth };
}

/** Reads a setting as given; omitted and null mean its default. */
function readGeneral(field: GeneralSetting, input: ServerInput, rules: FieldRules): unknown {
  const declared = serverFields[field].input;
  switch (declared.rule) {
    case 'choice':
      return input[field] ?? declared.default;
    case 'toolNames':
      return rules.toolNames(field, input[field as ToolNames] ?? []);
    default:
      return rules.read(field as GeneralText, input[field as GeneralText]);
  }
}
