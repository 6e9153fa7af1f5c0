import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Cidr = [Address, number];

const loopbacks: readonly Cidr[] = [ipaddr.parseCIDR('127.0.0.0/8'), ipaddr.parseCIDR('::1/128')];
/** RFC 4291 section 2.4: the global unicast block. Every address outside is refused, whether or not it has a known use. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');
const nat64 = ipaddr.parseCIDR('64:ff9b::/96');

/**
 * Where cloud providers serve credentials of the machine itself, each from the provider's documentation: the common
 * link-local address and its IPv6 form (OpenStack), container credentials (Amazon ECS, EKS), Azure (one is a public
 * address), Alibaba, Oracle, Scaleway, Tencent, and the IPv6 addresses of Amazon and Google.
 */
const metadataServices: readonly Address[] = [
  '169.254.169.254',
  'fe80::a9fe:a9fe',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  '169.254.42.42',
  '169.254.0.23',
].map((address) => ipaddr.parse(address));

/**
 * Decides which IP addresses requests may connect to: public unicast addresses, and those that the operator allows.
 *
 * Every other address is refused: loopback, private, link-local, carrier-grade NAT, multicast, broadcast, unspecified,
 * documentation and reserved ranges, and each IPv6 form that embeds an IPv4 address (mapped, NAT64, 6to4, Teredo), because
 * the embedded address can be any of these. The metadata services of cloud providers are refused even inside a block that
 * the operator allows, because they hand out the machine's own credentials.
 */
export class AddressRules {
  readonly #allowed: readonly Cidr[];

  /** @throws Error for an entry that is not a CIDR block, or that is the address of a metadata service alone */
  constructor(allowedPrivateCidrs: readonly string[]) {
    this.#allowed = allowedPrivateCidrs.map(parseCidr);
  }

  /** Returns true if requests may connect to this literal address, in its usual notation. */
  permits(literal: string): boolean {
    const address = parseAddress(literal);
    return address !== null && !isMetadataService(address) && (isPublic(address) || this.#isAllowed(address));
  }

  /** Returns true if the operator allows this literal address explicitly, public or not. */
  lists(literal: string): boolean {
    const address = parseAddress(literal);
    return address !== null && !isMetadataService(address) && this.#isAllowed(address);
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
  const cidr = ipaddr.parseCIDR(text);
  const [base, bits] = cidr;
  if (bits === base.toByteArray().length * 8 && isMetadataService(base)) {
    throw new Error(
      `allowedPrivateCidrs: ${text} is a metadata service of a cloud provider, which is never reached. Remove it.`,
    );
  }
  return cidr;
}

/** Returns true for a metadata service, also as the IPv4 address in a mapped, NAT64 or 6to4 address. */
function isMetadataService(address: Address): boolean {
  const meant = [address, embeddedIPv4(address)?.address, sixToFour(address)];
  return metadataServices.some((service) => meant.some((one) => one?.toString() === service.toString()));
}

/** Returns the IPv4 address in a 6to4 address (RFC 3056 section 2), or null. */
function sixToFour(address: Address): ipaddr.IPv4 | null {
  if (address.kind() !== 'ipv6' || address.range() !== '6to4') return null;
  return new ipaddr.IPv4(address.toByteArray().slice(2, 6));
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
