import { lookup } from 'node:dns/promises';
import { isLoopback, type AddressRules } from './address-rules.js';

/** Resolves every address of a host name. Rejects when there is none. */
export type Resolver = (hostname: string) => Promise<string[]>;

/** Resolves with the operating system. */
export const systemResolver: Resolver = async (hostname) => {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address);
};

export interface CheckedAddress {
  address: string;
  permitted: boolean;
}

/**
 * Resolves a name and checks each of its addresses. The list is empty when the name has none. Callers refuse a name if
 * one of its addresses is not permitted: a private address next to a public one has no legitimate use, and which one a
 * connection takes is chance. Only `localhost` is reduced to its permitted addresses, because most machines resolve it
 * to 127.0.0.1 and ::1 and operators allow one of them.
 */
export async function checkAddresses(
  hostname: string,
  rules: Pick<AddressRules, 'permits'>,
  resolve: Resolver,
): Promise<CheckedAddress[]> {
  const resolved = await resolve(hostname).catch(() => []);
  if (hostname.toLowerCase() !== 'localhost') {
    return resolved.map((address) => ({ address, permitted: rules.permits(address) }));
  }
  const usable = resolved.filter((address) => isLoopback(address) && rules.permits(address));
  return usable.length > 0
    ? usable.map((address) => ({ address, permitted: true }))
    : resolved.map((address) => ({ address, permitted: false }));
}
