/**
 * Randomness as an input: decisions that need chance take a `Random`, so that a seed replays them.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** A uniform integer in [0, `bound`); `bound` is at least 1. */
export function randomInt(random: Random, bound: number): number {
  return Math.floor(random.next() * bound);
}

/** Shuffles in place (Fisher and Yates) and returns its argument. */
export function shuffle<T>(random: Random, items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = randomInt(random, i + 1);
    const swapped = items[i] as T;
    items[i] = items[j] as T;
    items[j] = swapped;
  }
  return items;
}

/** `byteCount` bytes in lower-case hexadecimal: fresh names for clusters and collections. */
export function randomHex(random: Random, byteCount: number): string {
  let text = '';
  for (let i = 0; i < byteCount; i += 1) {
    text += randomInt(random, 256).toString(16).padStart(2, '0');
  }
  return text;
}

/**
 * A seeded source: the "mulberry32" generator, 32 bits of state, period 2^32. Good enough for
 * shuffles, jitter and simulations; never for secrets.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}
