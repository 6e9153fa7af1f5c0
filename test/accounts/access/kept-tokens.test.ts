import { createServer, type Server } from 'node:http';
import { ConnectedAccountEnding } from '../../../src/accounts/store/account-ending.js';
import { HotReads } from '../../../src/database/hot-reads.js';
import { UpstreamSessions } from '../../../src/mcp/sessions/upstream-sessions.js';
import { Revocations } from '../../../src/accounts/revoke/revocations.js';
import { createLog } from '../../../src/log.js';
import { createGuardedFetch } from '../../../src/net/guarded-fetch.js';
import { startApp, type TestApp } from '../../support/app.js';
import { close, listen } from '../../support/http-listener.js';
import { seedAccount, seedSignedInUser, type SignedInUser } from '../../support/seed.js';
import {
  accountOf,
  endBackOff,
  failureOf,
  openTokenAccess,
  seedRefreshable,
  setSecondsLeft,
  type TokenAccess,
} from '../token-access.js';
import { disconnect } from '../world.js';

const refusal = { status: 400, json: { error: 'invalid_request' } as object };
const success = { status: 200, json: { access_token: 'access-2', token_type: 'Bearer', expires_in: 3_600 } };

let app: TestApp;
let processes: [TokenAccess, TokenAccess];
let admin: SignedInUser;
let provider: Server;
let origin: string;
let answer: typeof refusal;
/** Awaited before each answer of the token endpoint. */
let held: Promise<unknown>;
let arrived: () => void;
let refreshed: string[];
let revoked: string[];

const outbound = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'] });
const log = createLog('silent');
let revocations: Revocations;
let ending: ConnectedAccountEnding;
const sweep = () => ending.endRefusedTooLong(app.orm.em);

beforeAll(async () => {
  app = await startApp();
  processes = [await openTokenAccess(app), await openTokenAccess(app)];
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  provider = createServer((req, res) => {
    void (async () => {
      const form = new URLSearchParams(Buffer.concat(await req.toArray()).toString());
      if (req.url === '/revoke') {
        revoked.push(form.get('token') ?? '');
        return res.writeHead(200).end();
      }
      const { status, json } = answer;
      refreshed.push(form.get('refresh_token') ?? '');
      arrived();
      await held;
      return res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    })();
  });
  origin = await listen(provider);
  revocations = new Revocations({ em: app.orm.em, vault: app.vault, outbound, log });
  const { orm, vault } = app;
  const reads = new HotReads({ log });
  const upstreamSessions = new UpstreamSessions({ em: orm.em, reads, vault, outbound, log });
  ending = new ConnectedAccountEnding({ vault, revocations, upstreamSessions });
});

afterAll(async () => {
  for (const each of processes) await each.close();
  await revocations.close();
  await outbound.close();
  await app.close();
  await close(provider);
});

beforeEach(() => {
  answer = refusal;
  held = Promise.resolve();
  arrived = () => {};
  [refreshed, revoked] = [[], []];
});

/** Holds the answers of the token endpoint. `asked` resolves when a request has arrived. */
function hold(): { asked: Promise<void>; release: () => void } {
  let release = () => {};
  held = new Promise<void>((resolve) => (release = resolve));
  const asked = new Promise<void>((resolve) => (arrived = resolve));
  return { asked, release };
}

const server = () => ({ oauth2RevocationUrl: `${origin}/revoke` });

/** A user whose access token has expired and whose refresh was refused. */
async function refused(): Promise<{ user: SignedInUser; serverId: string }> {
  answer = refusal;
  const seeded = await seedRefreshable(app, `${origin}/token`, { server: server() });
  expect((await failureOf(processes[0].accessToken(seeded.user, seeded.serverId))).code).toBe(
    'NEEDS_AUTHORIZATION',
  );
  return seeded;
}

async function makeOld({ id }: SignedInUser, days: number): Promise<void> {
  await app.sql(
    `update mcp_server_user_tokens set refresh_refused_at = now() - make_interval(days => $2),
       created_at = now() - interval '30 days' where user_id = $1`,
    [id, days],
  );
}

const actionsOf = async ({ id }: SignedInUser) =>
  (
    await app.sql<{ action: string }>(
      `select action from audit_events where affected_user_id = $1 and action like 'ACCOUNT%' order by id`,
      [id],
    )
  ).map(({ action }) => action);

const isHealed = { status: 'CONNECTED', generation: 2, failure_code: null };
const isEnded = { status: 'NEEDS_AUTHORIZATION', access_token: null, refresh_token: null };

