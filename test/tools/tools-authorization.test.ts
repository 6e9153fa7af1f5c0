import {
  endpoints,
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/oauth/authorization-server.js';
import { startMcpServer, type McpServer, type McpServerOptions } from '../support/mcp/mcp-server.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser, type SignedInUser } from '../support/seed.js';
import { callError, callTool, listTools, listingError, text } from './tool-calls.js';
import {
  begin,
  connect,
  createServer,
  disconnect,
  startWorld,
  visit,
  type World,
} from '../accounts/world.js';

let world: World;
const more: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  world = await startWorld({ provider: { moreScopes: ['mcp:write'] } });
});

afterAll(async () => {
  await world.close();
  await Promise.all(more.map((server) => server.close()));
});

async function startServer(options: McpServerOptions): Promise<{ mcp: McpServer; id: string }> {
  const mcp = await startMcpServer(options);
  more.push(mcp);
  return { mcp, id: await createServer({ admin: world.admin, mcp }) };
}

async function startProvider(): Promise<AuthorizationServer> {
  const provider = await startAuthorizationServer();
  more.push(provider);
  return provider;
}

/** Creates a connected user. */
async function connected(id: string): Promise<SignedInUser> {
  const user = await seedSignedInUser(world.app);
  expect((await connect(world, user, id)).status).toBe(200);
  return user;
}

const connectUrl = (id: string) => `${world.app.publicUrl}/mcp-servers/${id}/oauth2/connect`;

/** Replaces the stored access token with an invalid one, and removes the refresh token if it is null. */
async function spoilToken(user: SignedInUser, columns: { refreshToken?: null } = {}): Promise<void> {
  const [account] = await world.app.sql<{ id: string }>(
    'select id from mcp_server_user_tokens where user_id = $1',
    [user.id],
  );
  const place = { table: 'mcp_server_user_tokens', column: 'access_token', row: account!.id };
  await world.app.sql('update mcp_server_user_tokens set access_token = $2 where id = $1', [
    account!.id,
    await world.app.vault.seal('an-invalid-token', place),
  ]);
  if (columns.refreshToken === null) {
    await world.app.sql('update mcp_server_user_tokens set refresh_token = null where id = $1', [
      account!.id,
    ]);
  }
}

async function authConnected(user: SignedInUser, id: string): Promise<boolean> {
  const { mcpServerConfig } = await user.graphql.data<{ mcpServerConfig: { authConnected: boolean } }>(
    'query ($id: ID) { mcpServerConfig(id: $id) { authConnected } }',
    { id },
  );
  return mcpServerConfig.authConnected;
}

const scopeOf = (authorizationUrl: string) =>
  new URL(authorizationUrl).searchParams.get('scope')?.split(' ').sort();

