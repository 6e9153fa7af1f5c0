import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import { describeFailure, type Logger } from '../../log.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import { stateHash } from '../../oauth2/requests/authorization.js';
import type { OAuth2Client } from '../../oauth2/client.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import { checkIssuer, verifyUnknownIssuer } from '../../oauth2/discovery/issuer.js';
import { ProviderError } from '../../oauth2/report/failure.js';
import { exchangeCode, type TokenSet } from '../../oauth2/requests/tokens.js';
import { UnreadableSecret, type Vault } from '../../secrets/vault.js';
import type { ClientHealth, RegisteredClient } from '../../servers/changes/client-health.js';
import { readableOAuth2Error, suggest } from '../../servers/settings/oauth2-failures.js';
import { openOAuth2Client } from '../../servers/store/oauth2-client.js';
import { secretPlace } from '../../servers/store/server-secrets.js';
import { disabledServer, unknownServer, unreadableClientSecret } from '../../servers/store/server-errors.js';
import { findNamedServer, recordAccountEvent } from '../store/account-audit.js';
import { replacedClient } from './check-client.js';
import { errorResponse, errorWithoutState } from './error-response.js';
import {
  claimFlow,
  codeVerifierPlace,
  deleteFlow,
  findOpenFlow,
  findOpenerTarget,
  lockServerAndUser,
  type ClaimedFlow,
} from './flows.js';
import { withClientAuthentication } from './client-authentication.js';
import type { OpenerTarget } from './opener-target.js';
import { supersedeRevocations } from '../revoke/revocation-outbox.js';
import type { Revocations } from '../revoke/revocations.js';
import { remarkOn } from './connection-remark.js';
import { connectAccount, type ConnectedTokens } from '../store/connect-account.js';
import { isUuid } from '../../uuid.js';

export interface CompleteAuthorizationDeps {
  em: EntityManager;
  viewer: Viewer;
  vault: Vault;
  outbound: GuardedFetch;
  revocations: Revocations;
  clientHealth: ClientHealth;
  log: Logger;
}

/** A callback failed. `target` is the opener of its flow, or null if the session has no such flow. */
export class CallbackError extends Error {
  constructor(
    override readonly cause: unknown,
    readonly target: OpenerTarget | null,
  ) {
    super('The callback failed.', { cause });
    this.name = 'CallbackError';
  }
}

/** A completed authorization. */
export interface CompletedAuthorization {
  target: OpenerTarget;
  /** A sentence for the user about the account. null: none. */
  remark: string | null;
}

/** Parameters that must not be repeated (RFC 6749 section 3.1). A repeated one has no safe interpretation. */
const singleParameters = ['state', 'iss', 'code', 'error'];

/**
 * Completes the flow of an authorization response (RFC 6749 section 4.1.2). It checks that `state` belongs to this
 * session, and that `iss` is the pinned issuer (RFC 9207), before it uses anything else of the response. It stores the
 * tokens if the flow still exists after the exchange, and revokes them otherwise.
 * @throws CallbackError. Its cause is a SwitchboardError for each expected failure: NOT_FOUND (no such server),
 *   BAD_USER_INPUT (an invalid `state`, a disabled server), UPSTREAM_ERROR (the provider's refusal, a wrong `iss`, a
 *   failed exchange), CONFLICT (the flow was deleted during the exchange).
 */
export async function completeAuthorization(
  deps: CompleteAuthorizationDeps,
  serverId: string,
  params: URLSearchParams,
): Promise<CompletedAuthorization> {
  const flow = await claim(deps, serverId, params);
  try {
    if (!flow.serverEnabled) throw disabledServer(deps.viewer);
    if (flow.isClientReplaced) throw replacedClient();
    await checkResponse(deps, flow, params);
    const opened = await openClient(deps.vault, flow);
    const { result: tokens, client } = await exchange(deps, flow, opened, params.get('code') ?? '');
    const connected = await keepOrRevoke(deps, flow, client, tokens);
    await deps.clientHealth.recordSuccess(clientOf(flow));
    return { target: flow.target, remark: remarkOn(connected, tokens) };
  } catch (error) {
    const cause = readableOAuth2Error(error);
    await auditFailedConnect(deps, flow, cause);
    throw new CallbackError(withSuggestedSettings(deps, cause), flow.target);
  }
}

