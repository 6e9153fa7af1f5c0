/** Returns numbers from 0 to 1 in an order that the seed determines (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes random decisions. */
export interface Choice {
  chance(probability: number): boolean;
  pick<One>(list: readonly One[]): One;
  /** Returns a whole number below the limit. */
  below(limit: number): number;
}

export function createChoice(random: () => number): Choice {
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    chance: (probability) => random() < probability,
    pick: (list) => list[below(list.length)]!,
    below,
  };
}
