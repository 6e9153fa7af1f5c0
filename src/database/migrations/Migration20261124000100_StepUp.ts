import { Migration } from '@mikro-orm/migrations';

export class Migration20261124000100_StepUp extends Migration {

  override name = 'Migration20261124000100_StepUp';

  override up(): void | Promise<void> {
    this.addSql(`alter table "mcp_server_configs" add column "oauth2_registration_lease_until" timestamptz null;`);

    this.addSql(`alter table "mcp_server_user_tokens" add column "challenged_scope" text null, add column "step_ups" int not null default 0;`);
  }

}
