import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { discover, type Discovery } from '../../../src/oauth2/discovery/discovery.js';
import {
  clientMetadataDocument,
  registerClient,
  type RegistrationOptions,
} from '../../../src/oauth2/requests/registration.js';
import {
  startAuthorizationServer,
  type AuthorizationServerOptions,
} from '../../support/oauth/authorization-server.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { startMcpServer } from '../../support/mcp/mcp-server.js';
import { failureOf, openOutbound, sentinel } from '../outbound.js';

const outbound = openOutbound();
const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((server) => server.close()));
});
afterAll(() => outbound.guarded.close());

const redirectUri = 'https://switchboard.example/mcp-servers/1/oauth2/callback';
const options: RegistrationOptions = {
  fetch: outbound.fetch,
  clientName: 'Switchboard',
  redirectUri,
  clientUri: 'https://switchboard.example',
  clientMetadataUrl: null,
};

async function discovered(serverOptions?: AuthorizationServerOptions) {
  const server = await startAuthorizationServer(serverOptions);
  const mcp = await startMcpServer({ authorizationServer: server });
  closing.push(server, mcp);
  return { server, discovery: await discover(mcp.url, outbound) };
}

describe('at a real authorization server', () => {
  test('registers with one redirect URI, refresh tokens and a secret', async () => {
    const { server, discovery } = await discovered();
    const registration = await registerClient(discovery, options);
    expect(registration).toEqual({
      registration: 'DYNAMIC',
      clientId: expect.any(String),
      clientSecret: expect.any(String),
      tokenAuthMethod: 'client_secret_basic',
      management: {
        registrationClientUri: expect.stringContaining(`${server.issuer}/reg/`),
        registrationAccessToken: expect.any(String),
        secretExpiresAt: null,
      },
    });
    const sent: unknown = JSON.parse(server.requests.findLast(({ path }) => path === '/reg')?.body ?? '');
    expect(sent).toEqual({
      client_name: 'Switchboard',
      client_uri: 'https://switchboard.example',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      application_type: 'web',
      token_endpoint_auth_method: 'client_secret_basic',
    });
    expect(discovery.steps.at(-1)).toMatchObject({
      name: 'Dynamic client registration',
      status: 201,
      outcome: 'FOUND',
    });
  });

  test('registers as a native client for a plain HTTP redirect URI', async () => {
    const { server, discovery } = await discovered();
    await registerClient(discovery, { ...options, redirectUri: 'http://localhost:4000/callback' });
    expect(server.requests.at(-1)?.body).toContain('"application_type":"native"');
  });

  test('registers without a secret if the server supports no other client', async () => {
    const { discovery } = await discovered({ metadata: { token_endpoint_auth_methods_supported: ['none'] } });
    const registration = await registerClient(discovery, options);
    expect(registration).toMatchObject({ clientSecret: null, tokenAuthMethod: 'none' });
  });

  test('names the provider and the redirect URI to register manually if it supports no registration', async () => {
    const { server, discovery } = await discovered({ dynamicRegistration: false });
    const failure = await failureOf(registerClient(discovery, options));
    expect(failure.code).toBe('DISCOVERY_FAILED');
    expect(failure.message).toContain(new URL(server.issuer).host);
    expect(failure.details.remedy).toContain(redirectUri);
    expect(failure.details.steps).toEqual(discovery.steps);
  });

  test('reports that the redirect URI is refused', async () => {
    const { discovery } = await discovered();
    const refused = { ...options, redirectUri: 'http://not-loopback.example/callback' };
    const failure = await failureOf(registerClient(discovery, refused));
    expect(failure.message).toContain('does not accept the redirect URI');
    expect(failure.details.steps).toMatchObject([{}, {}, {}, { outcome: 'FAILED', status: 400 }]);
  });

  test('uses the client ID metadata document if both sides support it, and registers nothing', async () => {
    const { server, discovery } = await discovered({
      metadata: { client_id_metadata_document_supported: true },
    });
    const clientMetadataUrl = 'https://switchboard.example/mcp-servers/1/oauth2/client-metadata.json';
    await expect(registerClient(discovery, { ...options, clientMetadataUrl })).resolves.toEqual({
      registration: 'METADATA_DOCUMENT',
      clientId: clientMetadataUrl,
      clientSecret: null,
      tokenAuthMethod: 'none',
    });
    expect(server.count('/reg')).toBe(0);
    await expect(registerClient(discovery, options)).resolves.toMatchObject({ registration: 'DYNAMIC' });
  });

  test('does not use the document if the server requires a secret', async () => {
    const { discovery } = await discovered({
      metadata: {
        client_id_metadata_document_supported: true,
        token_endpoint_auth_methods_supported: ['client_secret_post'],
      },
    });
    const registration = await registerClient(discovery, {
      ...options,
      clientMetadataUrl: 'https://switchboard.example/',
    });
    expect(registration).toMatchObject({ registration: 'DYNAMIC', tokenAuthMethod: 'client_secret_post' });
  });
});

