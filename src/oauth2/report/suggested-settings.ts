import type { CompatibilitySetting } from '../../errors.js';
import type { TokenAuthMethod } from '../client.js';
import type { OAuth2Compatibility } from '../compatibility.js';
import { isPlainUrl } from '../endpoints.js';

export const omitResource: CompatibilitySetting = {
  setting: 'resource: OMIT',
  lessSafe:
    'tokens are then not bound to this MCP server, so whoever gets hold of one, the server itself included, may be able to use it elsewhere at the same provider.',
};

/** @param resource left out where there is none to propose */
export function customResource(resource = '…'): CompatibilitySetting {
  return {
    setting: `resource: CUSTOM, customResource: ${JSON.stringify(resource)}`,
    lessSafe:
      'tokens are then for whatever you name, and nothing checks that it is this MCP server: it may be shown tokens that others take too.',
  };
}

export const assumeS256: CompatibilitySetting = {
  setting: 'pkce: ASSUME_S256',
  lessSafe:
    'should the provider not check PKCE after all, nobody notices, and an authorization code that was intercepted can be redeemed by somebody else.',
};

/** @param issuer a remote side's own name; one that is no plain URL is not repeated */
export function allowIssuer(issuer: string): CompatibilitySetting {
  return {
    setting: `issuer: ALLOW, allowedIssuer: ${JSON.stringify(isPlainUrl(issuer) ? issuer : '…')}`,
    lessSafe:
      'it is then your word alone that the two names are one provider; if they are not, codes and tokens of one can end up with the other.',
  };
}

const methodRisks: Record<Exclude<OAuth2Compatibility['tokenAuthMethod'], 'AUTO'>, string> = {
  BASIC:
    'the client secret is then sent in a way that the provider does not list and may not keep out of its logs.',
  POST: 'the client secret then travels in the request body, which ends up in logs and traces more easily than the header made for it.',
  NONE: 'the provider then cannot tell this client from anybody else who knows its client id.',
};

export function tokenAuthMethod(method: keyof typeof methodRisks): CompatibilitySetting {
  return { setting: `tokenAuthMethod: ${method}`, lessSafe: methodRisks[method] };
}

export const plainHttp: CompatibilitySetting = {
  setting: 'acceptsPlainHttp: true',
  lessSafe:
    'codes, tokens and secrets then cross your network unencrypted, for everybody on it to read and change.',
};

/** What an administrator could relax when a provider refuses with this error code, at whichever of its endpoints. */
export function suggestedSettingsFor(
  error: string,
  asked: { resource: string; tokenAuthMethod: TokenAuthMethod; hasSecret: boolean },
): CompatibilitySetting[] {
  if (error === 'invalid_target') return asked.resource === '' ? [customResource()] : [omitResource];
  // A client whose secret is wrong, and one that shows it in the wrong place, are refused alike.
  if (error === 'invalid_client' && asked.hasSecret) {
    return [tokenAuthMethod(asked.tokenAuthMethod === 'client_secret_post' ? 'BASIC' : 'POST')];
  }
  return [];
}

/** All that is relaxed, in the order of the members. */
export function activeSettingsIn(compatibility: OAuth2Compatibility): CompatibilitySetting[] {
  const { extraAuthorizationParams, scopeSeparator, clientMetadataUrl } = compatibility;
  const suggestedSettings: CompatibilitySetting[] = [];
  if (compatibility.resource === 'OMIT') suggestedSettings.push(omitResource);
  if (compatibility.resource === 'CUSTOM')
    suggestedSettings.push(customResource(compatibility.customResource));
  if (compatibility.pkce === 'ASSUME_S256') suggestedSettings.push(assumeS256);
  if (compatibility.issuer === 'ALLOW') suggestedSettings.push(allowIssuer(compatibility.allowedIssuer));
  if (compatibility.tokenAuthMethod !== 'AUTO')
    suggestedSettings.push(tokenAuthMethod(compatibility.tokenAuthMethod));
  if (extraAuthorizationParams.length > 0) {
    const params = extraAuthorizationParams.map(
      ({ name, value }) => `{ name: ${JSON.stringify(name)}, value: ${JSON.stringify(value)} }`,
    );
    suggestedSettings.push({
      setting: `extraAuthorizationParams: [${params.join(', ')}]`,
      lessSafe:
        'they change what the provider asks people, or grants without asking, and nothing here knows what they mean there.',
    });
  }
  if (scopeSeparator !== ' ') {
    suggestedSettings.push({
      setting: `scopeSeparator: ${JSON.stringify(scopeSeparator)}`,
      lessSafe:
        'a provider that does keep to the standard takes all scopes for a single one, and may grant its default instead.',
    });
  }
  if (compatibility.acceptsPlainHttp) suggestedSettings.push(plainHttp);
  if (clientMetadataUrl !== '') {
    suggestedSettings.push({
      setting: `clientMetadataUrl: ${JSON.stringify(clientMetadataUrl)}`,
      lessSafe:
        'whoever controls the document at that address decides where people are sent back to with their authorization codes.',
    });
  }
  return suggestedSettings;
}

/** How a cure is offered to an administrator, after what would be the right thing to do. */
export function offer({ setting, lessSafe }: CompatibilitySetting): string {
  return `Or set oauth2Compatibility: { ${setting} } for this server. That is less safe: ${lessSafe}`;
}
