import type { RequestListener } from 'node:http';
import { goodMetadata, manualEndpoints, type Misbehaviour, type Place } from './upstream.js';
import { addServer, approved, connected, creation, type HostileWorld } from './world.js';
import { CallMcpServerToolDocument, McpServerToolsDocument } from '../generated/graphql.js';
import { setSecondsLeft } from '../accounts/token-access.js';
import { disconnect, visit } from '../accounts/world.js';
import type { GraphqlClient } from '../support/graphql.js';
import { seedSignedInUser } from '../support/seed.js';

/** The visible result of an action: the code of an error or the status of a page, and the whole text. */
export interface Outcome {
  as: string;
  text: string;
}

/** One request to another server, and the actions that lead to it. */
export interface Step {
  /** The action of the user, and the request. */
  name: string;
  place: Place;
  method: 'GET' | 'POST';
  /** The outcome after the request failed. If there is another way, it is the outcome of that one. */
  endsAs: string;
  /** Runs everything before the request, with valid responses. Returns a function that triggers the request. */
  prepare(world: HostileWorld): Promise<() => Promise<Outcome>>;
}

async function outcomeOf(query: ReturnType<GraphqlClient['query']>): Promise<Outcome> {
  const { text, errors } = await query;
  return { as: errors?.[0]?.extensions.code ?? 'done', text };
}

/** Adds a server by its URL. Some places respond in a way that leads to the step. */
const adding =
  (answers: Partial<Record<Place, RequestListener>> = {}): Step['prepare'] =>
  async ({ admin, upstream }) => {
    for (const [place, answer] of Object.entries(answers)) upstream.misbehave(place as Place, answer);
    const { document, variables } = creation(upstream.mcpUrl);
    return () => outcomeOf(admin.graphql.query(document, variables));
  };

const bare =
  (status: number, headers: Record<string, string> = {}): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, headers).end();

/** The metadata that is read when the announced metadata cannot be used. Without it, nothing else is left. */
const withoutOtherMetadata = {
  'guessed resource metadata': bare(404),
  'root resource metadata': bare(404),
  'server metadata': bare(404),
} as const;

export async function callbackOf(
  world: HostileWorld,
  serverId = world.serverId,
): Promise<() => Promise<Outcome>> {
  const user = await seedSignedInUser(world.app);
  const callback = await approved(world, user, serverId);
  return async () => {
    const answer = await visit(world.app, user, callback);
    return { as: `page ${answer.status}`, text: await answer.text() };
  };
}

/** Opens the connect page of a user, with a client that no response has proved. The user is sent on in any case. */
async function connectPage(world: HostileWorld, serverId = world.serverId): Promise<() => Promise<Outcome>> {
  const user = await seedSignedInUser(world.app);
  await world.app.sql('delete from oauth2_flows');
  await world.app.sql('update oauth2_client_states set proved_at = null');
  return async () => {
    const url = `${world.app.publicUrl}/mcp-servers/${serverId}/oauth2/connect`;
    const answer = await visit(world.app, user, url);
    return { as: `page ${answer.status}`, text: await answer.text() };
  };
}

async function listing(world: HostileWorld, serverId = world.serverId): Promise<() => Promise<Outcome>> {
  const user = await connected(world, serverId);
  return () => outcomeOf(user.graphql.query(McpServerToolsDocument, { id: serverId }));
}

