import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import {
  cidr,
  claimValue,
  domain,
  listOf,
  onOrOff,
  origin,
  pemFile,
  postgresUrl,
  proxy,
  url,
  wholeNumber,
  type ClaimValue,
} from './config-values.js';

/** The shortest retention that can be configured. The database refuses to delete younger audit events. */
const shortestRetentionDays = 30;

/** The largest number of worker processes that can be configured. */
const mostWorkers = 64;

/** The team's identity provider, and which of its users may sign in. */
export interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: string;
  allowedDomains: string[];
  allowedClaim: ClaimValue | null;
  adminClaim: ClaimValue | null;
}

/** Limits per process. 0 turns one off. */
export interface RateLimits {
  unauthenticatedPerSecond: number;
  /** At least 1. */
  unauthenticatedBurst: number;
  flowsPerMinute: number;
}

/**
 * The configuration, parsed and validated. Only this file reads the environment.
 * `Keys` is the result of the caller's parser of the encryption keys.
 */
export interface Config<Keys> {
  /** 0: any free port. */
  port: number;
  host: string;
  /** The number of processes that serve requests. 1: the process itself, without workers. */
  workers: number;
  /** An origin without a trailing slash. null: http://localhost and the port in use. */
  publicUrl: string | null;
  /** null: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  /** The database without a pooler, for work that needs a session, such as migrations. The same as `databaseUrl` by default. */
  databaseDirectUrl: string | null;
  /** An absolute path. */
  dataDir: string;
  /** null: the generated key file in `dataDir`. Never null together with `databaseUrl`. */
  encryptionKeys: Keys | null;
  allowedOrigins: string[];
  allowedPrivateCidrs: string[];
  oidc: OidcConfig | null;
  trustedProxies: string[];
  /** The content of EXTRA_CA_FILE, in PEM. */
  extraCa: string | null;
  outboundProxy: string | null;
  /** Mebibytes. */
  mcpMaxResponseMib: number;
  clientMetadata: boolean;
  auditRetentionDays: number;
  maxQueryCost: number;
  rateLimits: RateLimits;
  logLevel: string;
}

/** All mistakes of the configuration. Each message begins with the name of its variable. */
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

