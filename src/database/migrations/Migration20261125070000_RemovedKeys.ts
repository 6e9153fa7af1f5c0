import { Migration } from '@mikro-orm/migrations';

/** Columns as they were declared sealed when this was written; a table that gets some later gets its trigger with them. */
const sealedColumns = {
  mcp_server_configs: ['oauth2_client_secret', 'api_key_value', 'custom_headers'],
  mcp_server_user_tokens: ['access_token', 'refresh_token'],
  oauth2_flows: ['code_verifier'],
  oauth2_revocations: ['refresh_token', 'access_token', 'client_secret'],
};

export class Migration20261125070000_RemovedKeys extends Migration {

  override name = 'Migration20261125070000_RemovedKeys';

  override up(): void | Promise<void> {
    this.addSql(`alter table "encryption_keys" alter column "canary" drop not null;`);

    // The key's row is locked until the value is there, so that its removal, which writes that row and then counts, has to wait.
    this.addSql(`create function "refuse_removed_encryption_key"() returns trigger language plpgsql as $$
      declare
        written jsonb := to_jsonb(new);
        key_id text;
        is_removed boolean;
      begin
        for key_id in
          select distinct substring(written ->> sealed_column from '^([A-Za-z0-9_-]{1,32})[.]')
          from unnest(tg_argv) sealed_column
        loop
          select canary is null into is_removed from encryption_keys where id = key_id for share;
          if is_removed then
            raise exception 'The encryption key "%" was removed from this database; nothing may be sealed with it.', key_id
              using errcode = 'object_not_in_prerequisite_state';
          end if;
        end loop;
        return new;
      end $$;`);

    for (const [table, columns] of Object.entries(sealedColumns)) {
      const names = columns.map((column) => `"${column}"`).join(', ');
      const values = columns.map((column) => `'${column}'`).join(', ');
      this.addSql(`create trigger "${table}_sealed" before insert or update of ${names} on "${table}" for each row execute function refuse_removed_encryption_key(${values});`);
    }
  }

}
