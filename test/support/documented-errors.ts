import type { GraphQLFormattedError } from 'graphql';
import { errorCodes, type ErrorDocumentation } from '../../src/errors.js';

/** @throws Error if an error lacks a member that its code always has, or has one that its code doesn't document */
export function requireDocumented({ message, extensions }: GraphQLFormattedError): void {
  const { code, ...members } = extensions ?? {};
  const documentation = (errorCodes as Record<string, ErrorDocumentation>)[String(code)];
  if (!documentation) throw new Error(`The code ${String(code)} of "${message}" is not documented.`);
  const documented = Object.entries(documentation.members);
  const unknown = Object.keys(members).filter((name) => !documented.some(([known]) => known === name));
  const missing = documented.filter(([name, presence]) => presence === 'ALWAYS' && !(name in members));
  if (unknown.length + missing.length > 0) {
    throw new Error(
      `${String(code)} "${message}" has undocumented members (${unknown.join(', ')}) or lacks members (${missing.map(([name]) => name).join(', ')}).`,
    );
  }
}
