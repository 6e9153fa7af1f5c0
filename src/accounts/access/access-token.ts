import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError, type FailureEvidence } from '../../errors.js';
import type { LastUsed } from '../../identity/access-tokens/last-used.js';
import type { Viewer } from '../../identity/viewer.js';
import { UnreadableSecret, type Vault } from '../../secrets/vault.js';
import { disabledServer, notOAuth2, unknownServer } from '../../servers/store/server-errors.js';
import { markNeedsAuthorization } from './needs-authorization.js';
import { leaseMs } from './refresh-lease.js';
import type { TokenRefreshes } from './refresh.js';
import type { Revocations } from '../revoke/revocations.js';
import { findServerWithAccount, type StoredAccount } from '../store/stored-account.js';
import { noteReadable, noteUnreadable, unreadableMessage } from './unreadable-account.js';
import { tokenPlaces } from '../store/account-tokens.js';
import { isUuid } from '../../uuid.js';

/** A person's token for one server, as of one moment. */
export interface UsableToken {
  accessToken: string;
  tokenType: 'Bearer';
  /** The grant's row: it changes when the person connects anew, not when the token is refreshed. */
  accountId: string;
  /** Which of the grant's tokens it is. */
  generation: number;
  /** null: nobody knows; it is used until it is refused. */
  expiresAt: Date | null;
  scope: string;
  issuer: string;
  /** What it was issued for (RFC 8707), verbatim; '' when no resource was named. */
  resource: string;
}

export interface AccessTokenRequest {
  /** The token that the MCP server has answered with 401: only another one will do. */
  after?: { generation: number } | undefined;
}

export interface AccessTokenDeps {
  em: EntityManager;
  viewer: Viewer;
  vault: Vault;
  refreshes: TokenRefreshes;
  revocations: Revocations;
  accountUse: Pick<LastUsed, 'note'>;
  /** Where the viewer connects this server. */
  connectUrl: string;
}

/** A token is refreshed when less than this is left of it, in seconds, or half its life where that is shorter. */
const earlySeconds = 60;
/** Added at random, so that tokens issued together are not refreshed together. */
const jitterSeconds = 10;
/** A caller whose token still has this long, in seconds, does not wait for a slow provider any longer than that. */
const comfortableSeconds = 10;
const patienceMs = 5_000;

/**
 * The viewer's token for a server, refreshed first when it is about to expire or was refused. Answers, or throws,
 * within 25 seconds; a caller whose token is still good is kept waiting for 5 at most.
 * @throws NOT_FOUND or BAD_USER_INPUT for a server that cannot be used with an account now; NEEDS_AUTHORIZATION with
 *   `connectUrl` when the viewer has to connect (again); UPSTREAM_ERROR when the provider gives no new token now, but
 *   may later.
 */
export async function getAccessToken(
  deps: AccessTokenDeps,
  serverId: string,
  { after }: AccessTokenRequest = {},
): Promise<UsableToken> {
  const { refreshes, connectUrl } = deps;
  const account = await getAccount(deps, serverId);
  const isRefused = account.generation === after?.generation;
  if (!isRefused && !isDue(account)) return open(deps, account);

  const isServable = (stored: StoredAccount) => !isRefused && !isExpired(stored);
  if (!account.isRefreshable) {
    if (isServable(account)) return open(deps, account);
    if (isRefused) {
      const token = { accountId: account.id, generation: account.generation };
      await markNeedsAuthorization(deps, token);
    }
    throw needsAuthorization(
      'Your connection to this MCP server has expired. Connect again.',
      connectUrl,
      atRefresh,
    );
  }

  if (account.retryIn === 0) {
    const isComfortable = isServable(account) && (account.secondsLeft ?? Infinity) > comfortableSeconds;
    try {
      await within(isComfortable ? patienceMs : leaseMs, refreshes.refresh(account));
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      if (!isServable(account)) throw await unreadable(deps, account);
    }
  }
  const current = await getAccount(deps, serverId);
  const isNewer = current.id !== account.id || current.generation !== account.generation;
  if (isNewer || isServable(current)) return open(deps, current);
  throw notRefreshed(current);
}

async function getAccount(
  { em, viewer, connectUrl }: AccessTokenDeps,
  serverId: string,
): Promise<StoredAccount> {
  const server = isUuid(serverId)
    ? await findServerWithAccount(em, { userId: viewer.userId, serverId: serverId })
    : null;
  if (!server || (!server.enabled && !viewer.isAdmin)) throw unknownServer();
  if (!server.enabled) throw disabledServer();
  if (server.authType !== 'OAUTH2') throw notOAuth2();
  const { account } = server;
  if (account?.status === 'CONNECTED') return account;
  throw needsAuthorization(
    account?.failureReason || 'Connect your account to this MCP server first.',
    connectUrl,
    account ? evidenceOf(account) : undefined,
  );
}

async function open(deps: AccessTokenDeps, account: StoredAccount): Promise<UsableToken> {
  const { em, vault, accountUse } = deps;
  const { id, generation, sealedAccessToken, expiresAt, scope, issuer, resource } = account;
  try {
    const accessToken = await vault.open(sealedAccessToken ?? '', tokenPlaces(id).accessToken);
    if (account.isUnreadable) await noteReadable(em, account);
    accountUse.note(id);
    return {
      accessToken,
      tokenType: 'Bearer',
      accountId: id,
      generation,
      expiresAt,
      scope,
      issuer,
      resource,
    };
  } catch (error) {
    if (error instanceof UnreadableSecret) throw await unreadable(deps, account);
    throw error;
  }
}

/** Of unknown expiry: never, until it is refused. */
function isDue({ secondsLeft, expiresIn }: StoredAccount): boolean {
  if (secondsLeft === null) return false;
  const early = earlySeconds + Math.random() * jitterSeconds;
  return secondsLeft < Math.min(early, (expiresIn ?? Infinity) / 2);
}

function isExpired({ secondsLeft }: StoredAccount): boolean {
  return secondsLeft !== null && secondsLeft <= 0;
}

/** Waits for the work, but not for long; the work goes on. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  try {
    await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})]);
  } finally {
    timer.abort();
  }
}

/** Marks what was an account's connection once: it failed, and was not only never made. */
const atRefresh: FailureEvidence = { step: 'REFRESH' };

function evidenceOf({ failureCode }: StoredAccount): FailureEvidence {
  if (failureCode === 'REFUSED_BY_MCP_SERVER') return { httpStatus: 401 };
  return failureCode === 'INVALID_GRANT' ? { ...atRefresh, oauth2Error: 'invalid_grant' } : atRefresh;
}

function needsAuthorization(
  message: string,
  connectUrl: string,
  evidence?: FailureEvidence,
): SwitchboardError {
  return new SwitchboardError('NEEDS_AUTHORIZATION', message, { connectUrl }, evidence);
}

async function unreadable(
  { em, connectUrl }: AccessTokenDeps,
  account: StoredAccount,
): Promise<SwitchboardError> {
  await noteUnreadable(em, account);
  return needsAuthorization(unreadableMessage, connectUrl, atRefresh);
}

function notRefreshed({ failureReason, retryIn }: StoredAccount): SwitchboardError {
  const reason = failureReason || 'The provider did not issue a new token in time.';
  const seconds = Math.ceil(retryIn);
  const when = seconds > 1 ? `Try again in ${seconds} seconds.` : 'Try again.';
  return new SwitchboardError('UPSTREAM_ERROR', `${reason} ${when}`, {}, atRefresh);
}
