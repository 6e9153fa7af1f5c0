import type { EntityManager } from '@mikro-orm/postgresql';
import type { HotReads } from '../../database/hot-reads.js';
import { SwitchboardError, type FailureEvidence } from '../../errors.js';
import { LastUsed } from '../../identity/access-tokens/last-used.js';
import type { Viewer } from '../../identity/viewer.js';
import type { Logger } from '../../log.js';
import type { UpstreamSessions } from '../../mcp/sessions/upstream-sessions.js';
import { UnreadableSecret, type Vault } from '../../secrets/vault.js';
import { disabledServer, notOAuth2, unknownServer } from '../../servers/store/server-errors.js';
import { withTimeLimit } from '../../time-limit.js';
import { isUuid } from '../../uuid.js';
import type { Revocations } from '../revoke/revocations.js';
import { ConnectedAccountEnding } from '../store/account-ending.js';
import {
  findServerWithAccount,
  markReadable,
  markUnreadable,
  markUnusable,
  unreadableMessage,
  type AccountState,
} from '../store/account-state.js';
import { tokenPlaces } from '../store/account-tokens.js';
import { leaseMs } from './refresh-lease.js';
import type { TokenRefreshes } from './refresh.js';

/** An access token of the viewer's account at one server. */
export interface UsableToken {
  accessToken: string;
  tokenType: 'Bearer';
  accountId: string;
  /** The time of the authorization. A refresh keeps it, and a reconnect changes it. */
  connectedAt: Date;
  /** Each refresh and each reconnect raises it. With `accountId` it identifies the token. */
  generation: number;
  /** null: unknown. The token is used until the MCP server refuses it. */
  expiresAt: Date | null;
  scope: string;
  issuer: string;
  /** The resource that it was issued for (RFC 8707), verbatim. '' when none was requested. */
  resource: string;
  /** It comes from an authorization, and has not been used before. */
  isUntried: boolean;
}

type TokenIdentity = Pick<UsableToken, 'accountId' | 'generation'>;

export interface AccessTokenRequest {
  /** The token that the MCP server refused. Only a different one is returned. */
  after?: (TokenIdentity & Partial<Pick<UsableToken, 'isUntried'>>) | undefined;
  /** A token that may have expired. It is refreshed if possible, and returned unchanged otherwise. */
  suspect?: TokenIdentity | undefined;
}

export interface AccessTokenDeps {
  em: EntityManager;
  reads: HotReads;
  viewer: Viewer;
  vault: Vault;
  refreshes: TokenRefreshes;
  revocations: Revocations;
  upstreamSessions: Pick<UpstreamSessions, 'end'>;
  accountUse: Pick<LastUsed, 'note' | 'unwritten'>;
  /** The URL where the viewer connects their account. */
  connectUrl: string;
}

/** A token is refreshed when it expires within this time, in seconds, or within half of its lifetime if that is shorter. */
const earlySeconds = 60;
/** Added at random, so that tokens that were issued together are not refreshed together. */
const jitterSeconds = 10;
/** A caller whose token is valid for longer than this, in seconds, waits only `shortWaitMs` for a refresh. */
const comfortableSeconds = 10;
const shortWaitMs = 5_000;
/**
 * A token that was refreshed within this time, in seconds, is not refreshed because of a suspicion. Otherwise each call
 * during an outage of the MCP server would refresh it.
 */
const suspicionSeconds = 300;

/**
 * Returns the viewer's access token for a server. Refreshes it first when it expires soon, or was refused. Returns or
 * throws within 25 seconds. A caller whose token is still valid waits for at most 5 seconds.
 * @throws NOT_FOUND or BAD_USER_INPUT for a server that cannot be used with an account now. NEEDS_AUTHORIZATION with
 *   `connectUrl` when the viewer has to connect, or to connect again. UPSTREAM_ERROR when the authorization server issues
 *   no new token now, but may later.
 */
export async function getAccessToken(
  deps: AccessTokenDeps,
  serverId: string,
  { after, suspect }: AccessTokenRequest = {},
): Promise<UsableToken> {
  const { refreshes, connectUrl } = deps;
  const account = await getAccount(deps, serverId);
  const isRefused = isSame(account, after);
  const isSuspect = isSame(account, suspect) && (account.sinceRefresh ?? Infinity) > suspicionSeconds;
  const isServable = (stored: AccountState) =>
    stored.status === 'CONNECTED' && !isSame(stored, after) && !isExpired(stored);
  if (isServable(account) && !isSuspect && !isDue(account)) return open(deps, account);

  if (!account.isRefreshable) {
    if (isServable(account)) return open(deps, account);
    if (isRefused) {
      const token = { accountId: account.id, generation: account.generation };
      const isUntried = after?.isUntried ?? false;
      await new ConnectedAccountEnding(deps).endRefused(deps.em, { ...token, isUntried });
    }
    const message =
      account.status === 'CONNECTED'
        ? 'Your authorization for this MCP server has expired. Connect again.'
        : account.failureReason;
    throw needsAuthorization(message, connectUrl, evidenceOf(account));
  }

  if (account.retryIn === 0) {
    const isComfortable = isServable(account) && (account.secondsLeft ?? Infinity) > comfortableSeconds;
    try {
      await withTimeLimit(isComfortable ? shortWaitMs : leaseMs, refreshes.refresh(account), undefined);
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      if (!isServable(account)) throw await unreadable(deps, account);
    }
  }
  const current = await getAccount(deps, serverId);
  const isNewer = current.id !== account.id || current.generation !== account.generation;
  if ((isNewer && current.status === 'CONNECTED') || isServable(current)) return open(deps, current);
  if (!current.isRefreshRefused) throw notRefreshed(current);
  if (isRefused && !isNewer) await markUnusable(deps.em, current);
  throw needsAuthorization(current.failureReason, connectUrl, evidenceOf(current));
}

