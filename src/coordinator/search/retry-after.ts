/** When a read that nodes turned away should be tried again. Pure. */
import type { MissingPartition, TriedAttempt } from './coverage.js';

/** Nodes that gave no advice. */
const RETRY_AFTER_MS_DEFAULT = 50;

/**
 * The least that any replica of a partition asked for, of the partition for which that is longest;
 * undefined when nothing was turned away.
 */
export function retryAfterMsOf(
  missing: readonly MissingPartition[],
  attempts: readonly Pick<TriedAttempt, 'partitions' | 'outcome' | 'retryAfterMs'>[],
): number | undefined {
  let longestMs: number | undefined;
  for (const { partition, reason } of missing) {
    if (reason !== 'rejected') continue;
    let leastMs = Number.POSITIVE_INFINITY;
    for (const { partitions, outcome, retryAfterMs } of attempts) {
      if (outcome !== 'rejected' || retryAfterMs <= 0 || !partitions.includes(partition)) continue;
      leastMs = Math.min(leastMs, retryAfterMs);
    }
    if (leastMs === Number.POSITIVE_INFINITY) leastMs = RETRY_AFTER_MS_DEFAULT;
    longestMs = Math.max(longestMs ?? 0, leastMs);
  }
  return longestMs;
}
