/**
 * The one order of hits, on nodes and coordinators alike: nearest first, ties by id (as JavaScript
 * compares strings), ties of both by version, newest first.
 */
import type { Version } from './version.js';

export interface Rankable {
  id: string;
  distance: number;
  version: Version;
}

/** Negative when `a` comes before `b`. */
export function compareHits(a: Rankable, b: Rankable): number {
  if (a.distance !== b.distance) return a.distance - b.distance;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  if (a.version === b.version) return 0;
  return a.version > b.version ? -1 : 1;
}
