import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { startDnsServer, type Zone } from '../support/dns-server.js';
import { cleanUp, startSilentServer, startWebServer, text, type WebServer } from './web-server.js';

const opened = cleanUp();
afterEach(() => opened.run());

const authority = createCertificateAuthority();
const day = 86_400_000;
const soon = () => AbortSignal.timeout(20_000);

async function connectionCheck(zone: Zone, options: Partial<GuardedFetchOptions> = {}) {
  const dns = opened.add(await startDnsServer(zone));
  const guarded = opened.add(
    createGuardedFetch({
      allowedPrivateCidrs: ['127.0.0.1/32'],
      resolver: dns.resolve,
      extraCa: authority.cert,
      ...options,
    }),
  );
  return { dns, check: (url: string, signal = soon()) => guarded.checkConnection(url, signal) };
}

const secureServer = async (
  names: Parameters<typeof authority.issue>[0],
  issuer = authority,
): Promise<WebServer> =>
  opened.add(await startWebServer(text('sealed'), { certificate: issuer.issue(names) }));

test('reports every phase of a connection, and sends nothing', async () => {
  const server = await secureServer({ dns: ['good.test'] });
  const { dns, check } = await connectionCheck({ 'good.test': [['127.0.0.1'], ['10.0.0.1']] });

  const phases = await check(`https://good.test:${server.port}/mcp?key=secret`);
  expect(phases.map(({ phase, failure }) => [phase, failure])).toEqual([
    ['DNS', null],
    ['ADDRESS', null],
    ['CONNECT', null],
    ['TLS', null],
  ]);
  expect(phases[0]?.detail).toBe('The host name resolves to 127.0.0.1.');
  expect(phases[2]?.detail).toContain(`Port ${server.port} of 127.0.0.1`);
  expect(phases[3]?.detail).toMatch(
    /^TLSv1\.3 with a trusted certificate for this host name\. It is valid from 20/,
  );
  for (const { durationMs } of phases) expect(durationMs).toBeGreaterThanOrEqual(0);
  expect(server.requests).toHaveLength(0);
  // One query: the connection uses the checked address.
  expect(dns.questions).toEqual(['good.test']);
});

test('skips DNS for a literal address, and TLS for http', async () => {
  const server = opened.add(await startWebServer(text('plain')));
  const { dns, check } = await connectionCheck({});

  expect((await check(server.url)).map(({ phase, failure }) => [phase, failure])).toEqual([
    ['ADDRESS', null],
    ['CONNECT', null],
  ]);
  expect(dns.questions).toEqual([]);
});

test.each([
  ['a name without addresses', 'https://unknown.test/', 'DNS', 'NO_ADDRESS', 'no address'],
  ['a private address', 'https://inside.test/', 'ADDRESS', 'ADDRESS_REFUSED', '10.0.0.1'],
  [
    'a private address beside a permitted one',
    'https://both.test/',
    'ADDRESS',
    'ADDRESS_REFUSED',
    '10.0.0.1',
  ],
  ['a literal private address', 'https://169.254.169.254/', 'ADDRESS', 'ADDRESS_REFUSED', '169.254'],
])('stops at %s without a connection', async (_kind, url, phase, failure, words) => {
  const trap = opened.add(await startWebServer(text('never')));
  const { check } = await connectionCheck({
    'inside.test': [['10.0.0.1']],
    'both.test': [['127.0.0.1', '10.0.0.1']],
  });
  const phases = await check(url.replace('.test/', `.test:${trap.port}/`));

  expect(phases.at(-1)).toMatchObject({ phase, failure, detail: expect.stringContaining(words) });
  expect(trap.connections).toBe(0);
});

test('reports a refused connection', async () => {
  const server = await startWebServer(text('gone'));
  await server.close();
  const { check } = await connectionCheck({});

  expect((await check(server.url)).at(-1)).toMatchObject({ phase: 'CONNECT', failure: 'CONNECTION_REFUSED' });
});

test.each([
  ['CERTIFICATE_EXPIRED', { from: new Date(Date.now() - 3 * day), to: new Date(Date.now() - day) }],
  ['CERTIFICATE_NOT_YET_VALID', { from: new Date(Date.now() + day), to: new Date(Date.now() + 3 * day) }],
] as const)('reports %s with the dates of the certificate', async (failure, validity) => {
  const server = await secureServer({ dns: ['old.test'], ...validity });
  const { check } = await connectionCheck({ 'old.test': [['127.0.0.1']] });
  const phase = (await check(`https://old.test:${server.port}/`)).at(-1);

  expect(phase).toMatchObject({ phase: 'TLS', failure });
  expect(phase?.detail).toContain(validity.to.toISOString().slice(0, 10));
  expect(server.requests).toHaveLength(0);
});

test('reports a certificate for another name, and does not repeat its names', async () => {
  const server = await secureServer({ dns: ['REMOTE-TEXT.test'] });
  const { check } = await connectionCheck({ 'mine.test': [['127.0.0.1']] });
  const phases = await check(`https://mine.test:${server.port}/`);

  expect(phases.at(-1)).toMatchObject({ phase: 'TLS', failure: 'CERTIFICATE_FOR_ANOTHER_NAME' });
  expect(JSON.stringify(phases)).not.toMatch(/REMOTE-TEXT/i);
  const byAddress = await check(server.url);
  expect(byAddress.at(-1)).toMatchObject({ failure: 'CERTIFICATE_FOR_ANOTHER_NAME' });
});

test('reports a certificate of an unknown authority even if the environment disables checks', async () => {
  const server = await secureServer({ ip: ['127.0.0.1'] }, createCertificateAuthority('A stranger'));
  const { check } = await connectionCheck({});

  expect((await check(server.url)).at(-1)).toMatchObject({ phase: 'TLS', failure: 'CERTIFICATE_UNTRUSTED' });
});

test('reports a server without TLS', async () => {
  const server = opened.add(await startWebServer(text('plain')));
  const { check } = await connectionCheck({});
  const phases = await check(server.url.replace('http:', 'https:'));

  expect(phases.at(-1)).toMatchObject({ phase: 'TLS', failure: 'TLS_UNSUPPORTED' });
});

test('stops waiting for a silent server when the signal aborts', async () => {
  const silent = opened.add(await startSilentServer());
  const { check } = await connectionCheck({});
  const phases = await check(silent.url.replace('http:', 'https:'), AbortSignal.timeout(300));

  expect(phases.at(-1)).toMatchObject({ phase: 'TLS', failure: 'TIMEOUT' });
});

test('stops waiting for a silent resolver when the signal aborts', async () => {
  const never = new Promise<string[]>(() => {});
  const { check } = await connectionCheck({}, { resolver: () => never });
  const phases = await check('https://slow.test/', AbortSignal.timeout(300));

  expect(phases.at(-1)).toMatchObject({ phase: 'DNS', failure: 'TIMEOUT' });
});

test('checks nothing behind a proxy', async () => {
  const server = opened.add(await startWebServer(text('plain')));
  const { check } = await connectionCheck({}, { outboundProxy: 'http://127.0.0.1:9' });

  expect(await check(server.url)).toEqual([]);
  expect(server.connections).toBe(0);
});
