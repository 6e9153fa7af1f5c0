import { Migration } from '@mikro-orm/migrations';

/** Adds the provider that an administrator names. Safe during a rolling upgrade: older processes leave it unchanged. */
export class Migration20261130033000_NamedProvider extends Migration {
  override name = 'Migration20261130033000_NamedProvider';

  override up(): void {
    this.addSql(`alter table "mcp_server_configs" add "oauth2_named_issuer" text not null default '', add "oauth2_resource_metadata_url" text not null default '', add constraint "mcp_server_configs_oauth2_named_provider_check" check (auth_type = 'OAUTH2' or (oauth2_named_issuer = '' and oauth2_resource_metadata_url = ''));`);
  }
}
