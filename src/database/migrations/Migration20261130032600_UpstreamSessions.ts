import { Migration } from '@mikro-orm/migrations';

/** Adds the negotiated eras and upstream sessions. Earlier code ignores the table, so both can run at once. */
export class Migration20261130032600_UpstreamSessions extends Migration {

  override name = 'Migration20261130032600_UpstreamSessions';

  override up(): void {
    this.addSql(`create table "mcp_upstream_sessions" ("id" uuid not null, "mcp_server_config_id" uuid not null, "user_id" uuid not null, "capabilities_digest" text not null default '', "era" text null, "protocol_version" text null, "negotiated_at" timestamptz null, "session" text null, "last_used_at" timestamptz null, "lease_id" uuid null, "lease_until" timestamptz null, "created_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "mcp_upstream_sessions_user_id_index" on "mcp_upstream_sessions" ("user_id");`);
    this.addSql(`create index "mcp_upstream_sessions_last_used_at_index" on "mcp_upstream_sessions" ("last_used_at");`);
    this.addSql(`alter table "mcp_upstream_sessions" add constraint "mcp_upstream_sessions_unique" unique ("mcp_server_config_id", "user_id", "capabilities_digest");`);

    this.addSql(`alter table "mcp_upstream_sessions" add constraint "mcp_upstream_sessions_mcp_server_config_id_foreign" foreign key ("mcp_server_config_id") references "mcp_server_configs" ("id") on delete cascade;`);
    this.addSql(`alter table "mcp_upstream_sessions" add constraint "mcp_upstream_sessions_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);
    this.addSql(`alter table "mcp_upstream_sessions" add constraint "mcp_upstream_sessions_negotiated_check" check ((era is null) = (negotiated_at is null) and (era is null) = (protocol_version is null) and (era is null) = (last_used_at is null));`);
    this.addSql(`alter table "mcp_upstream_sessions" add constraint "mcp_upstream_sessions_session_check" check (session is null or (era is not null and era = 'LEGACY'));`);
    this.addSql(`alter table "mcp_upstream_sessions" add constraint "mcp_upstream_sessions_lease_check" check ((lease_id is null) = (lease_until is null));`);
    this.addSql(`alter table "mcp_upstream_sessions" add constraint "mcp_upstream_sessions_era_check" check ("era" in ('MODERN', 'LEGACY'));`);
    this.addSql(`create trigger "mcp_upstream_sessions_sealed" before insert or update of "session" on "mcp_upstream_sessions" for each row execute function refuse_removed_encryption_key('session');`);
  }

  override down(): void {
    this.addSql(`drop table "mcp_upstream_sessions";`);
  }
}
