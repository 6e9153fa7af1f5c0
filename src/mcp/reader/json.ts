/** A JSON object of a remote server. Nothing about its members is known. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Levels of lists and objects within each other at most. Serializing a value is recursive. */
export const maxJsonDepth = 100;

/** Returns true if a JSON value is nested shallowly enough to be serialized. */
export function fitsDepth(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= maxJsonDepth; depth++) {
    const next: unknown[] = [];
    for (const entry of level) {
      if (typeof entry !== 'object' || entry === null) continue;
      for (const inner of Object.values(entry)) {
        if (typeof inner === 'object' && inner !== null) next.push(inner);
      }
    }
    if (next.length === 0) return true;
    level = next;
  }
  return false;
}
