import { readFileSync } from 'node:fs';
import path from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** The database refuses to delete younger audit events. */
const shortestRetentionDays = 30;

/** One claim of an ID token and the value it must have (or contain, where the claim is a list). */
export interface ClaimValue {
  name: string;
  value: string;
}

/** The team's identity provider, and whom of its people Switchboard lets in. */
export interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: string;
  allowedDomains: string[];
  allowedClaim: ClaimValue | null;
  adminClaim: ClaimValue | null;
}

/**
 * Everything that the environment may say, parsed and checked. Nothing else reads the environment.
 * `Keys` is what the caller's parser makes of the encryption keys.
 */
export interface Config<Keys> {
  /** 0: a free one. */
  port: number;
  host: string;
  /** An origin without a trailing slash; null: http://localhost and the port that was taken. */
  publicUrl: string | null;
  /** null: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  /** Where migrations and other work that needs a session connect; the same as `databaseUrl` unless a pooler stands there. */
  databaseDirectUrl: string | null;
  /** Absolute. */
  dataDir: string;
  /** null: the generated key file in `dataDir`. Never null together with `databaseUrl`. */
  encryptionKeys: Keys | null;
  allowedOrigins: string[];
  allowedPrivateCidrs: string[];
  oidc: OidcConfig | null;
  trustedProxies: string[];
  /** The content of EXTRA_CA_FILE: PEM. */
  extraCa: string | null;
  outboundProxy: string | null;
  clientMetadata: boolean;
  /** How long audit events are kept. */
  auditRetentionDays: number;
  logLevel: string;
}

/** Everything that is wrong with the environment, each mistake in words and led by its variable's name. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(
      mistakes.length === 1
        ? `The configuration has a mistake. ${mistakes[0]}`
        : `The configuration has ${mistakes.length} mistakes:${mistakes.map((mistake) => `\n  ${mistake}`).join('')}`,
    );
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

/** A check that can only pass or throw becomes a mistake in its own words. */
function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
}

