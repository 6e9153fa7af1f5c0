import { beforeEach, describe, expect, test } from '@jest/globals';
import { discover } from '../../../src/oauth2/discovery/discovery.js';
import { strict } from '../../../src/oauth2/compatibility.js';
import { allowIssuer } from '../../../src/oauth2/report/suggested-settings.js';
import { readableSetting } from '../../../src/servers/settings/oauth2-failures.js';
import { discoveryWorld, places } from './discovery-world.js';
import { failureOf, sentinel } from '../outbound.js';

const world = discoveryWorld();
const { outbound, resourceMetadata, serverMetadata } = world;

describe('authorization server metadata', () => {
  beforeEach(() => world.host.answer(places.resource, resourceMetadata(world.host.origin)));

  test('for another issuer is refused even if everything else is valid', async () => {
    world.host.answer(places.oauth, serverMetadata({ issuer: 'https://attacker.example' }));
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.message).toContain('another issuer');
    expect(failure.message).not.toContain('attacker');
    expect(failure.details.suggestedSettings).toEqual([
      readableSetting(allowIssuer('https://attacker.example')),
    ]);
  });

  test('for another issuer does not hide the valid document at the next URL', async () => {
    world.host.answer(places.oauth, serverMetadata({ issuer: `${world.host.origin}/catch-all` }));
    world.host.answer(places.openid, serverMetadata());
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: world.host.origin });
  });

  test('is never replaced by default endpoints if the server names its issuer', async () => {
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.message).toContain('publishes no metadata');
  });

  test.each([
    ['a token endpoint on plain http', { token_endpoint: 'http://as.example/token' }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['a script for an authorization endpoint', { authorization_endpoint: 'javascript:alert(1)' }],
    ['user and password in an endpoint', { authorization_endpoint: 'https://user:pass@as.example/' }],
    ['a fragment in an endpoint', { authorization_endpoint: 'https://as.example/#here' }],
    ['only the implicit grant', { grant_types_supported: ['implicit'] }],
  ])('with %s is refused', async (_what, more) => {
    world.host.answer(places.oauth, serverMetadata(more));
    await expect(failureOf(discover(world.mcpUrl, outbound))).resolves.toMatchObject({
      code: 'DISCOVERY_FAILED',
    });
  });

  const par = 'pushed_authorization_request_endpoint';
  test.each<[string, Record<string, unknown>, string, string[]]>([
    [
      'private_key_jwt only',
      { token_endpoint_auth_methods_supported: ['private_key_jwt', 'tls_client_auth', sentinel] },
      'does not support (private_key_jwt, tls_client_auth).',
      ['tokenAuthMethod: POST'],
    ],
    ['DPoP', { dpop_bound_access_tokens_required: true }, 'DPoP', []],
    ['signed requests', { require_signed_request_object: true }, 'signed authorization requests', []],
    ['pushed requests without an endpoint', { require_pushed_authorization_requests: true }, 'pushed', []],
    [
      'pushed requests at an insecure endpoint',
      { require_pushed_authorization_requests: true, [par]: 'http://as.example/par' },
      'pushed',
      [],
    ],
    ['PKCE with plain', { code_challenge_methods_supported: ['plain'] }, 'S256', []],
    ['another response type', { response_types_supported: ['token'] }, 'authorization code grant', []],
    ['client credentials', { grant_types_supported: ['client_credentials'] }, 'authorization code grant', []],
  ])('that requires %s is refused with what to do', async (_what, more, text, suggested) => {
    world.host.answer(places.oauth, serverMetadata(more));
    const { message, details } = await failureOf(discover(world.mcpUrl, outbound));
    expect(message).toContain(text);
    expect(details.steps).toContainEqual(
      expect.objectContaining({ outcome: 'FAILED', detail: expect.stringContaining(text) }),
    );
    expect(details.remedy).toMatch(/[Oo]perator/);
    const settings = details.suggestedSettings as { setting: string }[];
    expect(settings.map(({ setting }) => setting)).toEqual(suggested);
    expect(JSON.stringify(details)).not.toContain('REMOTE');
  });

  test.each<[string, Record<string, unknown>]>([
    ['is silent', {}],
    ['only offers more', { dpop_signing_alg_values_supported: ['ES256'], [par]: 'https://as.example/par' }],
    [
      'lists a method of this client too',
      { token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'] },
    ],
    ['lists no method', { token_endpoint_auth_methods_supported: [] }],
    [
      'has members of wrong types',
      { token_endpoint_auth_methods_supported: 'none', require_signed_request_object: 'no' },
    ],
  ])('that %s is accepted', async (_what, more) => {
    world.host.answer(places.oauth, serverMetadata(more));
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: world.host.origin });
  });

  test('that lists no method of this client is accepted if an administrator has chosen one', async () => {
    world.host.answer(
      places.oauth,
      serverMetadata({ token_endpoint_auth_methods_supported: ['private_key_jwt'] }),
    );
    const compatibility = { ...strict, tokenAuthMethod: 'POST' } as const;
    await expect(discover(world.mcpUrl, outbound, { compatibility })).resolves.toMatchObject({
      issuer: world.host.origin,
    });
  });

  test('that requires pushed requests is kept with its endpoint', async () => {
    const required = { require_pushed_authorization_requests: true, [par]: 'https://as.example/par' };
    world.host.answer(places.oauth, serverMetadata(required));
    expect((await discover(world.mcpUrl, outbound)).metadata).toMatchObject(required);
  });

  test('with an insecure registration or revocation endpoint is used without that endpoint', async () => {
    const endpoints = {
      registration_endpoint: 'http://as.example/r',
      revocation_endpoint: 'http://as.example/v',
    };
    world.host.answer(places.oauth, serverMetadata(endpoints));
    const found = await discover(world.mcpUrl, outbound);
    expect(found).toMatchObject({ registrationEndpoint: '', revocationEndpoint: '' });
    expect(found.steps.at(-1)?.detail).toContain('registration_endpoint is not a valid https URL');
  });

  test('is reduced to known members within bounds', async () => {
    const json = JSON.stringify({
      ...serverMetadata({ scopes_supported: ['a', 7, 'x'.repeat(5_000), ...Array(2_000).fill('b')] }).json,
      op_policy_uri: sentinel,
      constructor: sentinel,
    }).replace('"issuer"', `"__proto__":{"polluted":true},"issuer"`);
    world.host.answer(places.oauth, { headers: { 'content-type': 'application/json' }, text: json });
    const { metadata } = await discover(world.mcpUrl, outbound);
    expect(Object.keys(metadata ?? {}).toSorted()).toEqual([
      'authorization_endpoint',
      'code_challenge_methods_supported',
      'issuer',
      'scopes_supported',
      'token_endpoint',
    ]);
    expect(metadata).not.toHaveProperty('polluted');
    expect(metadata?.scopes_supported?.length).toBeLessThanOrEqual(500);
  });
});
