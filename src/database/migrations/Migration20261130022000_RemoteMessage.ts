import { Migration } from '@mikro-orm/migrations';

/** Adds the remote server's description of a failure. Safe during a rolling upgrade: older processes leave it empty. */
export class Migration20261130022000_RemoteMessage extends Migration {
  override name = 'Migration20261130022000_RemoteMessage';

  override up(): void {
    this.addSql(`alter table "connection_failures" add "remote_message" text not null default '', add constraint "connection_failures_remote_message_check" check (length(remote_message) <= 500);`);
  }
}
