import { X509Certificate } from 'node:crypto';
import type { LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates, type ConnectionOptions } from 'node:tls';
import { callbackify } from 'node:util';
import { Agent, Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { AddressRules } from './address-rules.js';
import { Refusal } from './outbound-error.js';
import { judgeAddresses, type Resolver } from './resolution.js';

export const connectTimeoutMs = 10_000;

// The clocks are ours (cutoff.ts); the client's own would cut long tool calls short. HTTP/1.1 only: one request per
// connection, so that giving up one never harms another.
const poolOptions = { headersTimeout: 0, bodyTimeout: 0, allowH2: false } as const;

export interface DispatcherOptions {
  /** Which addresses may be connected to. */
  rules: Pick<AddressRules, 'permits'>;
  /** What a connection to any other address is refused with. */
  refusal?: 'ADDRESS_REFUSED' | 'PLAIN_HTTP_REFUSED';
  resolver: Resolver;
  /** Which authorities are trusted, as `trust` has it. */
  tls: ConnectionOptions;
  outboundProxy?: string | undefined;
}

/**
 * The connections: direct ones to permitted addresses only, or all through the operator's proxy. Environment variables
 * (HTTP_PROXY, NODE_TLS_REJECT_UNAUTHORIZED) change nothing.
 *
 * @throws Error in words for an unusable OUTBOUND_PROXY
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { rules, resolver, tls, outboundProxy, refusal = 'ADDRESS_REFUSED' } = options;
  if (outboundProxy !== undefined) return proxyDispatcher(outboundProxy, tls);
  return new Agent({
    ...poolOptions,
    connect: {
      ...tls,
      timeout: connectTimeoutMs,
      lookup: guardedLookup(rules, resolver, refusal),
    },
  });
}

function proxyDispatcher(outboundProxy: string, tls: ConnectionOptions): Dispatcher {
  if (!URL.canParse(outboundProxy) || !['http:', 'https:'].includes(new URL(outboundProxy).protocol)) {
    throw new Error('OUTBOUND_PROXY: is not an http or https URL.');
  }
  return new ProxyAgent({
    ...poolOptions,
    uri: outboundProxy,
    requestTls: tls,
    proxyTls: { ...tls, timeout: connectTimeoutMs },
    factory: (origin, options) => new Pool(origin, { ...options, ...poolOptions }),
    clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: connectTimeoutMs }),
  });
}

/**
 * The usual authorities and the extra ones. Explicit, since NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise hold.
 * @throws Error in words for an unusable EXTRA_CA_FILE
 */
export function trust(extraCa: string | undefined): ConnectionOptions {
  if (extraCa === undefined) return { rejectUnauthorized: true };
  const certificates = extraCa.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new Error('EXTRA_CA_FILE: holds no certificates in PEM form, or a damaged one.');
  }
  const ca = [...getCACertificates('default'), ...certificates];
  // Made once: reading some 150 certificates for each connection would cost more than the connection.
  return { rejectUnauthorized: true, secureContext: createSecureContext({ ca }) };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/**
 * What the socket asks for addresses, at the moment it connects. It is handed exactly the addresses that were checked
 * and resolves nothing itself, so a name whose answer changes between check and connection gains nothing.
 */
function guardedLookup(
  rules: Pick<AddressRules, 'permits'>,
  resolve: Resolver,
  refusal: NonNullable<DispatcherOptions['refusal']>,
): LookupFunction {
  const permitted = async (hostname: string) => {
    const addresses = await judgeAddresses(hostname, rules, resolve);
    if (addresses.length === 0) throw new Refusal('DNS');
    if (addresses.some((one) => !one.permitted)) throw new Refusal(refusal);
    return addresses.map(({ address }) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return (hostname, options, callback) => {
    callbackify(permitted)(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) callback(error, []);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
