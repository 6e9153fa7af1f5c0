const maximumStrings = 500;
const maximumStringLength = 1_024;

/** The strings of a JSON array, within bounds; anything else counts as absent. */
export function strings(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((entry): entry is string => typeof entry === 'string' && entry.length <= maximumStringLength)
    .slice(0, maximumStrings);
}

/** The well-formed scope tokens among these, each once (RFC 6749 section 3.3). */
export function scopeTokens(candidates: readonly string[]): string[] {
  return [...new Set(candidates)].filter((candidate) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(candidate));
}
