import type { ServeSettings } from '../../src/app.js';
import type { AnsweredError } from '../support/graphql.js';
import { startApp, type TestApp } from '../support/app.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

/** Every field of `McpServerConfig` that this domain resolves, except objects. */
export const everyField = `
  id slug displayName description iconUrl authType availability enabled toolAllowList toolDenyList
  hasOauth2ClientSecret hasApiKey hasCustomHeaders version createdAt updatedAt
  url transport oauth2ClientId oauth2AuthUrl oauth2TokenUrl oauth2RevocationUrl oauth2Scopes oauth2Issuer oauth2Resource
  oauth2Registration oauth2CallbackUrl apiKeyHeader customHeaderNames createdBy { id displayName } updatedBy { id }`;

export type Config = Record<string, unknown> & { id: string; slug: string; version: number };
export interface Change {
  config: Config;
  disconnects: number;
  clearedFields: string[];
}
type Input = Record<string, unknown>;

/** The catalogue over GraphQL, for an administrator and a member. */
export interface Catalogue {
  app: TestApp;
  admin: SignedInUser;
  member: SignedInUser;
  create(input: Input): Promise<Config>;
  createError(input: Input): Promise<AnsweredError>;
  update(id: string, input: Input, dryRun?: boolean): Promise<Change>;
  updateError(id: string, input: Input, dryRun?: boolean): Promise<AnsweredError>;
  get(id: string, who?: SignedInUser): Promise<Config>;
  list(filter?: Input, who?: SignedInUser): Promise<Config[]>;
  close(): Promise<void>;
}

const create = `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { ${everyField} } }`;
const update = `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!, $dryRun: Boolean!) {
  updateMcpServerConfig(id: $id, input: $input, dryRun: $dryRun) { config { ${everyField} } disconnects clearedFields }
}`;

export async function startCatalogue(settings: Partial<ServeSettings> = {}): Promise<Catalogue> {
  const app = await startApp(settings);
  const admin = await seedSignedInUser(app, { role: 'ADMIN', displayName: 'Ada' });
  const member = await seedSignedInUser(app);
  return {
    app,
    admin,
    member,
    async create(input) {
      return (await admin.graphql.data<{ createMcpServerConfig: Config }>(create, { input }))
        .createMcpServerConfig;
    },
    createError: (input) => admin.graphql.error(create, { input }),
    async update(id, input, dryRun = false) {
      const data = await admin.graphql.data<{ updateMcpServerConfig: Change }>(update, { id, input, dryRun });
      return data.updateMcpServerConfig;
    },
    updateError: (id, input, dryRun = false) => admin.graphql.error(update, { id, input, dryRun }),
    async get(id, who = admin) {
      const query = `query ($id: ID!) { mcpServerConfig(id: $id) { ${everyField} } }`;
      return (await who.graphql.data<{ mcpServerConfig: Config }>(query, { id })).mcpServerConfig;
    },
    async list(filter = {}, who = admin) {
      const query = `query ($filter: McpServerConfigFilter) { mcpServerConfigs(filter: $filter) { ${everyField} } }`;
      return (await who.graphql.data<{ mcpServerConfigs: Config[] }>(query, { filter })).mcpServerConfigs;
    },
    close: () => app.close(),
  };
}

let made = 0;

/** Returns the minimal input of a server, with a unique slug. */
export function minimal(input: Input = {}): Input {
  made += 1;
  return { slug: `server-${made}`, displayName: 'A server', url: 'https://mcp.example.com/mcp', ...input };
}
