/**
 * Replicas forget old tombstones each in its own time, so comparisons leave out those that one of them
 * may have forgotten: the ones older than the grace period, less a margin for clocks that differ.
 */
import { makeVersion, type Version } from './version.js';

/** How long it is remembered that a document was deleted, unless told otherwise. */
export const TOMBSTONE_GRACE_MS = 86_400_000;

const MARGIN_MS_MAX = 600_000;

export function tombstoneHorizon(wallMs: number, graceMs: number): Version {
  const marginMs = Math.min(MARGIN_MS_MAX, graceMs / 2);
  return makeVersion(Math.max(0, Math.floor(wallMs - graceMs + marginMs)), 0, 0);
}
