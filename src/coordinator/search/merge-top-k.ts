/**
 * Merges the partitions' hits into one list: k-way, nearest first, ties by id, one hit per id (the
 * newer version wins, wherever it ranks).
 */
import { compareHits, type Rankable } from '../../base/hit-order.js';

/** `lists` are each in the order of `compareHits`; the result has at most `k` hits. */
export function mergeTopK<T extends Rankable>(lists: readonly (readonly T[])[], k: number): T[] {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length <= 1) return (filled[0] ?? []).slice(0, k);
  const newest = newestVersions(filled);
  const cursors = new Array<number>(filled.length).fill(0);
  const merged: T[] = [];
  while (merged.length < k) {
    const hit = takeNearest(filled, cursors);
    if (hit === undefined) break;
    if (newest.get(hit.id) === hit) merged.push(hit);
  }
  return merged;
}

/** Of each id the hit that counts. */
function newestVersions<T extends Rankable>(lists: readonly (readonly T[])[]): Map<string, T> {
  const newest = new Map<string, T>();
  for (const list of lists) {
    for (const hit of list) {
      const known = newest.get(hit.id);
      if (known === undefined || hit.version > known.version) newest.set(hit.id, hit);
    }
  }
  return newest;
}

/** Linear in the number of lists: there are as many as partitions, which are few. */
function takeNearest<T extends Rankable>(lists: readonly (readonly T[])[], cursors: number[]) {
  let nearest: T | undefined;
  let nearestList = -1;
  for (let i = 0; i < lists.length; i += 1) {
    const hit = lists[i]?.[cursors[i] as number];
    if (hit !== undefined && (nearest === undefined || compareHits(hit, nearest) < 0)) {
      nearest = hit;
      nearestList = i;
    }
  }
  if (nearestList >= 0) cursors[nearestList] = (cursors[nearestList] as number) + 1;
  return nearest;
}
