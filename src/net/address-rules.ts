import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

const loopbacks: readonly Cidr[] = [ipaddr.parseCIDR('127.0.0.0/8'), ipaddr.parseCIDR('::1/128')];
/** RFC 4291 section 2.4: the global unicast block. Every address outside is refused, whether or not it has a known use. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');
const nat64 = ipaddr.parseCIDR('64:ff9b::/96');

/**
 * Decides which IP addresses requests may connect to: public unicast addresses, and those that the operator allows.
 *
 * Every other address is refused: loopback, private, link-local (which includes the metadata services of cloud
 * providers), carrier-grade NAT, multicast, broadcast, unspecified, documentation and reserved ranges, and each IPv6
 * form that embeds an IPv4 address (mapped, NAT64, 6to4, Teredo), because the embedded address can be any of these.
 */
export class AddressRules {
  readonly #allowed: readonly Cidr[];

  /** @throws Error for an entry that is not a CIDR block */
  constructor(allowedPrivateCidrs: readonly string[]) {
    this.#allowed = allowedPrivateCidrs.map(parseCidr);
  }

  /** Returns true if requests may connect to this literal address, in its usual notation. */
  permits(literal: string): boolean {
    const address = parseAddress(literal);
    return address !== null && (isPublic(address) || this.#isAllowed(address));
  }

  /** Returns true if the operator allows this literal address explicitly, public or not. */
  lists(literal: string): boolean {
    const address = parseAddress(literal);
    return address !== null && this.#isAllowed(address);
  }

  /** True if the operator allows no address explicitly. */
  get listsNothing(): boolean {
    return this.#allowed.length === 0;
  }

  #isAllowed(address: Address): boolean {
    const embedded = embeddedIPv4(address);
    // To the kernel, a mapped address *is* the IPv4 address. An allowed NAT64 prefix allows public addresses only, not
    // every address that the gateway can reach.
    if (embedded?.form === 'mapped') return this.#lists(embedded.address) || this.#lists(address);
    if (embedded?.form === 'nat64') {
      return this.#lists(address) && (isPublic(embedded.address) || this.#lists(embedded.address));
    }
    return this.#lists(address);
  }

  #lists(address: Address): boolean {
    return this.#allowed.some((cidr) => within(address, cidr));
  }
}

/** Returns the host of a URL. An IPv6 address has no brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Returns true for a literal loopback address, in any notation that the kernel accepts. */
export function isLoopback(literal: string): boolean {
  const address = parseAddress(literal);
  if (address === null) return false;
  const meant = embeddedIPv4(address)?.form === 'mapped' ? ipaddr.process(address.toString()) : address;
  return loopbacks.some((cidr) => within(meant, cidr));
}

/**
 * Parses a literal address. Returns null for other text, and for an address with a zone (`fe80::1%eth0`), which is never
 * public. The URL parser normalizes IPv6 first, because ipaddr.js takes the dotted `::127.0.0.1` for a mapped address.
 */
function parseAddress(literal: string): Address | null {
  const family = isIP(literal);
  if (family === 0 || literal.includes('%')) return null;
  return ipaddr.parse(family === 4 ? literal : new URL(`http://[${literal}]`).hostname.slice(1, -1));
}

function parseCidr(text: string): Cidr {
  // ipaddr.js reads `10/8` as 0.0.0.10/8.
  if (isIP(text.split('/')[0] ?? '') === 0 || !ipaddr.isValidCIDR(text)) {
    throw new Error(`allowedPrivateCidrs: ${text} is not an address block such as 10.1.0.0/16 or fd00::/8.`);
  }
  return ipaddr.parseCIDR(text);
}

function within(address: Address, [base, bits]: Cidr): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || within(address, globalUnicast);
}

function embeddedIPv4(address: Address): { form: 'mapped' | 'nat64'; address: ipaddr.IPv4 } | null {
  if (!(address instanceof ipaddr.IPv6)) return null;
  if (address.isIPv4MappedAddress()) return { form: 'mapped', address: address.toIPv4Address() };
  if (within(address, nat64))
    return { form: 'nat64', address: new ipaddr.IPv4(address.toByteArray().slice(12)) };
  return null;
}
