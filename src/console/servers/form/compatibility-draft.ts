import type { EditableServerFragment, OAuth2CompatibilityInput } from '../../generated/servers.js';
import type { Pair } from './pair-rows.js';

/** The overrides as the form holds them; every one of them has a value, and the strict ones change nothing. */
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
  scopeSeparator: ' ',
  acceptsPlainHttp: false,
  clientMetadataUrl: '',
  extraAuthorizationParams: [],
};

export function compatibilityOf(stored: EditableServerFragment['oauth2Compatibility']): CompatibilityDraft {
  if (!stored) return strict;
  const { activeSettings: _said, ...settings } = stored;
  return { ...strict, ...settings };
}

/** A value goes with its rule alone: what was typed for a rule that is no longer chosen is not sent. */
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
