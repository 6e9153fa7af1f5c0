import type {
  CreateMcpServerConfigInput,
  EditableServerFragment,
  McpServerAuthType,
  McpServerAvailability,
  McpServerTransport,
  UpdateMcpServerConfigInput,
} from '../../generated/servers.js';
import { compatibilityInput, compatibilityOf, type CompatibilityDraft } from './compatibility-draft.js';
import type { Pair } from './pair-rows.js';

/** A secret in a form: left as it is on the server, replaced by what is typed, or cleared. */
export type SecretDraft<Value = string> = { is: 'KEPT' } | { is: 'GIVEN'; value: Value } | { is: 'CLEARED' };

/** A server as the form holds it, the settings of every auth type at once: choosing another type loses nothing typed. */
export interface ServerDraft {
  slug: string;
  displayName: string;
  description: string;
  iconUrl: string;
  url: string;
  transport: McpServerTransport;
  authType: McpServerAuthType;
  availability: McpServerAvailability;
  enabled: boolean;
  oauth2ClientId: string;
  oauth2ClientSecret: SecretDraft;
  oauth2AuthUrl: string;
  oauth2TokenUrl: string;
  oauth2RevocationUrl: string;
  oauth2Scopes: string;
  oauth2Issuer: string;
  oauth2Compatibility: CompatibilityDraft;
  apiKeyHeader: string;
  apiKeyValue: SecretDraft;
  customHeaders: SecretDraft<Pair[]>;
  toolAllowList: string[];
  toolDenyList: string[];
}

export const newDraft: ServerDraft = {
  slug: '',
  displayName: '',
  description: '',
  iconUrl: '',
  url: '',
  transport: 'STREAMABLE_HTTP',
  authType: 'OAUTH2',
  availability: 'DEFAULT_OFF',
  enabled: true,
  oauth2ClientId: '',
  oauth2ClientSecret: { is: 'KEPT' },
  oauth2AuthUrl: '',
  oauth2TokenUrl: '',
  oauth2RevocationUrl: '',
  oauth2Scopes: '',
  oauth2Issuer: '',
  oauth2Compatibility: compatibilityOf(null),
  apiKeyHeader: 'Authorization',
  apiKeyValue: { is: 'GIVEN', value: '' },
  customHeaders: { is: 'GIVEN', value: [{ name: '', value: '' }] },
  toolAllowList: [],
  toolDenyList: [],
};

export function draftOf(server: EditableServerFragment): ServerDraft {
  return {
    ...newDraft,
    slug: server.slug,
    displayName: server.displayName,
    description: server.description,
    iconUrl: server.iconUrl,
    url: server.url ?? '',
    transport: server.transport ?? newDraft.transport,
    authType: server.authType,
    availability: server.availability,
    enabled: server.enabled,
    oauth2ClientId: server.oauth2ClientId ?? '',
    oauth2AuthUrl: server.oauth2AuthUrl ?? '',
    oauth2TokenUrl: server.oauth2TokenUrl ?? '',
    oauth2RevocationUrl: server.oauth2RevocationUrl ?? '',
    oauth2Scopes: server.oauth2Scopes ?? '',
    oauth2Issuer: server.oauth2Issuer ?? '',
    oauth2Compatibility: compatibilityOf(server.oauth2Compatibility),
    apiKeyHeader: server.apiKeyHeader || newDraft.apiKeyHeader,
    apiKeyValue: server.hasApiKey ? { is: 'KEPT' } : newDraft.apiKeyValue,
    customHeaders: server.hasCustomHeaders ? { is: 'KEPT' } : newDraft.customHeaders,
    toolAllowList: server.toolAllowList,
    toolDenyList: server.toolDenyList,
  };
}

const general = [
  'slug',
  'displayName',
  'description',
  'iconUrl',
  'url',
  'transport',
  'availability',
  'enabled',
  'toolAllowList',
  'toolDenyList',
] as const;

const oauth2 = [
  'oauth2ClientId',
  'oauth2AuthUrl',
  'oauth2TokenUrl',
  'oauth2RevocationUrl',
  'oauth2Scopes',
  'oauth2Issuer',
] as const;

/** What a secret's draft is in an input: nothing when it is kept, null when it is cleared. */
function secret<Value>(draft: SecretDraft<Value>): Value | null | undefined {
  if (draft.is === 'KEPT') return undefined;
  return draft.is === 'CLEARED' ? null : draft.value;
}

/** The settings of the draft's own auth type; those of the others stay in the form. */
function authInput(draft: ServerDraft): UpdateMcpServerConfigInput {
  switch (draft.authType) {
    case 'NONE':
      return {};
    case 'OAUTH2':
      return {
        ...Object.fromEntries(oauth2.map((field) => [field, draft[field]])),
        oauth2ClientSecret: secret(draft.oauth2ClientSecret),
        oauth2Compatibility: compatibilityInput(draft.oauth2Compatibility),
      };
    case 'API_KEY':
      return { apiKeyHeader: draft.apiKeyHeader, apiKeyValue: secret(draft.apiKeyValue) };
    case 'CUSTOM_HEADERS':
      return { customHeaders: secret(draft.customHeaders) };
  }
}

/** @param id chosen here, so that the redirect URI can be shown before anything is saved */
export function createInput(id: string, draft: ServerDraft): CreateMcpServerConfigInput {
  return {
    ...authInput(draft),
    id,
    slug: draft.slug,
    displayName: draft.displayName,
    description: draft.description,
    iconUrl: draft.iconUrl,
    url: draft.url,
    transport: draft.transport,
    authType: draft.authType,
    availability: draft.availability,
    enabled: draft.enabled,
    toolAllowList: draft.toolAllowList,
    toolDenyList: draft.toolDenyList,
  };
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What differs from the server, and no more, so that what somebody else changes meanwhile is not undone. */
export function updateInput(server: EditableServerFragment, draft: ServerDraft): UpdateMcpServerConfigInput {
  const stored = draftOf(server);
  const before: Record<string, unknown> = authInput(stored);
  const isOtherType = draft.authType !== stored.authType;
  const auth = Object.entries(authInput(draft)).filter(
    ([field, value]) => value !== undefined && (isOtherType || !isSame(value, before[field])),
  );
  return {
    version: server.version,
    ...Object.fromEntries(
      general.filter((field) => !isSame(draft[field], stored[field])).map((field) => [field, draft[field]]),
    ),
    ...(isOtherType && { authType: draft.authType }),
    ...Object.fromEntries(auth),
  };
}

/** Whether saving this draft would change anything. */
export function isChanged(server: EditableServerFragment | null, draft: ServerDraft): boolean {
  if (!server) return !isSame(draft, newDraft);
  return Object.keys(updateInput(server, draft)).length > 1;
}

/** "GitHub Issues (EU)" → "github-issues-eu", within the form that slugs have. */
export function suggestSlug(displayName: string): string {
  return displayName
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 64)
    .replace(/-+$/, '');
}
