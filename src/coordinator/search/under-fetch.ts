/**
 * Verified under-fetch. Documents are spread over partitions by hash, so of the best `topK` about
 * `topK / partitions` lie in each; asking every partition for all `topK` fetches, sends and merges
 * mostly what is thrown away. Each is asked for its share plus what chance adds, and asked again for
 * all `topK` when its last hit could have made the merged result: then there may be more where it came
 * from. The answer is exactly the one that asking for `topK` everywhere would give.
 *
 * Both questions are asked with the same `ef`, so the short answer is the beginning of the long one.
 * Graphs rank by distances in single precision and answers carry double precision: a last hit that is
 * within that error of the worst merged hit counts as having made it.
 */
import { compareHits, type Rankable } from '../../base/hit-order.js';
import type { Partition } from '../../base/ids.js';

/** Standard deviations above the mean: more rarely needs a second question, less saves more. */
const DEVIATIONS = 3;
const MARGIN = 4;
/** What is not at least this much smaller than `topK` is not worth a second question. */
const WORTH_RATIO = 0.75;
/** Relative error of distances in single precision, with room to spare. */
const PRECISION = 1e-4;

/** Hits to ask each partition for: `topK` itself when less would hardly save anything. */
export function firstFetchCount(topK: number, partitionCount: number): number {
  const share = topK / partitionCount;
  const deviation = Math.sqrt(share * (1 - 1 / partitionCount));
  const count = Math.ceil(share + DEVIATIONS * deviation + MARGIN);
  return count <= topK * WORTH_RATIO ? count : topK;
}

export interface FetchedHits<T extends Rankable> {
  partition: Partition;
  /** In the order of `compareHits`. */
  hits: readonly T[];
  /** Hits that were asked for. */
  asked: number;
}

/** The partitions whose answers were cut off where the merged result may need more of them. */
export function partitionsCutShort<T extends Rankable>(
  fetched: readonly FetchedHits<T>[],
  merged: readonly T[],
  topK: number,
): Partition[] {
  const worst = merged.length < topK ? undefined : merged.at(-1);
  return fetched
    .filter(({ hits, asked }) => {
      const last = hits.at(-1);
      if (asked >= topK || hits.length < asked || last === undefined) return false;
      return worst === undefined || !isSafelyWorse(last, worst);
    })
    .map(({ partition }) => partition);
}

function isSafelyWorse(hit: Rankable, worst: Rankable): boolean {
  const slack = PRECISION * Math.max(1, Math.abs(hit.distance), Math.abs(worst.distance));
  return compareHits(hit, worst) > 0 && hit.distance > worst.distance + slack;
}
