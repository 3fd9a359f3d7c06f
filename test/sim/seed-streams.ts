/** Chance by seed: one stream per component, so that a change in one does not shift all others. */
import { hash64 } from '../../src/base/hash64.js';
import { type Random, seededRandom } from '../../src/base/random.js';

export function seedStream(seed: number, component: string): Random {
  return seededRandom(Number(hash64(`${seed}/${component}`) & 0xffffffffn));
}

/** Uniform in [`min`, `max`). */
export function between(random: Random, min: number, max: number): number {
  return min + (max - min) * random.next();
}

/** A whole number, uniform in [`min`, `max`]. */
export function intBetween(random: Random, min: number, max: number): number {
  return min + Math.floor(random.next() * (max - min + 1));
}

export function chance(random: Random, ratio: number): boolean {
  return random.next() < ratio;
}

export function oneOf<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random.next() * items.length)] as T;
}

/** Mean `mean`, never negative, with a long tail. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.next());
}

/** One of the names, each as often as its weight says. */
export function weighted<N extends string>(random: Random, weights: Record<N, number>): N {
  const names = Object.keys(weights) as N[];
  const total = names.reduce((sum, name) => sum + weights[name], 0);
  let left = random.next() * total;
  for (const name of names) {
    left -= weights[name];
    if (left < 0) return name;
  }
  return names.at(-1) as N;
}
