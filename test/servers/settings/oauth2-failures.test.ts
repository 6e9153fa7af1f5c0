import { SwitchboardError } from '../../../src/errors.js';
import { compatibilityOf } from '../../../src/oauth2/compatibility.js';
import { DiscoveryError, ProviderError, type Remedy } from '../../../src/oauth2/report/failure.js';
import { nothingSent } from '../../../src/oauth2/report/step.js';
import {
  activeSettingsIn,
  assumeS256,
  customResource,
} from '../../../src/oauth2/report/suggested-settings.js';
import {
  readableFailure,
  readableOAuth2Error,
  readableSetting,
} from '../../../src/servers/settings/oauth2-failures.js';

const failure = { layer: 'TLS', responsibleParty: 'PROVIDER', message: 'It failed.' } as const;

test('writes each compatibility setting as GraphQL input', () => {
  const compatibility = compatibilityOf({
    resource: 'CUSTOM',
    customResource: 'urn:"quoted"',
    pkce: 'ASSUME_S256',
    issuer: 'ALLOW',
    allowedIssuer: 'https://as.example',
    tokenAuthMethod: 'POST',
    tokenType: 'ASSUME_BEARER',
    consentPrompt: 'OMIT',
    extraAuthorizationParams: [{ name: 'audience', value: 'api' }],
    scopeSeparator: ',',
    acceptsPlainHttp: true,
    clientMetadataUrl: 'https://client.example/metadata.json',
  });
  expect(activeSettingsIn(compatibility).map((setting) => readableSetting(setting).setting)).toEqual([
    'resource: CUSTOM, customResource: "urn:\\"quoted\\""',
    'pkce: ASSUME_S256',
    'issuer: ALLOW, allowedIssuer: "https://as.example"',
    'tokenAuthMethod: POST',
    'tokenType: ASSUME_BEARER',
    'consentPrompt: OMIT',
    'extraAuthorizationParams: [{ name: "audience", value: "api" }]',
    'scopeSeparator: ","',
    'acceptsPlainHttp: true',
    'clientMetadataUrl: "https://client.example/metadata.json"',
  ]);
});

test.each<[Remedy, string]>([
  ['Check the URL.', 'Check the URL.'],
  [{ action: 'ALLOW_ADDRESS' }, 'ALLOWED_PRIVATE_CIDRS'],
  [{ action: 'USE_HTTPS' }, 'ALLOWED_PRIVATE_CIDRS'],
  [{ action: 'TRUST_CERTIFICATE' }, 'EXTRA_CA_FILE'],
  [{ action: 'CORRECT_TOKEN_URL' }, 'oauth2TokenUrl'],
  [{ action: 'CORRECT_CLIENT' }, 'registerMcpServerOAuth2Client'],
])('names the setting of the remedy %j', (remedy, name) => {
  expect(readableFailure({ ...failure, remedy }).remedy).toContain(name);
});

test('a failed discovery becomes DISCOVERY_FAILED, with the suggested settings in remedy and step', () => {
  const step = { layer: 'TLS', name: 'Metadata', url: 'https://as.example', expected: 'A document' } as const;
  const suggestedSettings = [assumeS256, customResource()];
  const error = readableOAuth2Error(
    new DiscoveryError({ ...failure, remedy: 'Check the URL.', suggestedSettings }, [
      { ...step, ...nothingSent, outcome: 'FAILED', detail: 'It failed.', suggestedSettings },
    ]),
  ) as SwitchboardError;
  expect(error).toBeInstanceOf(SwitchboardError);
  expect(error).toMatchObject({ code: 'DISCOVERY_FAILED', message: 'It failed.' });
  const suggestion =
    /Or set oauth2Compatibility: \{ pkce: ASSUME_S256 \}.* \{ resource: CUSTOM, customResource: "…" \}/;
  expect(error.details).toEqual({
    layer: 'TLS',
    responsibleParty: 'PROVIDER',
    remedy: expect.stringMatching(suggestion),
    suggestedSettings: suggestedSettings.map(readableSetting),
    steps: [{ ...step, ...nothingSent, outcome: 'FAILED', detail: expect.stringMatching(suggestion) }],
  });
});

test('an error of the provider becomes UPSTREAM_ERROR, with its facts as evidence only', () => {
  const facts = { httpStatus: 400, oauth2Error: 'invalid_target', suggestedSettings: [assumeS256] };
  const error = readableOAuth2Error(new ProviderError('It failed.', facts)) as SwitchboardError;
  expect(error).toMatchObject({ code: 'UPSTREAM_ERROR', message: 'It failed.', details: {} });
  expect(error.evidence).toEqual({ ...facts, suggestedSettings: [readableSetting(assumeS256)] });
});

test('leaves any other error unchanged', () => {
  const error = new Error('unexpected');
  expect(readableOAuth2Error(error)).toBe(error);
});
