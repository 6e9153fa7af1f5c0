import { Migration } from '@mikro-orm/migrations';

export class Migration20261125050100_ClientProblem extends Migration {

  override name = 'Migration20261125050100_ClientProblem';

  override up(): void | Promise<void> {
    this.addSql(`alter table "mcp_server_configs" add "oauth2_client_problem" text null, add "oauth2_client_problem_at" timestamptz null, add "oauth2_client_renewal_at" timestamptz null;`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_oauth2_client_problem_at_check" check ((oauth2_client_problem is null) = (oauth2_client_problem_at is null));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_oauth2_client_problem_check" check ("oauth2_client_problem" in ('INVALID_CLIENT', 'UNAUTHORIZED_CLIENT'));`);
  }

}
