import { Migration } from '@mikro-orm/migrations';

/** Gives every list of administrators an index in its order. Safe during a rolling upgrade. */
export class Migration20261129225530_ListIndexes extends Migration {
  override name = 'Migration20261129225530_ListIndexes';

  override up(): void {
    this.addSql(`drop index "oauth2_revocations_mcp_server_config_id_index";`);
    this.addSql(`create index "oauth2_revocations_server_index" on "oauth2_revocations" ("mcp_server_config_id", "id");`);
    this.addSql(`create index "oauth2_revocations_status_index" on "oauth2_revocations" ("status", "id");`);

    this.addSql(`create index "users_name_index" on "users" (lower("display_name"), "id");`);

    this.addSql(`drop index "connection_failures_last_failed_at_index";`);
    this.addSql(`create index "connection_failures_server_index" on "connection_failures" ("mcp_server_config_id", "last_failed_at", "reference");`);
    this.addSql(`create index "connection_failures_last_failed_at_index" on "connection_failures" ("last_failed_at", "reference");`);
  }
}
