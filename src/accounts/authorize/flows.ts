import type { EntityManager } from '@mikro-orm/postgresql';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import {
  compatibilityOf,
  storedCompatibilityOf,
  type OAuth2Compatibility,
  type StoredCompatibility,
} from '../../oauth2/compatibility.js';
import type { Place } from '../../secrets/vault.js';
import type { PopupTarget } from './opener-target.js';

/** What a flow holds still until its callback: whatever happens to the server's row, the exchange uses this or nothing. */
export interface PinnedAuthorization {
  issuer: string;
  issRequired: boolean;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  clientId: string;
  tokenAuthMethod: TokenAuthMethod;
  redirectUri: string;
  resource: string;
  scope: string;
  compatibility: OAuth2Compatibility;
}

export interface NewFlow {
  stateHash: string;
  sessionId: string;
  userId: string;
  serverId: string;
  sealedCodeVerifier: string;
  pinned: PinnedAuthorization;
  target: PopupTarget;
}

/** A flow that this callback alone may finish. */
export interface ClaimedFlow extends PinnedAuthorization {
  stateHash: string;
  serverId: string;
  sealedCodeVerifier: string;
  /** As it was when the flow was claimed: one statement reads both, so it belongs to the pinned client. */
  sealedClientSecret: string | null;
  serverEnabled: boolean;
  target: PopupTarget;
}

/** Where a flow's verifier is sealed to. */
export function codeVerifierPlace(stateHash: string): Place {
  return { table: 'oauth2_flows', column: 'code_verifier', row: stateHash };
}

/** Stores a flow for ten minutes of the database's clock, which is the one clock that all processes share. */
export async function insertFlow(em: EntityManager, flow: NewFlow): Promise<void> {
  const { pinned, target } = flow;
  await em.execute(
    `insert into oauth2_flows (state_hash, session_id, user_id, mcp_server_config_id, code_verifier,
       issuer, iss_required, authorization_endpoint, token_endpoint, revocation_endpoint,
       client_id, token_auth_method, redirect_uri, resource, scope, compatibility,
       target_origin, return_path, created_at, expires_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, now(), now() + interval '10 minutes')`,
    [
      flow.stateHash,
      flow.sessionId,
      flow.userId,
      flow.serverId,
      flow.sealedCodeVerifier,
      pinned.issuer,
      pinned.issRequired,
      pinned.authorizationEndpoint,
      pinned.tokenEndpoint,
      pinned.revocationEndpoint,
      pinned.clientId,
      pinned.tokenAuthMethod,
      pinned.redirectUri,
      pinned.resource,
      pinned.scope,
      JSON.stringify(storedCompatibilityOf(pinned.compatibility)),
      target.origin,
      target.returnPath,
    ],
    'run',
  );
}

interface FlowKey {
  stateHash: string;
  sessionId: string;
  serverId: string;
}

/**
 * Takes a flow for one callback, in one statement: of any number of callbacks with one `state`, at once or one after
 * the other, exactly one gets it. null: no such flow in this session for this server, expired, or taken before.
 */
export async function claimFlow(em: EntityManager, key: FlowKey): Promise<ClaimedFlow | null> {
  type Row = Omit<ClaimedFlow, 'target' | 'compatibility'> & {
    compatibility: StoredCompatibility;
    targetOrigin: string;
    returnPath: string;
  };
  const rows = await em.execute<Row[]>(
    `update oauth2_flows f set claimed_at = now()
     from mcp_server_configs c
     where f.state_hash = ? and f.session_id = ? and f.mcp_server_config_id = ?
       and f.claimed_at is null and f.expires_at > now()
       and c.id = f.mcp_server_config_id
     returning f.state_hash as "stateHash", f.mcp_server_config_id as "serverId",
       f.code_verifier as "sealedCodeVerifier", f.issuer, f.iss_required as "issRequired",
       f.authorization_endpoint as "authorizationEndpoint", f.token_endpoint as "tokenEndpoint",
       f.revocation_endpoint as "revocationEndpoint", f.client_id as "clientId",
       f.token_auth_method as "tokenAuthMethod", f.redirect_uri as "redirectUri", f.resource, f.scope, f.compatibility,
       f.target_origin as "targetOrigin", f.return_path as "returnPath",
       c.oauth2_client_secret as "sealedClientSecret", c.enabled as "serverEnabled"`,
    [key.stateHash, key.sessionId, key.serverId],
  );
  const [row] = rows;
  if (!row) return null;
  const { targetOrigin, returnPath, compatibility, ...flow } = row;
  return {
    ...flow,
    compatibility: compatibilityOf(compatibility),
    target: { origin: targetOrigin, returnPath },
  };
}

/** Whom to tell about a flow of this session that can no longer be claimed, as long as its row exists. */
export async function findFlowTarget(em: EntityManager, key: FlowKey): Promise<PopupTarget | null> {
  const rows = await em.execute<PopupTarget[]>(
    `select target_origin as "origin", return_path as "returnPath" from oauth2_flows
     where state_hash = ? and session_id = ? and mcp_server_config_id = ?`,
    [key.stateHash, key.sessionId, key.serverId],
  );
  return rows[0] ?? null;
}

/** Ends a flow. false: somebody who invalidates flows was faster, and what it would have led to must not be kept. */
export async function deleteFlow(em: EntityManager, stateHash: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    'delete from oauth2_flows where state_hash = ? returning state_hash',
    [stateHash],
  );
  return rows.length > 0;
}

/**
 * Deletes the flows that expired, for everybody: it works without a viewer, and any number of processes may run it at
 * once. A minute's grace leaves alone what was claimed in time and is still waiting for its provider.
 * @returns how many went.
 */
export async function sweepExpiredFlows(em: EntityManager): Promise<number> {
  const rows = await em.fork().execute<unknown[]>(
    `delete from oauth2_flows where state_hash in (
       select state_hash from oauth2_flows where expires_at < now() - interval '1 minute'
       for update skip locked)
     returning state_hash`,
  );
  return rows.length;
}
