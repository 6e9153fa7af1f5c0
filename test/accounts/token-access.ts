import { HotReads } from '../../src/database/hot-reads.js';
import { UpstreamSessions } from '../../src/mcp/sessions/upstream-sessions.js';
import { MikroORM } from '@mikro-orm/postgresql';
import {
  createAccountUse,
  type AccessTokenRequest,
  type UsableToken,
} from '../../src/accounts/access/access-token.js';
import { Accounts } from '../../src/accounts/accounts.js';
import { ConnectedAccountEnding } from '../../src/accounts/store/account-ending.js';
import { TokenRefreshes } from '../../src/accounts/access/refresh.js';
import { Revocations } from '../../src/accounts/revoke/revocations.js';
import { ormOptions } from '../../src/database/orm.js';
import { entities } from '../../src/entities.js';
import { SwitchboardError } from '../../src/errors.js';
import { createLog } from '../../src/log.js';
import { createGuardedFetch } from '../../src/net/guarded-fetch.js';
import { ClientHealth } from '../../src/servers/changes/client-health.js';
import type { Vault } from '../../src/secrets/vault.js';
import type { TestApp } from '../support/app.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  type SignedInUser,
  type ServerSeed,
} from '../support/seed.js';

/** The user on whose behalf a test asks. */
export type Caller = Pick<SignedInUser, 'id' | 'email' | 'displayName' | 'role'>;

export interface TokenAccess {
  /** Calls `Accounts.accessToken` as this user. */
  accessToken(user: Caller, serverId: string, request?: AccessTokenRequest): Promise<UsableToken>;
  /** Parsed log lines. */
  logs: Record<string, unknown>[];
  /** Ends the refreshes as the application does when it closes. */
  endRefreshes(): Promise<void>;
  /** Writes when accounts were last used, as the application does once a minute. */
  flushAccountUse(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens access to tokens as one more process of the application has it. It shares the database and the keys, and has its
 * own connection pool, HTTP client and refreshes.
 */
export async function openTokenAccess(
  app: Pick<TestApp, 'databaseUrl' | 'publicUrl' | 'vault'>,
  options: { poolSize?: number; oauthTimeoutMs?: number; vault?: Vault } = {},
): Promise<TokenAccess> {
  const orm = await MikroORM.init({
    ...ormOptions(app.databaseUrl, entities),
    pool: { min: 0, max: options.poolSize ?? 10 },
  });
  const outbound = createGuardedFetch({
    allowedPrivateCidrs: ['127.0.0.0/8'],
    oauthTimeoutMs: options.oauthTimeoutMs,
  });
  const logs: Record<string, unknown>[] = [];
  const log = createLog('debug', {
    write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>),
  });
  const vault = options.vault ?? app.vault;
  const revocations = new Revocations({ em: orm.em, vault, outbound, log });
  const reads = new HotReads({ log });
  const upstreamSessions = new UpstreamSessions({ em: orm.em, reads, vault, outbound, log });
  const accountUse = createAccountUse({ em: orm.em, log });
  const clientHealth = new ClientHealth({
    em: orm.em,
    vault,
    outbound,
    accountEnding: new ConnectedAccountEnding({ vault, revocations, upstreamSessions }),
    publicUrl: app.publicUrl,
    clientMetadata: false,
    log,
  });
  const refreshes = new TokenRefreshes({ em: orm.em, vault, outbound, revocations, clientHealth, log });
  return {
    logs,
    accessToken(user, serverId, request) {
      const viewer = {
        userId: user.id,
        email: user.email,
        displayName: user.displayName,
        role: user.role,
        createdAt: new Date().toISOString(),
        tokenId: '',
        tokenName: '',
        kind: 'SESSION' as const,
        scope: null,
        isAdmin: user.role === 'ADMIN',
      };
      const accounts = new Accounts({
        em: orm.em.fork(),
        reads,
        viewer,
        vault,
        outbound,
        refreshes,
        accountUse,
        clientHealth,
        revocations,
        upstreamSessions,
        publicUrl: app.publicUrl,
        allowedOrigins: [],
        log,
      });
      return accounts.accessToken(serverId, request);
    },
    endRefreshes: () => refreshes.close(),
    flushAccountUse: () => accountUse.flush(),
    async close() {
      await refreshes.close();
      await revocations.close();
      await outbound.close();
      await orm.close();
    },
  };
}

/** The row of a connected account. */
export interface AccountRow {
  id: string;
  generation: number;
  status: string;
  access_token: string | null;
  refresh_token: string | null;
  scope: string;
  failure_reason: string;
  failure_code: string | null;
  refresh_lease_id: string | null;
  refresh_failures: number;
  seconds_left: number | null;
  retry_in: number | null;
}

/** Returns a user's only account, or null. */
export async function accountOf(app: TestApp, user: Pick<SignedInUser, 'id'>): Promise<AccountRow | null> {
  const rows = await app.sql<AccountRow>(
    `select *, extract(epoch from expires_at - now())::float8 as seconds_left,
       extract(epoch from refresh_not_before - now())::float8 as retry_in
     from mcp_server_user_tokens where user_id = $1`,
    [user.id],
  );
  return rows[0] ?? null;
}

/** Makes the user's access token expire in so many seconds. A negative number makes it expired. */
export async function setSecondsLeft(
  app: TestApp,
  user: Pick<SignedInUser, 'id'>,
  seconds: number,
): Promise<void> {
  await app.sql(
    'update mcp_server_user_tokens set expires_at = now() + make_interval(secs => $2) where user_id = $1',
    [user.id, seconds],
  );
}

/** Ends the back-off after a failure. */
export async function endBackOff(app: TestApp, user: Pick<SignedInUser, 'id'>): Promise<void> {
  await app.sql('update mcp_server_user_tokens set refresh_not_before = now() where user_id = $1', [user.id]);
}

/** Extends the back-off after a failure, which begins with one second, beyond the next calls of a slow machine. */
export async function holdBackOff(app: TestApp, user: Pick<SignedInUser, 'id'>): Promise<void> {
  await app.sql(
    `update mcp_server_user_tokens set refresh_not_before = now() + interval '5 minutes'
     where user_id = $1 and refresh_not_before is not null`,
    [user.id],
  );
}

/** Seeds a user with an account at a server of which only the token endpoint exists, at `tokenUrl`. */
export async function seedRefreshable(
  app: TestApp,
  tokenUrl: string,
  {
    secondsLeft = -1,
    refreshToken = 'refresh-1',
    server = {},
  }: { secondsLeft?: number | null; refreshToken?: string | null; server?: ServerSeed } = {},
): Promise<{ user: SignedInUser; serverId: string }> {
  const user = await seedSignedInUser(app);
  const { id: serverId } = await seedOAuth2Server(app, { oauth2TokenUrl: tokenUrl, ...server });
  const expiresAt = secondsLeft === null ? null : new Date(Date.now() + 3_600_000);
  await seedAccount(
    app,
    { userId: user.id, serverId: serverId },
    { accessToken: 'access-1', refreshToken, expiresAt },
  );
  if (secondsLeft !== null) await setSecondsLeft(app, user, secondsLeft);
  return { user, serverId };
}

/** Returns the SwitchboardError that a promise rejects with. @throws any other error, or Error when it fulfills */
export async function failureOf(promise: Promise<unknown>): Promise<SwitchboardError> {
  const error: unknown = await promise.then(
    () => new Error('The promise fulfilled.'),
    (reason: unknown) => reason,
  );
  if (error instanceof SwitchboardError) return error;
  throw error;
}