describe('after seven days', () => {
  test('tokens whose refresh is refused are erased and revoked, and the user is told', async () => {
    const { user, serverId } = await refused();
    await makeOld(user, 8);
    expect(await sweep()).toBe(1);
    expect(revoked).toEqual(['refresh-1', 'access-1']);
    expect(await accountOf(app, user)).toMatchObject({
      ...isEnded,
      failure_code: 'REFUSED_BY_PROVIDER',
      failure_reason: expect.stringContaining('for seven days'),
    });
    expect(await actionsOf(user)).toEqual(['ACCOUNT_REFRESH_FAILED', 'ACCOUNT_ENDED']);
    await endBackOff(app, user);
    expect((await failureOf(processes[0].accessToken(user, serverId))).message).toContain('Connect again.');
    expect(refreshed).toHaveLength(1);
    expect(await sweep()).toBe(0);
  });

  test('also those that the MCP server refused before they expired', async () => {
    answer = refusal;
    const seeded = await seedRefreshable(app, `${origin}/token`, { secondsLeft: 1_000, server: server() });
    const after = await processes[0].accessToken(seeded.user, seeded.serverId);
    await failureOf(processes[0].accessToken(seeded.user, seeded.serverId, { after }));
    await makeOld(seeded.user, 8);
    expect(await sweep()).toBe(1);
    expect(await accountOf(app, seeded.user)).toMatchObject(isEnded);
  });

  test('no others: younger refusals, usable access tokens, and authorizations since', async () => {
    const young = await refused();
    await makeOld(young.user, 6);
    const usable = await refused();
    await makeOld(usable.user, 8);
    await setSecondsLeft(app, usable.user, 1_000);
    // As a process of an earlier version stores it, which does not know the column.
    const reconnected = await refused();
    await makeOld(reconnected.user, 8);
    await app.sql('update mcp_server_user_tokens set created_at = now() where user_id = $1', [
      reconnected.user.id,
    ]);
    expect(await sweep()).toBe(0);
    expect(revoked).toEqual([]);
  });

  test('250 accounts in several transactions, each once, by two processes', async () => {
    const { user, serverId } = await refused();
    await makeOld(user, 8);
    const [account] = await app.sql<{ id: string }>(
      'select id from mcp_server_user_tokens where user_id = $1',
      [user.id],
    );
    await app.sql(
      `with u as (insert into users (id, email, display_name, role, created_at, updated_at)
         select gen_random_uuid(), 'kept-' || n || '@example.com', 'Kept', 'MEMBER', now(), now()
         from generate_series(1, 249) n returning id)
       insert into mcp_server_user_tokens (id, mcp_server_config_id, user_id, access_token, status, issuer, refresh_refused_at,
         expires_at, failure_code, failure_reason, failure_at, created_at, updated_at)
       select gen_random_uuid(), $1, u.id, a.access_token, 'NEEDS_AUTHORIZATION', a.issuer, a.refresh_refused_at,
         a.expires_at, a.failure_code, a.failure_reason, a.failure_at, a.created_at, now()
       from u, mcp_server_user_tokens a where a.id = $2`,
      [serverId, account!.id],
    );
    const counts = await Promise.all([sweep(), sweep()]);
    expect(counts[0]! + counts[1]!).toBe(250);
    const [left] = await app.sql<{ kept: number; ended: number }>(
      `select (select count(*)::int from mcp_server_user_tokens where mcp_server_config_id = $1 and access_token is not null) as kept,
         (select count(*)::int from audit_events where subject_id = $1 and action = 'ACCOUNT_ENDED') as ended`,
      [serverId],
    );
    expect(left).toEqual({ kept: 0, ended: 250 });
  });
});

describe('kept tokens are revoked', () => {
  test('by a disconnect', async () => {
    const { user, serverId } = await refused();
    expect(await disconnect(user, serverId)).toMatchObject({ revoked: true });
    expect(revoked).toEqual(['refresh-1', 'access-1']);
    expect(await accountOf(app, user)).toBeNull();
  });

  test('by an edit that drops accounts, and by the end of the user', async () => {
    const [edited, disabled] = [await refused(), await refused()];
    await admin.graphql.data(
      `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
        updateMcpServerConfig(id: $id, input: $input) { server { id } } }`,
      { id: edited.serverId, input: { oauth2ClientId: 'another' } },
    );
    expect(await accountOf(app, edited.user)).toBeNull();
    await admin.graphql.data(
      'mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { user { id } } }',
      { id: disabled.user.id, input: { disabled: true } },
    );
    expect(await accountOf(app, disabled.user)).toBeNull();
    expect(revoked.toSorted()).toEqual(['access-1', 'access-1', 'refresh-1', 'refresh-1']);
  });
});

