import type { FieldMistake } from '../../errors.js';

export const emailMaxLength = 254;
export const displayNameMaxLength = 200;

// Deliberately loose: what an address may look like is for the mail system; here it only names somebody.
const emailForm = /^[^\s@\p{C}]+@[^\s@\p{C}]+$/u;
const controlCharacter = /\p{Cc}/u;

/** The one form in which an address is stored and compared: NFC, lower case, without white space around it. */
export function foldEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** What is wrong with an address already folded; null when nothing is. */
export function emailMistake(email: string): FieldMistake | null {
  if (email === '') return { path: 'email', message: 'must not be blank' };
  if (email.length > emailMaxLength) {
    return { path: 'email', message: `must have at most ${emailMaxLength} characters` };
  }
  return emailForm.test(email) ? null : { path: 'email', message: 'must be an e-mail address: name@domain' };
}

/** What is wrong with a name already trimmed; null when nothing is. */
export function displayNameMistake(displayName: string): FieldMistake | null {
  return lineMistake('displayName', displayName, displayNameMaxLength);
}

/** What is wrong with one required line of text already trimmed; null when nothing is. */
export function lineMistake(path: string, text: string, maxLength: number): FieldMistake | null {
  if (text === '') return { path, message: 'must not be blank' };
  if (text.length > maxLength) return { path, message: `must have at most ${maxLength} characters` };
  return controlCharacter.test(text) ? { path, message: 'must not contain control characters' } : null;
}

/** How somebody is called until anyone says otherwise: the part of the address before the @. */
export function defaultDisplayName(email: string): string {
  return email.slice(0, email.lastIndexOf('@')).slice(0, displayNameMaxLength);
}
