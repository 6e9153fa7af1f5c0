import { randomUUID } from 'node:crypto';
import type { ServeSettings } from '../../src/app.js';
import type { ConnectMessage } from '../../src/http/pages/connect-result.js';
import type { ApiTokenScope } from '../../src/identity/store/access-token.entity.js';
import type { Disconnection } from '../../src/accounts/accounts.js';
import { startApp, type TestApp } from '../support/app.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from '../support/oauth/authorization-server.js';
import { credentialHeaders } from '../support/graphql.js';
import { startMcpServer, type McpServer } from '../support/mcp/mcp-server.js';
import { seedApiToken, seedSignedInUser, seedSession, type SignedInUser } from '../support/seed.js';

export type { SignedInUser } from '../support/seed.js';

/** An application with one OAuth server that an administrator created from its URL, and users who can connect to it. */
export interface World {
  app: TestApp;
  provider: AuthorizationServer;
  mcp: McpServer;
  admin: SignedInUser;
  member: SignedInUser;
  other: SignedInUser;
  serverId: string;
  /** Creates another browser session of the same user. */
  session(user: SignedInUser): Promise<string>;
  apiToken(user: SignedInUser, scope: ApiTokenScope): Promise<string>;
  close(): Promise<void>;
}

export async function startWorld(
  options: { app?: Partial<ServeSettings>; provider?: AuthorizationServerOptions } = {},
): Promise<World> {
  const app = await startApp(options.app);
  const provider = await startAuthorizationServer(options.provider);
  const mcp = await startMcpServer({ authorizationServer: provider });
  const admin = await seedSignedInUser(app, { role: 'ADMIN' });
  const world = { app, provider, mcp, admin };
  return {
    ...world,
    member: await seedSignedInUser(app),
    other: await seedSignedInUser(app),
    serverId: await createServer(world, { displayName: 'Notes' }),
    session: (user) => seedSession(app, user.id),
    apiToken: (user, scope) => seedApiToken(app, user.email, scope),
    async close() {
      await app.close();
      await mcp.close();
      await provider.close();
    },
  };
}

/** Creates an OAuth server as an administrator does, from its URL. */
export async function createServer(
  { admin, mcp }: Pick<World, 'admin' | 'mcp'>,
  input: Record<string, unknown> = {},
): Promise<string> {
  const data = await admin.graphql.data<{ createMcpServerConfig: { server: { id: string } } }>(
    `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }`,
    {
      input: {
        slug: `server-${randomUUID().slice(0, 8)}`,
        displayName: 'Another',
        url: mcp.url,
        authType: 'OAUTH2',
        enabled: true,
        ...input,
      },
    },
  );
  return data.createMcpServerConfig.server.id;
}

/** Sends one request of a user's browser, by default from a page of this site, and does not follow redirects. */
export function visit(
  app: Pick<TestApp, 'publicUrl'>,
  user: Pick<SignedInUser, 'session'> | null,
  url: string,
  init: { method?: string; headers?: Headers | Record<string, string> } = {},
): Promise<Response> {
  return fetch(url, {
    method: init.method ?? 'GET',
    redirect: 'manual',
    headers: new Headers([
      ...Object.entries(credentialHeaders(app, user ?? {})),
      ...new Headers(init.headers ?? { 'sec-fetch-site': 'same-origin' }),
    ]),
  });
}

/** Opens the connect URL and returns the authorization request that it redirects to. */
export async function begin(
  { app, serverId: first }: Pick<World, 'app' | 'serverId'>,
  user: SignedInUser,
  query = '',
  serverId = first,
): Promise<string> {
  const answer = await visit(app, user, `${app.publicUrl}/mcp-servers/${serverId}/oauth2/connect${query}`);
  const location = answer.headers.get('location');
  if (answer.status !== 302 || location === null) {
    throw new Error(`connect answered ${answer.status}: ${await answer.text()}`);
  }
  return location;
}

type Revocation = Pick<Disconnection, 'revoked' | 'revocationPending' | 'revocationError'>;

/** Connects an account: opens the connect URL, approves at the provider, and opens the callback. */
export async function connect(
  world: Pick<World, 'app' | 'provider' | 'serverId'>,
  user: SignedInUser,
  serverId?: string,
): Promise<Response> {
  const callback = await world.provider.approve(await begin(world, user, '', serverId));
  return visit(world.app, user, callback);
}

export async function disconnect(user: SignedInUser, serverId: string): Promise<Revocation> {
  const data = await user.graphql.data<{ disconnectMcpServer: Revocation }>(
    `mutation ($id: ID!) { disconnectMcpServer(id: $id) { revoked revocationPending revocationError } }`,
    { id: serverId },
  );
  return data.disconnectMcpServer;
}

/** Returns the message of a result page's script and its target origin. @throws Error if the page has no message */
export function popupMessage(page: string): { message: ConnectMessage; targetOrigin: string } {
  const data = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page)?.[1];
  if (data === undefined) throw new Error(`The page has no message: ${page}`);
  const { message, targetOrigin } = JSON.parse(data) as { message: ConnectMessage; targetOrigin: string };
  return { message, targetOrigin };
}

/** Returns the URL with these parameters replaced. null removes a parameter. */
export function withParams(url: string, params: Record<string, string | null>): string {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(params)) {
    if (value === null) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed.href;
}

/** Decrypts the tokens of a user's only account. */
export async function openAccount(
  { app }: Pick<World, 'app'>,
  user: Pick<SignedInUser, 'id'>,
): Promise<{ accessToken: string; refreshToken: string }> {
  const [row] = await app.sql<{ id: string; access_token: string; refresh_token: string }>(
    'select id, access_token, refresh_token from mcp_server_user_tokens where user_id = $1',
    [user.id],
  );
  if (!row) throw new Error('This user has no account.');
  const open = (column: 'access_token' | 'refresh_token') =>
    app.vault.open(row[column], { table: 'mcp_server_user_tokens', column, row: row.id });
  return { accessToken: await open('access_token'), refreshToken: await open('refresh_token') };
}
