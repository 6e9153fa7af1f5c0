import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { validate as isUuid } from 'uuid';
import { SwitchboardError, type FailureEvidence } from '../../errors.js';
import type { LastUsed } from '../../identity/access-tokens/last-used.js';
import type { Viewer } from '../../identity/viewer.js';
import { UnreadableSecret, type Vault } from '../../secrets/vault.js';
import { disabledServer, notOAuth2, unknownServer } from '../../servers/store/server-errors.js';
import { markNeedsAuthorization } from './needs-authorization.js';
import { leaseMs } from './refresh-lease.js';
import type { TokenRefreshes } from './refresh.js';
import type { Revocations } from '../revoke/revocations.js';
import { findGrantedServer, type StoredGrant } from '../store/stored-account.js';
import { noteReadable, noteUnreadable, unreadableMessage } from './unreadable-account.js';
import { tokenPlaces } from '../store/account-tokens.js';

/** A person's token for one server, as of one moment. */
export interface UsableToken {
  accessToken: string;
  tokenType: 'Bearer';
  /** The grant's row: it changes when the person connects anew, not when the token is refreshed. */
  grantId: string;
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
  grantUse: Pick<LastUsed, 'note'>;
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
  const grant = await getGrant(deps, serverId);
  const isRefused = grant.generation === after?.generation;
  if (!isRefused && !isDue(grant)) return open(deps, grant);

  const isServable = (stored: StoredGrant) => !isRefused && !isExpired(stored);
  if (!grant.isRefreshable) {
    if (isServable(grant)) return open(deps, grant);
    if (isRefused) {
      const token = { grantId: grant.id, generation: grant.generation };
      await markNeedsAuthorization(deps, token);
    }
    throw needsAuthorization(
      'Your connection to this MCP server has expired. Connect again.',
      connectUrl,
      atRefresh,
    );
  }

  if (grant.retryIn === 0) {
    const isComfortable = isServable(grant) && (grant.secondsLeft ?? Infinity) > comfortableSeconds;
    try {
      await within(isComfortable ? patienceMs : leaseMs, refreshes.refresh(grant));
    } catch (error) {
      if (!(error instanceof UnreadableSecret)) throw error;
      if (!isServable(grant)) throw await unreadable(deps, grant);
    }
  }
  const current = await getGrant(deps, serverId);
  const isNewer = current.id !== grant.id || current.generation !== grant.generation;
  if (isNewer || isServable(current)) return open(deps, current);
  throw notRefreshed(current);
}

async function getGrant({ em, viewer, connectUrl }: AccessTokenDeps, serverId: string): Promise<StoredGrant> {
  const server = isUuid(serverId)
    ? await findGrantedServer(em, { userId: viewer.userId, mcpServerConfigId: serverId })
    : null;
  if (!server || (!server.enabled && !viewer.isAdmin)) throw unknownServer();
  if (!server.enabled) throw disabledServer();
  if (server.authType !== 'OAUTH2') throw notOAuth2();
  const { grant } = server;
  if (grant?.status === 'CONNECTED') return grant;
  throw needsAuthorization(
    grant?.failureReason || 'Connect your account to this MCP server first.',
    connectUrl,
    grant ? evidenceOf(grant) : undefined,
  );
}

async function open(deps: AccessTokenDeps, grant: StoredGrant): Promise<UsableToken> {
  const { em, vault, grantUse } = deps;
  const { id, generation, sealedAccessToken, expiresAt, scope, issuer, resource } = grant;
  try {
    const accessToken = await vault.open(sealedAccessToken ?? '', tokenPlaces(id).accessToken);
    if (grant.isUnreadable) await noteReadable(em, grant);
    grantUse.note(id);
    return { accessToken, tokenType: 'Bearer', grantId: id, generation, expiresAt, scope, issuer, resource };
  } catch (error) {
    if (error instanceof UnreadableSecret) throw await unreadable(deps, grant);
    throw error;
  }
}

/** Of unknown expiry: never, until it is refused. */
function isDue({ secondsLeft, expiresIn }: StoredGrant): boolean {
  if (secondsLeft === null) return false;
  const early = earlySeconds + Math.random() * jitterSeconds;
  return secondsLeft < Math.min(early, (expiresIn ?? Infinity) / 2);
}

function isExpired({ secondsLeft }: StoredGrant): boolean {
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

function evidenceOf({ failureCode }: StoredGrant): FailureEvidence {
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
  grant: StoredGrant,
): Promise<SwitchboardError> {
  await noteUnreadable(em, grant);
  return needsAuthorization(unreadableMessage, connectUrl, atRefresh);
}

function notRefreshed({ failureReason, retryIn }: StoredGrant): SwitchboardError {
  const reason = failureReason || 'The provider did not issue a new token in time.';
  const seconds = Math.ceil(retryIn);
  const when = seconds > 1 ? `Try again in ${seconds} seconds.` : 'Try again.';
  return new SwitchboardError('UPSTREAM_ERROR', `${reason} ${when}`, {}, atRefresh);
}
