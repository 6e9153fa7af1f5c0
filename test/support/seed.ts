import { randomUUID } from 'node:crypto';
import type { RequiredEntityData } from '@mikro-orm/core';
import { newReference } from '../../src/accounts/failures/failure-reference.js';
import { connectAccount } from '../../src/accounts/store/connect-account.js';
import type { ApiTokenScope } from '../../src/identity/store/access-token.entity.js';
import { createUser } from '../../src/identity/users/create-user.js';
import type { UserRow } from '../../src/identity/users/user-rows.js';
import { createApiTokenFor } from '../../src/identity/api-tokens/create-api-token.js';
import type { Role } from '../../src/identity/store/user.entity.js';
import type { TokenAuthMethod } from '../../src/oauth2/client.js';
import { McpServerConfig } from '../../src/servers/store/mcp-server-config.entity.js';
import type { VisibleServer } from '../../src/servers/store/visible-servers.js';
import { secretPlace } from '../../src/servers/store/server-secrets.js';
import type { TestApp } from './app.js';
import { client, type GraphqlClient } from './graphql.js';

const short = () => randomUUID().slice(0, 8);

/** Creates a user with a unique address, by default a MEMBER. */
export async function seedUser(
  app: TestApp,
  {
    role = 'MEMBER',
    email = `${role.toLowerCase()}-${short()}@example.com`,
    displayName = 'Someone',
  }: {
    role?: Role;
    email?: string;
    displayName?: string;
  } = {},
): Promise<UserRow> {
  return createUser(app.orm.em.fork(), { email, displayName, role });
}

/** Creates a browser session and returns its token. */
export async function seedSession(app: TestApp, userId: string): Promise<string> {
  return (await app.authentication.createSession(userId)).token;
}

/** Creates an API token and returns it (`swb_…`). */
export async function seedApiToken(
  app: TestApp,
  email: string,
  scope: ApiTokenScope = 'USE',
): Promise<string> {
  return (await createApiTokenFor(app.orm.em.fork(), { email, name: `${scope} for a test`, scope })).token;
}

export interface SignedInUser extends UserRow {
  session: string;
  /** A GraphQL client with the user's session. */
  graphql: GraphqlClient;
}

/** Creates a user and signs them in. */
export async function seedSignedInUser(
  app: TestApp,
  options: Parameters<typeof seedUser>[1] = {},
): Promise<SignedInUser> {
  const user = await seedUser(app, options);
  const session = await seedSession(app, user.id);
  return { ...user, session, graphql: client(app, { session }) };
}

export type ServerSeed = Partial<
  Omit<VisibleServer, 'hasOauth2ClientSecret' | 'hasApiKey' | 'hasCustomHeaders' | 'oauth2CallbackUrl'>
> &
  Partial<
    Pick<
      McpServerConfig,
      'oauth2TokenAuthMethod' | 'oauth2RedirectUri' | 'oauth2DiscoveredScopes' | 'oauth2AsMetadata'
    >
  > & {
    /** Plain text, which is stored sealed. */
    oauth2ClientSecret?: string;
    apiKeyValue?: string;
    customHeaders?: { name: string; value: string }[];
  };

/** Inserts a server into the database without discovery, by default enabled and without authentication. */
export async function seedServer(app: TestApp, seed: ServerSeed = {}): Promise<{ id: string; slug: string }> {
  const { oauth2ClientSecret, apiKeyValue, customHeaders, ...columns } = seed;
  const id = seed.id ?? randomUUID();
  const slug = seed.slug ?? `server-${short()}`;
  const sealed = (column: Parameters<typeof secretPlace>[0], value: string | undefined) =>
    value === undefined ? null : app.vault.seal(value, secretPlace(column, id));
  const row = {
    displayName: 'A server',
    url: 'https://mcp.example.com/mcp',
    enabled: true,
    createdAt: new Date(),
    updatedAt: new Date(),
    ...(customHeaders && { customHeaderNames: customHeaders.map(({ name }) => name) }),
    ...columns,
    id,
    slug,
    oauth2ClientSecret: await sealed('oauth2_client_secret', oauth2ClientSecret),
    apiKeyValue: await sealed('api_key_value', apiKeyValue),
    customHeaders: await sealed('custom_headers', customHeaders && JSON.stringify(customHeaders)),
  };
  // The row's type doesn't know that the database generates the `has…` columns.
  await app.orm.em.fork().insert(McpServerConfig, row as RequiredEntityData<McpServerConfig>);
  return { id, slug };
}

/** Inserts an OAUTH2 server with everything that a registration stores, so that users can connect. */
export function seedOAuth2Server(app: TestApp, seed: ServerSeed = {}): Promise<{ id: string; slug: string }> {
  return seedServer(app, {
    authType: 'OAUTH2',
    oauth2ClientId: 'client',
    oauth2AuthUrl: 'https://auth.example.com/authorize',
    oauth2TokenUrl: 'https://auth.example.com/token',
    oauth2Issuer: 'https://auth.example.com',
    oauth2Registration: 'MANUAL',
    oauth2TokenAuthMethod: 'none',
    ...seed,
  });
}

/** Seeds a user's account at a server, as a finished callback stores it. */
export async function seedAccount(
  app: TestApp,
  owner: { userId: string; serverId: string },
  tokens: { accessToken?: string; refreshToken?: string | null; expiresAt?: Date | null } = {},
): Promise<void> {
  const tokenSet = {
    accessToken: tokens.accessToken ?? `access-${randomUUID()}`,
    refreshToken: tokens.refreshToken ?? null,
    tokenType: 'Bearer',
    scope: null,
    expiresAt: tokens.expiresAt ?? null,
  };
  const [server] = await app.sql<{ id: string; method: TokenAuthMethod | null }>(
    'select oauth2_client_id as id, oauth2_token_auth_method as method from mcp_server_configs where id = $1',
    [owner.serverId],
  );
  const requested = {
    issuer: 'https://auth.example.com',
    clientId: server?.id ?? '',
    tokenAuthMethod: server?.method ?? 'none',
    resource: '',
    scope: '',
  };
  await app.orm.em.fork().transactional((tx) => connectAccount(tx, app.vault, owner, tokenSet, requested));
}

/** Inserts a failure report and returns its reference. */
export async function seedFailureReport(app: TestApp): Promise<string> {
  const [{ id: serverId }, { id: userId }] = [await seedServer(app), await seedUser(app)];
  const reference = newReference();
  await app.sql(
    `insert into connection_failures (reference, mcp_server_config_id, user_id, step, code, message, fingerprint,
       first_failed_at, last_failed_at)
     values ($1, $2, $3, 'CALL_TOOL', 'UPSTREAM_ERROR', 'It failed.', '', now(), now())`,
    [reference, serverId, userId],
  );
  return reference;
}
