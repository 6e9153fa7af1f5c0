import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { startDnsServer } from '../support/dns-server.js';
import { cleanUp, failureOf, fetchUnder, reasonOf, startWebServer, text } from './web-server.js';

const opened = cleanUp();
afterEach(() => opened.run());

const authority = createCertificateAuthority();
const guardedFetch = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], ...options }));
const secureServer = async (names: { dns?: string[]; ip?: string[] }, issuer = authority) =>
  opened.add(await startWebServer(text('sealed'), { certificate: issuer.issue(names) }));

test('trusts an extra authority for names and addresses', async () => {
  const byAddress = await secureServer({ ip: ['127.0.0.1'] });
  const byName = await secureServer({ dns: ['good.test'] });
  const dns = opened.add(await startDnsServer({ 'good.test': [['127.0.0.1']] }));
  const { oauth, mcp } = guardedFetch({ extraCa: authority.cert, resolver: dns.resolve });

  expect(await (await oauth(byAddress.url)).text()).toBe('sealed');
  expect(await (await mcp(`https://good.test:${byName.port}/`)).text()).toBe('sealed');
});

test('trusts several extra authorities with comments between them', async () => {
  const other = createCertificateAuthority('Another CA');
  const one = await secureServer({ ip: ['127.0.0.1'] });
  const two = await secureServer({ ip: ['127.0.0.1'] }, other);
  const { oauth } = guardedFetch({
    extraCa: `# ours\n${authority.cert}\n# theirs\r\n${other.cert.replaceAll('\n', '\r\n')}`,
  });

  expect(await (await oauth(one.url)).text()).toBe('sealed');
  expect(await (await oauth(two.url)).text()).toBe('sealed');
});

test('trusts no unknown authority, and sends its servers nothing', async () => {
  const server = await secureServer({ ip: ['127.0.0.1'] });
  const stranger = createCertificateAuthority('A stranger');

  expect(await reasonOf(guardedFetch().oauth(server.url))).toBe('TLS');
  expect(
    await reasonOf(
      guardedFetch({ extraCa: stranger.cert }).oauth(server.url, { method: 'POST', body: 'code' }),
    ),
  ).toBe('TLS');
  expect(server.requests).toHaveLength(0);
});

test('refuses a certificate for another name, and does not repeat its names', async () => {
  const server = await secureServer({ dns: ['REMOTE-TEXT.test'] });
  const failure = await failureOf(guardedFetch({ extraCa: authority.cert }).oauth(server.url));

  expect(failure.reason).toBe('TLS');
  expect(`${failure.message}${failure.stack}`).not.toMatch(/REMOTE-TEXT/i);
  expect(server.requests).toHaveLength(0);
});

test('checks certificates even if the environment disables it', async () => {
  const server = await secureServer({ ip: ['127.0.0.1'] });
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-tls-'));
  const [known, stranger] = [path.join(folder, 'known.pem'), path.join(folder, 'stranger.pem')];
  await writeFile(known, authority.cert);
  await writeFile(stranger, createCertificateAuthority('A stranger').cert);
  const unchecked = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  try {
    expect(await fetchUnder(unchecked, server.url)).toBe('TLS');
    expect(await fetchUnder(unchecked, server.url, stranger)).toBe('TLS');
    expect(await fetchUnder(unchecked, server.url, known)).toBe('sealed');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('keeps the authorities of the system', async () => {
  const server = await secureServer({ ip: ['127.0.0.1'] });
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-tls-'));
  const [system, extra] = [path.join(folder, 'system.pem'), path.join(folder, 'extra.pem')];
  await writeFile(system, authority.cert);
  await writeFile(extra, createCertificateAuthority('An extra one').cert);
  try {
    expect(await fetchUnder({ NODE_EXTRA_CA_CERTS: system }, server.url, extra)).toBe('sealed');
    expect(await fetchUnder({}, server.url, extra)).toBe('TLS');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('reports a server without TLS', async () => {
  const server = opened.add(await startWebServer(text('plain')));
  const failure = await failureOf(guardedFetch().oauth(server.url.replace('http:', 'https:')));
  expect(failure.reason).toBe('TLS');
});

test.each([
  ['is empty', ''],
  ['contains no certificate', 'certificate'],
  ['contains an invalid certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  [
    'contains a valid and an invalid certificate',
    `${authority.cert}${authority.cert.replace(/\n.{40}/, '\nAAAA')}`,
  ],
])('rejects an extraCa that %s', (_kind, extraCa) => {
  expect(() => createGuardedFetch({ allowedPrivateCidrs: [], extraCa })).toThrow(/^extraCa: /);
});