/** Returns a rule that reports an error of `parse` as a mistake. */
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

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** All environment variables of Switchboard. A blank variable counts as unset. */
const environment = z.object({
  /** The TCP port to listen on. 0 takes a free port, which the server prints at start. Default: 4000. */
  PORT: parsed(wholeNumber(0, 65_535)).default(4000),

  /** The address to listen on. 0.0.0.0 or :: listens on every interface. Default: 127.0.0.1, this machine only. */
  HOST: z.string().default('127.0.0.1'),

  /**
   * The number of processes that serve requests on the port, 1 to 64. `auto`: one for each processor that this process may
   * use. Default: 1, without worker processes.
   */
  WORKERS: parsed((text) => {
    if (text.toLowerCase() === 'auto') return Math.min(availableParallelism(), mostWorkers);
    if (/^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= mostWorkers) return Number(text);
    throw new Error(`must be a whole number from 1 to ${mostWorkers}, or auto`);
  }).default(1),

  /**
   * The origin at which browsers reach Switchboard. All absolute URLs begin with it, such as OAuth redirect URIs and
   * sign-in links. With https the cookies are `Secure`. Default: http://localhost:<port>.
   */
  PUBLIC_URL: parsed(origin).optional(),

  /** The PostgreSQL database to use, version 15 or newer. Default: an embedded database in DATA_DIR. */
  DATABASE_URL: parsed(postgresUrl).optional(),

  /**
   * The same database without a connection pooler, for migrations, which need a session. Requires DATABASE_URL.
   * Default: DATABASE_URL.
   */
  DATABASE_DIRECT_URL: parsed(postgresUrl).optional(),

  /** The folder for the embedded database and the generated encryption key. Default: data. */
  DATA_DIR: parsed((text) => path.resolve(text)).default(path.resolve('data')),

  /**
   * The keys that seal stored secrets: comma-separated `id:base64` pairs of 32 random bytes each. The first key seals, and
   * every key opens. Required with DATABASE_URL. Default: a key that is generated once, in DATA_DIR/encryption-keys.
   */
  SWITCHBOARD_ENCRYPTION_KEYS: z.string().optional(),

  /**
   * The origins of other frontends, comma-separated. They may call /graphql with the user's cookie (CORS with
   * credentials), and the connect popup notifies them when it is done. Default: none.
   */
  ALLOWED_ORIGINS: parsed(listOf(origin)).default([]),

  /**
   * The private, loopback or link-local address ranges that Switchboard may connect to, in CIDR notation, comma-separated.
   * All other addresses that are not public are refused. Only to these does Switchboard send credentials over plain http.
   * Metadata services of cloud providers stay refused. Default: none.
   */
  ALLOWED_PRIVATE_CIDRS: parsed(listOf(cidr)).default([]),

  /** The issuer URL of the team's identity provider (OpenID Connect). Default: none; users sign in with sign-in links. */
  OIDC_ISSUER: parsed((text) => {
    url(text, ['https:', 'http:']);
    return text;
  }).optional(),

  /** The client ID of Switchboard at the identity provider. The redirect URI is PUBLIC_URL/auth/oidc/callback. */
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),

  /** Users with a verified email address in one of these comma-separated domains may sign in. */
  OIDC_ALLOWED_DOMAINS: parsed(listOf(domain)).default([]),

  /** Users with this claim, in the form `claim=value`, may sign in. A claim that is a list must contain the value. */
  OIDC_ALLOWED_CLAIM: parsed(claimValue).optional(),

  /**
   * Users with this claim, in the form `claim=value`, are administrators, and all others are members. The last enabled
   * administrator keeps the role. Default: none; administrators assign roles.
   */
  OIDC_ADMIN_CLAIM: parsed(claimValue).optional(),

  /**
   * The reverse proxies whose X-Forwarded-For is trusted, comma-separated: addresses, address ranges, or loopback, linklocal
   * or uniquelocal. Rate limits count the address that the last of them received the request from. Without it, all
   * clients behind a proxy share one limit. Default: none.
   */
  TRUSTED_PROXIES: parsed(listOf(proxy)).default([]),

  /** A PEM file of additional certificate authorities to trust for outgoing requests. */
  EXTRA_CA_FILE: parsed(pemFile).optional(),

  /** The proxy for all outgoing requests. The proxy then decides which addresses are allowed. */
  OUTBOUND_PROXY: parsed((text) => {
    url(text, ['http:', 'https:']);
    return text;
  }).optional(),

  /**
   * How much an MCP server may send for one operation, such as a list of tools or a tool call, in MiB without compression,
   * 1 to 256. Each MiB allows 12,000 JSON values and 4,000 lines of event streams too. An operation can take four times as
   * much memory, and one user can run ten at once. Default: 16.
   */
  MCP_MAX_RESPONSE_MIB: parsed(wholeNumber(1, 256)).default(16),

  /**
   * `on` uses a client ID metadata document instead of dynamic client registration at the authorization servers that
   * support it. They must be able to reach PUBLIC_URL, which must use https. Default: off.
   */
  CLIENT_METADATA: parsed(onOrOff).default(false),

  /** The number of days that audit events are kept, 30 to 36500. Default: 400. */
  AUDIT_RETENTION_DAYS: parsed((text) => {
    if (/^\d{1,5}$/.test(text) && Number(text) >= shortestRetentionDays && Number(text) <= 36_500) {
      return Number(text);
    }
    throw new Error(`must be a number of days from ${shortestRetentionDays} to 36500`);
  }).default(400),

  /**
   * The highest cost of one GraphQL operation, 1000 to 1000000000. Each selected field costs 1 for each row that is expected
   * to have it. Raise it if the catalogue outgrows it: a list of 1,000 servers with every field costs about 90,000. The
   * introspection of GraphiQL and of code generators costs about 55,000, so a lower limit refuses it. It also limits
   * the operations of one user that run at once, together. Further ones wait. Default: 100000.
   */
  MAX_QUERY_COST: parsed(wholeNumber(1_000, 1_000_000_000)).default(100_000),

  /**
   * How many requests per second one address may send to /graphql and /auth without a valid session or API token, for each
   * process. An IPv6 address counts by its first 64 bits. Requests with one are never limited. 0: no limit. Default: 20.
   */
  RATE_LIMIT_UNAUTHENTICATED: parsed(wholeNumber(0, 1_000_000)).default(20),

  /** The number of these requests that an address may send at once, after it sent none for a while. Default: 100. */
  RATE_LIMIT_UNAUTHENTICATED_BURST: parsed(wholeNumber(1, 1_000_000)).default(100),

  /** The number of accounts that one session may begin to connect per minute, for each process. 0: no limit. Default: 10. */
  RATE_LIMIT_FLOWS: parsed(wholeNumber(0, 1_000_000)).default(10),

  /** fatal, error, warn, info, debug, trace or silent. The log is written to stderr as JSON lines. Default: info. */
  LOG_LEVEL: parsed((text) => {
    if (logLevels.includes(text.toLowerCase())) return text.toLowerCase();
    throw new Error(`must be one of ${logLevels.join(', ')}`);
  }).default('info'),
});

