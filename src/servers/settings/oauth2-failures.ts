import { SwitchboardError, type CompatibilitySetting } from '../../errors.js';
import {
  DiscoveryError,
  ProviderError,
  type Failure,
  type Remedy,
  type ResponsibleParty,
} from '../../oauth2/report/failure.js';
import type { Layer } from '../../oauth2/report/layer.js';
import type { DiscoveryStep } from '../../oauth2/report/step.js';
import type { SuggestedSetting } from '../../oauth2/report/suggested-settings.js';

/** A failure as an administrator reads it. */
export interface ReadableFailure {
  layer: Layer;
  responsibleParty: ResponsibleParty;
  message: string;
  remedy: string;
}

/** A step as an administrator reads it. */
export type ReadableStep = Omit<DiscoveryStep, 'suggestedSettings'>;

/** Writes a compatibility setting as GraphQL input. */
export function readableSetting({ members, risk }: SuggestedSetting): CompatibilitySetting {
  const setting = Object.entries(members).map(([name, value]) => `${name}: ${inputValue(name, value)}`);
  return { setting: setting.join(', '), lessSafe: risk };
}

/** The ways to set up a provider that the MCP server does not name, or not in a usable way. */
export const enterProvider =
  'You can name the provider yourself: enter its issuer (oauth2Issuer), or the address of the protected resource metadata (oauth2ResourceMetadataUrl), or set it up by hand with a client ID, authorization URL and token URL (oauth2ClientId, oauth2AuthUrl, oauth2TokenUrl).';

/** The failure of a server whose auth type is OAUTH2, and which requires no authorization. */
export const requiresNoAuthorization: ReadableFailure = {
  layer: 'CONFIGURATION',
  responsibleParty: 'ADMINISTRATOR',
  message: 'This MCP server requires no authorization.',
  remedy: `Set authType to NONE. If the server asks for authorization only when a tool is called, keep authType OAUTH2. ${enterProvider}`,
};

/** The members whose values are enum values, which GraphQL writes without quotes. */
const enumMembers = new Set(['resource', 'pkce', 'issuer', 'tokenAuthMethod', 'consentPrompt', 'tokenType']);

function inputValue(name: string, value: unknown): string {
  if (enumMembers.has(name)) return String(value);
  if (!Array.isArray(value)) return JSON.stringify(value);
  const objects = (value as Record<string, unknown>[]).map((entry) => {
    const pairs = Object.entries(entry).map(([key, member]) => `${key}: ${JSON.stringify(member)}`);
    return `{ ${pairs.join(', ')} }`;
  });
  return `[${objects.join(', ')}]`;
}

/** Suggests a compatibility setting to an administrator. It follows the sentence with the better remedy. */
export function suggest({ setting, lessSafe }: CompatibilitySetting): string {
  return `Or set oauth2Compatibility: { ${setting} } for this server. This is less safe: ${lessSafe}`;
}

/** Writes a failure with its remedy and suggested settings. */
export function readableFailure(failure: Failure): ReadableFailure {
  const { layer, responsibleParty, message, remedy, suggestedSettings = [] } = failure;
  const suggestions = suggestedSettings.map(readableSetting).map(suggest);
  return { layer, responsibleParty, message, remedy: [remedySentence(remedy), ...suggestions].join(' ') };
}

/** Writes a step with its suggested settings in the detail. */
export function readableStep({ suggestedSettings = [], ...step }: DiscoveryStep): ReadableStep {
  const suggestions = suggestedSettings.map(readableSetting).map(suggest);
  return { ...step, detail: [step.detail, ...suggestions].join(' ') };
}

function remedySentence(remedy: Remedy): string {
  if (typeof remedy === 'string') return remedy;
  switch (remedy.action) {
    case 'ENTER_PROVIDER':
      return `${remedy.first} ${enterProvider}`;
    case 'USE_API_KEY':
      return `Set authType to API_KEY (or CUSTOM_HEADERS) and enter the API key or the headers that the server's documentation names. If the server uses OAuth 2.0: ${enterProvider}`;
    case 'ALLOW_ADDRESS':
      return 'If Switchboard should connect to this address, add it to ALLOWED_PRIVATE_CIDRS.';
    case 'USE_HTTPS':
      return 'Use https. acceptsPlainHttp applies only to addresses in ALLOWED_PRIVATE_CIDRS.';
    case 'TRUST_CERTIFICATE':
      return 'The operator must renew or correct the certificate. For a private certificate authority, set EXTRA_CA_FILE.';
    case 'CORRECT_TOKEN_URL':
      return 'Correct oauth2TokenUrl.';
    case 'CORRECT_CLIENT':
      return 'If the client was registered manually, compare oauth2ClientId with the one at the provider and enter a new oauth2ClientSecret. Otherwise, run registerMcpServerOAuth2Client.';
  }
}

/** Turns an error of the OAuth protocol into the one that callers read. Returns any other error unchanged. */
export function readableOAuth2Error(error: unknown): unknown {
  if (error instanceof DiscoveryError) {
    const { message, ...failure } = readableFailure(error.failure);
    const { suggestedAuthType, suggestedUrl } = error.failure;
    return new SwitchboardError('DISCOVERY_FAILED', message, {
      steps: error.steps.map(readableStep),
      ...failure,
      suggestedSettings: (error.failure.suggestedSettings ?? []).map(readableSetting),
      ...(suggestedAuthType && { suggestedAuthType }),
      ...(suggestedUrl && { suggestedUrl }),
    });
  }
  if (error instanceof ProviderError) {
    const { suggestedSettings = [], ...facts } = error.facts;
    const evidence = { ...facts, suggestedSettings: suggestedSettings.map(readableSetting) };
    return new SwitchboardError('UPSTREAM_ERROR', error.message, {}, evidence);
  }
  return error;
}

/** Runs OAuth requests, and throws their errors as the ones that callers read. */
export async function withReadableErrors<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw readableOAuth2Error(error);
  }
}
