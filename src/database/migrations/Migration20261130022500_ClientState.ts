import { Migration } from '@mikro-orm/migrations';

/** Stores what is known about each server's client at its authorization server. Safe during a rolling upgrade. */
export class Migration20261130022500_ClientState extends Migration {
  override name = 'Migration20261130022500_ClientState';

  override up(): void {
    this.addSql(`create table "oauth2_client_states" ("mcp_server_config_id" uuid not null, "client_id" text not null, "proved_at" timestamptz null, "checked_at" timestamptz null, "unreturned_at" timestamptz null, "secret_expires_at" timestamptz null, "renew_at" timestamptz null, "registration_client_uri" text not null default '', "registration_access_token" text null, primary key ("mcp_server_config_id"));`);
    this.addSql(`create index "oauth2_client_states_renew_at_index" on "oauth2_client_states" ("renew_at");`);
    this.addSql(`alter table "oauth2_client_states" add constraint "oauth2_client_states_mcp_server_config_id_foreign" foreign key ("mcp_server_config_id") references "mcp_server_configs" ("id") on delete cascade;`);
    this.addSql(`alter table "oauth2_client_states" add constraint "oauth2_client_states_registration_check" check ((registration_client_uri = '') = (registration_access_token is null));`);
    this.addSql(`create trigger "oauth2_client_states_sealed" before insert or update of "registration_access_token" on "oauth2_client_states" for each row execute function refuse_removed_encryption_key('registration_access_token');`);
  }

  override down(): void {
    this.addSql(`drop table "oauth2_client_states";`);
  }
}
