import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { startDnsServer, type Zone } from '../support/dns-server.js';
import { cleanUp, startMute, startSite, text, type Site } from './site.js';

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

const secureSite = async (names: Parameters<typeof authority.issue>[0], issuer = authority): Promise<Site> =>
  opened.add(await startSite(text('sealed'), { certificate: issuer.issue(names) }));

test('shows every phase of a connection, and sends nothing over it', async () => {
  const site = await secureSite({ dns: ['good.test'] });
  const { dns, check } = await connectionCheck({ 'good.test': [['127.0.0.1'], ['10.0.0.1']] });

  const phases = await check(`https://good.test:${site.port}/mcp?key=secret`);
  expect(phases.map(({ phase, failure }) => [phase, failure])).toEqual([
    ['DNS', null],
    ['ADDRESS', null],
    ['CONNECT', null],
    ['TLS', null],
  ]);
  expect(phases[0]?.detail).toBe('The host name resolves to 127.0.0.1.');
  expect(phases[2]?.detail).toContain(`Port ${site.port} of 127.0.0.1`);
  expect(phases[3]?.detail).toMatch(
    /^TLSv1\.3 with a trusted certificate for this host name\. It is valid from 20/,
  );
  for (const { durationMs } of phases) expect(durationMs).toBeGreaterThanOrEqual(0);
  expect(site.requests).toHaveLength(0);
  // One question: the address that was judged is the one that was connected to.
  expect(dns.questions).toEqual(['good.test']);
});

test('asks no resolver about a literal address, and speaks no TLS to a plain one', async () => {
  const site = opened.add(await startSite(text('plain')));
  const { dns, check } = await connectionCheck({});

  expect((await check(site.url)).map(({ phase, failure }) => [phase, failure])).toEqual([
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
])('ends at %s, without a connection', async (_kind, url, phase, failure, words) => {
  const trap = opened.add(await startSite(text('never')));
  const { check } = await connectionCheck({
    'inside.test': [['10.0.0.1']],
    'both.test': [['127.0.0.1', '10.0.0.1']],
  });
  const phases = await check(url.replace('.test/', `.test:${trap.port}/`));

  expect(phases.at(-1)).toMatchObject({ phase, failure, detail: expect.stringContaining(words) });
  expect(trap.connections).toBe(0);
});

test('tells where nobody listens', async () => {
  const site = await startSite(text('gone'));
  await site.close();
  const { check } = await connectionCheck({});

  expect((await check(site.url)).at(-1)).toMatchObject({ phase: 'CONNECT', failure: 'CONNECTION_REFUSED' });
});

test.each([
  ['CERTIFICATE_EXPIRED', { from: new Date(Date.now() - 3 * day), to: new Date(Date.now() - day) }],
  ['CERTIFICATE_NOT_YET_VALID', { from: new Date(Date.now() + day), to: new Date(Date.now() + 3 * day) }],
] as const)('tells %s from other certificates, with its dates', async (failure, validity) => {
  const site = await secureSite({ dns: ['old.test'], ...validity });
  const { check } = await connectionCheck({ 'old.test': [['127.0.0.1']] });
  const phase = (await check(`https://old.test:${site.port}/`)).at(-1);

  expect(phase).toMatchObject({ phase: 'TLS', failure });
  expect(phase?.detail).toContain(validity.to.toISOString().slice(0, 10));
  expect(site.requests).toHaveLength(0);
});

test('tells a certificate for another name, and does not repeat the names in it', async () => {
  const site = await secureSite({ dns: ['REMOTE-TEXT.test'] });
  const { check } = await connectionCheck({ 'mine.test': [['127.0.0.1']] });
  const phases = await check(`https://mine.test:${site.port}/`);

  expect(phases.at(-1)).toMatchObject({ phase: 'TLS', failure: 'CERTIFICATE_FOR_ANOTHER_NAME' });
  expect(JSON.stringify(phases)).not.toMatch(/REMOTE-TEXT/i);
  const byAddress = await check(site.url);
  expect(byAddress.at(-1)).toMatchObject({ failure: 'CERTIFICATE_FOR_ANOTHER_NAME' });
});

test('tells a certificate of an unknown authority, whatever the environment says', async () => {
  const site = await secureSite({ ip: ['127.0.0.1'] }, createCertificateAuthority('A stranger'));
  const { check } = await connectionCheck({});

  expect((await check(site.url)).at(-1)).toMatchObject({ phase: 'TLS', failure: 'CERTIFICATE_UNTRUSTED' });
});

test('tells where no TLS is spoken', async () => {
  const site = opened.add(await startSite(text('plain')));
  const { check } = await connectionCheck({});
  const phases = await check(site.url.replace('http:', 'https:'));

  expect(phases.at(-1)).toMatchObject({ phase: 'TLS', failure: 'TLS_UNSUPPORTED' });
});

test('waits for a mute server no longer than it is told to', async () => {
  const mute = opened.add(await startMute());
  const { check } = await connectionCheck({});
  const phases = await check(mute.url.replace('http:', 'https:'), AbortSignal.timeout(300));

  expect(phases.at(-1)).toMatchObject({ phase: 'TLS', failure: 'TIMEOUT' });
});

test('waits for a mute resolver no longer than it is told to', async () => {
  const never = new Promise<string[]>(() => {});
  const { check } = await connectionCheck({}, { resolver: () => never });
  const phases = await check('https://slow.test/', AbortSignal.timeout(300));

  expect(phases.at(-1)).toMatchObject({ phase: 'DNS', failure: 'TIMEOUT' });
});

test('examines nothing where a proxy does the connecting', async () => {
  const site = opened.add(await startSite(text('plain')));
  const { check } = await connectionCheck({}, { outboundProxy: 'http://127.0.0.1:9' });

  expect(await check(site.url)).toEqual([]);
  expect(site.connections).toBe(0);
});