function url(text: string, protocols: readonly string[]): URL {
  const parsedUrl = URL.canParse(text) ? new URL(text) : null;
  if (parsedUrl && protocols.includes(parsedUrl.protocol)) return parsedUrl;
  throw new Error(
    `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  );
}

function origin(text: string): string {
  const { origin: itsOrigin, href } = url(text, ['http:', 'https:']);
  if (href !== `${itsOrigin}/`)
    throw new Error(`must be an origin alone, such as ${itsOrigin}, without a path, query or user name`);
  return itsOrigin;
}

function postgresUrl(text: string): string {
  const { pathname } = url(text, ['postgres:', 'postgresql:']);
  if (pathname.length < 2)
    throw new Error('must name the database: postgresql://user:password@host:5432/database');
  return text;
}

/** Items separated by commas, each checked; all that are wrong are named. */
function listOf<T>(parse: (item: string) => T) {
  return (text: string): T[] => {
    const mistakes: string[] = [];
    const items = text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .flatMap((item) => {
        try {
          return [parse(item)];
        } catch (error) {
          mistakes.push(`"${item}" ${(error as Error).message}`);
          return [];
        }
      });
    if (mistakes.length > 0) throw new Error(mistakes.join('; '));
    return items;
  };
}

function isWholeAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

function cidr(text: string): string {
  // ipaddr.js reads 10/8 as 0.0.0.10/8, which nobody means.
  if (ipaddr.isValidCIDR(text) && isWholeAddress(text.split('/')[0] ?? '')) return text;
  throw new Error('is not an address range such as 10.0.0.0/8 or fd00::/8');
}

/** The names that stand for ranges, as express understands them. */
const proxyNames = ['loopback', 'linklocal', 'uniquelocal'];

function proxy(text: string): string {
  if (proxyNames.includes(text) || ipaddr.isValid(text) || ipaddr.isValidCIDR(text)) return text;
  throw new Error(
    `is neither an address, nor a range such as 10.0.0.0/8, nor one of ${proxyNames.join(', ')}`,
  );
}

function domain(text: string): string {
  if (/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/i.test(text)) return text.toLowerCase();
  throw new Error('is not a domain such as example.com');
}

function claimValue(text: string): ClaimValue {
  const at = text.indexOf('=');
  const name = text.slice(0, at).trim();
  const value = text.slice(at + 1).trim();
  if (at < 1 || name === '' || value === '')
    throw new Error('must be written claim=value, such as groups=switchboard-users');
  return { name, value };
}

function pemFile(file: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${path.resolve(file)} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
  if (!content.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`${path.resolve(file)} holds no PEM certificate`);
  return content;
}

const switchWords: Record<string, boolean> = {
  on: true,
  true: true,
  '1': true,
  off: false,
  false: false,
  '0': false,
};

function onOrOff(text: string): boolean {
  const value = switchWords[text.toLowerCase()];
  if (value === undefined) throw new Error('must be "on" or "off"');
  return value;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Every variable that Switchboard reads. A blank one counts as not set. */
const environment = z.object({
  /** The TCP port to listen on. 0 takes a free one, and the start says which. Default: 4000. */
  PORT: parsed((text) => {
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    throw new Error('must be a whole number from 0 to 65535');
  }).default(4000),

  /** The address to listen on; 0.0.0.0 or :: for every interface. Default: 127.0.0.1, this machine alone. */
  HOST: z.string().default('127.0.0.1'),

  /**
   * The origin at which browsers reach Switchboard, from which every absolute URL is built: OAuth redirect URIs,
   * sign-in links. https makes the cookies `Secure`. Default: http://localhost:<the port>.
   */
  PUBLIC_URL: parsed(origin).optional(),

  /** A PostgreSQL (15 or newer) of your own. Default: the embedded one, kept in DATA_DIR. */
  DATABASE_URL: parsed(postgresUrl).optional(),

  /**
   * The same database reached without a pooler, for migrations, which need one session throughout. Only beside
   * DATABASE_URL. Default: DATABASE_URL.
   */
  DATABASE_DIRECT_URL: parsed(postgresUrl).optional(),

  /** The folder of the embedded database and of the generated encryption key. Default: data. */
  DATA_DIR: parsed((text) => path.resolve(text)).default(path.resolve('data')),

  /**
   * The keys that seal every stored secret: `id:base64` pairs (32 random bytes each) separated by commas. The first one
   * seals, all of them open. Required with DATABASE_URL. Default: a key generated once, in DATA_DIR/encryption-keys.
   */
  SWITCHBOARD_ENCRYPTION_KEYS: z.string().optional(),

  /**
   * Frontends on other origins, separated by commas: they may call /graphql with the user's cookie (CORS with
   * credentials), and be told by the connect popup that it is done. Default: none.
   */
  ALLOWED_ORIGINS: parsed(listOf(origin)).default([]),

  /**
   * Private, loopback or link-local ranges that MCP servers and their providers may live in, in CIDR form, separated by
   * commas. Everything else that is not public is refused. Default: none.
   */
  ALLOWED_PRIVATE_CIDRS: parsed(listOf(cidr)).default([]),

  /** The team's identity provider (OpenID Connect), by its issuer. Default: none; people sign in by one-use links. */
  OIDC_ISSUER: parsed((text) => {
    url(text, ['https:', 'http:']);
    return text;
  }).optional(),

  /** What the identity provider knows Switchboard as; its redirect URI is PUBLIC_URL/auth/oidc/callback. */
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),

  /** Whoever has a verified email address in one of these domains (separated by commas) may sign in. */
  OIDC_ALLOWED_DOMAINS: parsed(listOf(domain)).default([]),

  /** Whoever has this claim, written `claim=value`, may sign in. A claim that is a list must contain the value. */
  OIDC_ALLOWED_CLAIM: parsed(claimValue).optional(),

  /** Whoever has this claim, written `claim=value`, is an administrator, and nobody else (but never none at all). */
  OIDC_ADMIN_CLAIM: parsed(claimValue).optional(),

  /**
   * Reverse proxies whose X-Forwarded-* headers are believed: addresses, ranges, or loopback, linklocal, uniquelocal,
   * separated by commas. Default: none.
   */
  TRUSTED_PROXIES: parsed(listOf(proxy)).default([]),

  /** A PEM file of certificate authorities to trust besides the usual ones when reaching out. */
  EXTRA_CA_FILE: parsed(pemFile).optional(),

  /** A proxy through which every outgoing request goes, and which then guards which addresses may be reached. */
  OUTBOUND_PROXY: parsed((text) => {
    url(text, ['http:', 'https:']);
    return text;
  }).optional(),

  /**
   * `on` offers authorization servers the address of this client's metadata document instead of registering, where they
   * support it. They must be able to reach PUBLIC_URL, which must be https. Default: off.
   */
  CLIENT_METADATA: parsed(onOrOff).default(false),

  /** For how many days the audit log is kept, 30 to 36500. Default: 400. */
  AUDIT_RETENTION_DAYS: parsed((text) => {
    if (/^\d{1,5}$/.test(text) && Number(text) >= shortestRetentionDays && Number(text) <= 36_500) {
      return Number(text);
    }
    throw new Error(`must be a whole number of days from ${shortestRetentionDays} to 36500`);
  }).default(400),

  /** fatal, error, warn, info, debug, trace or silent. The log goes to standard error as JSON lines. Default: info. */
  LOG_LEVEL: parsed((text) => {
    if (logLevels.includes(text.toLowerCase())) return text.toLowerCase();
    throw new Error(`must be one of ${logLevels.join(', ')}`);
  }).default('info'),
});

/** The names of every variable, for the tests of the documentation. */
export const variableNames: readonly string[] = Object.keys(environment.shape);

/** What no variable shows alone. It looks at what is set, so that it can speak beside the mistakes within variables. */
function mistakesBetween(env: Record<string, string>): string[] {
  const mistakes: string[] = [];
  if (env.DATABASE_URL && !env.SWITCHBOARD_ENCRYPTION_KEYS) {
    mistakes.push(
      'SWITCHBOARD_ENCRYPTION_KEYS: must be set with DATABASE_URL, so that every process seals with the same key. ' +
        'Make one with: echo "k1:$(head -c 32 /dev/urandom | base64)"',
    );
  }
  if (env.DATABASE_DIRECT_URL && !env.DATABASE_URL) {
    mistakes.push(
      'DATABASE_DIRECT_URL: says how to reach the database of DATABASE_URL directly; set that one too',
    );
  }
  const oidc = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'];
  const oidcLimits = ['OIDC_ALLOWED_DOMAINS', 'OIDC_ALLOWED_CLAIM'];
  if ([...oidc, ...oidcLimits, 'OIDC_ADMIN_CLAIM'].some((name) => env[name])) {
    for (const name of oidc) {
      if (!env[name]) mistakes.push(`${name}: must be set too for sign-in with the identity provider`);
    }
    if (!oidcLimits.some((name) => env[name])) {
      mistakes.push(`${oidcLimits.join(' or ')}: must say who of the identity provider's people may sign in`);
    }
  }
  if (
    ['on', 'true', '1'].includes(env.CLIENT_METADATA?.toLowerCase() ?? '') &&
    !env.PUBLIC_URL?.startsWith('https://')
  ) {
    mistakes.push('CLIENT_METADATA: needs a PUBLIC_URL with https, which authorization servers can reach');
  }
  return mistakes;
}

