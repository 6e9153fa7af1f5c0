import { Migration } from '@mikro-orm/migrations';

export class Migration20261125030100_Compatibility extends Migration {

  override name = 'Migration20261125030100_Compatibility';

  override up(): void | Promise<void> {
    this.addSql(`alter table "mcp_server_configs" add column "oauth2_compatibility" jsonb not null default '{}';`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_oauth2_compatibility_check" check (jsonb_typeof(oauth2_compatibility) = 'object' and (auth_type = 'OAUTH2' or oauth2_compatibility = '{}'));`);

    this.addSql(`alter table "oauth2_flows" add column "compatibility" jsonb not null default '{}';`);

    this.addSql(`alter table "connection_failures" add column "overrides" jsonb not null default '[]';`);
    this.addSql(`alter table "oauth2_revocations" add column "accepts_plain_http" boolean not null default false;`);
  }

}
