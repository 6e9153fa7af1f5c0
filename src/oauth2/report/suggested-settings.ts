import type { Override } from '../../errors.js';
import type { TokenAuthMethod } from '../client.js';
import type { OAuth2Compatibility } from '../compatibility.js';
import { isPlainUrl } from '../endpoints.js';

export const omitResource: Override = {
  setting: 'resource: OMIT',
  lessSafe:
    'tokens are then not bound to this MCP server, so whoever gets hold of one, the server itself included, may be able to use it elsewhere at the same provider.',
};

/** @param resource left out where there is none to propose */
export function customResource(resource = '…'): Override {
  return {
    setting: `resource: CUSTOM, customResource: ${JSON.stringify(resource)}`,
    lessSafe:
      'tokens are then for whatever you name, and nothing checks that it is this MCP server: it may be shown tokens that others take too.',
  };
}

export const assumeS256: Override = {
  setting: 'pkce: ASSUME_S256',
  lessSafe:
    'should the provider not check PKCE after all, nobody notices, and an authorization code that was intercepted can be redeemed by somebody else.',
};

/** @param issuer a remote side's own name; one that is no plain URL is not repeated */
export function allowIssuer(issuer: string): Override {
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

export function tokenAuthMethod(method: keyof typeof methodRisks): Override {
  return { setting: `tokenAuthMethod: ${method}`, lessSafe: methodRisks[method] };
}

export const plainHttp: Override = {
  setting: 'acceptsPlainHttp: true',
  lessSafe:
    'codes, tokens and secrets then cross your network unencrypted, for everybody on it to read and change.',
};

/** What an administrator could relax when a provider refuses with this error code, at whichever of its endpoints. */
export function overridesFor(
  error: string,
  asked: { resource: string; tokenAuthMethod: TokenAuthMethod; hasSecret: boolean },
): Override[] {
  if (error === 'invalid_target') return asked.resource === '' ? [customResource()] : [omitResource];
  // A client whose secret is wrong, and one that shows it in the wrong place, are refused alike.
  if (error === 'invalid_client' && asked.hasSecret) {
    return [tokenAuthMethod(asked.tokenAuthMethod === 'client_secret_post' ? 'BASIC' : 'POST')];
  }
  return [];
}

/** All that is relaxed, in the order of the members. */
export function overridesIn(compatibility: OAuth2Compatibility): Override[] {
  const { extraAuthorizationParams, scopeSeparator, clientMetadataUrl } = compatibility;
  const overrides: Override[] = [];
  if (compatibility.resource === 'OMIT') overrides.push(omitResource);
  if (compatibility.resource === 'CUSTOM') overrides.push(customResource(compatibility.customResource));
  if (compatibility.pkce === 'ASSUME_S256') overrides.push(assumeS256);
  if (compatibility.issuer === 'ALLOW') overrides.push(allowIssuer(compatibility.allowedIssuer));
  if (compatibility.tokenAuthMethod !== 'AUTO')
    overrides.push(tokenAuthMethod(compatibility.tokenAuthMethod));
  if (extraAuthorizationParams.length > 0) {
    const params = extraAuthorizationParams.map(
      ({ name, value }) => `{ name: ${JSON.stringify(name)}, value: ${JSON.stringify(value)} }`,
    );
    overrides.push({
      setting: `extraAuthorizationParams: [${params.join(', ')}]`,
      lessSafe:
        'they change what the provider asks people, or grants without asking, and nothing here knows what they mean there.',
    });
  }
  if (scopeSeparator !== ' ') {
    overrides.push({
      setting: `scopeSeparator: ${JSON.stringify(scopeSeparator)}`,
      lessSafe:
        'a provider that does keep to the standard takes all scopes for a single one, and may grant its default instead.',
    });
  }
  if (compatibility.acceptsPlainHttp) overrides.push(plainHttp);
  if (clientMetadataUrl !== '') {
    overrides.push({
      setting: `clientMetadataUrl: ${JSON.stringify(clientMetadataUrl)}`,
      lessSafe:
        'whoever controls the document at that address decides where people are sent back to with their authorization codes.',
    });
  }
  return overrides;
}

/** How a cure is offered to an administrator, after what would be the right thing to do. */
export function offer({ setting, lessSafe }: Override): string {
  return `Or set oauth2Compatibility: { ${setting} } for this server. That is less safe: ${lessSafe}`;
}
