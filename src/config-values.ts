import { readFileSync } from 'node:fs';
import path from 'node:path';
import ipaddr from 'ipaddr.js';
import { isCertificate } from './net/pem.js';

/*
 * The parsers of single configuration values. The message of an error continues the name of the variable.
 */

/** A claim of an ID token and the value that it must have, or contain if the claim is a list. */
export interface ClaimValue {
  name: string;
  value: string;
}

export function url(text: string, protocols: readonly string[]): URL {
  const parsedUrl = URL.canParse(text) ? new URL(text) : null;
  if (parsedUrl && protocols.includes(parsedUrl.protocol)) return parsedUrl;
  throw new Error(
    `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  );
}

export function origin(text: string): string {
  const { origin: parsedOrigin, href } = url(text, ['http:', 'https:']);
  if (href !== `${parsedOrigin}/`)
    throw new Error(`must be an origin such as ${parsedOrigin}, without a path, query or user name`);
  return parsedOrigin;
}

export function postgresUrl(text: string): string {
  const { pathname } = url(text, ['postgres:', 'postgresql:']);
  if (pathname.length < 2)
    throw new Error('must contain the name of the database: postgresql://user:password@host:5432/database');
  return text;
}

/** Returns a parser of a comma-separated list. Its error names every invalid item. */
export function listOf<T>(parse: (item: string) => T) {
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

export function cidr(text: string): string {
  // ipaddr.js reads 10/8 as 0.0.0.10/8, which is never what a user means.
  if (ipaddr.isValidCIDR(text) && isWholeAddress(text.split('/')[0] ?? '')) return text;
  throw new Error('is not an address range such as 10.0.0.0/8 or fd00::/8');
}

/** Names for address ranges. `http/requests/client-address.ts` has the ranges. */
const proxyNames = ['loopback', 'linklocal', 'uniquelocal'];

export function proxy(text: string): string {
  const isRange = ipaddr.isValidCIDR(text) && isWholeAddress(text.split('/')[0] ?? '');
  if (proxyNames.includes(text) || isWholeAddress(text) || isRange) return text;
  throw new Error(`must be an address, a range such as 10.0.0.0/8, or one of ${proxyNames.join(', ')}`);
}

export function domain(text: string): string {
  if (/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/i.test(text)) return text.toLowerCase();
  throw new Error('is not a domain such as example.com');
}

export function claimValue(text: string): ClaimValue {
  const at = text.indexOf('=');
  const name = text.slice(0, at).trim();
  const value = text.slice(at + 1).trim();
  if (at < 1 || name === '' || value === '')
    throw new Error('must have the form claim=value, such as groups=switchboard-users');
  return { name, value };
}

export function pemFile(file: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${path.resolve(file)} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
  if (!content.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`${path.resolve(file)} contains no PEM certificate`);
  for (const [certificate] of content.matchAll(
    /-----BEGIN CERTIFICATE-----[^-]*(-----END CERTIFICATE-----)?/g,
  )) {
    if (!isCertificate(certificate)) throw new Error(`${path.resolve(file)} contains an invalid certificate`);
  }
  return content;
}

/** Returns a parser of a whole number in this range. */
export function wholeNumber(from: number, to: number) {
  return (text: string): number => {
    if (/^\d{1,10}$/.test(text) && Number(text) >= from && Number(text) <= to) return Number(text);
    throw new Error(`must be a whole number from ${from} to ${to}`);
  };
}

const switchWords: Record<string, boolean> = {
  on: true,
  true: true,
  '1': true,
  off: false,
  false: false,
  '0': false,
};

export function onOrOff(text: string): boolean {
  const value = switchWords[text.toLowerCase()];
  if (value === undefined) throw new Error('must be "on" or "off"');
  return value;
}
