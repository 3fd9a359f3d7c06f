import { DIGEST_BUCKET_COUNT } from '../../base/hash64.js';
import type { NodeId } from '../../base/ids.js';

export interface ReplicaDigest {
  nodeId: NodeId;
  documentCount: number;
  digest: BigUint64Array;
}

export interface DigestSummary {
  /** Buckets that are not the same everywhere. */
  differing: Set<number>;
  /** Of `among`, the buckets in which a replica has something else than most (ties: the first). */
  replicas: { nodeId: NodeId; documentCount: number; bucketsDiffering: number }[];
}

/** What digests of one partition's replicas say about each other, looking at the buckets `among`. */
export function summarize(
  digests: readonly ReplicaDigest[],
  among?: ReadonlySet<number>,
): DigestSummary {
  const differing = new Set<number>();
  const oddCounts = new Map<NodeId, number>();
  for (let bucket = 0; bucket < DIGEST_BUCKET_COUNT; bucket += 1) {
    if (among !== undefined && !among.has(bucket)) continue;
    if (isSameEverywhere(digests, bucket)) continue;
    const usual = mostCommon(digests.map(({ digest }) => digest[bucket] as bigint));
    for (const { nodeId, digest } of digests) {
      if (digest[bucket] === usual) continue;
      differing.add(bucket);
      oddCounts.set(nodeId, (oddCounts.get(nodeId) ?? 0) + 1);
    }
  }
  const replicas = digests.map(({ nodeId, documentCount }) => {
    return { nodeId, documentCount, bucketsDiffering: oddCounts.get(nodeId) ?? 0 };
  });
  return { differing, replicas };
}

function isSameEverywhere(digests: readonly ReplicaDigest[], bucket: number): boolean {
  const value = digests[0]?.digest[bucket];
  return digests.every(({ digest }) => digest[bucket] === value);
}

function mostCommon(values: readonly bigint[]): bigint | undefined {
  const counts = new Map<bigint, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: bigint | undefined;
  for (const [value, count] of counts) {
    if (best === undefined || count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}
