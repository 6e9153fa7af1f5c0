import { Migration } from '@mikro-orm/migrations';

export class Migration20261125050000_ConnectionFacts extends Migration {

  override name = 'Migration20261125050000_ConnectionFacts';

  override up(): void | Promise<void> {
    this.addSql(`alter table "mcp_server_user_tokens" add "failure_code" text null, add "failure_at" timestamptz null;`);
    this.addSql(`update "mcp_server_user_tokens" set "failure_at" = "updated_at", "failure_code" = case "status" when 'CONNECTED' then 'PROVIDER_UNAVAILABLE' else 'INVALID_GRANT' end where "failure_reason" <> '';`);
    this.addSql(`create index "mcp_server_user_tokens_server_created_at_index" on "mcp_server_user_tokens" ("mcp_server_config_id", "created_at", "id");`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_failure_check" check ((failure_code is null) = (failure_at is null) and (failure_code is null) = (failure_reason = ''));`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_failure_code_check" check ("failure_code" in ('INVALID_GRANT', 'INVALID_CLIENT', 'PROVIDER_UNAVAILABLE', 'ANSWER_LOST', 'REFUSED_BY_PROVIDER', 'REFUSED_BY_MCP_SERVER', 'EXPIRED', 'UNREADABLE', 'CLIENT_SECRET_UNREADABLE'));`);
  }

}