export const steps: Step[] = [
  {
    name: 'adding a server: initialize without a token',
    place: 'probe',
    method: 'POST',
    endsAs: 'DISCOVERY_FAILED',
    prepare: adding(),
  },
  {
    name: 'adding a server: its event stream without a token',
    place: 'probe event stream',
    method: 'GET',
    endsAs: 'DISCOVERY_FAILED',
    prepare: adding({ probe: bare(405), 'guessed resource metadata': bare(404) }),
  },
  {
    name: 'adding a server: announced protected resource metadata',
    place: 'announced resource metadata',
    method: 'GET',
    endsAs: 'DISCOVERY_FAILED',
    prepare: adding(withoutOtherMetadata),
  },
  {
    name: 'adding a server: protected resource metadata at a guessed URL',
    place: 'guessed resource metadata',
    method: 'GET',
    endsAs: 'DISCOVERY_FAILED',
    // Without it, only the default endpoints of MCP 2025-03-26 are left, which this server does not have.
    prepare: adding({
      probe: bare(401, { 'www-authenticate': 'Bearer' }),
      'server metadata': bare(404),
      registration: bare(404),
    }),
  },
  {
    name: 'adding a server: authorization server metadata',
    place: 'server metadata',
    method: 'GET',
    endsAs: 'DISCOVERY_FAILED',
    prepare: adding({ 'openid metadata': bare(404) }),
  },
  {
    name: 'adding a server: OpenID provider metadata',
    place: 'openid metadata',
    method: 'GET',
    endsAs: 'DISCOVERY_FAILED',
    prepare: adding({ 'server metadata': bare(404) }),
  },
  {
    name: 'adding a server: dynamic client registration',
    place: 'registration',
    method: 'POST',
    endsAs: 'DISCOVERY_FAILED',
    prepare: adding(),
  },
  {
    name: 'connecting: the registration of the client',
    place: 'client registration',
    method: 'GET',
    endsAs: 'page 302',
    async prepare(world) {
      const { origin, mcpUrl } = world.upstream;
      const managed = {
        registration_client_uri: `${origin}/register/good-client`,
        registration_access_token: 't',
      };
      const registered = { client_id: 'good-client', token_endpoint_auth_method: 'none', ...managed };
      world.upstream.misbehave('registration', (_req, res) => {
        res.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(registered));
      });
      return connectPage(world, await addServer(world.admin, mcpUrl));
    },
  },
  {
    name: 'connecting: the check of the client with an authorization request',
    place: 'authorization request',
    method: 'GET',
    endsAs: 'page 302',
    prepare: (world) => connectPage(world),
  },
  {
    name: 'connecting: the check of the client with an invented code',
    place: 'client check',
    method: 'POST',
    endsAs: 'page 302',
    prepare: (world) => connectPage(world),
  },
  {
    name: 'connecting: the pushed authorization request',
    place: 'pushed authorization request',
    method: 'POST',
    endsAs: 'page 502',
    async prepare(world) {
      const { origin, mcpUrl } = world.upstream;
      const push = {
        pushed_authorization_request_endpoint: `${origin}/par`,
        require_pushed_authorization_requests: true,
      };
      world.upstream.misbehave('server metadata', (_req, res) => {
        const metadata = JSON.stringify({ ...goodMetadata(origin), ...push });
        res.writeHead(200, { 'content-type': 'application/json' }).end(metadata);
      });
      return connectPage(world, await addServer(world.admin, mcpUrl));
    },
  },
  {
    name: 'connecting: metadata of an issuer that is not configured',
    place: 'server metadata',
    method: 'GET',
    endsAs: 'page 502',
    async prepare(world) {
      const manual = manualEndpoints(world.upstream.origin);
      return callbackOf(world, await addServer(world.admin, world.upstream.mcpUrl, manual));
    },
  },
  {
    name: 'connecting: the code exchange',
    place: 'code exchange',
    method: 'POST',
    endsAs: 'page 502',
    prepare: (world) => callbackOf(world),
  },
  {
    name: 'using tools: the refresh of a token',
    place: 'refresh',
    method: 'POST',
    endsAs: 'UPSTREAM_ERROR',
    async prepare(world) {
      const user = await connected(world);
      await setSecondsLeft(world.app, user, -1);
      return () => outcomeOf(user.graphql.query(McpServerToolsDocument, { id: world.serverId }));
    },
  },
  {
    name: 'using tools: server/discover',
    place: 'server/discover',
    method: 'POST',
    // After any failure, the older protocol versions are tried.
    endsAs: 'done',
    prepare: (world) => listing(world),
  },
  {
    name: 'using tools: initialize',
    place: 'initialize',
    method: 'POST',
    endsAs: 'UPSTREAM_ERROR',
    prepare: (world) => listing(world),
  },
  {
    name: 'using tools: tools/list',
    place: 'tools/list',
    method: 'POST',
    endsAs: 'UPSTREAM_ERROR',
    prepare: (world) => listing(world),
  },
  {
    name: 'using tools: the event stream of the older transport',
    place: 'mcp event stream',
    method: 'GET',
    endsAs: 'UPSTREAM_ERROR',
    prepare: async (world) =>
      listing(world, await addServer(world.admin, world.upstream.mcpUrl, { transport: 'SSE' })),
  },
  {
    name: 'using tools: tools/call',
    place: 'tools/call',
    method: 'POST',
    endsAs: 'UPSTREAM_ERROR',
    async prepare(world) {
      const user = await connected(world);
      const call = { id: world.serverId, input: { name: 'good' } };
      return () => outcomeOf(user.graphql.query(CallMcpServerToolDocument, call));
    },
  },
  {
    name: 'disconnecting: the revocation',
    place: 'revocation',
    method: 'POST',
    endsAs: 'not revoked',
    async prepare(world) {
      const user = await connected(world);
      return async () => {
        const { revoked, revocationError } = await disconnect(user, world.serverId);
        return { as: revoked ? 'revoked' : 'not revoked', text: String(revocationError) };
      };
    },
  },
];

/** Returns true for a step whose request is sent by the MCP library. */
export const isMcpRequest = ({ name }: Pick<Step, 'name'>) => /^using tools: (?!the refresh)/.test(name);

/** Returns everything stored that can come from a response of another server. */
export async function stored({ app }: HostileWorld): Promise<string[]> {
  const rows = await app.sql<{ text: string }>(
    `select id::text || oauth2_client_id || oauth2_auth_url || oauth2_token_url || oauth2_revocation_url as text
       from mcp_server_configs
     union all select id::text || access_token || coalesce(refresh_token, '') from mcp_server_user_tokens where access_token is not null`,
  );
  return rows.map(({ text }) => text);
}

/**
 * Runs a step with a misbehaving upstream.
 * @returns the outcome
 * @throws Error if anything was stored, or anything forbidden was contacted
 */
export async function misbehaveAt(
  step: Pick<Step, 'place' | 'prepare'>,
  world: HostileWorld,
  answer: Misbehaviour,
): Promise<Outcome> {
  world.upstream.behave();
  const act = await step.prepare(world);
  const before = new Set(await stored(world));
  world.resetContacts();
  world.upstream.misbehave(step.place, answer);
  const outcome = await act();
  expect((await stored(world)).filter((text) => !before.has(text))).toEqual([]);
  expect(world.upstream.count(step.place)).toBeGreaterThan(0);
  world.expectNoContact();
  return outcome;
}
