import { Migration } from '@mikro-orm/migrations';

/**
 * Lets OAUTH2 servers have custom headers, and adds the name of the client. Safe during a rolling upgrade: older processes
 * send no headers for OAUTH2, and an edit by one of them removes the headers.
 */
export class Migration20261130025300_OAuth2Headers extends Migration {
  override name = 'Migration20261130025300_OAuth2Headers';

  override up(): void {
    this.addSql(`alter table "mcp_server_configs" add "oauth2_client_name" text not null default '';`);
    this.addSql(`alter table "mcp_server_configs" drop constraint "mcp_server_configs_custom_headers_check";`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_custom_headers_check" check ((custom_headers is not null) = (custom_header_names <> '{}') and (auth_type <> 'CUSTOM_HEADERS' or custom_headers is not null) and (auth_type in ('CUSTOM_HEADERS', 'OAUTH2') or custom_headers is null));`);
  }
}
