import { Migration } from '@mikro-orm/migrations';

export class Migration20261125040000_Audit extends Migration {

  override name = 'Migration20261125040000_Audit';

  override up(): void | Promise<void> {
    this.addSql(`create table "audit_events" ("id" uuid not null, "occurred_at" timestamptz not null default clock_timestamp(), "action" text not null, "actor_kind" text not null, "actor_user_id" uuid null, "actor_email" text not null default '', "credential" text null, "credential_id" uuid null, "credential_name" text not null default '', "subject_type" text not null, "subject_id" uuid null, "subject_name" text not null default '', "affected_user_id" uuid null, "affected_user_email" text not null default '', "changed_fields" text[] not null default '{}', "detail" jsonb not null default '{}', primary key ("id"));`);
    this.addSql(`create index "audit_events_occurred_at_index" on "audit_events" ("occurred_at", "id");`);
    this.addSql(`create index "audit_events_action_index" on "audit_events" ("action", "occurred_at", "id");`);
    this.addSql(`create index "audit_events_actor_index" on "audit_events" ("actor_user_id", "occurred_at", "id");`);
    this.addSql(`create index "audit_events_subject_index" on "audit_events" ("subject_id", "occurred_at", "id");`);
    this.addSql(`create index "audit_events_affected_user_index" on "audit_events" ("affected_user_id", "occurred_at", "id");`);

    this.addSql(`alter table "audit_events" add constraint "audit_events_action_form_check" check (action ~ '^[A-Z][A-Z0-9_]{0,99}\$');`);
    this.addSql(`alter table "audit_events" add constraint "audit_events_actor_check" check ((actor_kind = 'USER') = (actor_user_id is not null));`);
    this.addSql(`alter table "audit_events" add constraint "audit_events_detail_check" check (length(detail::text) <= 1000);`);
    this.addSql(`alter table "audit_events" add constraint "audit_events_actor_kind_check" check ("actor_kind" in ('USER', 'COMMAND_LINE', 'BACKGROUND'));`);
    this.addSql(`alter table "audit_events" add constraint "audit_events_credential_check" check ("credential" in ('SESSION', 'API_TOKEN', 'SIGN_IN_LINK', 'IDENTITY_PROVIDER'));`);
    this.addSql(`alter table "audit_events" add constraint "audit_events_subject_type_check" check ("subject_type" in ('USER', 'SESSION', 'SIGN_IN_LINK', 'API_TOKEN', 'MCP_SERVER_CONFIG', 'ENCRYPTION_KEY'));`);
    this.addSql(`create or replace function "audit_events_append_only_fn"() returns trigger as \$\$ begin raise exception 'audit_events is append only'; end; \$\$ language plpgsql;`);
    this.addSql(`create trigger "append_only" BEFORE UPDATE on "audit_events" for each STATEMENT execute function "audit_events_append_only_fn"();`);
    this.addSql(`create trigger "not_truncated" BEFORE TRUNCATE on "audit_events" for each STATEMENT execute function "audit_events_append_only_fn"();`);
    this.addSql(`create or replace function "audit_events_kept_fn"() returns trigger as \$\$ begin if old.occurred_at > now() - interval '30 days' then raise exception 'audit_events are kept for at least 30 days'; end if; return old; end; \$\$ language plpgsql;`);
    this.addSql(`create trigger "kept" BEFORE DELETE on "audit_events" for each ROW execute function "audit_events_kept_fn"();`);
  }

}
