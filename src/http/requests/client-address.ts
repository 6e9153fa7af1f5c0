import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The names of TRUSTED_PROXIES with their ranges. */
const namedRanges: Record<string, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Finds the addresses of clients, also behind reverse proxies that TRUSTED_PROXIES lists. */
export class ClientAddresses {
  readonly #trusted = new BlockList();

  /** @param trustedProxies addresses, ranges in CIDR notation, or names of `namedRanges` */
  constructor(trustedProxies: readonly string[]) {
    for (const range of trustedProxies.flatMap((item) => namedRanges[item] ?? [item])) {
      const [text = '', prefix] = range.split('/');
      const address = ipaddr.parse(text);
      this.#trusted.addSubnet(
        address.toString(),
        prefix === undefined ? address.toByteArray().length * 8 : Number(prefix),
        address.kind(),
      );
    }
  }

  /**
   * Returns the client's address. It reads X-Forwarded-For from right to left, as far as trusted proxies wrote it: the
   * header of a peer that isn't listed counts for nothing. At a malformed entry, it stops at the proxy that wrote it.
   * @returns null for a connection that is closed already
   */
  of({ socket, headers }: IncomingMessage): ipaddr.IPv4 | ipaddr.IPv6 | null {
    let address = parse(socket.remoteAddress);
    const forwardedFor = headers['x-forwarded-for'];
    if (typeof forwardedFor !== 'string') return address;
    const entries = forwardedFor.split(',');
    while (address && entries.length > 0 && this.#trusted.check(address.toString(), address.kind())) {
      const next = parse(entries.pop());
      if (!next) break;
      address = next;
    }
    return address;
  }
}

/**
 * Returns the network that counts as one client: an IPv4 address, or the first 64 bits of an IPv6 address, of which one
 * host has all (RFC 4291, 2.5.4).
 */
export function networkOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

/** Reads an address with or without a port. An IPv4-mapped IPv6 address is returned as IPv4. */
function parse(text = ''): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const entry = text.trim();
  const withPort = /^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/.exec(entry);
  const address = (withPort?.[1] ?? withPort?.[2] ?? entry).split('%')[0] ?? '';
  return isIP(address) ? ipaddr.process(address) : null;
}
