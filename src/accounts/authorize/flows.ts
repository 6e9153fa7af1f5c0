import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../../database/queries.js';
import { deleteInBatches } from '../../database/sweep.js';
import { User } from '../../identity/store/user.entity.js';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import {
  compatibilityOf,
  storedCompatibilityOf,
  type OAuth2Compatibility,
} from '../../oauth2/compatibility.js';
import type { Place } from '../../secrets/vault.js';
import { ClientStateSchema } from '../../servers/store/client-state.entity.js';
import { McpServerConfig, McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { Flow, FlowSchema } from '../store/flow.entity.js';
import type { OpenerTarget } from './opener-target.js';

/** The inputs that a flow pins until its callback. The exchange uses these, whatever happens to the server's row. */
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
  target: OpenerTarget;
}

/** A flow that no other callback can finish. */
export interface ClaimedFlow extends PinnedAuthorization {
  stateHash: string;
  serverId: string;
  sealedCodeVerifier: string;
  /** As of the claim: the same statement reads it, so it belongs to the pinned client. */
  sealedClientSecret: string | null;
  serverEnabled: boolean;
  /** The server has another client by now, so the secret is not that of the pinned one. */
  isClientReplaced: boolean;
  target: OpenerTarget;
}

/** Returns the place that a flow's PKCE verifier is sealed to. */
export function codeVerifierPlace(stateHash: string): Place {
  return { table: 'oauth2_flows', column: 'code_verifier', row: stateHash };
}

/**
 * Locks the server's row, then the user's, FOR SHARE until the transaction ends. An edit, a deletion, disabling and
 * disconnecting lock one of these rows FOR UPDATE and delete flows first. So a flow that exists while both rows are
 * locked is still valid, and stays so until the transaction ends.
 */
export async function lockServerAndUser(
  tx: EntityManager,
  { serverId, userId }: { serverId: string; userId: string },
): Promise<{ server: { enabled: boolean; displayName: string } | null; userEnabled: boolean }> {
  const lock = { lockMode: LockMode.PESSIMISTIC_READ, disableIdentityMap: true } as const;
  const server = await tx.findOne(
    McpServerConfig,
    { id: serverId },
    { fields: ['enabled', 'displayName'], ...lock },
  );
  const user = await tx.findOne(User, { id: userId, disabledAt: null }, { fields: ['id'], ...lock });
  return { server, userEnabled: user !== null };
}

/** Stores a flow for ten minutes of the database's clock, which all processes share. */
export async function insertFlow(tx: EntityManager, flow: NewFlow): Promise<void> {
  const { pinned, target } = flow;
  await queries(tx, FlowSchema)
    .insertInto('Flow')
    .values({
      stateHash: flow.stateHash,
      sessionId: flow.sessionId,
      userId: flow.userId,
      serverId: flow.serverId,
      codeVerifier: flow.sealedCodeVerifier,
      ...pinned,
      compatibility: storedCompatibilityOf(pinned.compatibility),
      targetOrigin: target.origin,
      returnPath: target.returnPath,
      createdAt: sql<Date>`now()`,
      expiresAt: sql<Date>`now() + interval '10 minutes'`,
    })
    .execute();
}

interface FlowKey {
  stateHash: string;
  sessionId: string;
  serverId: string;
}

/**
 * Claims a flow for one callback, in one statement. Of any number of callbacks with the same `state`, at once or one
 * after the other, exactly one gets the flow.
 * @returns null if this session has no such flow for this server, or if the flow has expired or was claimed before
 */
export async function claimFlow(em: EntityManager, key: FlowKey): Promise<ClaimedFlow | null> {
  const row = await queries(em, FlowSchema, McpServerConfigSchema)
    .updateTable('Flow')
    .from('McpServerConfig as s')
    .set({ claimedAt: sql<Date>`now()` })
    .where('Flow.stateHash', '=', key.stateHash)
    .where('Flow.sessionId', '=', key.sessionId)
    .where('Flow.serverId', '=', key.serverId)
    .where('Flow.claimedAt', 'is', null)
    .where('Flow.expiresAt', '>', sql<Date>`now()`)
    .whereRef('s.id', '=', 'Flow.serverId')
    .returning([
      'Flow.stateHash',
      'Flow.serverId',
      'Flow.codeVerifier as sealedCodeVerifier',
      'Flow.issuer',
      'Flow.issRequired',
      'Flow.authorizationEndpoint',
      'Flow.tokenEndpoint',
      'Flow.revocationEndpoint',
      'Flow.clientId',
      'Flow.tokenAuthMethod',
      'Flow.redirectUri',
      'Flow.resource',
      'Flow.scope',
      'Flow.compatibility',
      'Flow.targetOrigin',
      'Flow.returnPath',
      's.oauth2ClientSecret as sealedClientSecret',
      's.enabled as serverEnabled',
      (eb) => eb('s.oauth2ClientId', '<>', eb.ref('Flow.clientId')).as('isClientReplaced'),
    ])
    .executeTakeFirst();
  if (!row) return null;
  const { targetOrigin, returnPath, compatibility, isClientReplaced, ...flow } = row;
  return {
    ...flow,
    isClientReplaced: Boolean(isClientReplaced),
    compatibility: compatibilityOf(compatibility),
    target: { origin: targetOrigin, returnPath },
  };
}