describe('a response to a registration', () => {
  let host: HandcraftedServer;
  let discovery: Discovery;
  beforeEach(async () => {
    host = await startHandcraftedServer();
    closing.push(host);
    discovery = {
      url: `${host.origin}/mcp`,
      transport: 'STREAMABLE_HTTP',
      isUncertain: false,
      requiresAuthorization: true,
      resource: 'https://mcp.example',
      scopes: '',
      issuer: host.origin,
      metadata: null,
      authorizationEndpoint: `${host.origin}/authorize`,
      tokenEndpoint: `${host.origin}/token`,
      revocationEndpoint: '',
      registrationEndpoint: `${host.origin}/register`,
      issRequired: false,
      steps: [],
    };
  });

  test('with another authentication method is authoritative', async () => {
    const method = 'client_secret_post';
    host.answer('/register', {
      status: 201,
      json: {
        client_id: 'c',
        client_secret: 's',
        client_secret_expires_at: 0,
        token_endpoint_auth_method: method,
      },
    });
    await expect(registerClient(discovery, options)).resolves.toMatchObject({
      clientSecret: 's',
      tokenAuthMethod: method,
    });
  });

  test('without a secret registers a client without one', async () => {
    host.answer('/register', {
      status: 201,
      json: { client_id: 'c', token_endpoint_auth_method: 'client_secret_basic' },
    });
    await expect(registerClient(discovery, options)).resolves.toMatchObject({
      clientSecret: null,
      tokenAuthMethod: 'none',
    });
  });

  test.each([
    [
      'another redirect URI',
      { client_id: 'c', redirect_uris: ['https://attacker.example/'] },
      'another redirect URI',
    ],
    ['control characters in the id', { client_id: 'c\r\nx: y' }, 'malformed'],
    [
      'an authentication method of another kind',
      { client_id: 'c', token_endpoint_auth_method: 'private_key_jwt' },
      'not supported',
    ],
    ['no id', { client_secret: sentinel }, 'RFC 7591'],
  ])('with %s is refused', async (_what, json, message) => {
    host.answer('/register', { status: 201, json });
    const failure = await failureOf(registerClient(discovery, options));
    expect(failure.message).toContain(message);
    expect(JSON.stringify(failure.details)).not.toMatch(/REMOTE|attacker/);
  });

  test.each([
    [401, 'requires an initial access token'],
    [404, 'does not support dynamic client registration'],
    [422, 'refused to register'],
    [500, 'Try again later'],
  ])('with status %d is explained', async (status, message) => {
    host.answer('/register', { status, json: { error: sentinel, error_description: sentinel } });
    const failure = await failureOf(registerClient(discovery, options));
    expect(failure.message).toContain(message);
    expect(failure.details.remedy).toContain(redirectUri);
    expect(failure.message).not.toContain('REMOTE');
  });

  test('that never comes is not requested again', async () => {
    host.answer('/register', null);
    const failure = await failureOf(registerClient(discovery, options));
    expect(failure.message).toContain('could not be reached');
    expect(host.count('/register')).toBe(1);
  });
});

test('the client ID metadata document contains its own URL and no secret', () => {
  const clientId = 'https://switchboard.example/client-metadata.json';
  const document = clientMetadataDocument({ ...options, clientId });
  expect(document).toMatchObject({
    client_id: clientId,
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
    application_type: 'web',
  });
});
