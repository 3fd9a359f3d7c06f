/** Documents whose whole content follows from their id and edition, so that any copy can be checked. */
import { seededRandom } from '../../src/base/random.js';
import type { DocumentInput } from '../../src/client/index.js';

export const DIMENSION = 24;

export function documentOf(id: string, edition: number): DocumentInput & { vector: Float32Array } {
  let seed = edition;
  for (const character of id) seed = (Math.imul(seed, 31) + character.charCodeAt(0)) >>> 0;
  const random = seededRandom(seed);
  const tags = Array.from({ length: seed % 4 }, (_, i) => `tag-${i}-${seed % 17}`);
  return {
    id,
    vector: Float32Array.from({ length: DIMENSION }, () => random.next() - 0.5),
    text: `Edition ${edition} of ${id}, grüße `.repeat(1 + (seed % 5)),
    metadata: { edition, tags, weight: random.next(), isOdd: edition % 2 === 1, owner: id },
  };
}
