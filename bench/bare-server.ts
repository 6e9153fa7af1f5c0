// The baseline: node:http, pg and JSON.stringify, with the same response to the same request. It checks the session as
// Switchboard does, and joins all tables in one statement, over a pool of the same size.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { reportUsage } from './usage.js';

const pool = new pg.Pool({ connectionString: process.argv[2] ?? '', max: 10 });

const checkSession = `
  select u.id, u.role from access_tokens t join users u on u.id = t.user_id
  where t.token_hash = $1 and t.kind = 'SESSION' and t.revoked_at is null and t.expires_at > now()
    and greatest(t.created_at, t.last_used_at) > now() - interval '12 hours' and u.disabled_at is null`;

const list = `
  select c.id, c.slug, c.display_name as "displayName", c.description, c.icon_url as "iconUrl", c.url, c.transport,
    c.auth_type as "authType", c.availability, c.enabled, c.tool_allow_list as "toolAllowList",
    c.tool_deny_list as "toolDenyList", c.has_oauth2_client_secret as "hasOauth2ClientSecret",
    c.has_api_key as "hasApiKey", c.has_custom_headers as "hasCustomHeaders", c.oauth2_scopes as "oauth2Scopes",
    c.version,
    c.auth_type <> 'OAUTH2' or coalesce(t.status = 'CONNECTED'
      and (t.expires_at is null or t.expires_at > now() or t.has_refresh_token), false) as "authConnected",
    c.created_at as "createdAt", c.updated_at as "updatedAt"
  from mcp_server_configs c
  left join mcp_server_user_tokens t on t.mcp_server_config_id = c.id and t.user_id = $1
  order by lower(c.display_name), c.id`;

const server = createServer(async (req, res) => {
  req.resume();
  const token = /switchboard_session=([^;]+)/.exec(req.headers.cookie ?? '')?.[1] ?? '';
  const hash = createHash('sha256').update(token).digest('base64url');
  const { rows: viewers } = await pool.query<{ id: string; role: string }>(checkSession, [hash]);
  const [viewer] = viewers;
  if (viewer?.role !== 'ADMIN') {
    res.writeHead(401).end();
    return;
  }
  const { rows } = await pool.query(list, [viewer.id]);
  const body = JSON.stringify({ data: { mcpServerConfigs: rows } });
  res.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  res.end(body);
});

server.listen(0, '127.0.0.1', () => reportUsage((server.address() as AddressInfo).port));
