import type { LookupFunction } from 'node:net';
import { createSecureContext, getCACertificates, type ConnectionOptions } from 'node:tls';
import { callbackify } from 'node:util';
import { Agent, Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { AddressRules } from './address-rules.js';
import { RequestFailed } from './outbound-error.js';
import { isCertificate } from './pem.js';
import { checkAddresses, type Resolver } from './resolution.js';

export const connectTimeoutMs = 10_000;

// request-abort.ts sets the timeouts: undici's own would end long tool calls early. HTTP/1.1 only: with one request per
// connection, aborting one request never affects another.
const poolOptions = { headersTimeout: 0, bodyTimeout: 0, allowH2: false } as const;

export interface DispatcherOptions {
  rules: Pick<AddressRules, 'permits' | 'lists'>;
  /** True to permit only the addresses that the operator allows explicitly. */
  listedOnly?: boolean;
  resolver: Resolver;
  /** The trusted certificate authorities, as returned by `trustedAuthorities`. */
  tls: ConnectionOptions;
  outboundProxy?: string | undefined;
}

/**
 * Creates the dispatcher of all connections: direct ones to permitted addresses only, or all through the operator's
 * proxy. The environment variables HTTP_PROXY and NODE_TLS_REJECT_UNAUTHORIZED have no effect.
 *
 * @throws Error for an invalid `outboundProxy`
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { rules, resolver, tls, outboundProxy, listedOnly = false } = options;
  if (outboundProxy !== undefined) return proxyDispatcher(outboundProxy, tls);
  return new Agent({
    ...poolOptions,
    connect: {
      ...tls,
      timeout: connectTimeoutMs,
      lookup: guardedLookup(rules, resolver, listedOnly),
    },
  });
}

function proxyDispatcher(outboundProxy: string, tls: ConnectionOptions): Dispatcher {
  if (!URL.canParse(outboundProxy) || !['http:', 'https:'].includes(new URL(outboundProxy).protocol)) {
    throw new Error('outboundProxy: is not an http or https URL.');
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
 * Returns TLS options that trust the usual authorities and the extra ones. `rejectUnauthorized` is explicit, because
 * NODE_TLS_REJECT_UNAUTHORIZED=0 would otherwise apply.
 * @throws Error for an `extraCa` without certificates, or with an invalid one
 */
export function trustedAuthorities(extraCa: string | undefined): ConnectionOptions {
  if (extraCa === undefined) return { rejectUnauthorized: true };
  const certificates = extraCa.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new Error('extraCa: contains no PEM certificate, or an invalid one.');
  }
  const ca = [...getCACertificates('default'), ...certificates];
  // Created once: parsing about 150 certificates for each connection would cost more than the connection.
  return { rejectUnauthorized: true, secureContext: createSecureContext({ ca }) };
}

/**
 * Returns the lookup that the socket calls when it connects. The socket gets exactly the checked addresses and resolves
 * nothing itself, so that DNS rebinding between check and connection has no effect.
 */
function guardedLookup(
  rules: DispatcherOptions['rules'],
  resolve: Resolver,
  listedOnly: boolean,
): LookupFunction {
  const permitted = async (hostname: string) => {
    const addresses = await checkAddresses(hostname, rules, resolve);
    if (addresses.length === 0) throw new RequestFailed('DNS');
    if (addresses.some((one) => !one.permitted)) throw new RequestFailed('ADDRESS_REFUSED');
    const isUnlisted = listedOnly && addresses.some(({ address }) => !rules.lists(address));
    if (isUnlisted) throw new RequestFailed('PLAIN_HTTP_REFUSED');
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
