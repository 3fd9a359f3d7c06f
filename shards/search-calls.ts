/**
 * Searches of a node: each asks the replicas that it is about, and says for each how it ended. What a
 * reply may weigh is bounded: a replica whose hits would pass the limit is `too_large`.
 */
import type { PartStatus } from '../src/base/errors.js';
import type {
  SearchCall,
  SearchReply,
  SearchTarget,
  SearchTargetReply,
} from '../src/wire/link-messages.js';
import { firstNonFinite } from '../src/wire/vector-codec.js';
import { NearestRows } from './hits.js';
import type { Partition } from './partition.js';
import type { ReplicaSet } from './replica-set.js';

/** Answers a search over graphs at once. */
export function searchApproximately(
  replicas: ReplicaSet,
  call: SearchCall,
  bytesMax: number,
): SearchReply {
  let bytesLeft = bytesMax;
  const targets = call.targets.map((target): SearchTargetReply => {
    const found = findSearched(replicas, call, target);
    if (found.status !== 'ok') return searchFailed(target, found.status);
    const nearest = new NearestRows(target.k, call, bytesLeft);
    const { vector } = call;
    const outcome = found.partition.search({ vector, k: target.k, ef: target.ef, nearest });
    if (outcome.status !== 'ok') return searchFailed(target, outcome.status);
    const reply = searchEnded(found.partition, target, nearest);
    bytesLeft -= nearest.bytes;
    return reply;
  });
  return { kind: 'search', targets };
}

/** Begins a search over all rows; `done` is called when the last replica has answered. */
export function searchExactly(
  replicas: ReplicaSet,
  call: SearchCall,
  deadlineAtMs: number,
  bytesMax: number,
  done: (reply: SearchReply) => void,
): { cancel(): void } {
  const targets: SearchTargetReply[] = [];
  const scans: { cancel(): void }[] = [];
  let unansweredCount = call.targets.length;
  let bytesLeft = bytesMax;
  const settle = (index: number, reply: SearchTargetReply) => {
    targets[index] = reply;
    unansweredCount -= 1;
    if (unansweredCount === 0) done({ kind: 'search', targets });
  };
  if (unansweredCount === 0) done({ kind: 'search', targets });
  call.targets.forEach((target, index) => {
    const found = findSearched(replicas, call, target);
    if (found.status !== 'ok') {
      settle(index, searchFailed(target, found.status));
      return;
    }
    const scan = found.partition.searchExactly({
      vector: call.vector,
      nearest: new NearestRows(target.k, call, bytesMax),
      deadlineAtMs,
      done: (status, nearest) => {
        if (status !== 'ok') {
          settle(index, searchFailed(target, status));
          return;
        }
        bytesLeft -= nearest.bytes;
        const fits = bytesLeft >= 0;
        const { partition } = found;
        settle(
          index,
          fits ? searchEnded(partition, target, nearest) : searchFailed(target, 'too_large'),
        );
      },
    });
    scans.push(scan);
  });
  return {
    cancel: () => {
      for (const scan of scans) scan.cancel();
    },
  };
}

/** The replica to search, unless the search cannot be carried out on it. */
function findSearched(
  replicas: ReplicaSet,
  call: SearchCall,
  { partition, generation, k }: SearchTarget,
): { status: 'ok'; partition: Partition } | { status: Exclude<PartStatus, 'ok'> } {
  const found = replicas.findReadable(call.collection, partition, generation);
  if (found.status !== 'ok') return found;
  const isSound =
    call.vector.length === found.partition.dimension && firstNonFinite(call.vector) < 0 && k >= 1;
  return isSound ? found : { status: 'rejected' };
}

function searchEnded(
  partition: Partition,
  target: SearchTarget,
  nearest: NearestRows,
): SearchTargetReply {
  if (nearest.isTooLarge) return searchFailed(target, 'too_large');
  const { documentCount } = partition;
  return { partition: target.partition, status: 'ok', hits: nearest.take(), documentCount };
}

function searchFailed(target: SearchTarget, status: Exclude<PartStatus, 'ok'>): SearchTargetReply {
  return { partition: target.partition, status, hits: [], documentCount: 0 };
}
