import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Discovery } from '../../../src/oauth2/discovery/discovery.js';
import type { DiscoveryStep } from '../../../src/oauth2/report/step.js';
import { registerClient, type RegistrationOptions } from '../../../src/oauth2/requests/registration.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { failureOf, openOutbound, sentinel } from '../outbound.js';

/** The body of a registration request. */
type Body = Record<string, unknown>;

const outbound = openOutbound();
let host: HandcraftedServer;
beforeEach(async () => {
  host = await startHandcraftedServer();
});
afterEach(() => host.close());
afterAll(() => outbound.guarded.close());

const redirectUri = 'http://localhost:4000/mcp-servers/1/oauth2/callback';
const options: RegistrationOptions = {
  fetch: outbound.fetch,
  clientName: 'Switchboard',
  redirectUri,
  clientUri: 'http://localhost:4000',
  clientMetadataUrl: null,
};

function discoveryOf(metadata: object | null): Discovery {
  return {
    url: `${host.origin}/mcp`,
    transport: 'STREAMABLE_HTTP',
    isUncertain: false,
    requiresAuthorization: true,
    resource: 'https://mcp.example',
    scopes: '',
    issuer: host.origin,
    metadata: metadata && { issuer: host.origin, ...metadata },
    authorizationEndpoint: `${host.origin}/authorize`,
    tokenEndpoint: `${host.origin}/token`,
    revocationEndpoint: '',
    registrationEndpoint: `${host.origin}/register`,
    issRequired: false,
    steps: [],
  };
}

/** Registers at a server that refuses each body for which `mistakeIn` returns a response. */
async function registerAt(
  mistakeIn: (body: Body) => object | null,
  { metadata = null, ...more }: Partial<RegistrationOptions> & { metadata?: object | null } = {},
) {
  host.answer('/register', (text) => {
    const refusal = mistakeIn(JSON.parse(text) as Body);
    return refusal
      ? { status: 400, json: refusal }
      : { status: 201, json: { ...(JSON.parse(text) as Body), client_id: 'c' } };
  });
  const discovery = discoveryOf(metadata);
  const registration = await registerClient(discovery, { ...options, ...more });
  return { registration, steps: discovery.steps, sent: sentBodies() };
}

const sentBodies = () => host.requests.map(({ body }) => JSON.parse(body) as Body);

const refused = (error_description: string, error = 'invalid_client_metadata') => ({
  error,
  error_description,
});
const has = (member: string) => (body: Body) => body[member] !== undefined;

describe('grant types', () => {
  test.each([
    ['the code grant only where the metadata lists no refresh token', ['authorization_code'], 1],
    ['both where the metadata lists both', ['refresh_token', 'authorization_code', 'implicit'], 2],
    ['both where the metadata is silent', undefined, 2],
  ])('are %s', async (_what, grant_types_supported, count) => {
    const { sent } = await registerAt(() => null, {
      metadata: grant_types_supported ? { grant_types_supported } : {},
    });
    const both = ['authorization_code', 'refresh_token'];
    expect(sent.map(({ grant_types }) => grant_types)).toEqual([both.slice(0, count)]);
  });

  test('are reduced where a silent server refuses refresh tokens', async () => {
    const { sent } = await registerAt((body) =>
      (body.grant_types as string[]).length > 1 ? refused('refresh_token is not supported') : null,
    );
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual({ ...sent[0], grant_types: ['authorization_code'] });
  });
});

