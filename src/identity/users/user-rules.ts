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
  if (email === '') return { path: 'email', message: 'Enter an email address.' };
  if (email.length > emailMaxLength) {
    return { path: 'email', message: `Use at most ${emailMaxLength} characters.` };
  }
  return emailForm.test(email)
    ? null
    : { path: 'email', message: 'Enter an email address such as name@example.com.' };
}

/** Returns the mistake in a trimmed display name; null if it is valid. */
export function displayNameMistake(displayName: string): FieldMistake | null {
  return nameMistake('displayName', displayName, displayNameMaxLength);
}

/** Returns the mistake in a trimmed, required name; null if it is valid. */
export function nameMistake(path: string, name: string, maxLength: number): FieldMistake | null {
  if (isBlank(name)) return { path, message: 'Enter a name.' };
  if (name.length > maxLength) return { path, message: `Use at most ${maxLength} characters.` };
  const message = lineProblem(name);
  return message === null ? null : { path, message };
}

/** Returns the part of the email address before the @. */
export function defaultDisplayName(email: string): string {
  return shorten(email.slice(0, email.lastIndexOf('@')), displayNameMaxLength);
}
