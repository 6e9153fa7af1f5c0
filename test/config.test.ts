import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError, parseConfig, variableNames } from '../src/config.js';
import { KeyRing } from '../src/secrets/key-ring.js';
import { createCertificateAuthority } from './support/certificates.js';

const key = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

const parse = (env: Record<string, string>) => parseConfig(env, (text) => KeyRing.parse(text));

function mistakesOf(env: Record<string, string>): readonly string[] {
  try {
    parse(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('has a default for every variable', () => {
    expect(parse({})).toEqual({
      port: 4000,
      host: '127.0.0.1',
      workers: 1,
      publicUrl: null,
      databaseUrl: null,
      databaseDirectUrl: null,
      dataDir: path.resolve('data'),
      encryptionKeys: null,
      allowedOrigins: [],
      allowedPrivateCidrs: [],
      oidc: null,
      trustedProxies: [],
      extraCa: null,
      outboundProxy: null,
      mcpMaxResponseMib: 16,
      clientMetadata: false,
      auditRetentionDays: 400,
      maxQueryCost: 100_000,
      rateLimits: { unauthenticatedPerSecond: 20, unauthenticatedBurst: 100, flowsPerMinute: 10 },
      logLevel: 'info',
    });
  });

  it('reads every variable', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-config-'));
    const pem = createCertificateAuthority().cert;
    await writeFile(path.join(folder, 'ca.pem'), pem);
    const config = parse({
      PORT: '0',
      HOST: '::',
      WORKERS: '64',
      PUBLIC_URL: 'https://Switchboard.example.com:443/',
      DATABASE_URL: 'postgresql://u:p@pooler/db',
      DATABASE_DIRECT_URL: 'postgresql://u:p@direct/db',
      DATA_DIR: '/srv/data',
      SWITCHBOARD_ENCRYPTION_KEYS: key,
      ALLOWED_ORIGINS: ' https://chat.example.com , http://localhost:3000/ ',
      ALLOWED_PRIVATE_CIDRS: '10.0.0.0/8,fd00::/8',
      OIDC_ISSUER: 'https://login.example.com/team/',
      OIDC_CLIENT_ID: 'switchboard',
      OIDC_CLIENT_SECRET: 's3cret',
      OIDC_ALLOWED_DOMAINS: 'Example.com,example.org',
      OIDC_ALLOWED_CLAIM: 'groups=users=all',
      OIDC_ADMIN_CLAIM: 'https://example.com/role = admin',
      TRUSTED_PROXIES: 'loopback,10.1.2.3,192.168.0.0/16',
      EXTRA_CA_FILE: path.join(folder, 'ca.pem'),
      OUTBOUND_PROXY: 'http://proxy.example.com:3128',
      MCP_MAX_RESPONSE_MIB: '256',
      CLIENT_METADATA: 'on',
      AUDIT_RETENTION_DAYS: '90',
      MAX_QUERY_COST: '250000',
      RATE_LIMIT_UNAUTHENTICATED: '5',
      RATE_LIMIT_UNAUTHENTICATED_BURST: '50',
      RATE_LIMIT_FLOWS: '0',
      LOG_LEVEL: 'DEBUG',
    });
    await rm(folder, { recursive: true });
    const { encryptionKeys, ...others } = config;
    expect(encryptionKeys?.ids).toEqual(['k1']);
    expect(others).toEqual({
      port: 0,
      host: '::',
      workers: 64,
      publicUrl: 'https://switchboard.example.com',
      databaseUrl: 'postgresql://u:p@pooler/db',
      databaseDirectUrl: 'postgresql://u:p@direct/db',
      dataDir: '/srv/data',
      allowedOrigins: ['https://chat.example.com', 'http://localhost:3000'],
      allowedPrivateCidrs: ['10.0.0.0/8', 'fd00::/8'],
      oidc: {
        issuer: 'https://login.example.com/team/',
        clientId: 'switchboard',
        clientSecret: 's3cret',
        allowedDomains: ['example.com', 'example.org'],
        allowedClaim: { name: 'groups', value: 'users=all' },
        adminClaim: { name: 'https://example.com/role', value: 'admin' },
      },
      trustedProxies: ['loopback', '10.1.2.3', '192.168.0.0/16'],
      extraCa: pem,
      outboundProxy: 'http://proxy.example.com:3128',
      mcpMaxResponseMib: 256,
      clientMetadata: true,
      auditRetentionDays: 90,
      maxQueryCost: 250_000,
      rateLimits: { unauthenticatedPerSecond: 5, unauthenticatedBurst: 50, flowsPerMinute: 0 },
      logLevel: 'debug',
    });
  });

  it('treats a blank variable as unset', () => {
    expect(parse({ PORT: '', DATABASE_URL: '  ', OIDC_ISSUER: '' })).toEqual(parse({}));
  });

  it('takes a number of workers from 1 to 64, or one for each available processor', () => {
    expect(parse({ WORKERS: 'auto' }).workers).toBe(Math.min(availableParallelism(), 64));
    for (const text of ['0', '65', '1.5', '-1', 'two']) {
      expect(mistakesOf({ WORKERS: text })).toEqual([
        'WORKERS: must be a whole number from 1 to 64, or auto',
      ]);
    }
  });

  it('uses DATABASE_URL for migrations unless DATABASE_DIRECT_URL is set', () => {
    const config = parse({ DATABASE_URL: 'postgres://h/db', SWITCHBOARD_ENCRYPTION_KEYS: key });
    expect(config.databaseDirectUrl).toBe('postgres://h/db');
  });

  it('reports all mistakes together, each with its variable', () => {
    const mistakes = mistakesOf({
      PORT: '65536',
      WORKERS: '0',
      PUBLIC_URL: 'https://example.com/path',
      DATABASE_URL: 'mysql://h/db',
      ALLOWED_ORIGINS: 'https://fine.example.com,chat.example.com,https://x/y',
      ALLOWED_PRIVATE_CIDRS: '10.0.0.1',
      OIDC_ISSUER: 'login',
      OIDC_ADMIN_CLAIM: 'admins',
      OIDC_ALLOWED_DOMAINS: '@example.com',
      TRUSTED_PROXIES: 'proxy',
      EXTRA_CA_FILE: '/does/not/exist.pem',
      OUTBOUND_PROXY: 'proxy:3128',
      CLIENT_METADATA: 'maybe',
      AUDIT_RETENTION_DAYS: '29',
      MAX_QUERY_COST: '999',
      RATE_LIMIT_UNAUTHENTICATED: '-1',
      RATE_LIMIT_UNAUTHENTICATED_BURST: '0',
      RATE_LIMIT_FLOWS: '1.5',
      LOG_LEVEL: 'loud',
    });
    expect(mistakes.map((mistake) => mistake.split(':')[0])).toEqual([
      'PORT',
      'WORKERS',
      'PUBLIC_URL',
      'DATABASE_URL',
      'ALLOWED_ORIGINS',
      'ALLOWED_PRIVATE_CIDRS',
      'OIDC_ISSUER',
      'OIDC_ALLOWED_DOMAINS',
      'OIDC_ADMIN_CLAIM',
      'TRUSTED_PROXIES',
      'EXTRA_CA_FILE',
      'OUTBOUND_PROXY',
      'CLIENT_METADATA',
      'AUDIT_RETENTION_DAYS',
      'MAX_QUERY_COST',
      'RATE_LIMIT_UNAUTHENTICATED',
      'RATE_LIMIT_UNAUTHENTICATED_BURST',
      'RATE_LIMIT_FLOWS',
      'LOG_LEVEL',
      'SWITCHBOARD_ENCRYPTION_KEYS',
      'OIDC_CLIENT_ID',
      'OIDC_CLIENT_SECRET',
    ]);
    expect(mistakes[4]).toContain('"chat.example.com"');
    expect(mistakes[4]).toContain('"https://x/y"');
    expect(mistakes[4]).not.toContain('fine.example.com');
  });

  it.each([
    ['keys with DATABASE_URL', { DATABASE_URL: 'postgres://h/db' }, 'SWITCHBOARD_ENCRYPTION_KEYS'],
    [
      'DATABASE_URL with DATABASE_DIRECT_URL',
      { DATABASE_DIRECT_URL: 'postgres://h/db' },
      'DATABASE_DIRECT_URL',
    ],
    ['complete addresses in ranges', { ALLOWED_PRIVATE_CIDRS: '10/8' }, 'ALLOWED_PRIVATE_CIDRS'],
    ['complete addresses of proxies', { TRUSTED_PROXIES: '10' }, 'TRUSTED_PROXIES'],
    ['a public https origin for client metadata', { CLIENT_METADATA: 'on' }, 'CLIENT_METADATA'],
    [
      'a limit of the users who may sign in',
      { OIDC_ISSUER: 'https://h', OIDC_CLIENT_ID: 'c', OIDC_CLIENT_SECRET: 's' },
      'OIDC_ALLOWED_DOMAINS or OIDC_ALLOWED_CLAIM',
    ],
  ])('requires %s', (_what, env, variable) => {
    expect(mistakesOf(env).map((mistake) => mistake.split(':')[0])).toEqual([variable]);
  });

  it.each([
    ['without a certificate', 'certificate', 'contains no PEM certificate'],
    [
      'with an invalid certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      'contains an invalid certificate',
    ],
    ['with a truncated certificate', '-----BEGIN CERTIFICATE-----\nAAAA', 'contains an invalid certificate'],
  ])('rejects an EXTRA_CA_FILE %s', async (_what, content, reason) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-config-'));
    const file = path.join(folder, 'ca.pem');
    await writeFile(file, content);
    expect(mistakesOf({ EXTRA_CA_FILE: file })).toEqual([`EXTRA_CA_FILE: ${file} ${reason}`]);
    await rm(folder, { recursive: true });
  });

  it('never repeats a key or a password in a mistake', () => {
    const mistakes = mistakesOf({
      SWITCHBOARD_ENCRYPTION_KEYS: 'k1:c2hvcnQtc2VjcmV0',
      DATABASE_URL: 'http://user:pa55word@host/db',
    });
    expect(mistakes).toHaveLength(2);
    expect(mistakes.join()).not.toMatch(/c2hvcnQ|pa55word/);
  });

  it('documents every variable in .env.example, which is valid itself', async () => {
    const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    const settings = [...text.matchAll(/^(# )?([A-Z][A-Z0-9_]+)=(.*)$/gm)];
    expect(settings.map(([, , name]) => name).sort()).toEqual([...variableNames].sort());
    const defaults = settings
      .filter(([, example]) => !example)
      .map(([, , name = '', value = '']) => [name, value]);
    expect(parse(Object.fromEntries(defaults) as Record<string, string>)).toEqual(parse({}));
  });
});
