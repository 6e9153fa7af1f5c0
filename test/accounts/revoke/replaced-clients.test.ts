import { randomUUID } from 'node:crypto';
import { connectAccount } from '../../../src/accounts/store/connect-account.js';
import {
  startLossyProvider,
  type LossyBehavior,
  type LossyProvider,
} from '../../servers/changes/lossy-provider.js';
import { startApp, type TestApp } from '../../support/app.js';
import { seedOAuth2Server, seedSignedInUser, type SignedInUser } from '../../support/seed.js';
import { openAccount, begin, createServer, disconnect, visit } from '../world.js';
import { setSecondsLeft } from '../token-access.js';
import { makeDue, openOutbox, outboxRows, pauseBackgroundTask, type Outbox } from './outbox.js';

let app: TestApp;
let outbox: Outbox;
let admin: SignedInUser;
let user: SignedInUser;
let provider: LossyProvider;
let serverId: string;

beforeAll(async () => {
  app = await startApp();
  await pauseBackgroundTask(app);
  outbox = await openOutbox(app);
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
}, 60_000);
afterAll(async () => {
  await outbox.close();
  await app.close();
});
beforeEach(async () => {
  user = await seedSignedInUser(app);
});
afterEach(async () => {
  await provider.close();
  await app.sql('delete from oauth2_revocations');
});

/** Adds a server whose provider binds tokens to clients, and connects the user. */
async function connected(behavior: Partial<LossyBehavior> = {}): Promise<void> {
  provider = await startLossyProvider({ bindsTokens: true, ...behavior });
  serverId = await createServer({ admin, mcp: { url: provider.mcpUrl } as never });
  await connect();
}

async function connect(): Promise<void> {
  const callback = provider.approve(await begin({ app, serverId }, user));
  expect(await (await visit(app, user, callback ?? '')).text()).toMatch(/Your account is connected/);
}

const registerAgain = () =>
  admin.graphql.data('mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { id } } }', {
    id: serverId,
  });

async function clientId(): Promise<string> {
  const [row] = await app.sql<{ id: string }>(
    'select oauth2_client_id as id from mcp_server_configs where id = $1',
    [serverId],
  );
  return row?.id ?? '';
}

/** Uses the account when its access token has expired, which refreshes it. */
async function refresh(): Promise<void> {
  await setSecondsLeft(app, user, -1);
  await user.graphql.query('query ($id: ID!) { mcpServerTools(id: $id) { name } }', { id: serverId });
}

const revoked = { revoked: true, revocationPending: false, revocationError: null };
const unconfirmable = {
  revoked: false,
  revocationPending: false,
  revocationError: expect.stringContaining('earlier registration'),
};
const givenUp = {
  status: 'GIVEN_UP',
  refresh_token: null,
  access_token: null,
  client_secret: null,
  failure_reason: expect.stringContaining('earlier registration'),
};

describe('an account whose tokens were issued to a replaced client', () => {
  test('is not reported as revoked when the provider confirms without an effect, and administrators see it', async () => {
    await connected();
    const { accessToken } = await openAccount({ app }, user);
    provider.forget();
    await registerAgain();
    expect(await disconnect(user, serverId)).toEqual(unconfirmable);
    // The attempt with the new client is worth a request: many providers would have revoked the tokens.
    expect(provider.revokedBy).toEqual([await clientId(), await clientId()]);
    expect(provider.tokens.has(accessToken)).toBe(true);
    expect(await outboxRows(app)).toMatchObject([givenUp]);
    const { mcpServerRevocations } = await admin.graphql.data<{ mcpServerRevocations: { edges: unknown[] } }>(
      'query ($id: ID!) { mcpServerRevocations(serverId: $id, first: 5) { edges { node { status reason nextAttemptAt } } } }',
      { id: serverId },
    );
    expect(mcpServerRevocations.edges).toEqual([
      {
        node: {
          status: 'GIVEN_UP',
          reason: expect.stringContaining('earlier registration'),
          nextAttemptAt: null,
        },
      },
    ]);
  });

  test('is attempted with the new client, so that a provider that does not bind tokens revokes them', async () => {
    await connected({ bindsTokens: false });
    await registerAgain();
    expect(await disconnect(user, serverId)).toEqual(unconfirmable);
    expect(provider.tokens.size).toBe(0);
  });

  test('waits while the provider is unavailable, and is then given up, not confirmed', async () => {
    await connected({ refusesRevocations: true });
    await registerAgain();
    expect(await disconnect(user, serverId)).toMatchObject({ revoked: false, revocationPending: true });
    expect(await outboxRows(app)).toMatchObject([{ status: 'PENDING' }]);
    provider.behavior.refusesRevocations = false;
    await makeDue(app);
    expect(await outbox.workDue()).toBe(1);
    expect(await outboxRows(app)).toMatchObject([givenUp]);
  });

  test('is given up at once when the provider refuses the new client too', async () => {
    await connected();
    await registerAgain();
    provider.forget();
    expect(await disconnect(user, serverId)).toEqual(unconfirmable);
    expect(await outboxRows(app)).toMatchObject([givenUp]);
  });

  test.each<[string, string]>([
    ['deletion', 'mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }'],
    [
      'edit of the client',
      `mutation ($id: ID!) {
        updateMcpServerConfig(id: $id, input: { oauth2ClientId: "entered" }) { server { id } }
      }`,
    ],
  ])(
    'is given up at the %s of its server, beside an account of the current client that is revoked',
    async (_what, mutation) => {
      await connected();
      const { accessToken } = await openAccount({ app }, user);
      await registerAgain();
      const earlier = user;
      user = await seedSignedInUser(app);
      await connect();
      const current = await openAccount({ app }, user);
      await admin.graphql.data(mutation, { id: serverId });
      await makeDue(app);
      await outbox.workDue();
      expect(await outboxRows(app)).toMatchObject([{ ...givenUp, user_id: earlier.id }]);
      expect(provider.tokens.has(accessToken)).toBe(true);
      expect(provider.tokens.has(current.accessToken)).toBe(false);
    },
  );
});