describe('the viewer’s account', () => {
  test('is required, and the server is not contacted without one', async () => {
    const user = await seedSignedInUser(world.app);
    const requests = world.mcp.requests.length;
    for (const error of [
      await listingError(user, world.serverId),
      await callError(user, world.serverId, 'whoami'),
    ]) {
      expect(error.extensions).toEqual({
        code: 'NEEDS_AUTHORIZATION',
        connectUrl: connectUrl(world.serverId),
      });
    }
    expect(world.mcp.requests.length).toBe(requests);
  });

  test('lists and calls tools as its owner', async () => {
    const callback = await world.provider.approve(await begin(world, world.member), 'grace');
    expect((await visit(world.app, world.member, callback)).status).toBe(200);
    const other = await connected(world.serverId);
    expect((await listTools(world.member, world.serverId)).map(({ name }) => name)).toContain('whoami');
    expect(text(await callTool(world.member, world.serverId, 'whoami'))).toBe('grace');
    expect(text(await callTool(other, world.serverId, 'whoami'))).toBe('alice');
  });

  test('refreshes a refused token once and repeats each refused request once', async () => {
    const user = await connected(world.serverId);
    await spoilToken(user);
    const refreshes = world.provider.count(endpoints.token);
    const [requests, calls] = [world.mcp.requests.length, world.mcp.called.length];
    expect(text(await callTool(user, world.serverId, 'whoami'))).toBe('alice');
    expect(world.provider.count(endpoints.token)).toBe(refreshes + 1);
    expect(world.mcp.called.length).toBe(calls + 1);
    const sent = world.mcp.requests.slice(requests).map(({ headers }) => headers.authorization);
    expect(sent.map((header) => header === 'Bearer an-invalid-token')).toEqual([true, true, false, false]);
  });

  test('must be connected again if the token cannot be refreshed', async () => {
    const user = await connected(world.serverId);
    await spoilToken(user, { refreshToken: null });
    const error = await callError(user, world.serverId, 'whoami');
    expect(error.extensions).toEqual({
      code: 'NEEDS_AUTHORIZATION',
      reference: expect.any(String),
      connectUrl: connectUrl(world.serverId),
    });
    expect(await authConnected(user, world.serverId)).toBe(false);
    const requests = world.mcp.requests.length;
    expect((await callError(user, world.serverId, 'whoami')).extensions.code).toBe('NEEDS_AUTHORIZATION');
    expect(world.mcp.requests.length).toBe(requests);
    await connect(world, user);
    expect(text(await callTool(user, world.serverId, 'whoami'))).toBe('alice');
  });

  test('must be connected again if the refreshed token is refused too', async () => {
    const { mcp, id } = await startServer({ authorizationServer: world.provider });
    const user = await connected(id);
    mcp.refuseAllTokens();
    const refreshes = world.provider.count(endpoints.token);
    const error = await callError(user, id, 'whoami');
    expect(error.extensions).toEqual({
      code: 'NEEDS_AUTHORIZATION',
      reference: expect.any(String),
      connectUrl: connectUrl(id),
    });
    expect(world.provider.count(endpoints.token)).toBe(refreshes + 1);
    expect(await authConnected(user, id)).toBe(false);
    expect(mcp.called).toEqual([]);
  });
});

describe('a scope challenge', () => {
  test('requests the granted and the challenged scopes, and keeps the account', async () => {
    const user = await connected(world.serverId);
    const calls = world.mcp.called.length;
    const error = await callError(user, world.serverId, 'write');
    expect(error.extensions).toEqual({ code: 'NEEDS_AUTHORIZATION', connectUrl: connectUrl(world.serverId) });
    expect(error.message).not.toContain('Remote words');
    expect(world.mcp.called.length).toBe(calls);
    expect(await authConnected(user, world.serverId)).toBe(true);
    expect(text(await callTool(user, world.serverId, 'whoami'))).toBe('alice');

    expect(scopeOf(await begin(world, user))).toEqual(expect.arrayContaining(['mcp:tools', 'mcp:write']));
    await connect(world, user);
    expect(text(await callTool(user, world.serverId, 'write'))).toBe('written');
  });

  test('is stored for its user only, and never read from a URL', async () => {
    const user = await connected(world.serverId);
    const other = await connected(world.serverId);
    await callError(user, world.serverId, 'write');
    expect(scopeOf(await begin(world, other))).not.toContain('mcp:write');
    expect(scopeOf(await begin(world, other, '?scope=mcp:write'))).not.toContain('mcp:write');
    await disconnect(user, world.serverId);
    expect(scopeOf(await begin(world, user))).not.toContain('mcp:write');
  });

  test('is an error after two authorizations that did not satisfy it', async () => {
    const { mcp, id } = await startServer({ authorizationServer: world.provider, alwaysRefusesWrite: true });
    const user = await connected(id);
    const codes: string[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      const { code } = (await callError(user, id, 'write')).extensions;
      codes.push(code);
      if (code === 'NEEDS_AUTHORIZATION') await connect(world, user, id);
    }
    expect(codes).toEqual(['NEEDS_AUTHORIZATION', 'NEEDS_AUTHORIZATION', 'UPSTREAM_ERROR', 'UPSTREAM_ERROR']);
    expect(mcp.called).toEqual([]);
    expect(text(await callTool(user, id, 'whoami'))).toBe('alice');
    await disconnect(user, id);
    await connect(world, user, id);
    expect((await callError(user, id, 'write')).extensions.code).toBe('NEEDS_AUTHORIZATION');
  });
});

