import { Migration } from '@mikro-orm/migrations';

/** Names the holder of a registration lease, so that a process releases no other process's lease. Safe during a rolling upgrade. */
export class Migration20261129000100_RegistrationLease extends Migration {
  override name = 'Migration20261129000100_RegistrationLease';

  override up(): void {
    this.addSql(`alter table "mcp_server_configs" add "oauth2_registration_lease_id" uuid null;`);
  }

  override down(): void {
    this.addSql(`alter table "mcp_server_configs" drop column "oauth2_registration_lease_id";`);
  }
}
