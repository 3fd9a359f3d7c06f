import type { Random } from '../../src/base/random.js';
import { intBetween } from './seed-streams.js';

/** Small whole numbers, so that ties are common; never all zero. */
export function drawVector(random: Random, dimension: number): Float32Array {
  const vector = Float32Array.from({ length: dimension }, () => intBetween(random, -2, 2));
  if (vector.every((element) => element === 0)) vector[0] = 1;
  return vector;
}
