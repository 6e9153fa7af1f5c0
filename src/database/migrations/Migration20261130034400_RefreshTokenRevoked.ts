import { Migration } from '@mikro-orm/migrations';

/** Records that a revocation has only its access token left. Safe during a rolling upgrade: older processes ignore it. */
export class Migration20261130034400_RefreshTokenRevoked extends Migration {
  override name = 'Migration20261130034400_RefreshTokenRevoked';

  override up(): void {
    this.addSql(`alter table "oauth2_revocations" add "refresh_token_revoked" boolean not null default false;`);
  }
}
