import type { EntityManager } from '@mikro-orm/postgresql';
import { expressionBuilder, sql, type NotNull } from 'kysely';
import { leaseCovers, Leases, type Lease } from '../../database/lease.js';
import { queries, type Tables } from '../../database/queries.js';
import { updateInBatches } from '../../database/sweep.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import type { AccountToken } from '../store/account-tokens.js';
import { ConnectedAccountSchema } from '../store/connected-account.entity.js';

/** The timeout of a token request, as in the guarded fetch's OAuth profile. */
const requestMs = 15_000;
/** The additional time of the holder to open, seal and store tokens. */
export const storingMs = 10_000;

/** The duration of a lease, and so the longest time that a caller waits for its holder. */
export const leaseMs = requestMs + storingMs;

export const refreshLeases = new Leases(
  ConnectedAccountSchema,
  { id: 'refreshLeaseId', until: 'refreshLeaseUntil' },
  leaseMs,
);

type AccountTable = Tables<typeof ConnectedAccountSchema>['ConnectedAccount'];
type ServerTable = Tables<typeof McpServerConfigSchema>['McpServerConfig'];

const now = sql<Date>`now()`;

/**
 * Returns the condition that an account's token can be refreshed now, at its server `s`. A refresh token goes only to the
 * authorization server that issued it.
 */
function isRefreshable({ id, generation }: AccountToken) {
  const eb = expressionBuilder<
    { ConnectedAccount: AccountTable; s: ServerTable },
    'ConnectedAccount' | 's'
  >();
  return eb.and([
    eb('ConnectedAccount.id', '=', id),
    eb('ConnectedAccount.generation', '=', generation),
    eb('ConnectedAccount.refreshToken', 'is not', null),
    eb('ConnectedAccount.issuer', '=', eb.ref('s.oauth2Issuer')),
    eb.or([
      eb('ConnectedAccount.refreshNotBefore', 'is', null),
      eb('ConnectedAccount.refreshNotBefore', '<=', now),
    ]),
  ]);
}

/** The right to refresh one account, with what that takes, read by the same statement. */
export type RefreshLease = NonNullable<Awaited<ReturnType<typeof takeRefreshLease>>>;

/**
 * Takes the lease by one statement. Of any number of processes that try at once, one gets it. It lasts until the outcome
 * is stored, or for `leaseMs`. After that its holder is assumed to have crashed, and the next caller may try.
 * @returns null when another caller holds it, or when there is nothing to refresh: see `findLeaseState`
 */
export async function takeRefreshLease(em: EntityManager, token: AccountToken) {
  const { lease, taken } = refreshLeases.begin();
  const row = await queries(em.fork(), ConnectedAccountSchema, McpServerConfigSchema)
    .updateTable('ConnectedAccount')
    .from('McpServerConfig as s')
    .set(taken)
    .whereRef('s.id', '=', 'ConnectedAccount.serverId')
    .where(isRefreshable(token))
    .where(refreshLeases.isFree())
    .returning([
      'ConnectedAccount.id',
      'ConnectedAccount.generation',
      'ConnectedAccount.userId',
      'ConnectedAccount.serverId',
      'ConnectedAccount.refreshToken as sealedRefreshToken',
      'ConnectedAccount.resource',
      's.oauth2Issuer as issuer',
      's.oauth2TokenUrl as tokenEndpoint',
      's.oauth2RevocationUrl as revocationEndpoint',
      's.oauth2ClientId as clientId',
      's.oauth2TokenAuthMethod as tokenAuthMethod',
      's.oauth2ClientSecret as sealedClientSecret',
      's.oauth2Compatibility as activeSettings',
      's.oauth2AsMetadata as metadata',
      'ConnectedAccount.refreshServerErrors as serverErrors',
      (eb) => eb('ConnectedAccount.refreshRefusedAt', 'is not', null).as('wasRefused'),
    ])
    .$narrowType<{ sealedRefreshToken: NotNull }>()
    .executeTakeFirst();
  return row ? { ...row, ...lease } : null;
}

/** Tells whether the lease outlasts a request. A process that was suspended must not send one when it does not. */
export function coversRequest(lease: Lease): boolean {
  return leaseCovers(lease, requestMs + storingMs / 2);
}

/** HELD: a caller is refreshing. FREE: the lease can be taken. SETTLED: there is nothing to refresh, or not yet. */
export type LeaseState = 'HELD' | 'FREE' | 'SETTLED';

export async function findLeaseState(em: EntityManager, token: AccountToken): Promise<LeaseState> {
  const account = await queries(em.fork(), ConnectedAccountSchema, McpServerConfigSchema)
    .selectFrom('ConnectedAccount')
    .innerJoin('McpServerConfig as s', 's.id', 'ConnectedAccount.serverId')
    .select(
      sql<boolean>`coalesce(${sql.ref('ConnectedAccount.refreshLeaseUntil')} > now(), false)`.as('held'),
    )
    .where(isRefreshable(token))
    .executeTakeFirst();
  if (!account) return 'SETTLED';
  return account.held ? 'HELD' : 'FREE';
}

/**
 * Removes the leases of processes that crashed while refreshing. An expired lease blocks no other caller. The additional
 * hour is for a holder that was only suspended, because its answer is stored under its lease.
 * @returns the number of removed leases
 */
export function sweepRefreshLeases(em: EntityManager): Promise<number> {
  return updateInBatches(em, ConnectedAccountSchema, refreshLeases.released, (accounts) =>
    accounts.where('refreshLeaseUntil', '<', sql<Date>`now() - interval '1 hour'`).orderBy('id'),
  );
}
