import type { EditableServerFragment, OAuth2CompatibilityInput } from '../../generated/servers.js';
import type { Pair } from './pair-rows.js';

/** The compatibility settings as the form holds them. Every setting has a value; the strict values change nothing. */
export type CompatibilityDraft = Required<{
  [Field in keyof OAuth2CompatibilityInput]: NonNullable<OAuth2CompatibilityInput[Field]>;
}> & { extraAuthorizationParams: Pair[] };

const strict: CompatibilityDraft = {
  resource: 'AUTO',
  customResource: '',
  pkce: 'REQUIRE_ADVERTISED',
  issuer: 'EXACT',
  allowedIssuer: '',
  tokenAuthMethod: 'AUTO',
  tokenType: 'REQUIRE_BEARER',
  consentPrompt: 'AUTO',
  scopeSeparator: ' ',
  acceptsPlainHttp: false,
  clientMetadataUrl: '',
  extraAuthorizationParams: [],
};

export function compatibilityOf(stored: EditableServerFragment['oauth2Compatibility']): CompatibilityDraft {
  if (!stored) return strict;
  const { activeSettings: _, ...settings } = stored;
  return { ...strict, ...settings };
}

/** Returns the input of a draft. A value is sent only with the rule that uses it. */
export function compatibilityInput(draft: CompatibilityDraft): OAuth2CompatibilityInput {
  return {
    ...draft,
    customResource: draft.resource === 'CUSTOM' ? draft.customResource : '',
    allowedIssuer: draft.issuer === 'ALLOW' ? draft.allowedIssuer : '',
    extraAuthorizationParams: draft.extraAuthorizationParams.filter(({ name }) => name.trim() !== ''),
  };
}

export const isStrict = (draft: CompatibilityDraft): boolean =>
  JSON.stringify(compatibilityInput(draft)) === JSON.stringify(compatibilityInput(strict));