describe('after a registration', () => {
  test('an account that was refreshed with the new client is revoked by it', async () => {
    await connected({ bindsTokens: false });
    await registerAgain();
    await refresh();
    provider.behavior.bindsTokens = true;
    const { accessToken, refreshToken } = await openAccount({ app }, user);
    expect(provider.tokens.get(accessToken)).toBe(await clientId());
    expect(await disconnect(user, serverId)).toEqual(revoked);
    expect([accessToken, refreshToken].filter((token) => provider.tokens.has(token))).toEqual([]);
    expect(await outboxRows(app)).toEqual([]);
  });

  test('an account that was connected again is revoked by the new client', async () => {
    await connected();
    await registerAgain();
    await connect();
    const { accessToken } = await openAccount({ app }, user);
    expect(await disconnect(user, serverId)).toEqual(revoked);
    expect(provider.tokens.has(accessToken)).toBe(false);
  });

  test('the tokens of a public client are revoked by that client', async () => {
    await connected({ methods: ['none'] });
    const earlier = await clientId();
    await registerAgain();
    expect(await clientId()).not.toBe(earlier);
    expect(await disconnect(user, serverId)).toEqual(revoked);
    expect(provider.revokedBy).toEqual([earlier, earlier]);
    expect(provider.tokens.size).toBe(0);
    expect(await outboxRows(app)).toEqual([]);
  });

  test('the tokens of a public client that the provider has lost are not reported as revoked', async () => {
    await connected({ methods: ['none'] });
    provider.forget();
    await registerAgain();
    expect(await disconnect(user, serverId)).toMatchObject({ revoked: false, revocationPending: true });
    expect(await outboxRows(app)).toMatchObject([{ status: 'PENDING' }]);
  });

  test('an account whose client is unknown counts as issued to the current client', async () => {
    await connected();
    await app.sql('update mcp_server_user_tokens set client_id = null where user_id = $1', [user.id]);
    expect(await disconnect(user, serverId)).toEqual(revoked);
  });
});

test('an account that keeps a refresh token of a replaced client belongs to that client, and not as a public one', async () => {
  provider = await startLossyProvider();
  const { id } = await seedOAuth2Server(app);
  const tokenSet = {
    accessToken: randomUUID(),
    tokenType: 'Bearer',
    scope: null,
    expiresAt: null,
    subject: 'same',
  };
  const requested = {
    issuer: 'https://auth.example.com',
    resource: '',
    scope: '',
    tokenAuthMethod: 'none' as const,
  };
  for (const [refreshToken, clientId] of [
    ['kept', 'first'],
    [null, 'second'],
  ] as const) {
    await app.orm.em
      .fork()
      .transactional((tx) =>
        connectAccount(
          tx,
          app.vault,
          { userId: user.id, serverId: id },
          { ...tokenSet, refreshToken },
          { ...requested, clientId },
        ),
      );
  }
  expect(
    await app.sql(
      'select client_id, client_is_public, has_refresh_token from mcp_server_user_tokens where user_id = $1',
      [user.id],
    ),
  ).toEqual([{ client_id: 'first', client_is_public: false, has_refresh_token: true }]);
});