/** The names of all variables. */
export const variableNames: readonly string[] = Object.keys(environment.shape);

/** Returns the mistakes between variables. It reads the raw values, so it also works if a variable is invalid. */
function mistakesBetween(env: Record<string, string>): string[] {
  const mistakes: string[] = [];
  if (env.DATABASE_URL && !env.SWITCHBOARD_ENCRYPTION_KEYS) {
    mistakes.push(
      'SWITCHBOARD_ENCRYPTION_KEYS: is required with DATABASE_URL, so that every process seals with the same key. ' +
        'To create a key, run: echo "k1:$(head -c 32 /dev/urandom | base64)"',
    );
  }
  if (env.DATABASE_DIRECT_URL && !env.DATABASE_URL) {
    mistakes.push('DATABASE_DIRECT_URL: requires DATABASE_URL');
  }
  const oidc = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'];
  const oidcLimits = ['OIDC_ALLOWED_DOMAINS', 'OIDC_ALLOWED_CLAIM'];
  if ([...oidc, ...oidcLimits, 'OIDC_ADMIN_CLAIM'].some((name) => env[name])) {
    for (const name of oidc) {
      if (!env[name]) mistakes.push(`${name}: is required for sign-in with the identity provider`);
    }
    if (!oidcLimits.some((name) => env[name])) {
      mistakes.push(
        `${oidcLimits.join(' or ')}: is required, to choose which users of the identity provider may sign in`,
      );
    }
  }
  if (
    ['on', 'true', '1'].includes(env.CLIENT_METADATA?.toLowerCase() ?? '') &&
    !env.PUBLIC_URL?.startsWith('https://')
  ) {
    mistakes.push('CLIENT_METADATA: requires a PUBLIC_URL with https, which authorization servers can reach');
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
    workers: values.WORKERS,
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
    mcpMaxResponseMib: values.MCP_MAX_RESPONSE_MIB,
    clientMetadata: values.CLIENT_METADATA,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    maxQueryCost: values.MAX_QUERY_COST,
    rateLimits: {
      unauthenticatedPerSecond: values.RATE_LIMIT_UNAUTHENTICATED,
      unauthenticatedBurst: values.RATE_LIMIT_UNAUTHENTICATED_BURST,
      flowsPerMinute: values.RATE_LIMIT_FLOWS,
    },
    logLevel: values.LOG_LEVEL,
  };
}
