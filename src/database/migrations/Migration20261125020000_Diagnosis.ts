import { Migration } from '@mikro-orm/migrations';

export class Migration20261125020000_Diagnosis extends Migration {

  override name = 'Migration20261125020000_Diagnosis';

  override up(): void | Promise<void> {
    this.addSql(`create table "mcp_server_diagnoses" ("mcp_server_config_id" uuid not null, "last" jsonb not null, "last_started_at" timestamptz not null, "last_success" jsonb null, "last_success_started_at" timestamptz null, primary key ("mcp_server_config_id"));`);

    this.addSql(`create table "connection_failures" ("reference" text not null, "mcp_server_config_id" uuid not null, "user_id" uuid not null, "step" text not null, "code" text not null, "oauth2_error" text not null default '', "http_status" int null, "message" text not null, "fingerprint" text not null, "occurrences" int not null default 1, "first_failed_at" timestamptz not null, "last_failed_at" timestamptz not null, primary key ("reference"));`);
    this.addSql(`create index "connection_failures_user_id_index" on "connection_failures" ("user_id");`);
    this.addSql(`create index "connection_failures_last_failed_at_index" on "connection_failures" ("last_failed_at");`);
    this.addSql(`alter table "connection_failures" add constraint "connection_failures_unique" unique ("mcp_server_config_id", "user_id", "fingerprint");`);

    this.addSql(`alter table "mcp_server_diagnoses" add constraint "mcp_server_diagnoses_mcp_server_config_id_foreign" foreign key ("mcp_server_config_id") references "mcp_server_configs" ("id") on delete cascade;`);

    this.addSql(`alter table "connection_failures" add constraint "connection_failures_mcp_server_config_id_foreign" foreign key ("mcp_server_config_id") references "mcp_server_configs" ("id") on delete cascade;`);
    this.addSql(`alter table "connection_failures" add constraint "connection_failures_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);
    this.addSql(`alter table "connection_failures" add constraint "connection_failures_reference_check" check (reference ~ '^[0-9A-HJKMNP-TV-Z]{8}\$');`);
    this.addSql(`alter table "connection_failures" add constraint "connection_failures_message_check" check (length(message) <= 1000);`);
    this.addSql(`alter table "connection_failures" add constraint "connection_failures_step_check" check ("step" in ('AUTHORIZATION_REQUEST', 'AUTHORIZATION_RESPONSE', 'TOKEN_REQUEST', 'REFRESH', 'LIST_TOOLS', 'CALL_TOOL'));`);
  }

}
