import { toLine } from '../../text.js';
import { parseObject } from '../json.js';

const maximumLength = 300;

/**
 * Returns what an error response says, as one bounded line for administrators: the error code and its description, or the
 * members that frameworks use instead. '' for a page and for any other response without such a member. Never show it to
 * members, and never log it.
 */
export function remoteWords(body: string): string {
  const members = parseObject(body);
  if (!members) return '';
  const { error, error_description, message, detail } = members;
  const words = [error, error_description ?? message ?? detail].map(readable).filter((text) => text !== '');
  return toLine(words.join(': '), maximumLength);
}

/** Returns a sentence that quotes a remote party. '' if it said nothing. */
export function quoted(words: string): string {
  return words === '' ? '' : `It said: “${words}”.`;
}

/** Joins sentences. Empty ones are left out. */
export function sentences(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function readable(member: unknown): string {
  if (typeof member === 'string') return member;
  return typeof member === 'object' && member !== null ? JSON.stringify(member) : '';
}