/**
 * Reads the whole configuration.
 * @param parseKeys reads SWITCHBOARD_ENCRYPTION_KEYS; its error becomes one of the mistakes
 * @throws ConfigError with every mistake at once
 */
export function parseConfig<Keys>(env: NodeJS.ProcessEnv, parseKeys: (text: string) => Keys): Config<Keys> {
  const set: Record<string, string> = {};
  for (const name of variableNames) {
    const value = env[name]?.trim();
    if (value) set[name] = value;
  }
  const result = environment
    .extend({ SWITCHBOARD_ENCRYPTION_KEYS: parsed(parseKeys).optional() })
    .safeParse(set);
  const mistakes = [
    ...(result.error?.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`) ?? []),
    ...mistakesBetween(set),
  ];
  if (!result.success || mistakes.length > 0) throw new ConfigError(mistakes);
  const values = result.data;
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL ?? null,
    databaseUrl: values.DATABASE_URL ?? null,
    databaseDirectUrl: values.DATABASE_DIRECT_URL ?? values.DATABASE_URL ?? null,
    dataDir: values.DATA_DIR,
    encryptionKeys: values.SWITCHBOARD_ENCRYPTION_KEYS ?? null,
    allowedOrigins: values.ALLOWED_ORIGINS,
    allowedPrivateCidrs: values.ALLOWED_PRIVATE_CIDRS,
    oidc:
      values.OIDC_ISSUER && values.OIDC_CLIENT_ID && values.OIDC_CLIENT_SECRET
        ? {
            issuer: values.OIDC_ISSUER,
            clientId: values.OIDC_CLIENT_ID,
            clientSecret: values.OIDC_CLIENT_SECRET,
            allowedDomains: values.OIDC_ALLOWED_DOMAINS,
            allowedClaim: values.OIDC_ALLOWED_CLAIM ?? null,
            adminClaim: values.OIDC_ADMIN_CLAIM ?? null,
          }
        : null,
    trustedProxies: values.TRUSTED_PROXIES,
    extraCa: values.EXTRA_CA_FILE ?? null,
    outboundProxy: values.OUTBOUND_PROXY ?? null,
    clientMetadata: values.CLIENT_METADATA,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    logLevel: values.LOG_LEVEL,
  };
}
