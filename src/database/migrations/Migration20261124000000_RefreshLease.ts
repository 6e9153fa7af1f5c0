import { Migration } from '@mikro-orm/migrations';

export class Migration20261124000000_RefreshLease extends Migration {

  override name = 'Migration20261124000000_RefreshLease';

  override up(): void | Promise<void> {
    this.addSql(`alter table "mcp_server_user_tokens" add "expires_in" int null, add "refresh_lease_id" uuid null, add "refresh_lease_until" timestamptz null, add "refresh_not_before" timestamptz null, add "refresh_failures" int not null default 0, add "last_refreshed_at" timestamptz null;`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_refresh_lease_check" check ((refresh_lease_id is null) = (refresh_lease_until is null));`);
  }

}