describe('another authorization server', () => {
  test('is followed: one process registers there, and nothing of the old one is sent there', async () => {
    const [old, next] = [await startProvider(), await startProvider()];
    const { mcp, id } = await startServer({ authorizationServer: old });
    const provided = { ...world, provider: old };
    const users = await Promise.all([1, 2, 3].map(() => seedSignedInUser(world.app)));
    const bystander = await seedSignedInUser(world.app);
    for (const user of [...users, bystander]) await connect(provided, user, id);
    const [before] = await world.app.sql<{ oauth2_client_id: string; updated_by: string }>(
      'select oauth2_client_id, updated_by from mcp_server_configs where id = $1',
      [id],
    );
    mcp.moveTo(next);
    const errors = await Promise.all(users.map((user) => callError(user, id, 'whoami')));
    expect(errors.map(({ extensions }) => extensions)).toEqual(
      users.map(() => ({
        code: 'NEEDS_AUTHORIZATION',
        reference: expect.any(String),
        connectUrl: connectUrl(id),
      })),
    );
    expect(next.count(endpoints.registration)).toBe(1);
    const [after] = await world.app.sql<{
      oauth2_client_id: string;
      oauth2_issuer: string;
      updated_by: string;
      oauth2_registration_lease_until: Date | null;
    }>('select * from mcp_server_configs where id = $1', [id]);
    expect(after).toMatchObject({
      oauth2_issuer: next.issuer,
      updated_by: before!.updated_by,
      oauth2_registration_lease_until: null,
    });
    expect(after!.oauth2_client_id).not.toBe(before!.oauth2_client_id);

    const [user] = users;
    const authorizationUrl = await begin(provided, user!, '', id);
    expect(authorizationUrl.startsWith(next.issuer)).toBe(true);
    await visit(world.app, user!, await next.approve(authorizationUrl, 'ada'));
    expect(text(await callTool(user!, id, 'whoami'))).toBe('ada');
    const shown = next.requests
      .map(({ path, body, headers }) => JSON.stringify([path, body, headers]))
      .join();
    expect(shown).not.toContain(before!.oauth2_client_id);
    expect(shown).not.toContain(Buffer.from(before!.oauth2_client_id).toString('base64').slice(0, 16));
    expect(await authConnected(bystander, id)).toBe(false);
    expect(old.count(endpoints.revocation)).toBeGreaterThan(0);
  });

  test('requires an administrator if the client id is manual', async () => {
    const next = await startProvider();
    const mcp = await startMcpServer({ authorizationServer: next });
    more.push(mcp);
    const { issuer } = world.provider;
    const { id } = await seedOAuth2Server(world.app, {
      url: mcp.url,
      oauth2Issuer: issuer,
      oauth2AuthUrl: `${issuer}${endpoints.authorization}`,
      oauth2TokenUrl: `${issuer}${endpoints.token}`,
      oauth2AsMetadata: { issuer },
    });
    const user = await seedSignedInUser(world.app);
    await seedAccount(world.app, { userId: user.id, serverId: id });
    const error = await callError(user, id, 'whoami');
    expect(error.extensions).toEqual({ code: 'UPSTREAM_ERROR', reference: expect.any(String) });
    expect(error.message).toContain('An administrator must');
    expect(next.count(endpoints.registration)).toBe(0);
  });

  test('changes nothing if it cannot be reached', async () => {
    const [old, next] = [await startProvider(), await startProvider()];
    const { mcp, id } = await startServer({ authorizationServer: old });
    const user = await seedSignedInUser(world.app);
    await connect({ ...world, provider: old }, user, id);
    mcp.moveTo(next);
    mcp.refuseAllTokens();
    await next.close();
    expect((await callError(user, id, 'whoami')).extensions.code).toBe('NEEDS_AUTHORIZATION');
    const [server] = await world.app.sql<{ oauth2_issuer: string }>(
      'select oauth2_issuer from mcp_server_configs where id = $1',
      [id],
    );
    expect(server?.oauth2_issuer).toBe(old.issuer);
  });
});
