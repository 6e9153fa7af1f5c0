import { FieldRules, type PlainHttpAddresses } from './field-rules.js';
import { limits } from './limits.js';
import { authOf, editAuth, unsetAuth, type ServerAuth } from './server-auth.js';
import type { ServerInput } from './server-input.js';
import type { StoredServer } from '../store/stored-server.js';

/** All that an administrator decides about a server: what every server has, and its auth. */
export type ServerSettings = Pick<
  StoredServer,
  | 'slug'
  | 'displayName'
  | 'description'
  | 'iconUrl'
  | 'url'
  | 'transport'
  | 'toolAllowList'
  | 'toolDenyList'
  | 'availability'
  | 'enabled'
> & { auth: ServerAuth };

export interface RuleContext {
  addresses: PlainHttpAddresses;
  /** This server's redirect URI as it is now. */
  redirectUri: string;
}

/**
 * A new server's settings, checked.
 * @throws BAD_USER_INPUT with every mistake
 */
export function newSettings(input: ServerInput, context: RuleContext): ServerSettings {
  return settle(null, input, context);
}

/**
 * An edited server's settings: what the input leaves out stays, and the same rules hold for the result as for a new
 * server.
 * @throws BAD_USER_INPUT with every mistake
 */
export function editedSettings(
  stored: StoredServer,
  input: ServerInput,
  context: RuleContext,
): ServerSettings {
  return settle(stored, input, context);
}

function settle(stored: StoredServer | null, input: ServerInput, context: RuleContext): ServerSettings {
  const rules = new FieldRules(context.addresses);
  const common = settleCommon(stored, input, rules);
  const urlChanged = stored !== null && stored.url !== common.url;
  const auth = editAuth(stored ? authOf(stored) : unsetAuth('NONE'), input, rules, {
    ...context,
    url: common.url,
    urlChanged,
  });
  rules.throwMistakes();
  return { ...common, auth };
}

function settleCommon(
  stored: StoredServer | null,
  input: ServerInput,
  rules: FieldRules,
): Omit<ServerSettings, 'auth'> {
  /** What is left out stays; of a new server it is the default, as null is. */
  const settled = <Given, Settled>(
    given: Given | null | undefined,
    kept: Settled | undefined,
    read: (given: Given | null) => Settled,
  ): Settled => (given === undefined && kept !== undefined ? kept : read(given ?? null));
  return {
    slug: settled(input.slug, stored?.slug, (slug) => rules.slug('slug', slug)),
    displayName: settled(input.displayName, stored?.displayName, (name) =>
      rules.requiredText('displayName', name, limits.displayName),
    ),
    description: settled(input.description, stored?.description, (text) =>
      rules.paragraphs('description', text, limits.description),
    ),
    iconUrl: settled(input.iconUrl, stored?.iconUrl, (url) => rules.url('iconUrl', url)),
    url: settled(input.url, stored?.url, (url) => rules.requiredUrl('url', url)),
    transport: settled(input.transport, stored?.transport, (transport) => transport ?? 'STREAMABLE_HTTP'),
    toolAllowList: settled(input.toolAllowList, stored?.toolAllowList, (names) =>
      rules.toolNames('toolAllowList', names),
    ),
    toolDenyList: settled(input.toolDenyList, stored?.toolDenyList, (names) =>
      rules.toolNames('toolDenyList', names),
    ),
    availability: settled(input.availability, stored?.availability, (value) => value ?? 'DEFAULT_OFF'),
    enabled: settled(input.enabled, stored?.enabled, (enabled) => enabled ?? false),
  };
}