async function claim(
  { em, viewer }: CompleteAuthorizationDeps,
  serverId: string,
  params: URLSearchParams,
): Promise<ClaimedFlow> {
  if (!isUuid(serverId)) throw new CallbackError(unknownServer(), null);
  const state = params.get('state');
  const repeated = singleParameters.some((name) => params.getAll(name).length > 1);
  const key =
    state === null || repeated ? null : { stateHash: stateHash(state), sessionId: viewer.tokenId, serverId };
  const flow = key && (await claimFlow(em, key));
  if (flow) return flow;

  const server = await findNamedServer(em, serverId);
  if (!server) throw new CallbackError(unknownServer(), null);
  if (!server.enabled)
    throw new CallbackError(disabledServer(viewer), key && (await findOpenerTarget(em, key)));
  const error = repeated ? null : params.get('error');
  // Only a session that the provider could have sent back: another site can open this address too.
  const open = state || !error ? null : await findOpenFlow(em, { sessionId: viewer.tokenId, serverId });
  if (open && error)
    throw new CallbackError(readableOAuth2Error(errorWithoutState(error, params, open)), open.target);
  throw new CallbackError(invalidState(), key && (await findOpenerTarget(em, key)));
}

function invalidState(): SwitchboardError {
  return new SwitchboardError(
    'BAD_USER_INPUT',
    'This authorization response does not belong to this browser session, has expired, or was already used. Close this window and connect again.',
    {},
    { canTryAgain: true },
  );
}

/** Records the failure in the audit log. An error here is logged only, so that it does not replace the failure itself. */
async function auditFailedConnect(
  { em, viewer, log }: CompleteAuthorizationDeps,
  { serverId }: ClaimedFlow,
  cause: unknown,
): Promise<void> {
  const refusal = cause instanceof SwitchboardError ? cause : null;
  const detail = {
    code: refusal?.code ?? 'INTERNAL_SERVER_ERROR',
    denied: refusal?.evidence?.oauth2Error === 'access_denied',
  } as const;
  try {
    await em.fork().transactional(async (tx) => {
      const server = await findNamedServer(tx, serverId);
      if (!server) return;
      await recordAccountEvent(tx, viewer, { action: 'MCP_SERVER_CONNECT_FAILED', server, detail });
    });
  } catch (error) {
    const failure = describeFailure(error);
    log.warn({ serverId, failure }, 'Failed connection not recorded in the audit log');
  }
}

async function checkResponse(
  { outbound }: CompleteAuthorizationDeps,
  flow: ClaimedFlow,
  params: URLSearchParams,
): Promise<void> {
  checkIssuer(params, { ...flow, allowedIssuer: flow.compatibility.allowedIssuer });
  const iss = params.get('iss');
  if (flow.issuer === '' && iss !== null)
    await verifyUnknownIssuer(iss, flow, oauth2Outbound(outbound, flow.compatibility), flow.compatibility);

  const error = params.get('error');
  if (error !== null) throw errorResponse(error, params, flow);
  if (!params.get('code')) {
    throw new SwitchboardError(
      'UPSTREAM_ERROR',
      'The provider sent you back without an authorization code. Close this window and connect again.',
    );
  }
}

/**
 * Adds the suggested compatibility settings to the message for an administrator. For a member's failure, administrators
 * find them in its report.
 */
