import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

const loopbacks: readonly Cidr[] = [ipaddr.parseCIDR('127.0.0.0/8'), ipaddr.parseCIDR('::1/128')];
/** RFC 4291, 2.4: all that is handed out as global unicast. Everything outside is refused, known special use or not. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');
const nat64 = ipaddr.parseCIDR('64:ff9b::/96');

/**
 * Which IP addresses may be connected to: public unicast ones, and those that the operator has listed.
 *
 * Everything else is refused: loopback, private, link-local (with the clouds' metadata services), carrier-grade NAT,
 * multicast, broadcast, unspecified, documentation and reserved ranges, and each IPv6 form that carries an IPv4 address
 * (mapped, NAT64, 6to4, Teredo), since behind it may lie any of the former.
 */
export class AddressRules {
  readonly #allowed: readonly Cidr[];

  /** @throws Error in words if an entry is not a CIDR block. */
  constructor(allowedPrivateCidrs: readonly string[]) {
    this.#allowed = allowedPrivateCidrs.map(parseCidr);
  }

  /** Whether this literal address, in its usual notation, may be connected to. False for what is not an address. */
  permits(literal: string): boolean {
    const address = parseAddress(literal);
    return address !== null && (isPublic(address) || this.#isAllowed(address));
  }

  /** Whether the operator has listed this literal address, public or not. False for what is not an address. */
  lists(literal: string): boolean {
    const address = parseAddress(literal);
    return address !== null && this.#isAllowed(address);
  }

  /** Whether nothing is listed at all. */
  get listsNothing(): boolean {
    return this.#allowed.length === 0;
  }

  #isAllowed(address: Address): boolean {
    const carried = carriedIPv4(address);
    // A mapped address *is* the IPv4 one, to the kernel; a NAT64 prefix that is listed opens the way to public
    // addresses, not to whatever else the gateway can reach.
    if (carried?.form === 'mapped') return this.#lists(carried.address) || this.#lists(address);
    if (carried?.form === 'nat64') {
      return this.#lists(address) && (isPublic(carried.address) || this.#lists(carried.address));
    }
    return this.#lists(address);
  }

  #lists(address: Address): boolean {
    return this.#allowed.some((cidr) => within(address, cidr));
  }
}

/** Whether a literal address is the own machine's, in any notation that the kernel takes for one. */
export function isLoopback(literal: string): boolean {
  const address = parseAddress(literal);
  if (address === null) return false;
  const meant = carriedIPv4(address)?.form === 'mapped' ? ipaddr.process(address.toString()) : address;
  return loopbacks.some((cidr) => within(meant, cidr));
}

/**
 * Null for what is not an address, and for one with a zone (`fe80::1%eth0`), which is never public. IPv6 goes through
 * the URL parser first, because ipaddr.js takes the dotted `::127.0.0.1` for a mapped address, which it is not.
 */
function parseAddress(literal: string): Address | null {
  const family = isIP(literal);
  if (family === 0 || literal.includes('%')) return null;
  return ipaddr.parse(family === 4 ? literal : new URL(`http://[${literal}]`).hostname.slice(1, -1));
}

function parseCidr(text: string): Cidr {
  // ipaddr.js reads `10/8` as 0.0.0.10/8.
  if (isIP(text.split('/')[0] ?? '') === 0 || !ipaddr.isValidCIDR(text)) {
    throw new Error(
      `ALLOWED_PRIVATE_CIDRS: ${text} is not an address block such as 10.1.0.0/16 or fd00::/8.`,
    );
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

function carriedIPv4(address: Address): { form: 'mapped' | 'nat64'; address: ipaddr.IPv4 } | null {
  if (!(address instanceof ipaddr.IPv6)) return null;
  if (address.isIPv4MappedAddress()) return { form: 'mapped', address: address.toIPv4Address() };
  if (within(address, nat64))
    return { form: 'nat64', address: new ipaddr.IPv4(address.toByteArray().slice(12)) };
  return null;
}
