import { Migration } from '@mikro-orm/migrations';

export class Migration20261123000000_Initial extends Migration {

  override name = 'Migration20261123000000_Initial';

  override up(): void | Promise<void> {
    this.addSql(`create table "encryption_keys" ("id" text not null, "canary" text not null, "created_at" timestamptz not null, primary key ("id"));`);

    this.addSql(`create table "users" ("id" uuid not null, "email" text not null, "display_name" text not null, "role" text not null, "disabled_at" timestamptz null, "oidc_issuer" text null, "oidc_subject" text null, "created_at" timestamptz not null, "updated_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "users" add constraint "users_email_unique" unique ("email");`);
    this.addSql(`alter table "users" add constraint "users_oidc_unique" unique ("oidc_issuer", "oidc_subject");`);
    this.addSql(`alter table "users" add constraint "users_email_check" check (email = lower(btrim(email)) and email <> '');`);
    this.addSql(`alter table "users" add constraint "users_oidc_check" check ((oidc_issuer is null) = (oidc_subject is null));`);
    this.addSql(`alter table "users" add constraint "users_role_check" check ("role" in ('ADMIN', 'MEMBER'));`);

    this.addSql(`create table "mcp_server_configs" ("id" uuid not null, "slug" text not null, "display_name" text not null, "description" text not null default '', "icon_url" text not null default '', "url" text not null, "transport" text not null default 'STREAMABLE_HTTP', "auth_type" text not null default 'NONE', "oauth2_client_id" text not null default '', "oauth2_auth_url" text not null default '', "oauth2_token_url" text not null default '', "oauth2_revocation_url" text not null default '', "oauth2_scopes" text not null default '', "oauth2_discovered_scopes" text not null default '', "oauth2_issuer" text not null default '', "oauth2_resource" text not null default '', "oauth2_redirect_uri" text not null default '', "oauth2_registration" text null, "oauth2_token_auth_method" text null, "oauth2_as_metadata" jsonb null, "oauth2_client_secret" text null, "api_key_header" text not null default '', "api_key_value" text null, "custom_headers" text null, "custom_header_names" text[] not null default '{}', "has_oauth2_client_secret" boolean generated always as (oauth2_client_secret is not null) stored not null, "has_api_key" boolean generated always as (api_key_value is not null) stored not null, "has_custom_headers" boolean generated always as (custom_headers is not null) stored not null, "tool_allow_list" text[] not null default '{}', "tool_deny_list" text[] not null default '{}', "availability" text not null default 'DEFAULT_OFF', "enabled" boolean not null default false, "version" int not null default 1, "created_by" uuid null, "updated_by" uuid null, "created_at" timestamptz not null, "updated_at" timestamptz not null, primary key ("id"));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_slug_unique" unique ("slug");`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_slug_check" check (slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?\$');`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_display_name_check" check (btrim(display_name) <> '');`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_url_check" check (url ~ '^https?://[^[:space:]#]+\$');`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_oauth2_check" check (auth_type = 'OAUTH2' or (oauth2_client_id = '' and oauth2_auth_url = '' and oauth2_token_url = '' and oauth2_revocation_url = '' and oauth2_client_secret is null));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_api_key_check" check ((auth_type = 'API_KEY') = (api_key_header <> '') and (auth_type = 'API_KEY') = (api_key_value is not null));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_custom_headers_check" check ((auth_type = 'CUSTOM_HEADERS') = (custom_headers is not null) and (auth_type = 'CUSTOM_HEADERS') = (custom_header_names <> '{}'));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_transport_check" check ("transport" in ('STREAMABLE_HTTP', 'SSE'));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_auth_type_check" check ("auth_type" in ('NONE', 'OAUTH2', 'API_KEY', 'CUSTOM_HEADERS'));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_oauth2_registration_check" check ("oauth2_registration" in ('MANUAL', 'DYNAMIC', 'METADATA_DOCUMENT'));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_oauth2_token_auth_method_check" check ("oauth2_token_auth_method" in ('client_secret_basic', 'client_secret_post', 'none'));`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_availability_check" check ("availability" in ('FORCE_ON', 'DEFAULT_ON', 'DEFAULT_OFF'));`);

    this.addSql(`create table "access_tokens" ("id" uuid not null, "user_id" uuid not null, "kind" text not null, "name" text not null default '', "scope" text null, "token_hash" text not null, "created_at" timestamptz not null, "last_used_at" timestamptz null, "expires_at" timestamptz not null, "revoked_at" timestamptz null, primary key ("id"));`);
    this.addSql(`alter table "access_tokens" add constraint "access_tokens_token_hash_unique" unique ("token_hash");`);
    this.addSql(`create index "access_tokens_user_id_index" on "access_tokens" ("user_id");`);
    this.addSql(`alter table "access_tokens" add constraint "access_tokens_api_scope_check" check ((kind = 'API') = (scope is not null));`);
    this.addSql(`alter table "access_tokens" add constraint "access_tokens_kind_check" check ("kind" in ('SESSION', 'API', 'SIGN_IN_LINK'));`);
    this.addSql(`alter table "access_tokens" add constraint "access_tokens_scope_check" check ("scope" in ('READ', 'USE', 'ADMIN'));`);

    this.addSql(`create table "oauth2_flows" ("state_hash" text not null, "session_id" uuid not null, "user_id" uuid not null, "mcp_server_config_id" uuid not null, "code_verifier" text not null, "issuer" text not null, "iss_required" boolean not null, "authorization_endpoint" text not null, "token_endpoint" text not null, "revocation_endpoint" text not null default '', "client_id" text not null, "token_auth_method" text not null, "redirect_uri" text not null, "resource" text not null default '', "scope" text not null default '', "target_origin" text not null, "return_path" text not null default '', "claimed_at" timestamptz null, "created_at" timestamptz not null, "expires_at" timestamptz not null, primary key ("state_hash"));`);
    this.addSql(`create index "oauth2_flows_session_id_index" on "oauth2_flows" ("session_id");`);
    this.addSql(`create index "oauth2_flows_user_id_index" on "oauth2_flows" ("user_id");`);
    this.addSql(`create index "oauth2_flows_mcp_server_config_id_index" on "oauth2_flows" ("mcp_server_config_id");`);
    this.addSql(`create index "oauth2_flows_expires_at_index" on "oauth2_flows" ("expires_at");`);
    this.addSql(`alter table "oauth2_flows" add constraint "oauth2_flows_token_auth_method_check" check ("token_auth_method" in ('client_secret_basic', 'client_secret_post', 'none'));`);

    this.addSql(`create table "mcp_server_user_tokens" ("id" uuid not null, "mcp_server_config_id" uuid not null, "user_id" uuid not null, "access_token" text null, "refresh_token" text null, "has_refresh_token" boolean generated always as (refresh_token is not null) stored not null, "token_type" text not null default 'Bearer', "scope" text not null default '', "expires_at" timestamptz null, "issuer" text not null default '', "resource" text not null default '', "generation" int not null default 1, "status" text not null, "failure_reason" text not null default '', "created_at" timestamptz not null, "updated_at" timestamptz not null, "last_used_at" timestamptz null, primary key ("id"));`);
    this.addSql(`create index "mcp_server_user_tokens_user_id_index" on "mcp_server_user_tokens" ("user_id");`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_unique" unique ("mcp_server_config_id", "user_id");`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_failure_reason_check" check (length(failure_reason) <= 400);`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_access_token_check" check ((status = 'CONNECTED') = (access_token is not null));`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_status_check" check ("status" in ('CONNECTED', 'NEEDS_AUTHORIZATION'));`);

    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_created_by_foreign" foreign key ("created_by") references "users" ("id") on delete set null;`);
    this.addSql(`alter table "mcp_server_configs" add constraint "mcp_server_configs_updated_by_foreign" foreign key ("updated_by") references "users" ("id") on delete set null;`);

    this.addSql(`alter table "access_tokens" add constraint "access_tokens_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);

    this.addSql(`alter table "oauth2_flows" add constraint "oauth2_flows_session_id_foreign" foreign key ("session_id") references "access_tokens" ("id") on delete cascade;`);
    this.addSql(`alter table "oauth2_flows" add constraint "oauth2_flows_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);
    this.addSql(`alter table "oauth2_flows" add constraint "oauth2_flows_mcp_server_config_id_foreign" foreign key ("mcp_server_config_id") references "mcp_server_configs" ("id") on delete cascade;`);

    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_mcp_server_config_id_foreign" foreign key ("mcp_server_config_id") references "mcp_server_configs" ("id") on delete cascade;`);
    this.addSql(`alter table "mcp_server_user_tokens" add constraint "mcp_server_user_tokens_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);
  }

}