describe('a refused member', () => {
  test.each<[string, (body: Body) => boolean, object]>([
    ['client_uri', has('client_uri'), refused('client_uri must use https')],
    ['client_uri', has('client_uri'), { detail: [{ loc: ['body', 'clientUri'], msg: 'URL scheme' }] }],
    ['application_type', has('application_type'), refused('Unknown field: application_type')],
    ['response_types', has('response_types'), { message: 'response types are not configurable' }],
  ])('%s is left out, and nothing else', async (member, isWrong, refusal) => {
    const { sent, steps } = await registerAt((body) => (isWrong(body) ? refusal : null));
    expect(sent).toHaveLength(2);
    const { [member]: _dropped, ...others } = sent[0] ?? {};
    expect(sent[1]).toEqual(others);
    expect(steps.map(({ outcome, status }) => [outcome, status])).toEqual([
      ['FAILED', 400],
      ['FOUND', 201],
    ]);
  });

  test('that is not named leaves the members that every provider needs', async () => {
    const { sent } = await registerAt((body) =>
      has('client_uri')(body) ? { error: 'invalid_request' } : null,
    );
    expect(sent[1]).toEqual({
      client_name: 'Switchboard',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_basic',
    });
  });

  test.each([
    ['the scope of the authorization request', { scope: 'tools:read offline_access' }],
    ['the scopes of the metadata', { metadata: { scopes_supported: ['tools:read', 'offline_access'] } }],
  ])('scope that is missing is added: %s', async (_what, given) => {
    const { sent } = await registerAt(
      (body) => (has('scope')(body) ? null : refused('scope is required')),
      given,
    );
    expect(sent.map(({ scope }) => scope)).toEqual([undefined, 'tools:read offline_access']);
    expect(sent[1]).toHaveProperty('client_uri');
  });

  test('authentication method is replaced by the one that the refusal names', async () => {
    const { sent, registration } = await registerAt((body) =>
      body.token_endpoint_auth_method === 'client_secret_post'
        ? null
        : refused('token_endpoint_auth_method must be client_secret_post'),
    );
    expect(sent.map(({ token_endpoint_auth_method: method }) => method)).toEqual([
      'client_secret_basic',
      'client_secret_post',
    ]);
    expect(registration.tokenAuthMethod).toBe('none');
  });

  test('authentication method that an administrator has chosen stays', async () => {
    const mistakeIn = () => refused('token_endpoint_auth_method must be none');
    await failureOf(registerAt(mistakeIn, { tokenAuthMethod: 'client_secret_post' }));
    const methods = sentBodies().map(({ token_endpoint_auth_method: method }) => method);
    expect(new Set(methods)).toEqual(new Set(['client_secret_post']));
  });
});

describe('a registration that stays refused', () => {
  test.each([
    [refused('The name is taken.'), 4],
    [refused('client_uri, scope, grant_types, application_type'), 4],
    [{}, 4],
    [refused('No.', 'invalid_redirect_uri'), 1],
    [refused('No.', 'unapproved_software_statement'), 1],
  ])('with %j ends after a few requests', async (refusal, most) => {
    const failure = await failureOf(registerAt(() => refusal, { scope: 'a' }));
    expect(failure.code).toBe('DISCOVERY_FAILED');
    expect(sentBodies().length).toBeLessThanOrEqual(most);
    const texts = host.requests.map(({ body }) => body);
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('is quoted to administrators, in one bounded line of plain text, and not in the message', async () => {
    const description = `No\u0000\n\u202emore ${sentinel} ${'x'.repeat(2_000)}`;
    const discovery = discoveryOf(null);
    host.answer('/register', { status: 403, json: refused(description, 'access_denied') });
    const { message, details } = await failureOf(registerClient(discovery, options));
    const words = `It said: “access_denied: No more ${sentinel} xxx`;
    expect(details.remedy).toContain(words);
    const { detail } = discovery.steps.at(-1) as DiscoveryStep;
    expect(detail).toContain(words);
    expect(detail).toMatch(/^[\x20-\x7e“”]{1,500}$/);
    expect(message).not.toContain('REMOTE');
  });

  test('by a page is not quoted', async () => {
    host.answer('/register', { status: 403, text: `<h1>${sentinel}</h1>` });
    const { message, details } = await failureOf(registerClient(discoveryOf(null), options));
    expect(JSON.stringify([message, details])).not.toContain('REMOTE');
  });
});

describe('a secret', () => {
  const answer = { client_id: 'c', client_secret: 's', client_secret_expires_at: 0 };
  const register = (
    json: object,
    more: Partial<RegistrationOptions> = {},
    metadata: object | null = null,
  ) => {
    host.answer('/register', { status: 201, json });
    return registerClient(discoveryOf(metadata), { ...options, ...more });
  };

  test.each([
    [{ token_endpoint_auth_methods_supported: ['none'] }, 'client_secret_post'],
    [{ token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'] }, 'client_secret_basic'],
    [null, 'client_secret_basic'],
  ])('beside the method none is kept (%j)', async (metadata, tokenAuthMethod) => {
    const registration = await register({ ...answer, token_endpoint_auth_method: 'none' }, {}, metadata);
    expect(registration).toMatchObject({ clientSecret: 's', tokenAuthMethod });
  });

  test('is dropped if an administrator has chosen none', async () => {
    const chosen = { tokenAuthMethod: 'none' } as const;
    expect(await register(answer, chosen)).toMatchObject({ clientSecret: null, tokenAuthMethod: 'none' });
  });
});
