import { Migration } from '@mikro-orm/migrations';

/**
 * Records the client that an account's tokens were issued to. Existing accounts belong to the client of their server,
 * because earlier versions end them when that client is replaced. Safe during a rolling upgrade: older processes leave the
 * columns unchanged, and null stands for the server's client.
 */
export class Migration20261130034900_TokenClient extends Migration {
  override name = 'Migration20261130034900_TokenClient';

  override up(): void {
    this.addSql(`alter table "mcp_server_user_tokens" add "client_id" text null, add "client_is_public" boolean not null default false;`);
    this.addSql(`update "mcp_server_user_tokens" as "t" set "client_id" = "s"."oauth2_client_id", "client_is_public" = coalesce("s"."oauth2_token_auth_method" = 'none', false) from "mcp_server_configs" as "s" where "s"."id" = "t"."mcp_server_config_id" and "t"."access_token" is not null;`);
    this.addSql(`alter table "oauth2_revocations" add "issued_to_other" boolean not null default false;`);
  }
}
