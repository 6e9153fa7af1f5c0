/** Unicode's bidirectional controls. They reorder the text around them, so that a name can pass for another one. */
const directionControl = /\p{Bidi_Control}/u;
/** The bidirectional controls that a text of several lines doesn't need: it may contain marks, as in Arabic or Hebrew. */
const directionFormatting = /[\u202a-\u202e\u2066-\u2069]/u;
/** Control characters, line separators, and surrogates without their other half. */
const notInLine = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;
const notInParagraphs = /[^\P{C}\t\n\r\p{Cf}\p{Co}\p{Cn}]/u;
/** A character that leaves a mark on the screen. U+2800 is a Braille pattern without dots. */
const visible = /[^\s\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

const removeDirection = 'Remove invisible characters that change the direction of text.';

/** Returns what to change in a name or another text of one line; null for a text without problems. */
export function lineProblem(text: string): string | null {
  if (notInLine.test(text)) return 'Remove line breaks and other control characters.';
  return directionControl.test(text) ? removeDirection : null;
}

/** Returns what to change in a text of several lines; null for a text without problems. */
export function paragraphsProblem(text: string): string | null {
  if (notInParagraphs.test(text)) return 'Remove control characters other than tabs and line breaks.';
  return directionFormatting.test(text) ? removeDirection : null;
}

/** Returns true for a text without a visible character. */
export const isBlank = (text: string): boolean => !visible.test(text);

/** Returns true for a text with half of a surrogate pair, which UTF-8 can't encode. */
export const hasUnpairedSurrogate = (text: string): boolean => /\p{Cs}/u.test(text);

/** Returns true for a text that PostgreSQL can store unchanged: one without NUL and unpaired surrogates. */
export const isStorable = (text: string): boolean => !text.includes('\0') && !hasUnpairedSurrogate(text);

/** Returns at most this number of UTF-16 code units of a text, without half of a surrogate pair at its end. */
export function shorten(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/\p{Cs}$/u, '');
}

/** UTF-16 code units of a remote message at most. */
export const maxRemoteMessageLength = 500;

/**
 * Returns a remote party's description of a failure as plain text for administrators: one line of at most
 * `maxRemoteMessageLength`. Members and logs never get it.
 * @param text a text. Anything else is no description.
 * @param secrets the secrets of the request, which some servers repeat. They are replaced.
 * @returns undefined for no text or a blank one
 */
export function remoteMessage(
  text: unknown,
  secrets: readonly (string | null | undefined)[] = [],
): string | undefined {
  if (typeof text !== 'string') return undefined;
  const line = toLine(withoutSecrets(text, secrets), maxRemoteMessageLength);
  return isBlank(line) ? undefined : line;
}

/** A shorter one would be found in ordinary words. */
const shortestSecret = 6;

/** Replaces secrets in a remote party's text, also where they are encoded as in a URL. */
export function withoutSecrets(text: string, secrets: readonly (string | null | undefined)[]): string {
  const spellings = secrets.flatMap((secret) =>
    typeof secret === 'string' && secret.length >= shortestSecret ? [secret, encodeURIComponent(secret)] : [],
  );
  return spellings.reduce((rest, secret) => rest.replaceAll(secret, '[removed]'), text);
}

/** Returns a remote party's text as a line without problems, which may be blank. */
export function toLine(text: string, maxLength: number): string {
  const line = text.replaceAll(/\p{Bidi_Control}/gu, '').replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, ' ');
  return shorten(line.trim(), maxLength).trim();
}

/** Returns a remote party's text as plain text of several lines, of at most this number of bytes in UTF-8. */
export function toParagraphs(text: string, maxBytes: number): string {
  const plain = text
    .replaceAll(new RegExp(directionFormatting, 'gu'), '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(new RegExp(notInParagraphs, 'gu'), ' ');
  return shortenToBytes(plain.trim(), maxBytes).trim();
}

/** Returns at most this number of bytes of a text in UTF-8, without a part of a character at its end. */
export function shortenToBytes(text: string, maxBytes: number): string {
  // A UTF-16 code unit takes at least one byte.
  const start = shorten(text, maxBytes);
  if (Buffer.byteLength(start) <= maxBytes) return start;
  const bytes = Buffer.from(start).subarray(0, maxBytes);
  return bytes.toString().replace(/\ufffd+$/u, '');
}
