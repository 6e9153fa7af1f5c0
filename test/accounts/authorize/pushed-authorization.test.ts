import { createServer as createHttpServer, type Server } from 'node:http';
import { seedOAuth2Server } from '../../support/seed.js';
import { close, listen } from '../../support/http-listener.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { FailureReportDocument } from '../../generated/graphql.js';
import { begin, connect, startWorld, visit, type World } from '../world.js';

const worlds: World[] = [];
let world: World;
let rough: HandcraftedServer;
beforeAll(async () => {
  world = await start();
  rough = await startHandcraftedServer();
});
afterAll(async () => {
  await rough.close();
  for (const one of worlds) await one.close();
});

async function start(metadata: Record<string, unknown> = {}): Promise<World> {
  const started = await startWorld({ provider: { requiresPush: true, metadata } });
  worlds.push(started);
  return started;
}

const pushesOf = ({ provider }: World) => provider.requests.filter(({ path }) => path === '/par');

test('pushes the request with the secret where the metadata requires it, and sends users with its reference only', async () => {
  const url = new URL(await begin(world, world.member));
  expect([...url.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri']);
  const [push] = pushesOf(world);
  expect(push?.headers.authorization).toMatch(/^Basic /);
  const sent = new URLSearchParams(push?.body);
  expect(Object.fromEntries(sent)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    redirect_uri: `${world.app.publicUrl}/mcp-servers/${world.serverId}/oauth2/callback`,
    state: expect.stringMatching(/^.{40,}$/),
    resource: world.mcp.url,
  });
  const connected = await visit(world.app, world.member, await world.provider.approve(url.href));
  expect(connected.status).toBe(200);
});

test('pushes without a secret for a public client', async () => {
  const open = await start({ token_endpoint_auth_methods_supported: ['none'] });
  expect((await connect(open, open.member)).status).toBe(200);
  const [push] = pushesOf(open);
  expect(push?.headers).not.toHaveProperty('authorization');
  expect(push?.body).not.toContain('client_secret');
});

describe('a push that fails', () => {
  const seed = (pushUrl: string) =>
    seedOAuth2Server(world.app, {
      displayName: 'Pushing',
      oauth2AuthUrl: `${rough.origin}/authorize`,
      oauth2TokenUrl: `${rough.origin}/token`,
      oauth2ClientSecret: 's3cret',
      oauth2TokenAuthMethod: 'client_secret_basic',
      oauth2AsMetadata: {
        issuer: rough.origin,
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        pushed_authorization_request_endpoint: pushUrl,
        require_pushed_authorization_requests: true,
      },
    });
  const open = (id: string) =>
    visit(world.app, world.member, `${world.app.publicUrl}/mcp-servers/${id}/oauth2/connect`);
  const flows = (id: string) =>
    world.app.sql('select 1 from oauth2_flows where mcp_server_config_id = $1', [id]);

  test.each([
    ['invalid_request', 400, 'refused the request as malformed'],
    ['invalid_scope', 400, 'refused the requested scopes'],
    // The client library reads no error code from a 5xx.
    ['', 503, 'temporarily unavailable'],
  ])(
    'with %s offers another attempt, leaves no flow, and quotes the provider to administrators',
    async (error, status, message) => {
      const { id } = await seed(`${rough.origin}/par-${error}`);
      rough.answer(`/par-${error}`, { status, json: { error, error_description: 'REMOTE words' } });
      const answer = await open(id);
      const page = await answer.text();
      expect(answer.status).toBe(502);
      expect(page).toContain(message);
      expect(page).toContain(`/mcp-servers/${id}/oauth2/connect?`);
      expect(page).not.toContain('REMOTE');
      expect(await flows(id)).toHaveLength(0);
      const reference = /this reference: <strong>([^<]*)</.exec(page)?.[1] ?? '';
      const { failureReport } = await world.admin.graphql.data(FailureReportDocument, { reference });
      expect(failureReport).toMatchObject({
        step: 'AUTHORIZATION_REQUEST',
        httpStatus: status,
        oauth2Error: error,
        remoteMessage: error && 'REMOTE words',
      });
    },
  );

  test('because of the authentication method is repeated with the other one, which is kept', async () => {
    const { id } = await seed(`${rough.origin}/par-post`);
    rough.answer('/par-post', (body) =>
      body.includes('client_secret=s3cret')
        ? { status: 201, json: { request_uri: 'urn:r', expires_in: 60 } }
        : { status: 401, json: { error: 'invalid_client' } },
    );
    const answer = await open(id);
    expect(answer.headers.get('location')).toContain('request_uri=urn%3Ar');
    const [stored] = await world.app.sql(
      `select s.oauth2_token_auth_method as server, f.token_auth_method as flow
         from mcp_server_configs s join oauth2_flows f on f.mcp_server_config_id = s.id where s.id = $1`,
      [id],
    );
    expect(stored).toEqual({ server: 'client_secret_post', flow: 'client_secret_post' });
  });

  test('holds no lock while the provider is asked', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let arrived = () => {};
    const reached = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const http: Server = createHttpServer((req, res) => {
      req.resume();
      arrived();
      void held.then(() =>
        res
          .writeHead(201, { 'content-type': 'application/json' })
          .end('{"request_uri":"urn:r","expires_in":60}'),
      );
    });
    const { id } = await seed(`${await listen(http)}/par`);
    const opening = open(id);
    await reached;
    await world.admin.graphql.data(
      `mutation ($id: ID!) { updateMcpServerConfig(id: $id, input: { enabled: false }) { server { id } } }`,
      { id },
    );
    expect(await flows(id)).toHaveLength(0);
    release();
    expect((await opening).status).toBe(302);
    expect(await flows(id)).toHaveLength(0);
    await close(http);
  });
});
