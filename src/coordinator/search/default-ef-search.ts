/**
 * How many candidates each partition examines when the caller does not say.
 *
 * Recall of the merged answer depends on the partitions together: the more of them, the fewer of the
 * true nearest each has to find, and the fewer candidates it needs for that.
 */
const EF_OF_ONE_PARTITION = 160;
const EF_MIN = 64;

/** At least `topK`. */
export function defaultEfSearch(topK: number, partitionCount: number): number {
  const shared = Math.round(EF_OF_ONE_PARTITION / Math.sqrt(partitionCount));
  return Math.max(topK, EF_MIN, shared, Math.min(2 * topK, topK + 100));
}
