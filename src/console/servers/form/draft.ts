import type { FieldInput } from '../../../servers/fields/field.js';
import {
  authSettings,
  belongsTo,
  generalSettings,
  serverFields,
  type SecretField,
  type SettingField,
} from '../../../servers/fields/fields.js';
import type {
  CreateMcpServerConfigInput,
  EditableServerFragment,
  UpdateMcpServerConfigInput,
} from '../../generated/servers.js';
import { compatibilityInput, compatibilityOf, type CompatibilityDraft } from './compatibility-draft.js';
import type { Pair } from './pair-rows.js';

/** A secret in a form: left as it is on the server, replaced by what is typed, or cleared. */
export type SecretDraft<Value = string> = { is: 'KEPT' } | { is: 'GIVEN'; value: Value } | { is: 'CLEARED' };

/** The settings whose value the form holds as the server returns it. */
type PlainField = Exclude<SettingField, SecretField | 'oauth2Compatibility'>;

/**
 * A server as the form holds it, with the settings of every auth type at once. Choosing another type loses no input. Its
 * fields are those of the server's table of fields.
 */
export type ServerDraft = { [Field in PlainField]: NonNullable<EditableServerFragment[Field]> } & {
  [Field in Exclude<SecretField, 'customHeaders'>]: SecretDraft;
} & { customHeaders: SecretDraft<Pair[]>; oauth2Compatibility: CompatibilityDraft };

const isPlain = (field: SettingField): field is PlainField =>
  field !== 'oauth2Compatibility' && serverFields[field].source !== 'SECRET';

const general = [...generalSettings, 'authType'] as const;
const plainFields = [...general, ...authSettings].filter(isPlain);

/** Returns the value of a setting that is not entered. */
function unset(field: PlainField): unknown {
  const input: FieldInput = serverFields[field].input;
  return input.rule === 'toolNames' ? [] : (input.default ?? '');
}

export const newDraft: ServerDraft = {
  ...(Object.fromEntries(plainFields.map((field) => [field, unset(field)])) as Pick<ServerDraft, PlainField>),
  authType: 'OAUTH2',
  enabled: true,
  oauth2ClientSecret: { is: 'KEPT' },
  oauth2Compatibility: compatibilityOf(null),
  apiKeyValue: { is: 'GIVEN', value: '' },
  customHeaders: { is: 'GIVEN', value: [{ name: '', value: '' }] },
};

export function draftOf(server: EditableServerFragment): ServerDraft {
  // What is empty on the server takes its default, such as the header of an API key.
  const stored = plainFields.map((field) => [field, server[field]] as const);
  return {
    ...newDraft,
    ...Object.fromEntries(stored.filter(([, value]) => value !== null && value !== '')),
    oauth2Compatibility: compatibilityOf(server.oauth2Compatibility),
    apiKeyValue: server.hasApiKey ? { is: 'KEPT' } : newDraft.apiKeyValue,
    customHeaders: server.hasCustomHeaders ? { is: 'KEPT' } : newDraft.customHeaders,
  };
}

/** Tells whether a draft has only the empty row that the form begins with. */
export const hasNoHeaders = ({ customHeaders }: ServerDraft): boolean =>
  customHeaders.is === 'GIVEN' &&
  customHeaders.value.every(({ name, value }) => name.trim() === '' && value === '');

/** Returns what the input says about a field. undefined omits it, which keeps a secret. */
function inputOf(field: SettingField, draft: ServerDraft): unknown {
  if (field === 'oauth2Compatibility') return compatibilityInput(draft.oauth2Compatibility);
  if (isPlain(field)) return draft[field];
  if (field === 'customHeaders' && draft.authType === 'OAUTH2' && hasNoHeaders(draft)) return [];
  const secret: SecretDraft<unknown> = draft[field];
  if (secret.is === 'KEPT') return undefined;
  return secret.is === 'CLEARED' ? null : secret.value;
}

/** Returns the input for some fields. The settings of auth types other than the draft's stay in the form. */
function inputFor(fields: readonly SettingField[], draft: ServerDraft): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = inputOf(field, draft);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

const authInput = (draft: ServerDraft) =>
  inputFor(
    authSettings.filter((field) => belongsTo(field, draft.authType)),
    draft,
  );

/** @param id generated here, so that the redirect URI can be shown before anything is saved */
export function createInput(id: string, draft: ServerDraft): CreateMcpServerConfigInput {
  const { slug, displayName, url } = draft;
  return {
    ...inputFor(general, draft),
    ...authInput(draft),
    id,
    slug,
    displayName,
    url,
  };
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Returns what differs from the server, and no more, so that it does not revert another user's edit. */
export function updateInput(server: EditableServerFragment, draft: ServerDraft): UpdateMcpServerConfigInput {
  const stored = draftOf(server);
  const before = { ...inputFor(general, stored), ...authInput(stored) };
  const isOtherType = draft.authType !== stored.authType;
  const changed = Object.entries(inputFor(general, draft)).filter(
    ([field, value]) => !isSame(value, before[field]),
  );
  const auth = Object.entries(authInput(draft)).filter(
    ([field, value]) => isOtherType || !isSame(value, before[field]),
  );
  return { version: server.version, ...Object.fromEntries([...changed, ...auth]) };
}

/** Tells whether saving this draft would change anything. */
export function isChanged(server: EditableServerFragment | null, draft: ServerDraft): boolean {
  if (!server) return !isSame(draft, newDraft);
  return Object.keys(updateInput(server, draft)).length > 1;
}

/** Returns a valid slug for a name: "github-issues-eu" for "GitHub Issues (EU)". */
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
