import { Migration } from '@mikro-orm/migrations';

/**
 * Records that an account had a refresh token, and the provider's user. Safe during a rolling upgrade: `subject` counts
 * only for the authorization that it was written with, so one that an older process stores has none.
 */
export class Migration20261130030600_RefreshTokens extends Migration {
  override name = 'Migration20261130030600_RefreshTokens';

  override up(): void {
    this.addSql(`alter table "mcp_server_user_tokens" add "refresh_token_issued" boolean not null default false, add "subject" text not null default '';`);
    this.addSql(`update "mcp_server_user_tokens" set "refresh_token_issued" = true where "refresh_token" is not null or "last_refreshed_at" is not null or "failure_code" = 'INVALID_GRANT';`);
  }
}
