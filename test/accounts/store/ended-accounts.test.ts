import { startAuthorizationServer } from '../../support/oauth/authorization-server.js';
import { startHandcraftedServer } from '../../support/handcrafted-server.js';
import { startMcpServer, type McpServer } from '../../support/mcp/mcp-server.js';
import { seedSignedInUser } from '../../support/seed.js';
import { makeDue, openOutbox, outboxRows, pauseBackgroundTask, type Outbox } from '../revoke/outbox.js';
import { failureOf, accountOf, openTokenAccess, type TokenAccess } from '../token-access.js';
import { callError } from '../../tools/tool-calls.js';
import { connect, createServer, openAccount, startWorld, type SignedInUser, type World } from '../world.js';

// No user ends these accounts; they can no longer be used. Tokens that the providers may still accept are revoked.

let world: World;
let access: TokenAccess;
/** Another process that works on the outbox. */
let outbox: Outbox;
/** Each test has its own server, because it breaks it. */
let mcp: McpServer;
let serverId: string;
let user: SignedInUser;
let bystander: SignedInUser;

beforeAll(async () => {
  world = await startWorld();
  await pauseBackgroundTask(world.app);
  outbox = await openOutbox(world.app);
  access = await openTokenAccess(world.app);
});
afterAll(async () => {
  await access.close();
  await outbox.close();
  await world.close();
});
beforeEach(async () => {
  mcp = await startMcpServer({ authorizationServer: world.provider });
  serverId = await createServer({ ...world, mcp });
  [user, bystander] = [await seedSignedInUser(world.app), await seedSignedInUser(world.app)];
});
afterEach(async () => {
  world.provider.troubleRevocation(null);
  await world.app.sql('delete from oauth2_revocations');
  await mcp.close();
});

const needsAuthorization = { status: 'NEEDS_AUTHORIZATION', access_token: null, refresh_token: null };

/** Returns the revocations that this provider processes once the outbox is due. */
async function revokedBy({ provider }: Pick<World, 'provider'>) {
  provider.troubleRevocation(null);
  const from = provider.revocations().length;
  await makeDue(world.app);
  await outbox.workDue();
  return provider.revocations().slice(from);
}

describe('a token that the MCP server refuses is erased at once, and revoked when the provider is available again', () => {
  test('with the refresh token that came with it', async () => {
    await connect(world, user, serverId);
    mcp.refuseAllTokens();
    world.provider.troubleRevocation('DOWN');
    expect((await callError(user, serverId, 'whoami')).extensions.code).toBe('NEEDS_AUTHORIZATION');
    expect(await accountOf(world.app, user)).toMatchObject(needsAuthorization);
    expect(await outboxRows(world.app)).toMatchObject([
      { status: 'PENDING', mcp_server_config_id: serverId, user_id: user.id, failures: 1 },
    ]);

    const revoked = await revokedBy(world);
    expect(revoked.map(({ hint }) => hint)).toEqual(['refresh_token', 'access_token']);
    for (const { token } of revoked) expect((await world.provider.introspect(token)).active).toBe(false);
    expect(await outboxRows(world.app)).toEqual([]);
  });

  test('where there is no refresh token', async () => {
    await connect(world, user, serverId);
    await world.app.sql('update mcp_server_user_tokens set refresh_token = null where user_id = $1', [
      user.id,
    ]);
    const refused = await access.accessToken(user, serverId);
    world.provider.troubleRevocation('DOWN');
    const asked = [1, 2, 3].map(() => failureOf(access.accessToken(user, serverId, { after: refused })));
    for (const { code } of await Promise.all(asked)) expect(code).toBe('NEEDS_AUTHORIZATION');
    expect(await outboxRows(world.app)).toHaveLength(1);
    expect((await revokedBy(world)).map(({ token }) => token)).toEqual([refused.accessToken]);
  });
});

test('when an MCP server moves to another authorization server, all users’ tokens are revoked at the old one, even if that is down at first', async () => {
  const [old, next] = [await startAuthorizationServer(), await startAuthorizationServer()];
  try {
    mcp.moveTo(old);
    const id = await createServer({ ...world, mcp }, { displayName: 'Moving' });
    for (const each of [user, bystander]) await connect({ ...world, provider: old }, each, id);
    const { refreshToken, accessToken } = await openAccount(world, bystander);
    mcp.moveTo(next);
    old.troubleRevocation('DOWN');
    expect((await callError(user, id, 'whoami')).extensions.code).toBe('NEEDS_AUTHORIZATION');
    expect(await accountOf(world.app, bystander)).toBeNull();
    const about = { status: 'PENDING', mcp_server_config_id: id, server_name: 'Moving' };
    expect(await outboxRows(world.app)).toMatchObject([
      { ...about, user_id: user.id },
      { ...about, user_id: bystander.id },
    ]);
    expect(
      await world.app.sql(
        `select actor_kind, subject_name, changed_fields, detail from audit_events
         where action = 'MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED' and subject_id = $1`,
        [id],
      ),
    ).toEqual([
      {
        actor_kind: 'BACKGROUND',
        subject_name: 'Moving',
        changed_fields: expect.arrayContaining(['oauth2Issuer', 'oauth2ClientId', 'oauth2ClientSecret']),
        detail: { disconnected: 1 },
      },
    ]);

    const revoked = await revokedBy({ provider: old });
    expect(revoked).toHaveLength(4);
    expect(revoked.map(({ token }) => token)).toEqual(expect.arrayContaining([refreshToken, accessToken]));
    for (const { token } of revoked) expect((await old.introspect(token)).active).toBe(false);
    expect(next.revocations()).toEqual([]);
    expect(await outboxRows(world.app)).toEqual([]);
  } finally {
    await old.close();
    await next.close();
  }
});

test('when the metadata that names the authorization server is unavailable, other metadata does not move the server and its users', async () => {
  const other = await startAuthorizationServer();
  const host = await startHandcraftedServer();
  try {
    const path = '/.well-known/oauth-protected-resource';
    const names = ({ issuer }: { issuer: string }) => ({
      json: { resource: `${host.origin}/mcp`, authorization_servers: [issuer] },
    });
    host.answer('/mcp', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    host.answer(`${path}/mcp`, names(world.provider));
    host.answer(path, names(other));
    const id = await createServer({ ...world, mcp: { ...mcp, url: `${host.origin}/mcp` } });
    for (const each of [user, bystander]) await connect(world, each, id);
    host.answer(`${path}/mcp`, { status: 503 });
    expect((await callError(user, id, 'whoami')).extensions.code).toBe('NEEDS_AUTHORIZATION');
    expect(host.count(path)).toBeGreaterThan(0);
    expect(other.count('/reg')).toBe(0);
    expect(await accountOf(world.app, bystander)).toMatchObject({ status: 'CONNECTED' });
    expect(await world.app.sql('select oauth2_issuer from mcp_server_configs where id = $1', [id])).toEqual([
      { oauth2_issuer: world.provider.issuer },
    ]);

    // Once every location answers, the server moves.
    host.answer(`${path}/mcp`, { status: 404 });
    expect((await callError(bystander, id, 'whoami')).extensions.code).toBe('NEEDS_AUTHORIZATION');
    expect(other.count('/reg')).toBe(1);
  } finally {
    await other.close();
    await host.close();
  }
});
