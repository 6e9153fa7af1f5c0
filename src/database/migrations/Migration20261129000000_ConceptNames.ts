import { Migration } from '@mikro-orm/migrations';

/**
 * Gives stored values and columns the names that the code uses: an account is a user's authorization at a server.
 * Tables and sealed columns keep their names, because each ciphertext is bound to them.
 * Breaks a rolling upgrade: a process of version 0.1.0 can't read the renamed columns.
 */
export class Migration20261129000000_ConceptNames extends Migration {

  override name = 'Migration20261129000000_ConceptNames';

  override up(): void | Promise<void> {
    this.addSql(`alter table "mcp_server_configs" rename column "oauth2_client_problem" to "oauth2_client_failure";`);
    this.addSql(`alter table "mcp_server_configs" rename column "oauth2_client_problem_at" to "oauth2_client_failure_at";`);
    this.addSql(`alter table "mcp_server_configs" rename constraint "mcp_server_configs_oauth2_client_problem_check" to "mcp_server_configs_oauth2_client_failure_check";`);
    this.addSql(`alter table "mcp_server_configs" rename constraint "mcp_server_configs_oauth2_client_problem_at_check" to "mcp_server_configs_oauth2_client_failure_at_check";`);

    this.addSql(`alter table "connection_failures" rename column "overrides" to "suggested_settings";`);

    this.addSql(`alter table "access_tokens" drop constraint "access_tokens_api_scope_check";`);
    this.addSql(`alter table "access_tokens" drop constraint "access_tokens_kind_check";`);
    this.addSql(`update "access_tokens" set "kind" = 'API_TOKEN' where "kind" = 'API';`);
    this.addSql(`alter table "access_tokens" add constraint "access_tokens_kind_check" check ("kind" in ('SESSION', 'API_TOKEN', 'SIGN_IN_LINK'));`);
    this.addSql(`alter table "access_tokens" add constraint "access_tokens_api_scope_check" check ((kind = 'API_TOKEN') = (scope is not null));`);

    // The trigger refuses every update of the audit log, this one too.
    this.addSql(`alter table "audit_events" disable trigger "append_only";`);
    this.addSql(`update "audit_events" set "action" = 'ACCOUNT_ENDED' where "action" = 'CONNECTION_ENDED';`);
    this.addSql(`update "audit_events" set "action" = 'ACCOUNT_REFRESH_FAILED' where "action" = 'CONNECTION_REFRESH_FAILED';`);
    this.addSql(`update "audit_events" set "detail" = "detail" || '{"reason": "USER_DISABLED"}' where "action" = 'SIGN_IN_REFUSED' and "detail"->>'reason' = 'ACCOUNT_DISABLED';`);
    this.addSql(`alter table "audit_events" enable trigger "append_only";`);

    for (const column of ['last', 'last_success']) {
      this.addSql(`update "mcp_server_diagnoses" set "${column}" = jsonb_set("${column}" #- '{failure,whoActs}', '{failure,responsibleParty}', "${column}"#>'{failure,whoActs}') where "${column}"#>'{failure,whoActs}' is not null;`);
    }

    this.addSql(`update "background_tasks" set "name" = 'failure-reports' where "name" = 'connection-failures';`);
  }

}
