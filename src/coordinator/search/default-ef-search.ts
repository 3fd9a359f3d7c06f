/**
 * How many candidates each partition examines when the caller does not say.
 *
 * Recall of the merged answer depends on the partitions together: the more of them, the fewer of the
 * true nearest each has to find, and the fewer candidates it needs for that. Fitted to recall@k over
 * 100,000 GloVe vectors (100 dimensions, cosine, M 16, ef construction 128), measured by
 * `npm run bench -- index 100000 ef`:
 *
 *   partitions      1      2      4      8     16
 *   k 10    ef    200    127     81     52     33     recall .968  .971  .972  .974  .969
 *   k 100   ef    390    249    158    101    100     recall .959  .964  .971  .975  .989
 *   k 1,000 ef  1,390  1,000  1,000  1,000  1,000     recall .955  .974  .993  .999  1.00
 *
 * Data of many more documents a partition, or harder than this, needs `ef_search` of its own.
 */
const PARTITION_EXPONENT = 0.65;

/** At least `topK`. */
export function defaultEfSearch(topK: number, partitionCount: number): number {
  const ofOnePartition = topK + 100 * Math.log10(Math.max(10, topK)) + 90;
  return Math.max(topK, Math.round(ofOnePartition * partitionCount ** -PARTITION_EXPONENT));
}
