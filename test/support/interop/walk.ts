import { setTimeout as delay } from 'node:timers/promises';
import { connect } from './connect.js';
import { setUp } from './setup.js';
import { apply, fromText, type ServerInSetup } from './suggestions.js';
import type { Visit } from './visit.js';

/** The results of the steps. */
export interface Walk {
  authType: string;
  tools: number;
  /** The number of refreshes, or null without authorization. */
  refreshes: number | null;
  disconnected: 'revoked' | 'no revocation endpoint' | null;
  settings: string[];
}

/** The number of refreshes in turn. The second one uses a rotated refresh token. */
const refreshes = 2;

/** Goes through the life of a server and an account. @throws Error that names the step which failed, and why */
export async function walk(visit: Visit): Promise<Walk> {
  const { admin, stack } = visit;
  const { id, authType, connectUrl, applied } = await step('create', () => setUp(admin, stack));
  const settings = () => applied.map(({ text }) => text);
  const isOAuth2 = authType === 'OAUTH2';
  if (isOAuth2) await step('connect', () => connect(visit, { id, applied }, connectUrl ?? ''));
  const tools = await step('list', () => listAsDiagnosed(visit, { id, applied }));
  await step('call', () => call(visit, id));
  if (!isOAuth2) {
    await step('diagnose', () => diagnose(visit, id, 'CONNECTED'));
    return { authType, tools, refreshes: null, disconnected: null, settings: settings() };
  }
  const refreshed = await step('refresh', () => refresh(visit, id));
  await step('diagnose', () => diagnose(visit, id, 'CONNECTED'));
  const disconnected = await step('disconnect', () => disconnect(visit, id));
  await step('diagnose after disconnecting', () => diagnose(visit, id, 'DISCONNECTED'));
  return { authType, tools, refreshes: refreshed, disconnected, settings: settings() };
}

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  }
}

/** Lists the tools. After a failure, enters what the diagnosis suggests and lists them again. */
async function listAsDiagnosed(visit: Visit, server: ServerInSetup): Promise<number> {
  try {
    return await list(visit, server.id);
  } catch (error) {
    const { failure } = await diagnosis(visit, server.id);
    const suggestion = failure && (await fromText(`${failure.message} ${failure.remedy}`, visit.stack));
    if (!suggestion) throw error;
    await apply(visit.admin, server, suggestion);
    return list(visit, server.id);
  }
}

async function list({ admin, stack }: Visit, id: string): Promise<number> {
  const { mcpServerTools } = await admin.graphql.data<{ mcpServerTools: { name: string }[] }>(
    `query ($id: ID!) { mcpServerTools(id: $id) { name } }`,
    { id },
  );
  const names = mcpServerTools.map(({ name }) => name);
  for (const { name } of stack.calls)
    expectThat(names.includes(name), `The list lacks ${name}: ${names.join(', ')}`);
  return names.length;
}

async function call({ admin, stack }: Visit, id: string): Promise<void> {
  for (const { name, arguments: args = {}, result } of stack.calls) {
    const { callMcpServerTool: answer } = await admin.graphql.data<{
      callMcpServerTool: { isError: boolean; content: unknown };
    }>(
      `mutation ($id: ID!, $input: CallMcpServerToolInput!) {
         callMcpServerTool(id: $id, input: $input) { isError content }
       }`,
      { id, input: { name, arguments: args } },
    );
    const text = JSON.stringify(answer.content);
    expectThat(!answer.isError && text.includes(result), `${name} returned ${text.slice(0, 2_000)}`);
  }
}

/** Lets the access token expire, and calls again. Returns how often that led to a new one. */
async function refresh(visit: Visit, id: string): Promise<number> {
  const { app, admin } = visit;
  const account = async () => {
    const [row] = await app.sql<{ hasRefreshToken: boolean; refreshedAt: string | null }>(
      `select refresh_token is not null as "hasRefreshToken", last_refreshed_at::text as "refreshedAt"
       from mcp_server_user_tokens where user_id = $1 and mcp_server_config_id = $2`,
      [admin.id, id],
    );
    if (!row) throw new Error('The account is gone.');
    return row;
  };
  if (!(await account()).hasRefreshToken) return 0;
  for (let round = 0; round < refreshes; round += 1) {
    const before = (await account()).refreshedAt;
    await app.sql(
      `update mcp_server_user_tokens set expires_at = now() - interval '1 minute'
       where user_id = $1 and mcp_server_config_id = $2`,
      [admin.id, id],
    );
    // Tokens that are issued within one second may be equal.
    await delay(1_100);
    await call(visit, id);
    const after = (await account()).refreshedAt;
    expectThat(after !== null && after !== before, `Refresh ${round + 1} did not happen.`);
  }
  return refreshes;
}

async function disconnect(
  { admin, stack }: Visit,
  id: string,
): Promise<'revoked' | 'no revocation endpoint'> {
  const { disconnectMcpServer: answer } = await admin.graphql.data<{
    disconnectMcpServer: { revoked: boolean; revocationPending: boolean; revocationError: string | null };
  }>(`mutation ($id: ID!) { disconnectMcpServer(id: $id) { revoked revocationPending revocationError } }`, {
    id,
  });
  const { mcpServerConfig } = await admin.graphql.data<{
    mcpServerConfig: { authConnected: boolean; oauth2RevocationUrl: string };
  }>(`query ($id: ID!) { mcpServerConfig(id: $id) { authConnected oauth2RevocationUrl } }`, { id });
  expectThat(!mcpServerConfig.authConnected, 'The server is still connected.');
  const refused = await admin.graphql.error(
    `mutation ($id: ID!, $input: CallMcpServerToolInput!) { callMcpServerTool(id: $id, input: $input) { isError } }`,
    { id, input: { name: stack.calls[0]?.name, arguments: {} } },
  );
  expectThat(refused.extensions.code === 'NEEDS_AUTHORIZATION', `A call answers ${refused.message}`);
  if (mcpServerConfig.oauth2RevocationUrl === '') return 'no revocation endpoint';
  expectThat(answer.revoked, `The provider did not revoke: ${JSON.stringify(answer)}`);
  return 'revoked';
}

interface Diagnosis {
  succeeded: boolean;
  failure: { message: string; remedy: string } | null;
  steps: { name: string; outcome: string }[];
}

async function diagnosis({ admin }: Visit, id: string): Promise<Diagnosis> {
  const { diagnoseMcpServer } = await admin.graphql.data<{ diagnoseMcpServer: { diagnosis: Diagnosis } }>(
    `mutation ($id: ID!) {
       diagnoseMcpServer(id: $id) {
         diagnosis {
           succeeded
           failure { layer responsibleParty message remedy }
           steps { layer name outcome status detail }
         }
       }
     }`,
    { id },
  );
  return diagnoseMcpServer.diagnosis;
}

async function diagnose(visit: Visit, id: string, account: 'CONNECTED' | 'DISCONNECTED'): Promise<void> {
  const found = await diagnosis(visit, id);
  const { succeeded, steps } = found;
  expectThat(succeeded, `The diagnosis failed: ${JSON.stringify(found)}`);
  const [name, outcome] = account === 'CONNECTED' ? ['Session', 'FOUND'] : ['Your account', 'SKIPPED'];
  expectThat(
    steps.some((step) => step.name === name && step.outcome === outcome),
    `The diagnosis has no step ${name} with ${outcome}: ${JSON.stringify(steps)}`,
  );
}

function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