function withSuggestedSettings({ viewer }: CompleteAuthorizationDeps, cause: unknown): unknown {
  if (!(cause instanceof SwitchboardError) || !viewer.isAdmin) return cause;
  const { code, message, details, evidence } = cause;
  const suggestions = (evidence?.suggestedSettings ?? []).map(suggest);
  return new SwitchboardError(code, [message, ...suggestions].join(' '), details, evidence);
}

async function openClient(vault: Vault, flow: ClaimedFlow): Promise<OAuth2Client> {
  const { acceptsPlainHttp } = flow.compatibility;
  const place = secretPlace('oauth2_client_secret', flow.serverId);
  try {
    return await openOAuth2Client(vault, { ...flow, acceptsPlainHttp }, place);
  } catch (error) {
    if (error instanceof UnreadableSecret) throw unreadableClientSecret();
    throw error;
  }
}

async function exchange(
  { em, vault, outbound, clientHealth, log }: CompleteAuthorizationDeps,
  flow: ClaimedFlow,
  client: OAuth2Client,
  code: string,
): Promise<{ result: TokenSet; client: OAuth2Client }> {
  let codeVerifier: string;
  try {
    codeVerifier = await vault.open(flow.sealedCodeVerifier, codeVerifierPlace(flow.stateHash));
  } catch (error) {
    if (error instanceof UnreadableSecret) throw invalidState();
    throw error;
  }
  try {
    const { serverId, redirectUri, resource, compatibility } = flow;
    const { scopeSeparator, tokenType, allowedIssuer } = compatibility;
    const pinned = { redirectUri, resource, scopeSeparator, tokenType, allowedIssuer };
    const request = { code, codeVerifier, ...pinned };
    const via = oauth2Outbound(outbound, compatibility);
    return await withClientAuthentication({ em, log }, { serverId, client }, (as) =>
      exchangeCode(as, request, via),
    );
  } catch (error) {
    const code = error instanceof ProviderError ? error.facts.oauth2Error : undefined;
    if (code !== 'invalid_client') throw error;
    const status = await clientHealth.exchangeRefused(clientOf(flow));
    throw status === 'RENEWED' ? replacedClient() : error;
  }
}

function clientOf({ serverId, clientId }: ClaimedFlow): RegisteredClient {
  return { serverId, clientId };
}

async function keepOrRevoke(
  deps: CompleteAuthorizationDeps,
  flow: ClaimedFlow,
  client: OAuth2Client,
  tokens: TokenSet,
): Promise<ConnectedTokens> {
  let kept: ConnectedTokens | null = null;
  try {
    kept = await keep(deps, flow, tokens);
  } finally {
    if (kept === null) {
      const { serverId } = flow;
      await deps.revocations.release({ userId: deps.viewer.userId, serverId, client, tokens });
    }
  }
  if (kept) return kept;
  throw new SwitchboardError(
    'CONFLICT',
    'While you signed in at the provider, your account was disconnected, or the MCP server was changed or disabled. Nothing was stored. Close this window and connect again.',
  );
}

/**
 * Stores the tokens unless a change has invalidated the flow: with both rows locked, a flow that can still be deleted
 * here is valid until the account is stored.
 */
async function keep(
  { em, viewer, vault }: CompleteAuthorizationDeps,
  flow: ClaimedFlow,
  tokens: TokenSet,
): Promise<ConnectedTokens | null> {
  return em.fork().transactional(async (tx) => {
    const owner = { userId: viewer.userId, serverId: flow.serverId };
    const { server, userEnabled } = await lockServerAndUser(tx, owner);
    if (!(await deleteFlow(tx, flow.stateHash)) || !server?.enabled || !userEnabled) return null;
    const { allowedIssuer } = flow.compatibility;
    const connected = await connectAccount(tx, vault, owner, tokens, { ...flow, allowedIssuer });
    await supersedeRevocations(tx, { userId: viewer.userId, client: flow });
    await recordAccountEvent(tx, viewer, {
      action: 'MCP_SERVER_CONNECTED',
      server: { id: flow.serverId, displayName: server.displayName },
    });
    return connected;
  });
}
