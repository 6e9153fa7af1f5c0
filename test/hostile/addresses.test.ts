import type { RequestListener } from 'node:http';
import { DiagnoseUrlDocument } from '../generated/graphql.js';
import { callbackOf, misbehaveAt, steps, type Step } from './steps.js';
import { goodMetadata } from './upstream.js';
import { addServer, connected, creation, startHostileWorld, type HostileWorld } from './world.js';
import { disconnect } from '../accounts/world.js';
import { setSecondsLeft } from '../accounts/token-access.js';
import { listingError } from '../tools/tool-calls.js';

let world: HostileWorld;
beforeAll(async () => {
  world = await startHostileWorld({
    names: ['rebinding.test'],
    zone: {
      'inside.test': [['127.0.0.2']],
      'metadata.test': [['169.254.169.254']],
      'mapped.test': [['0:0:0:0:0:ffff:7f00:0002']],
      'nat64.test': [['0064:ff9b:0:0:0:0:7f00:0002']],
      'both.test': [['127.0.0.1', '127.0.0.2']],
      'rebinding.test': [['127.0.0.1'], ['127.0.0.2']],
    },
  });
});
afterAll(() => world.close());
afterEach(() => world.upstream.behave());

const json =
  (body: unknown): RequestListener =>
  (_req, res) =>
    void res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Forbidden addresses, in every notation. */
const forbidden: [string, () => string][] = [
  ['loopback', () => `127.0.0.2:${world.upstream.port}`],
  ['IPv6 loopback', () => world.canaries.loopback6.host],
  ['a decimal number', () => `2130706434:${world.upstream.port}`],
  ['a hexadecimal number', () => `0x7f000002:${world.upstream.port}`],
  ['octal parts', () => `0177.0.0.02:${world.upstream.port}`],
  ['too few parts', () => `127.2:${world.upstream.port}`],
  ['a mapped address', () => `[::ffff:127.0.0.2]:${world.upstream.port}`],
  ['a mapped address in hexadecimal', () => `[::ffff:7f00:2]:${world.upstream.port}`],
  ['a NAT64 address', () => `[64:ff9b::127.0.0.2]:${world.upstream.port}`],
  ['a 6to4 address', () => `[2002:7f00:2::]:${world.upstream.port}`],
  ['the unspecified address', () => `0.0.0.0:${world.canaries.loopback.port}`],
  ['a private address', () => '10.0.0.1'],
  ['a unique local address', () => '[fd00:ec2::254]'],
  ['link-local', () => '169.254.169.254'],
  ['a name inside', () => `inside.test:${world.upstream.port}`],
  ['a name of link-local', () => 'metadata.test'],
  ['a name of a mapped address', () => `mapped.test:${world.upstream.port}`],
  ['a name of a NAT64 address', () => `nat64.test:${world.upstream.port}`],
  ['a name with an allowed and another address', () => `both.test:${world.upstream.port}`],
];

const adding = (place: Step['place']): Step => {
  const step = steps.find((one) => one.place === place && one.name.startsWith('adding'));
  if (!step) throw new Error(`There is no step ${place}.`);
  return step;
};

describe.each(forbidden)('%s', (_where, host) => {
  test('as the URL of a server is not contacted', async () => {
    const { document, variables } = creation(`https://${host()}/mcp`);
    world.resetContacts();
    const error = await world.admin.graphql.error(document, variables);
    expect(error.extensions.code).toBe('DISCOVERY_FAILED');
    world.expectNoContact();
  });

  test('as the URL to diagnose is not contacted', async () => {
    world.resetContacts();
    const { diagnoseUrl } = await world.admin.graphql.data(DiagnoseUrlDocument, {
      input: { url: `https://${host()}/mcp` },
    });
    expect(diagnoseUrl.diagnosis.succeeded).toBe(false);
    world.expectNoContact();
  });

  const documents: [string, (origin: string) => [Step['place'], RequestListener]][] = [
    [
      'a challenge',
      (origin) => [
        'probe',
        (_req, res) => {
          const challenge = `Bearer resource_metadata="${origin}/resource-metadata"`;
          res.writeHead(401, { 'www-authenticate': challenge }).end();
        },
      ],
    ],
    [
      'resource metadata',
      (origin) => [
        'announced resource metadata',
        json({ resource: world.upstream.mcpUrl, authorization_servers: [origin] }),
      ],
    ],
    [
      'server metadata as registration endpoint',
      (origin) => [
        'server metadata',
        json({ ...goodMetadata(world.upstream.origin), registration_endpoint: `${origin}/register` }),
      ],
    ],
  ];
  test.each(documents)('in %s is not contacted', async (_document, answerFor) => {
    const [place, answer] = answerFor(`https://${host()}`);
    // A refused challenge is no reason to stop, so everything that it could be replaced by is missing.
    const step = adding(place === 'probe' ? 'announced resource metadata' : place);
    const outcome = await misbehaveAt({ ...step, place }, world, answer);
    expect(outcome.as).toBe('DISCOVERY_FAILED');
  });

  test('as token and revocation endpoint is not contacted', async () => {
    const { upstream, admin } = world;
    const endpoints = {
      token_endpoint: `https://${host()}/token`,
      revocation_endpoint: `https://${host()}/revoke`,
    };
    upstream.misbehave('server metadata', json({ ...goodMetadata(upstream.origin), ...endpoints }));
    const id = await addServer(admin, upstream.mcpUrl);
    const finish = await callbackOf(world, id);
    world.resetContacts();
    expect(await finish()).toMatchObject({ as: 'page 502' });
    world.expectNoContact();

    upstream.behave();
    const other = await addServer(admin, upstream.mcpUrl);
    const user = await connected(world, other);
    await world.app.sql(
      'update mcp_server_configs set oauth2_token_url = $2, oauth2_revocation_url = $3 where id = $1',
      [other, endpoints.token_endpoint, endpoints.revocation_endpoint],
    );
    await setSecondsLeft(world.app, user, -1);
    expect((await listingError(user, other)).extensions.code).toBe('UPSTREAM_ERROR');
    expect(await disconnect(user, other)).toMatchObject({ revoked: false });
    world.expectNoContact();
  });
});

test('a name that changes between two requests is checked at each one, and not contacted', async () => {
  const url = `https://rebinding.test:${world.upstream.port}/mcp`;
  const { document, variables } = creation(url);
  world.resetContacts();
  world.upstream.misbehave('probe', (_req, res) => {
    const challenge = `Bearer resource_metadata="https://rebinding.test:${world.upstream.port}/resource-metadata"`;
    res.writeHead(401, { 'www-authenticate': challenge }).end();
  });
  const error = await world.admin.graphql.error(document, variables);
  expect(error.extensions.code).toBe('DISCOVERY_FAILED');
  expect(world.upstream.count('probe')).toBe(1);
  expect(world.upstream.count('announced resource metadata')).toBe(0);
  world.expectNoContact();
});
