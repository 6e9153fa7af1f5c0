import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';

export const serverCount = 50;
export const userCount = 2_000;

/** The list query of a product: twenty fields, including the state of the viewer's account. */
export const listQuery = /* GraphQL */ `
  query List {
    mcpServerConfigs {
      id
      slug
      displayName
      description
      iconUrl
      url
      transport
      authType
      availability
      enabled
      toolAllowList
      toolDenyList
      hasOauth2ClientSecret
      hasApiKey
      hasCustomHeaders
      oauth2Scopes
      version
      authConnected
      createdAt
      updatedAt
    }
  }
`;

/**
 * Fills a migrated, empty database. Each user has an account at each server, 100,000 in total.
 * @returns the session token of an administrator
 */
export async function seedCatalogue(databaseUrl: string): Promise<string> {
  const session = randomBytes(32).toString('base64url');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into users (id, email, display_name, role, created_at, updated_at)
       select gen_random_uuid(), 'user' || n || '@example.com', 'User ' || n,
         case n when 1 then 'ADMIN' else 'MEMBER' end, now(), now()
       from generate_series(1, $1::int) n`,
      [userCount],
    );
    await client.query(
      `insert into access_tokens (id, user_id, kind, token_hash, created_at, expires_at)
       select gen_random_uuid(), id, 'SESSION', $1, now(), now() + interval '1 day' from users where role = 'ADMIN'`,
      [createHash('sha256').update(session).digest('base64url')],
    );
    await client.query(
      `insert into mcp_server_configs (id, slug, display_name, description, url, auth_type, availability, enabled,
         oauth2_client_id, oauth2_auth_url, oauth2_token_url, oauth2_scopes, oauth2_issuer, oauth2_registration,
         oauth2_token_auth_method, tool_allow_list, created_at, updated_at)
       select gen_random_uuid(), 'server-' || n, 'Server ' || n, 'Description of server ' || n,
         'https://mcp' || n || '.example.com/mcp', 'OAUTH2', 'DEFAULT_ON', true, 'client-' || n,
         'https://auth.example.com/authorize', 'https://auth.example.com/token', 'read write',
         'https://auth.example.com', 'DYNAMIC', 'none', array['search', 'read'], now(), now()
       from generate_series(1, $1::int) n`,
      [serverCount],
    );
    await client.query(
      `insert into mcp_server_user_tokens (id, mcp_server_config_id, user_id, access_token, refresh_token, status,
         expires_at, created_at, updated_at)
       select gen_random_uuid(), s.id, u.id, 'bench.sealed', 'bench.sealed', 'CONNECTED',
         now() + interval '1 hour', now(), now()
       from mcp_server_configs s cross join users u`,
    );
    await client.query('analyze');
    return session;
  } finally {
    await client.end();
  }
}
