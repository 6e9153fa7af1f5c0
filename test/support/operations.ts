import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse, print, type DefinitionNode, type FragmentDefinitionNode, type GraphQLSchema } from 'graphql';
import { startApp, type TestApp } from './app.js';
import { startAuthorizationServer, type AuthorizationServer } from './oauth/authorization-server.js';
import type { Credentials } from './graphql.js';
import { startMcpServer, type McpServer } from './mcp/mcp-server.js';
import { seedApiToken, seedFailureReport, seedOAuth2Server, seedServer, seedUser } from './seed.js';

/** The access that an operation requires. `viewer.ts` enforces it. */
export type Needs = 'READ' | 'USE' | 'FULL' | 'SESSION' | 'ADMIN';

export interface World {
  app: TestApp;
  provider: AuthorizationServer;
  mcp: McpServer;
  /** An MCP server without authorization. */
  openMcp: McpServer;
}

export interface Caller {
  userId: string | null;
  credentials: Credentials;
}

export interface OperationRow {
  needs: Needs;
  variables?: (world: World, caller: Caller) => Promise<Record<string, unknown>> | Record<string, unknown>;
}

const slug = () => `matrix-${randomUUID().slice(0, 8)}`;
const openServer = async ({ app }: World) => ({ id: (await seedServer(app)).id });
const callableServer = async ({ app, openMcp }: World) => ({
  id: (await seedServer(app, { url: openMcp.url })).id,
});
const oauthServer = async ({ app }: World) => ({ id: (await seedOAuth2Server(app)).id });

/** One valid call for each field of Query and Mutation, by the name of its operation in operations.graphql. */
export const operations: Record<string, OperationRow> = {
  viewer: { needs: 'READ' },
  users: { needs: 'ADMIN' },
  user: { needs: 'ADMIN', variables: async ({ app }) => ({ id: (await seedUser(app)).id }) },
  apiTokens: { needs: 'READ' },
  mcpServerConfigs: { needs: 'READ' },
  mcpServerConfig: { needs: 'READ', variables: openServer },
  createUser: {
    needs: 'ADMIN',
    variables: () => ({ input: { email: `${slug()}@example.com`, displayName: 'New' } }),
  },
  updateUser: {
    needs: 'ADMIN',
    variables: async ({ app }) => ({ id: (await seedUser(app)).id, input: { displayName: 'Renamed' } }),
  },
  createSignInLink: { needs: 'ADMIN', variables: async ({ app }) => ({ userId: (await seedUser(app)).id }) },
  createApiToken: { needs: 'FULL', variables: () => ({ input: { name: 'matrix' } }) },
  revokeApiToken: {
    needs: 'FULL',
    variables: async ({ app }, { userId }) => {
      const [user] = await app.sql<{ email: string }>(
        'select email from users where id = $1 and disabled_at is null',
        [userId],
      );
      if (!user) return { id: randomUUID() };
      await seedApiToken(app, user.email);
      const [token] = await app.sql<{ id: string }>(
        `select id from access_tokens where user_id = $1 and kind = 'API_TOKEN' order by id desc limit 1`,
        [userId],
      );
      return { id: token?.id };
    },
  },
  signOut: { needs: 'SESSION' },
  createMcpServerConfig: {
    needs: 'ADMIN',
    variables: ({ mcp }) => ({
      input: { slug: slug(), displayName: 'Made', url: mcp.url, authType: 'OAUTH2' },
    }),
  },
  updateMcpServerConfig: {
    needs: 'ADMIN',
    variables: async (world) => ({ ...(await openServer(world)), input: { displayName: 'Renamed' } }),
  },
  previewMcpServerConfigUpdate: {
    needs: 'ADMIN',
    variables: async (world) => ({ ...(await openServer(world)), input: { displayName: 'Renamed' } }),
  },
  deleteMcpServerConfig: { needs: 'ADMIN', variables: openServer },
  discoverMcpServerOAuth2: { needs: 'ADMIN', variables: ({ mcp }) => ({ input: { url: mcp.url } }) },
  diagnoseMcpServer: { needs: 'ADMIN', variables: callableServer },
  diagnoseUrl: { needs: 'ADMIN', variables: ({ openMcp }) => ({ input: { url: openMcp.url } }) },
  registerMcpServerOAuth2Client: {
    needs: 'ADMIN',
    variables: async ({ app, mcp }) => ({
      id: (await seedOAuth2Server(app, { url: mcp.url, oauth2Registration: 'DYNAMIC' })).id,
    }),
  },
  failureReport: {
    needs: 'ADMIN',
    variables: async (world) => ({ reference: await seedFailureReport(world.app) }),
  },
  failureReports: { needs: 'ADMIN' },
  myAccounts: { needs: 'READ' },
  mcpServerAccounts: {
    needs: 'ADMIN',
    variables: async (world) => ({ serverId: (await oauthServer(world)).id }),
  },
  disconnectMcpServer: { needs: 'USE', variables: oauthServer },
  disconnectUserFromMcpServer: {
    needs: 'ADMIN',
    variables: async (world) => ({
      serverId: (await oauthServer(world)).id,
      userId: (await seedUser(world.app)).id,
    }),
  },
  disconnectAllFromMcpServer: {
    needs: 'ADMIN',
    variables: async (world) => ({ serverId: (await oauthServer(world)).id }),
  },
  mcpServerRevocations: { needs: 'ADMIN' },
  mcpServerTools: { needs: 'READ', variables: callableServer },
  mcpServerToolList: { needs: 'READ', variables: callableServer },
  auditEvents: { needs: 'ADMIN' },
  callMcpServerTool: {
    needs: 'USE',
    variables: async (world) => ({ ...(await callableServer(world)), input: { name: 'whoami' } }),
  },
};

/** Starts an application, a real authorization server and two real MCP servers. */
export async function startWorld(): Promise<World & { close(): Promise<void> }> {
  const provider = await startAuthorizationServer();
  const mcp = await startMcpServer({ authorizationServer: provider });
  const openMcp = await startMcpServer();
  const app = await startApp();
  return {
    app,
    provider,
    mcp,
    openMcp,
    async close() {
      await app.close();
      await mcp.close();
      await openMcp.close();
      await provider.close();
    },
  };
}

/** Returns the names of all fields of Query and Mutation, sorted. */
export function operationsOf(schema: GraphQLSchema): string[] {
  const types = [schema.getQueryType(), schema.getMutationType()];
  return types.flatMap((type) => Object.keys(type?.getFields() ?? {})).sort();
}

/** Returns the documents of operations.graphql by their field, each with its fragments. */
export async function readOperations(): Promise<Map<string, string>> {
  const { definitions } = parse(await readFile(new URL('../operations.graphql', import.meta.url), 'utf8'));
  const fragments = definitions.filter((definition) => definition.kind === 'FragmentDefinition');
  return new Map(
    definitions.flatMap((definition) => {
      if (definition.kind !== 'OperationDefinition') return [];
      const [field] = definition.selectionSet.selections;
      if (field?.kind !== 'Field') return [];
      return [[field.name.value, withFragments(definition, fragments).join('\n')] as const];
    }),
  );
}

/** Returns the text of a definition, then that of each fragment that it spreads, directly or indirectly. */
function withFragments(
  definition: DefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
  known = new Set<DefinitionNode>(),
): string[] {
  if (known.has(definition)) return [];
  known.add(definition);
  const text = print(definition);
  const spread = fragments.filter(({ name }) => text.includes(`...${name.value}\n`));
  return [text, ...spread.flatMap((fragment) => withFragments(fragment, fragments, known))];
}
