import { lookup } from 'node:dns/promises';
import { isLoopback, type AddressRules } from './address-rules.js';

/** Every address of a host name. Rejects when there is none. */
export type Resolver = (hostname: string) => Promise<string[]>;

/** The operating system's. */
export const systemResolver: Resolver = async (hostname) => {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address);
};

export interface JudgedAddress {
  address: string;
  permitted: boolean;
}

/**
 * Every address of a name, and whether it may be connected to; none when it has none. One that is refused among several
 * refuses the name: nobody publishes a private address beside a public one for a good reason, and which of them is taken
 * would be chance. `localhost` alone is reduced to what is permitted, since most machines know it as 127.0.0.1 and ::1,
 * and operators list one of them.
 */
export async function judgeAddresses(
  hostname: string,
  rules: Pick<AddressRules, 'permits'>,
  resolve: Resolver,
): Promise<JudgedAddress[]> {
  const resolved = await resolve(hostname).catch(() => []);
  if (hostname.toLowerCase() !== 'localhost') {
    return resolved.map((address) => ({ address, permitted: rules.permits(address) }));
  }
  const usable = resolved.filter((address) => isLoopback(address) && rules.permits(address));
  return usable.length > 0
    ? usable.map((address) => ({ address, permitted: true }))
    : resolved.map((address) => ({ address, permitted: false }));
}
