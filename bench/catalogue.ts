// The data of the benchmarks, and the queries that they measure.
import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { adminColumns } from '../src/servers/fields/fields.js';

export const serverCount = 50;
const userCount = 4_000;

/** The fields of the list query of a product, with the state of the viewer's account. */
export const listFields = [
  'id',
  'slug',
  'displayName',
  'description',
  'iconUrl',
  'url',
  'transport',
  'authType',
  'oauth2ClientId',
  'oauth2AuthUrl',
  'oauth2TokenUrl',
  'oauth2RevocationUrl',
  'oauth2Scopes',
  'apiKeyHeader',
  'toolAllowList',
  'toolDenyList',
  'availability',
  'enabled',
  'authConnected',
  'createdAt',
  'updatedAt',
];

/** The fields that are null for members. */
export const adminFields: ReadonlySet<string> = new Set(adminColumns);

export const listQuery = `query List { mcpServerConfigs { ${listFields.join(' ')} } }`;
export const viewerQuery = '{ viewer { id } }';
export const smallestQuery = '{ __typename }';

export function columnOf(field: string): string {
  return field.replaceAll(/(?<=[a-z0-9])[A-Z]/g, '_$&').toLowerCase();
}

/** Session tokens of the two users who send the measured requests. */
export interface Sessions {
  administrator: string;
  member: string;
}

/** Fills a migrated, empty database. Each user has an account at every other server, 100,000 in total. */
export async function seedCatalogue(databaseUrl: string): Promise<Sessions> {
  const newToken = () => randomBytes(32).toString('base64url');
  const sessions = { administrator: newToken(), member: newToken() };
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `insert into users (id, email, display_name, role, created_at, updated_at)
       select gen_random_uuid(), 'user' || n || '@example.com', 'User ' || n,
         case n when 1 then 'ADMIN' else 'MEMBER' end, now(), now()
       from generate_series(1, $1::int) n`,
      [userCount],
    );
    for (const [email, token] of [
      ['user1@example.com', sessions.administrator],
      ['user2@example.com', sessions.member],
    ]) {
      await client.query(
        `insert into access_tokens (id, user_id, kind, token_hash, created_at, expires_at)
         select gen_random_uuid(), id, 'SESSION', $1, now(), now() + interval '1 day' from users where email = $2`,
        [createHash('sha256').update(token!).digest('base64url'), email],
      );
    }
    await addServers(client, 1, serverCount);
    await client.query(
      `insert into mcp_server_user_tokens (id, mcp_server_config_id, user_id, access_token, refresh_token, status,
         expires_at, created_at, updated_at)
       select gen_random_uuid(), s.id, u.id, 'bench.sealed', 'bench.sealed', 'CONNECTED',
         now() + interval '1 day', now(), now()
       from (select id, row_number() over (order by slug) as n from mcp_server_configs) s
       cross join (select id, row_number() over (order by email) as n from users) u
       where (s.n + u.n) % 2 = 0`,
    );
    await client.query('analyze');
  });
  return sessions;
}

/** Adds servers until there are this many. */
export async function growCatalogue(databaseUrl: string, count: number): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ count: number }>('select count(*)::int from mcp_server_configs');
    await addServers(client, rows[0]!.count + 1, count);
    await client.query('analyze');
  });
}

/** Adds OAuth servers. The client secret of each is too long for its row, so that reading it would take another block. */
async function addServers(client: pg.Client, from: number, to: number): Promise<void> {
  await client.query(
    `insert into mcp_server_configs (id, slug, display_name, description, icon_url, url, transport, auth_type,
       availability, enabled, oauth2_client_id, oauth2_client_secret, oauth2_auth_url, oauth2_token_url,
       oauth2_revocation_url, oauth2_scopes, oauth2_issuer, oauth2_registration, oauth2_token_auth_method,
       tool_allow_list, tool_deny_list, created_at, updated_at)
     select gen_random_uuid(), 'server-' || n, 'Server number ' || n,
       'A description of server ' || n || ' with "quotes", umlauts äöü and a second sentence about its tools.',
       'https://static.example.org/icons/' || n || '.svg', 'https://mcp-' || n || '.example.org/v1/mcp',
       (array['STREAMABLE_HTTP', 'SSE'])[1 + i % 2], 'OAUTH2',
       (array['FORCE_ON', 'DEFAULT_ON', 'DEFAULT_OFF'])[1 + i % 3], i % 10 <> 0, 'client-' || md5(n),
       (select 'bench.' || string_agg(md5(n || k), '') from generate_series(1, 140) k),
       'https://login.example.org/' || n || '/authorize', 'https://login.example.org/' || n || '/token',
       case when i % 3 = 0 then 'https://login.example.org/' || n || '/revoke' else '' end,
       'openid profile mcp:read mcp:write', 'https://login.example.org', 'DYNAMIC', 'client_secret_basic',
       array['search', 'fetch_' || n, 'list, all', 'create "x"'],
       case when i % 2 = 0 then '{}'::text[] else array['delete_' || n, 'drop'] end,
       timestamptz '2026-01-02 03:04:05.678+00' + i * interval '1 hour',
       timestamptz '2026-03-04 05:06:07.891+00' + i * interval '61 minutes'
     from generate_series($1::int, $2::int) i, lpad(i::text, 4, '0') n`,
    [from, to],
  );
}

async function withClient(databaseUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