async function getAccount(
  { em, reads, viewer, connectUrl }: AccessTokenDeps,
  serverId: string,
): Promise<AccountState> {
  const server = isUuid(serverId)
    ? await findServerWithAccount({ em, reads }, { userId: viewer.userId, serverId })
    : null;
  if (!server) throw unknownServer();
  if (!server.enabled) throw disabledServer(viewer);
  if (server.authType !== 'OAUTH2') throw notOAuth2();
  const { account } = server;
  if (account && account.sealedAccessToken !== null) return account;
  throw needsAuthorization(
    account?.failureReason || 'Connect your account to this MCP server first.',
    connectUrl,
    account ? evidenceOf(account) : undefined,
  );
}

async function open(deps: AccessTokenDeps, account: AccountState): Promise<UsableToken> {
  const { em, vault, accountUse } = deps;
  const { id, connectedAt, generation, sealedAccessToken, expiresAt, scope, issuer, resource } = account;
  try {
    const accessToken = await vault.open(sealedAccessToken ?? '', tokenPlaces(id).accessToken);
    if (account.failureCode === 'UNREADABLE') await markReadable(em, account);
    const isUntried = isUnused(account, accountUse.unwritten(id));
    accountUse.note(id);
    return {
      accessToken,
      tokenType: 'Bearer',
      accountId: id,
      connectedAt,
      generation,
      expiresAt,
      scope,
      issuer,
      resource,
      isUntried,
    };
  } catch (error) {
    if (error instanceof UnreadableSecret) throw await unreadable(deps, account);
    throw error;
  }
}

function isSame({ id, generation }: AccountState, token: TokenIdentity | undefined): boolean {
  return id === token?.accountId && generation === token.generation;
}

/** Tells whether the token expires soon. One of unknown expiry never does; it is used until it is refused. */
function isDue({ secondsLeft, expiresIn }: AccountState): boolean {
  if (secondsLeft === null) return false;
  const early = earlySeconds + Math.random() * jitterSeconds;
  return secondsLeft < Math.min(early, (expiresIn ?? Infinity) / 2);
}

/** Tells whether the account has not been used since its authorization. */
function isUnused(account: AccountState, unwrittenUse: Date | null): boolean {
  if (account.sinceRefresh !== null) return false;
  return [account.lastUsedAt, unwrittenUse].every((use) => use === null || use < account.connectedAt);
}

function isExpired({ secondsLeft }: AccountState): boolean {
  return secondsLeft !== null && secondsLeft <= 0;
}

/** Evidence that the account was connected before, so that its failure is one of a refresh. */
const atRefresh: FailureEvidence = { step: 'REFRESH' };

function evidenceOf(account: AccountState): FailureEvidence {
  const { failureCode, failureHttpStatus, failureRemoteMessage } = account;
  if (failureCode === 'REFUSED_BY_MCP_SERVER') return { httpStatus: 401 };
  // Failures of earlier versions have no stored error code.
  const oauth2Error = account.failureOauth2Error || (failureCode === 'INVALID_GRANT' ? 'invalid_grant' : '');
  return {
    ...atRefresh,
    ...(oauth2Error !== '' && { oauth2Error }),
    ...(failureRemoteMessage !== '' && { remoteMessage: failureRemoteMessage }),
    ...(failureHttpStatus !== null && { httpStatus: failureHttpStatus }),
  };
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
  account: AccountState,
): Promise<SwitchboardError> {
  await markUnreadable(em, account);
  return needsAuthorization(unreadableMessage, connectUrl, atRefresh);
}

function notRefreshed(account: AccountState): SwitchboardError {
  const { failureReason, retryIn } = account;
  const reason = failureReason || 'The provider did not issue a new token in time.';
  const seconds = Math.ceil(retryIn);
  const when = seconds > 1 ? `Try again in ${seconds} seconds.` : 'Try again.';
  return new SwitchboardError('UPSTREAM_ERROR', `${reason} ${when}`, {}, evidenceOf(account));
}

/**
 * Creates the record of when each account's token was last returned. It writes no other column, so that it does not
 * interfere with a refresh.
 */
export function createAccountUse(deps: { em: EntityManager; log: Logger }): LastUsed {
  return new LastUsed({
    ...deps,
    rows: { table: 'mcp_server_user_tokens', key: { column: 'id', type: 'uuid' } },
  });
}
