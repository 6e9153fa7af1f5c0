import { Migration } from '@mikro-orm/migrations';

export class Migration20261125030000_RevocationOutbox extends Migration {

  override name = 'Migration20261125030000_RevocationOutbox';

  override up(): void | Promise<void> {
    this.addSql(`create table "background_tasks" ("name" text not null, "due_at" timestamptz not null, "lease_id" uuid not null, primary key ("name"));`);

    this.addSql(`create table "oauth2_revocations" ("id" uuid not null, "mcp_server_config_id" uuid not null, "user_id" uuid not null, "server_name" text not null default '', "refresh_token" text null, "access_token" text null, "issuer" text not null, "token_endpoint" text not null, "revocation_endpoint" text not null, "client_id" text not null, "client_secret" text null, "token_auth_method" text not null, "status" text not null default 'PENDING', "failure_reason" text not null default '', "failures" int not null default 0, "next_attempt_at" timestamptz not null, "lease_id" uuid null, "lease_until" timestamptz null, "created_at" timestamptz not null, "updated_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`create index "oauth2_revocations_next_attempt_at_index" on "oauth2_revocations" ("next_attempt_at");`);
    this.addSql(`create index "oauth2_revocations_mcp_server_config_id_index" on "oauth2_revocations" ("mcp_server_config_id");`);

    this.addSql(`alter table "oauth2_revocations" add constraint "oauth2_revocations_failure_reason_check" check (length(failure_reason) <= 400);`);
    this.addSql(`alter table "oauth2_revocations" add constraint "oauth2_revocations_tokens_check" check ((status = 'PENDING') = (access_token is not null or refresh_token is not null));`);
    this.addSql(`alter table "oauth2_revocations" add constraint "oauth2_revocations_client_secret_check" check (status = 'PENDING' or client_secret is null);`);
    this.addSql(`alter table "oauth2_revocations" add constraint "oauth2_revocations_lease_check" check ((lease_id is null) = (lease_until is null));`);
    this.addSql(`alter table "oauth2_revocations" add constraint "oauth2_revocations_token_auth_method_check" check ("token_auth_method" in ('client_secret_basic', 'client_secret_post', 'none'));`);
    this.addSql(`alter table "oauth2_revocations" add constraint "oauth2_revocations_status_check" check ("status" in ('PENDING', 'GIVEN_UP'));`);
  }

}
