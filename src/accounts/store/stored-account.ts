import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuthType } from '../../servers/store/mcp-server-config.entity.js';
import type { ConnectedAccountStatus, ConnectedAccountFailureCode } from './connected-account.entity.js';

/** One person's grant as it is stored, its times seen from the database's clock. */
export interface StoredAccount {
  id: string;
  generation: number;
  status: ConnectedAccountStatus;
  sealedAccessToken: string | null;
  scope: string;
  issuer: string;
  resource: string;
  /** In our own words; '' when nothing is wrong. */
  failureReason: string;
  /** null when nothing is wrong. */
  failureCode: ConnectedAccountFailureCode | null;
  /** This process, or another, could not open its tokens. They may yet be opened with another key ring. */
  isUnreadable: boolean;
  expiresAt: Date | null;
  /** Until it expires, in seconds; negative when it has, null when nobody knows. */
  secondsLeft: number | null;
  /** The lifetime it was issued with, in seconds. */
  expiresIn: number | null;
  /** There is a refresh token, and the server still names the authorization server that issued it. */
  isRefreshable: boolean;
  /** Until the provider may be asked again, in seconds; 0 when it may be now. */
  retryIn: number;
}

export interface ServerWithAccount {
  enabled: boolean;
  authType: AuthType;
  /** null: this person never connected, or disconnected since. */
  account: StoredAccount | null;
}

interface Row extends Omit<StoredAccount, 'id' | 'expiresAt'> {
  enabled: boolean;
  authType: AuthType;
  id: string | null;
  expiresAtSeconds: number | null;
}

/** A server with one person's grant at it, by one statement; null for an unknown server. */
export async function findServerWithAccount(
  em: EntityManager,
  owner: { userId: string; serverId: string },
): Promise<ServerWithAccount | null> {
  const [row] = await em.fork().execute<Row[]>(
    `select c.enabled, c.auth_type as "authType", t.id, t.generation, t.status,
       t.access_token as "sealedAccessToken", t.scope, t.issuer, t.resource, t.failure_reason as "failureReason",
       t.failure_code is not distinct from 'UNREADABLE' as "isUnreadable",
       t.failure_code as "failureCode",
       extract(epoch from t.expires_at)::float8 as "expiresAtSeconds",
       extract(epoch from t.expires_at - now())::float8 as "secondsLeft", t.expires_in as "expiresIn",
       (t.has_refresh_token and t.issuer = c.oauth2_issuer) as "isRefreshable",
       greatest(0, coalesce(extract(epoch from t.refresh_not_before - now()), 0))::float8 as "retryIn"
     from mcp_server_configs c
     left join mcp_server_user_tokens t on t.mcp_server_config_id = c.id and t.user_id = ?
     where c.id = ?`,
    [owner.userId, owner.serverId],
  );
  if (!row) return null;
  const { enabled, authType, id, expiresAtSeconds, ...account } = row;
  if (id === null) return { enabled, authType, account: null };
  const expiresAt = expiresAtSeconds === null ? null : new Date(expiresAtSeconds * 1000);
  return { enabled, authType, account: { ...account, id, expiresAt } };
}
