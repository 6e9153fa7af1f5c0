import { isStorable } from '../text.js';

export type JsonObject = Record<string, unknown>;

const maximumStrings = 500;
const maximumStringLength = 1_024;

/** Parses a JSON object. Returns null for any other text. */
export function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}

/** Returns the strings of a JSON array that can be stored, within bounds. Any other value counts as absent. */
export function strings(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(
      (entry): entry is string =>
        typeof entry === 'string' && entry.length <= maximumStringLength && isStorable(entry),
    )
    .slice(0, maximumStrings);
}
