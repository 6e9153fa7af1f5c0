const maxDepth = 100;

/** Whether a JSON value is nested no deeper than what can safely be handed on: whoever writes it out does so recursively. */
export function fitsDepth(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= maxDepth; depth++) {
    level = level.flatMap((entry) =>
      typeof entry === 'object' && entry !== null ? Object.values(entry) : [],
    );
    if (level.length === 0) return true;
  }
  return false;
}