/** Returns the opener of a flow of this session that can no longer be claimed, as long as its row exists. */
export async function findOpenerTarget(em: EntityManager, key: FlowKey): Promise<OpenerTarget | null> {
  const flow = await em.findOne(
    Flow,
    { ...key },
    { fields: ['targetOrigin', 'returnPath'], disableIdentityMap: true },
  );
  return flow && { origin: flow.targetOrigin, returnPath: flow.returnPath };
}

/** Returns the latest flow of this session at a server that still waits for its callback. */
export async function findOpenFlow(
  em: EntityManager,
  { sessionId, serverId }: Pick<FlowKey, 'sessionId' | 'serverId'>,
): Promise<{ resource: string; tokenAuthMethod: TokenAuthMethod; target: OpenerTarget } | null> {
  const flow = await queries(em, FlowSchema)
    .selectFrom('Flow')
    .select(['resource', 'tokenAuthMethod', 'targetOrigin as origin', 'returnPath'])
    .where('sessionId', '=', sessionId)
    .where('serverId', '=', serverId)
    .where('claimedAt', 'is', null)
    .where('expiresAt', '>', sql<Date>`now()`)
    .orderBy('createdAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!flow) return null;
  const { origin, returnPath, ...request } = flow;
  return { ...request, target: { origin, returnPath } };
}

/**
 * Ends a flow.
 * @returns false if a change has deleted it first: the tokens of its exchange must not be kept
 */
export async function deleteFlow(tx: EntityManager, stateHash: string): Promise<boolean> {
  return (await tx.nativeDelete(Flow, { stateHash })) > 0;
}

/**
 * Records for each server that users were sent off with its present client and never came back, which is a sign that the
 * provider no longer knows it. Call it before the expired flows are deleted.
 */
async function recordUnreturnedFlows(em: EntityManager): Promise<void> {
  const db = queries(em.fork(), FlowSchema, McpServerConfigSchema, ClientStateSchema);
  await db
    .insertInto('ClientState')
    .columns(['serverId', 'clientId', 'unreturnedAt'])
    .expression((eb) =>
      eb
        .selectFrom('Flow as f')
        .innerJoin('McpServerConfig as s', (join) =>
          join.onRef('s.id', '=', 'f.serverId').onRef('s.oauth2ClientId', '=', 'f.clientId'),
        )
        .select(['f.serverId', 'f.clientId', sql<Date>`max(${sql.ref('f.createdAt')})`.as('unreturnedAt')])
        .where('f.expiresAt', '<', sql<Date>`now()`)
        .where('f.claimedAt', 'is', null)
        .where('s.oauth2Registration', '=', 'DYNAMIC')
        .groupBy(['f.serverId', 'f.clientId'])
        .orderBy('f.serverId'),
    )
    .onConflict((conflict) =>
      conflict
        .column('serverId')
        .doUpdateSet((eb) => ({ unreturnedAt: eb.ref('excluded.unreturnedAt') }))
        .whereRef('ClientState.clientId', '=', 'excluded.clientId'),
    )
    .execute();
}

/**
 * Deletes expired flows. It spares them for another minute, since a flow that was claimed in time may still wait for its
 * provider. Any number of processes may run it at once.
 * @returns the number of deleted flows
 */
export async function sweepExpiredFlows(em: EntityManager): Promise<number> {
  await recordUnreturnedFlows(em);
  return deleteInBatches(em, FlowSchema, (flows) =>
    flows.where('expiresAt', '<', sql<Date>`now() - interval '1 minute'`),
  );
}
