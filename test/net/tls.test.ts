import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { startDnsServer } from '../support/dns-server.js';
import { cleanUp, failureOf, fetchUnder, reasonOf, startSite, text } from './site.js';

const opened = cleanUp();
afterEach(() => opened.run());

const authority = createCertificateAuthority();
const door = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], ...options }));
const secureSite = async (names: { dns?: string[]; ip?: string[] }, issuer = authority) =>
  opened.add(await startSite(text('sealed'), { certificate: issuer.issue(names) }));

test('trusts an extra authority, for names and for addresses', async () => {
  const byAddress = await secureSite({ ip: ['127.0.0.1'] });
  const byName = await secureSite({ dns: ['good.test'] });
  const dns = opened.add(await startDnsServer({ 'good.test': [['127.0.0.1']] }));
  const { oauth, mcp } = door({ extraCa: authority.cert, resolver: dns.resolve });

  expect(await (await oauth(byAddress.url)).text()).toBe('sealed');
  expect(await (await mcp(`https://good.test:${byName.port}/`)).text()).toBe('sealed');
});

test('trusts each of several extra authorities, with remarks between them', async () => {
  const other = createCertificateAuthority('Another CA');
  const one = await secureSite({ ip: ['127.0.0.1'] });
  const two = await secureSite({ ip: ['127.0.0.1'] }, other);
  const { oauth } = door({
    extraCa: `# ours\n${authority.cert}\n# theirs\r\n${other.cert.replaceAll('\n', '\r\n')}`,
  });

  expect(await (await oauth(one.url)).text()).toBe('sealed');
  expect(await (await oauth(two.url)).text()).toBe('sealed');
});

test('trusts nobody unknown, and sends them nothing', async () => {
  const site = await secureSite({ ip: ['127.0.0.1'] });
  const stranger = createCertificateAuthority('A stranger');

  expect(await reasonOf(door().oauth(site.url))).toBe('TLS');
  expect(
    await reasonOf(door({ extraCa: stranger.cert }).oauth(site.url, { method: 'POST', body: 'code' })),
  ).toBe('TLS');
  expect(site.requests).toHaveLength(0);
});

test('refuses a certificate for another name, and does not repeat the names in it', async () => {
  const site = await secureSite({ dns: ['REMOTE-TEXT.test'] });
  const failure = await failureOf(door({ extraCa: authority.cert }).oauth(site.url));

  expect(failure.reason).toBe('TLS');
  expect(`${failure.message}${failure.stack}`).not.toMatch(/REMOTE-TEXT/i);
  expect(site.requests).toHaveLength(0);
});

test('goes on checking certificates when the environment says not to', async () => {
  const site = await secureSite({ ip: ['127.0.0.1'] });
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-tls-'));
  const [known, stranger] = [path.join(folder, 'known.pem'), path.join(folder, 'stranger.pem')];
  await writeFile(known, authority.cert);
  await writeFile(stranger, createCertificateAuthority('A stranger').cert);
  const unchecked = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  try {
    expect(await fetchUnder(unchecked, site.url)).toBe('TLS');
    expect(await fetchUnder(unchecked, site.url, stranger)).toBe('TLS');
    expect(await fetchUnder(unchecked, site.url, known)).toBe('sealed');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('keeps the authorities that the system has besides', async () => {
  const site = await secureSite({ ip: ['127.0.0.1'] });
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-tls-'));
  const [system, extra] = [path.join(folder, 'system.pem'), path.join(folder, 'extra.pem')];
  await writeFile(system, authority.cert);
  await writeFile(extra, createCertificateAuthority('An extra one').cert);
  try {
    expect(await fetchUnder({ NODE_EXTRA_CA_CERTS: system }, site.url, extra)).toBe('sealed');
    expect(await fetchUnder({}, site.url, extra)).toBe('TLS');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('says when the other side speaks no TLS', async () => {
  const site = opened.add(await startSite(text('plain')));
  const failure = await failureOf(door().oauth(site.url.replace('http:', 'https:')));
  expect(failure.reason).toBe('TLS');
});

test.each([
  ['is empty', ''],
  ['holds something else', 'certificate'],
  ['holds a damaged certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ['holds a good and a damaged one', `${authority.cert}${authority.cert.replace(/\n.{40}/, '\nAAAA')}`],
])('will not start with an EXTRA_CA_FILE that %s', (_kind, extraCa) => {
  expect(() => createGuardedFetch({ allowedPrivateCidrs: [], extraCa })).toThrow(/^extraCa: /);
});
