import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  connect,
  disconnect,
  openAccount,
  popupMessage,
  startWorld,
  visit,
  type SignedInUser,
  type World,
} from '../world.js';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

interface SeenServer {
  id: string;
  authConnected: boolean;
  connectUrl: string;
  accountCount: number | null;
}

const serversSeenBy = async (user: SignedInUser) => {
  const data = await user.graphql.data<{ mcpServerConfigs: SeenServer[] }>(`{ mcpServerConfigs {
    id displayName url oauth2ClientId authConnected connectUrl accountCount
  } }`);
  return data.mcpServerConfigs;
};

test('connects, uses and disconnects an account without an effect on other users', async () => {
  const { app, provider, mcp, admin, member, other, serverId } = world;

  const [listed] = await serversSeenBy(member);
  expect(listed).toEqual<unknown>({
    id: serverId,
    displayName: 'Notes',
    url: null,
    oauth2ClientId: null,
    authConnected: false,
    connectUrl: `${app.publicUrl}/mcp-servers/${serverId}/oauth2/connect`,
    accountCount: null,
  });

  const begun = await visit(app, member, listed?.connectUrl ?? '');
  expect(begun.status).toBe(302);
  const authorization = new URL(begun.headers.get('location') ?? '');
  expect(authorization.origin).toBe(new URL(provider.issuer).origin);
  expect(Object.fromEntries(authorization.searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    resource: mcp.url,
    redirect_uri: `${app.publicUrl}/mcp-servers/${serverId}/oauth2/callback`,
  });

  const callback = await provider.approve(authorization.href, 'margaret');
  const finished = await visit(app, member, callback);
  expect(finished.status).toBe(200);
  expect(popupMessage(await finished.text())).toEqual({
    message: { type: 'mcp-oauth2-complete', serverId, status: 'success' },
    targetOrigin: app.publicUrl,
  });

  expect((await serversSeenBy(member))[0]?.authConnected).toBe(true);
  expect((await serversSeenBy(other))[0]?.authConnected).toBe(false);
  expect((await serversSeenBy(admin))[0]).toMatchObject({ authConnected: false, accountCount: 1 });

  const { accessToken, refreshToken } = await openAccount(world, member);
  expect(await whoamiAt(mcp.url, accessToken)).toBe('margaret');
  const stored = JSON.stringify(await app.sql('select * from mcp_server_user_tokens'));
  for (const token of [accessToken, refreshToken]) expect(stored).not.toContain(token);
  expect(JSON.stringify(app.logs)).not.toContain(accessToken);

  expect(await disconnect(member, serverId)).toEqual({
    revoked: true,
    revocationPending: false,
    revocationError: null,
  });
  expect((await provider.introspect(accessToken)).active).toBe(false);
  expect((await provider.introspect(refreshToken)).active).toBe(false);
  await expect(whoamiAt(mcp.url, accessToken)).rejects.toThrow();
  expect((await serversSeenBy(member))[0]?.authConnected).toBe(false);
});

test('replaces every column of the account when the user connects again', async () => {
  const { app, member, serverId } = world;
  await connect(world, member);
  await app.sql(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, scope = 'old', token_type = 'old',
       failure_reason = 'old', failure_code = 'INVALID_GRANT', failure_at = now(), expires_at = '2000-01-01', issuer = 'old', resource = 'old', last_used_at = now()`,
  );
  const [before] = await app.sql<{ generation: number }>('select generation from mcp_server_user_tokens');

  await connect(world, member);

  const rows = await app.sql('select * from mcp_server_user_tokens where mcp_server_config_id = $1', [
    serverId,
  ]);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    status: 'CONNECTED',
    scope: 'mcp:tools',
    token_type: 'Bearer',
    failure_reason: '',
    failure_code: null,
    failure_at: null,
    issuer: world.provider.issuer,
    resource: world.mcp.url,
    generation: (before?.generation ?? 0) + 1,
    last_used_at: null,
  });
  expect(rows[0]?.expires_at.getTime()).toBeGreaterThan(Date.now());
});

async function whoamiAt(url: string, accessToken: string): Promise<string> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const headers = { authorization: `Bearer ${accessToken}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  try {
    const { content } = await client.callTool({ name: 'whoami', arguments: {} });
    const [said] = content as { text: string }[];
    return said?.text ?? '';
  } finally {
    await client.close();
  }
}
