import { HotReads } from '../../../src/database/hot-reads.js';
import { UpstreamSessions } from '../../../src/mcp/sessions/upstream-sessions.js';
import { endAccount } from '../../../src/accounts/store/end-accounts.js';
import { markReadable, markUnreadable, markUnusable } from '../../../src/accounts/store/account-state.js';
import { ConnectedAccountEnding } from '../../../src/accounts/store/account-ending.js';
import { sealTokens } from '../../../src/accounts/store/account-tokens.js';
import { takeRefreshLease, type RefreshLease } from '../../../src/accounts/access/refresh-lease.js';
import { postponeRefresh, storeRefreshed } from '../../../src/accounts/access/refresh-outcome.js';
import { recordScopeChallenge } from '../../../src/accounts/authorize/step-up.js';
import { Revocations } from '../../../src/accounts/revoke/revocations.js';
import { createLog } from '../../../src/log.js';
import { createGuardedFetch, type GuardedFetch } from '../../../src/net/guarded-fetch.js';
import { startApp, type TestApp } from '../../support/app.js';
import { seedAccount } from '../../support/seed.js';
import { accountOf, openTokenAccess, seedRefreshable } from '../token-access.js';

// Reconnecting keeps the account's row and id. Only the generation tells a writer that it holds earlier tokens.

let app: TestApp;
let outbound: GuardedFetch;
let ending: ConnectedAccountEnding;

beforeAll(async () => {
  app = await startApp();
  const { vault } = app;
  const em = app.orm.em;
  outbound = createGuardedFetch({ allowedPrivateCidrs: [] });
  const log = createLog('silent');
  const revocations = new Revocations({ em, vault, outbound, log });
  const reads = new HotReads({ log });
  const upstreamSessions = new UpstreamSessions({ em, reads, vault, outbound, log });
  ending = new ConnectedAccountEnding({ vault, revocations, upstreamSessions });
});
afterAll(async () => {
  await outbound.close();
  await app.close();
});

const em = () => app.orm.em;
const failure = {
  code: 'PROVIDER_UNAVAILABLE',
  reason: 'It failed.',
  oauth2Error: '',
  remoteMessage: '',
  httpStatus: null,
  isDefinite: false,
  isServerError: false,
} as const;

/** Writes on behalf of the token that a lease was taken for. */
const writers: [string, (lease: RefreshLease) => Promise<unknown>][] = [
  [
    'the token set of a refresh',
    async (lease) => {
      const tokens = { accessToken: 'late', refreshToken: 'late', tokenType: 'Bearer', scope: null };
      const sealed = { ...tokens, expiresAt: null, ...(await sealTokens(app.vault, lease.id, tokens)) };
      return storeRefreshed(em(), lease, sealed);
    },
  ],
  [
    'an invalid_grant',
    (lease) =>
      em()
        .fork()
        .transactional((tx) => endAccount(tx, lease, { code: 'INVALID_GRANT', reason: 'It ended.' })),
  ],
  [
    'a failed refresh',
    (lease) =>
      postponeRefresh(em(), lease, { ...failure, backOff: { first: 2, longest: 300 }, retryAfter: null }),
  ],
  [
    'a refused refresh',
    (lease) =>
      postponeRefresh(em(), lease, {
        ...failure,
        isDefinite: true,
        backOff: { first: 2, longest: 300 },
        retryAfter: null,
      }),
  ],
  ['an access token that is of no use after a refused refresh', (lease) => markUnusable(em(), lease)],
  [
    'a token that the MCP server refuses',
    ({ id, generation }) => ending.endRefused(em(), { accountId: id, generation, isUntried: false }),
  ],
  [
    'a scope challenge',
    ({ id, generation }) => recordScopeChallenge(em(), { accountId: id, generation }, 'more'),
  ],
  ['unreadable tokens', (lease) => markUnreadable(em(), lease)],
];

/**
 * An account whose user reconnects while a refresh is in progress. The lease and the refusal are put back, so that they do
 * not decide.
 */
async function reconnectDuringRefresh() {
  const { user, serverId } = await seedRefreshable(app, 'http://127.0.0.1:1/token');
  const before = await accountOf(app, user);
  const lease = (await takeRefreshLease(em(), { id: before!.id, generation: 1 }))!;
  await seedAccount(app, { userId: user.id, serverId }, { refreshToken: 'refresh-2' });
  await app.sql(
    `update mcp_server_user_tokens set refresh_lease_id = $2, refresh_lease_until = now() + interval '1 minute',
       refresh_refused_at = now() where id = $1`,
    [lease.id, lease.leaseId],
  );
  const row = async () =>
    (await app.sql('select * from mcp_server_user_tokens where id = $1', [lease.id]))[0];
  return { user, serverId, lease, row };
}

test.each(writers)('%s of an earlier generation misses after a reconnect', async (_what, write) => {
  const { lease, row } = await reconnectDuringRefresh();
  const reconnected = await row();
  expect(reconnected).toMatchObject({ id: lease.id, generation: 2, status: 'CONNECTED' });
  await write(lease);
  expect(await row()).toEqual(reconnected);

  // The control: with the current generation, the same writer with the same id and lease does write.
  await write({ ...lease, generation: 2 });
  expect(await row()).not.toEqual(reconnected);
});

test('a lease for an earlier generation cannot be taken after a reconnect', async () => {
  const { user, serverId } = await seedRefreshable(app, 'http://127.0.0.1:1/token');
  const { id } = (await accountOf(app, user))!;
  await seedAccount(app, { userId: user.id, serverId }, { refreshToken: 'refresh-2' });
  expect(await takeRefreshLease(em(), { id, generation: 1 })).toBeNull();
  expect(await takeRefreshLease(em(), { id, generation: 2 })).toMatchObject({ id, generation: 2 });
});

test('tokens found readable in an earlier generation leave the failure of the current one', async () => {
  const { lease, row } = await reconnectDuringRefresh();
  await markUnreadable(em(), { id: lease.id, generation: 2 });
  await markReadable(em(), lease);
  expect(await row()).toMatchObject({ failure_code: 'UNREADABLE' });
  await markReadable(em(), { id: lease.id, generation: 2 });
  expect(await row()).toMatchObject({ failure_code: null });
});

test('a late refresh reports that its tokens were superseded, so that they are not revoked', async () => {
  const { lease } = await reconnectDuringRefresh();
  const tokens = { accessToken: 'late', refreshToken: null, tokenType: 'Bearer', scope: null };
  const sealed = { ...tokens, expiresAt: null, ...(await sealTokens(app.vault, lease.id, tokens)) };
  expect(await storeRefreshed(em(), lease, sealed)).toBe('SUPERSEDED');
});

test('a refused token of a deleted account does not end the account that was connected after it', async () => {
  const access = await openTokenAccess(app);
  const { user, serverId } = await seedRefreshable(app, 'http://127.0.0.1:1/token', {
    refreshToken: null,
    secondsLeft: 3_000,
  });
  const refused = await access.accessToken(user, serverId);
  await app.sql('delete from mcp_server_user_tokens where user_id = $1', [user.id]);
  await seedAccount(app, { userId: user.id, serverId }, { accessToken: 'another' });
  // Both are the first generation of their account.
  await expect(access.accessToken(user, serverId, { after: refused })).resolves.toMatchObject({
    accessToken: 'another',
    generation: refused.generation,
  });
  await access.close();
});
