import type { ServeSettings } from '../../src/app.js';
import type { AnsweredError } from '../support/graphql.js';
import { startApp, type TestApp } from '../support/app.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

/** Every field of `McpServerConfig` that this domain resolves, except objects. */
export const everyField = `
  id slug displayName description iconUrl authType availability enabled toolAllowList toolDenyList
  hasOauth2ClientSecret hasApiKey hasCustomHeaders version createdAt updatedAt
  url transport oauth2ClientId oauth2AuthUrl oauth2TokenUrl oauth2RevocationUrl oauth2Scopes oauth2Issuer oauth2Resource oauth2ResourceMetadataUrl
  oauth2Registration oauth2CallbackUrl apiKeyHeader customHeaderNames createdBy { id displayName } updatedBy { id }`;

export type Config = Record<string, unknown> & { id: string; slug: string; version: number };
export interface Effect {
  disconnects: number;
  clearedFields: string[];
  changedFields: string[];
}
export interface Change extends Effect {
  server: Config;
}
type Input = Record<string, unknown>;

/** The catalogue over GraphQL, for an administrator and a member. */
export interface Catalogue {
  app: TestApp;
  admin: SignedInUser;
  member: SignedInUser;
  create(input: Input): Promise<Config>;
  createError(input: Input): Promise<AnsweredError>;
  update(id: string, input: Input): Promise<Change>;
  updateError(id: string, input: Input): Promise<AnsweredError>;
  preview(id: string, input: Input): Promise<Effect>;
  previewError(id: string, input: Input): Promise<AnsweredError>;
  get(id: string, who?: SignedInUser): Promise<Config>;
  list(filter?: Input, who?: SignedInUser): Promise<Config[]>;
  close(): Promise<void>;
}

const create = `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { ${everyField} } } }`;
const update = `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
  updateMcpServerConfig(id: $id, input: $input) { server { ${everyField} } disconnects clearedFields changedFields }
}`;
const preview = `query ($id: ID!, $input: UpdateMcpServerConfigInput!) {
  previewMcpServerConfigUpdate(id: $id, input: $input) { disconnects clearedFields changedFields }
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
      return (await admin.graphql.data<{ createMcpServerConfig: { server: Config } }>(create, { input }))
        .createMcpServerConfig.server;
    },
    createError: (input) => admin.graphql.error(create, { input }),
    async update(id, input) {
      const data = await admin.graphql.data<{ updateMcpServerConfig: Change }>(update, { id, input });
      return data.updateMcpServerConfig;
    },
    updateError: (id, input) => admin.graphql.error(update, { id, input }),
    async preview(id, input) {
      const data = await admin.graphql.data<{ previewMcpServerConfigUpdate: Effect }>(preview, { id, input });
      return data.previewMcpServerConfigUpdate;
    },
    previewError: (id, input) => admin.graphql.error(preview, { id, input }),
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