describe('races', () => {
  const rounds = 5;

  test('a refusal that arrives after the user has reconnected changes nothing', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { user, serverId } = await refused();
      await endBackOff(app, user);
      const { asked, release } = hold();
      const late = processes[0].accessToken(user, serverId);
      await asked;
      await seedAccount(
        app,
        { userId: user.id, serverId },
        { accessToken: 'again', refreshToken: 'refresh-9' },
      );
      release();
      await expect(late).resolves.toMatchObject({ accessToken: 'again' });
      expect(await accountOf(app, user)).toMatchObject({ ...isHealed, refresh_failures: 0 });
    }
    expect(refreshed).toHaveLength(2 * rounds);
  });

  test('a refusal that arrives after another process’s success changes nothing', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { user, serverId } = await refused();
      await endBackOff(app, user);
      const { asked, release } = hold();
      const late = processes[0].accessToken(user, serverId);
      await asked;
      // The first process seems to have crashed.
      await app.sql('update mcp_server_user_tokens set refresh_lease_until = now() where user_id = $1', [
        user.id,
      ]);
      answer = success;
      held = Promise.resolve();
      await expect(processes[1].accessToken(user, serverId)).resolves.toMatchObject({
        accessToken: 'access-2',
      });
      release();
      await expect(late).resolves.toMatchObject({ accessToken: 'access-2' });
      expect(await accountOf(app, user)).toMatchObject(isHealed);
      expect(await actionsOf(user)).toEqual(['ACCOUNT_REFRESH_FAILED', 'ACCOUNT_RECOVERED']);
    }
  });

  test('50 callers in two processes heal an account by one request', async () => {
    const { user, serverId } = await refused();
    await endBackOff(app, user);
    answer = success;
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, caller) => processes[caller % 2]!.accessToken(user, serverId)),
    );
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-2']));
    expect(refreshed).toHaveLength(2);
    expect(await actionsOf(user)).toEqual(['ACCOUNT_REFRESH_FAILED', 'ACCOUNT_RECOVERED']);
  });

  test('the end after seven days waits for a refresh in progress, which heals the account', async () => {
    const { user, serverId } = await refused();
    await makeOld(user, 8);
    await endBackOff(app, user);
    answer = success;
    const { asked, release } = hold();
    const healing = processes[0].accessToken(user, serverId);
    await asked;
    expect(await sweep()).toBe(0);
    release();
    await expect(healing).resolves.toMatchObject({ accessToken: 'access-2' });
    expect(await sweep()).toBe(0);
    expect(await accountOf(app, user)).toMatchObject(isHealed);
    expect(revoked).toEqual([]);
  });

  test('negative control: a sweep that does not see the lease ends the account, and the new tokens are revoked', async () => {
    const { user, serverId } = await refused();
    await makeOld(user, 8);
    await endBackOff(app, user);
    answer = success;
    const { asked, release } = hold();
    const healing = processes[0].accessToken(user, serverId);
    await asked;
    await app.sql('update mcp_server_user_tokens set refresh_lease_until = now() where user_id = $1', [
      user.id,
    ]);
    expect(await sweep()).toBe(1);
    release();
    expect((await failureOf(healing)).code).toBe('NEEDS_AUTHORIZATION');
    expect(await accountOf(app, user)).toMatchObject(isEnded);
    expect(revoked).toEqual(expect.arrayContaining(['refresh-1', 'access-1', 'access-2']));
  });

  test('healing, the end after seven days and a disconnect leave one consistent account or none', async () => {
    const outcomes = new Map<string, number>();
    for (let round = 0; round < 4 * rounds; round += 1) {
      const { user, serverId } = await refused();
      await makeOld(user, 8);
      await endBackOff(app, user);
      [revoked, answer] = [[], success];
      const [token] = await Promise.allSettled([
        processes[round % 2]!.accessToken(user, serverId),
        sweep(),
        round % 4 === 3 ? disconnect(user, serverId) : undefined,
      ]);
      const account = await accountOf(app, user);
      const isConnected = account?.status === 'CONNECTED';
      expect(isConnected).toBe(account?.access_token != null);
      if (isConnected) expect(token.status).toBe('fulfilled');
      else expect(revoked).toContain('refresh-1');
      const outcome = account === null ? 'disconnected' : isConnected ? 'healed' : 'ended';
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(4 * rounds);
    expect(outcomes.get('disconnected')).toBe(rounds);
  });
});
