import { Migration } from '@mikro-orm/migrations';

/**
 * Lets an account that needs authorization keep its tokens, because a provider that refused to refresh them may accept
 * them later. Safe during a rolling upgrade: an older process neither writes nor uses such accounts.
 */
export class Migration20261130030900_KeptTokens extends Migration {
  override name = 'Migration20261130030900_KeptTokens';

  override up(): void {
    this.addSql(`alter table "mcp_server_user_tokens" add "failure_oauth2_error" text not null default '', add "failure_remote_message" text not null default '', add "failure_http_status" int null, add "refresh_server_errors" int not null default 0, add "refresh_refused_at" timestamptz null;`);
    this.addSql(`alter table "mcp_server_user_tokens" drop constraint "mcp_server_user_tokens_access_token_check";`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_access_token_check" check (status = 'NEEDS_AUTHORIZATION' or access_token is not null);`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_kept_tokens_check" check (status = 'CONNECTED' or access_token is null or refresh_refused_at is not null);`);
    this.addSql(`create index "mcp_server_user_tokens_refresh_refused_at_index" on "mcp_server_user_tokens" ("refresh_refused_at");`);
  }
}
