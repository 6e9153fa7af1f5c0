import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../../database/queries.js';
import { SwitchboardError } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import type { ClientHealth } from '../../servers/changes/client-health.js';
import { ClientStateSchema } from '../../servers/store/client-state.entity.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { isUuid } from '../../uuid.js';
import { ConnectedAccountSchema } from '../store/connected-account.entity.js';
import { FlowSchema } from '../store/flow.entity.js';

export interface CheckClientDeps {
  em: EntityManager;
  viewer: Viewer;
  clientHealth: ClientHealth;
}

/** The time for which a proof spares the next user the check. */
const proofLasts = '5 minutes';

/**
 * Checks a dynamically registered client before the viewer is sent to the provider with it. A provider that has lost the
 * client shows an error page and sends no user back. Nothing is asked if the provider accepted the client within five
 * minutes, unless the viewer's own account failed since, or an authorization with this client never came back.
 * @throws UPSTREAM_ERROR if the provider has lost the client and does not register it again now
 */
export async function checkClientBeforeConnecting(
  { em, viewer, clientHealth }: CheckClientDeps,
  serverId: string,
): Promise<void> {
  const client = isUuid(serverId) ? await findUnprovedClient(em, { serverId, userId: viewer.userId }) : null;
  if (!client) return;
  const { clientId, isUnreturned } = client;
  const status = await clientHealth.checkBeforeConnecting({ serverId, clientId }, { isUnreturned });
  if (status === 'REFUSED') throw lostClient();
}

/** The error for a user who would be stranded at the provider. */
export function lostClient(): SwitchboardError {
  return new SwitchboardError(
    'UPSTREAM_ERROR',
    'The provider no longer recognizes Switchboard, and has not accepted a new registration yet. Try again later, or ask an administrator to register the client again.',
  );
}

/** The error for a user whose request was sent with a client that is replaced by now. Another attempt uses the new one. */
export function replacedClient(): SwitchboardError {
  return new SwitchboardError(
    'CONFLICT',
    'The provider no longer recognized Switchboard, which has now registered there again. Try again.',
  );
}

/** Returns the client that is to be checked for this user, or null. One statement. */
async function findUnprovedClient(
  em: EntityManager,
  { serverId, userId }: { serverId: string; userId: string },
): Promise<{ clientId: string; isUnreturned: boolean } | null> {
  const provedAt = sql<Date>`coalesce(${sql.ref('c.provedAt')}, '-infinity')`;
  const db = queries(em.fork(), McpServerConfigSchema, ClientStateSchema, FlowSchema, ConnectedAccountSchema);
  const row = await db
    .selectFrom('McpServerConfig as s')
    .leftJoin('ClientState as c', (join) =>
      join.onRef('c.serverId', '=', 's.id').onRef('c.clientId', '=', 's.oauth2ClientId'),
    )
    .select((eb) => [
      's.oauth2ClientId as clientId',
      sql<boolean>`${provedAt} > now() - ${proofLasts}::interval`.as('isProved'),
      eb
        .or([
          sql<boolean>`coalesce(${sql.ref('c.unreturnedAt')} > ${provedAt}, false)`,
          eb.exists(
            eb
              .selectFrom('Flow as f')
              .select('f.stateHash')
              .whereRef('f.serverId', '=', 's.id')
              .whereRef('f.clientId', '=', 's.oauth2ClientId')
              .where('f.userId', '=', userId)
              .where('f.claimedAt', 'is', null)
              .where('f.createdAt', '>', provedAt),
          ),
        ])
        .as('isUnreturned'),
      eb
        .exists(
          eb
            .selectFrom('ConnectedAccount as a')
            .select('a.id')
            .whereRef('a.serverId', '=', 's.id')
            .where('a.userId', '=', userId)
            .where('a.failureAt', '>', provedAt),
        )
        .as('hasFailedAccount'),
    ])
    .where('s.id', '=', serverId)
    .where('s.enabled', '=', true)
    .where('s.oauth2Registration', '=', 'DYNAMIC')
    .executeTakeFirst();
  if (!row || (row.isProved && !row.isUnreturned && !row.hasFailedAccount)) return null;
  return { clientId: row.clientId, isUnreturned: Boolean(row.isUnreturned) };
}
