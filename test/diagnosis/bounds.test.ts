import { HotReads } from '../../src/database/hot-reads.js';
import { UpstreamSessions } from '../../src/mcp/sessions/upstream-sessions.js';
import { Revocations } from '../../src/accounts/revoke/revocations.js';
import { ConnectedAccountEnding } from '../../src/accounts/store/account-ending.js';
import { Diagnoses } from '../../src/diagnosis/diagnoses.js';
import { createLog } from '../../src/log.js';
import { createGuardedFetch } from '../../src/net/guarded-fetch.js';
import { OutgoingLimit } from '../../src/net/outgoing-limit.js';
import { ClientHealth } from '../../src/servers/changes/client-health.js';
import { cleanUp, startSilentServer } from '../net/web-server.js';
import { startApp, type TestApp } from '../support/app.js';
import { startHandcraftedServer } from '../support/handcrafted-server.js';
import { seedSignedInUser, seedServer } from '../support/seed.js';

let app: TestApp;
const opened = cleanUp();

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());
afterEach(() => opened.run());

/** Creates the service as the application does, so that a test can set the deadline. */
async function diagnosesOf(application: TestApp): Promise<Diagnoses> {
  const { id, email, displayName, createdAt } = await seedSignedInUser(application, { role: 'ADMIN' });
  const outbound = opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'] }));
  const em = application.orm.em.fork();
  const log = createLog('silent');
  const revocations = new Revocations({ em, vault: app.vault, outbound, log });
  const reads = new HotReads({ log });
  return new Diagnoses({
    em,
    reads,
    viewer: {
      userId: id,
      email,
      displayName,
      role: 'ADMIN',
      createdAt: createdAt.toISOString(),
      tokenId: id,
      tokenName: '',
      kind: 'SESSION',
      scope: null,
      isAdmin: true,
    },
    vault: app.vault,
    outbound,
    publicUrl: application.publicUrl,
    clientMetadata: false,
    discoveryLimit: new OutgoingLimit(4),
    clientHealth: new ClientHealth({
      em,
      vault: app.vault,
      outbound,
      accountEnding: new ConnectedAccountEnding({
        vault: app.vault,
        revocations,
        upstreamSessions: new UpstreamSessions({
          em,
          reads,
          vault: app.vault,
          outbound,
          log,
        }),
      }),
      publicUrl: application.publicUrl,
      clientMetadata: false,
      log,
    }),
    accounts: {
      accessToken: () => Promise.reject(new Error('This test uses no account.')),
      connectUrl: () => null,
    },
  });
}

test('ends in time at a server that never answers, reports it, and stores the steps', async () => {
  const mute = opened.add(await startSilentServer());
  const diagnoses = await diagnosesOf(app);
  const { id } = await seedServer(app, { url: `${mute.url}/mcp` });
  const diagnosis = await diagnoses.diagnoseServer(id, { withinMs: 1_500 });

  expect(diagnosis.failure).toMatchObject({ layer: 'HTTP', responsibleParty: 'NETWORK' });
  expect(diagnosis.failure?.message).toContain('1.5 seconds');
  expect(diagnosis.steps.slice(0, 2).map(({ layer }) => layer)).toEqual(['ADDRESS', 'CONNECT']);
  const [kept] = await app.sql('select last from mcp_server_diagnoses where mcp_server_config_id = $1', [id]);
  expect(kept?.last).toEqual(diagnosis);
});

test('ends in time at a server with repeated slow responses', async () => {
  const host = opened.add(await startHandcraftedServer());
  host.answer('/mcp', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
  host.answer('/.well-known/oauth-protected-resource/mcp', null);
  const diagnosis = await (await diagnosesOf(app)).diagnoseUrl(`${host.origin}/mcp`, { withinMs: 1_500 });

  expect(diagnosis.failure?.layer).toBe('HTTP');
  expect(diagnosis.durationMs).toBeLessThan(10_000);
});
