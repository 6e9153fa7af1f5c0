import type { FieldMistake } from '../../errors.js';
import { isBlank, lineProblem, shorten } from '../../text.js';

const emailMaxLength = 254;
export const displayNameMaxLength = 200;

// Deliberately loose: the mail system decides which addresses exist. Here an address only identifies a user.
const emailForm = /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u;

/** Returns the form in which an email address is stored and compared: NFC, lower case, trimmed. */
export function foldEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** Returns the mistake in a folded email address; null if it is valid. */
export function emailMistake(email: string): FieldMistake | null {
  if (email === '') return { path: 'email', message: 'must not be blank' };
  if (email.length > emailMaxLength) {
    return { path: 'email', message: `must have at most ${emailMaxLength} characters` };
  }
  return emailForm.test(email)
    ? null
    : { path: 'email', message: 'must be an email address, such as name@example.com' };
}

/** Returns the mistake in a trimmed display name; null if it is valid. */
export function displayNameMistake(displayName: string): FieldMistake | null {
  return lineMistake('displayName', displayName, displayNameMaxLength);
}

/** Returns the mistake in a trimmed, required line of text; null if it is valid. */
export function lineMistake(path: string, text: string, maxLength: number): FieldMistake | null {
  if (isBlank(text)) return { path, message: 'must not be blank' };
  if (text.length > maxLength) return { path, message: `must have at most ${maxLength} characters` };
  switch (lineProblem(text)) {
    case 'CONTROL':
      return { path, message: 'must not contain line breaks and other control characters' };
    case 'DIRECTION':
      return { path, message: 'must not contain invisible characters that change the direction of text' };
    case null:
      return null;
  }
}

/** Returns the part of the email address before the @. */
export function defaultDisplayName(email: string): string {
  return shorten(email.slice(0, email.lastIndexOf('@')), displayNameMaxLength);
}
