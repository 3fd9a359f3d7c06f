/**
 * A read that outlives a change of replica sets. Nodes refuse what was planned on another replica set
 * than they know: an older one when the change overtook the read, a newer one when the node has yet to
 * hear of it. Neither is a failure, so what is missing for such a reason is planned again on the
 * newest topology and asked again, a few times, inside the same deadline.
 */
import type { Clock } from '../../base/clock.js';
import type { CollectionId, Partition } from '../../base/ids.js';
import type { RequestContext } from '../request-context.js';
import { type CollectionEntry, collectionInForce } from '../topology/topology.js';
import { partitionReads } from './partition-reads.js';
import { type ReadKind, type ReadOutcome, runRead } from './read-driver.js';
import type { ReadRoute } from './read-router.js';
import type { PartitionRead, PartitionReply } from './scatter-gather-port.js';

/**
 * Pauses before each new plan: about as long as it takes to tell a node of a change, and then for as
 * long as a node may be too busy to be told, such as the only one left of several.
 */
const PAUSES_MS = [5, 20, 80, 320, 640, 1_280];

export async function runReplannedRead<R extends PartitionReply>(
  kind: ReadKind<R>,
  reads: readonly PartitionRead[],
  context: RequestContext,
  route: ReadRoute,
  collectionId: CollectionId,
): Promise<ReadOutcome<R>> {
  const { clock, nodes } = route.router;
  // Another collection may have taken its place: then the whole read begins again, elsewhere.
  const current = () => {
    const found = collectionInForce(nodes.topology, collectionId);
    return found?.id === collectionId ? found : undefined;
  };
  let outcome = await runRead(kind, reads, context, route);
  if (outcome.missing.length === 0) return outcome;
  const generations = new Map(reads.map((read) => [read.partition, read.generation]));
  for (const pauseMs of PAUSES_MS) {
    if (context.isCancelled || outdated(outcome, generations, current()).length === 0) break;
    if (clock.nowMs() + pauseMs >= context.deadlineAtMs) break;
    await pause(clock, pauseMs, context);
    const collection = current();
    if (collection === undefined || context.isCancelled) break;
    const again = partitionReads(collection, outdated(outcome, generations, collection));
    for (const { partition, generation } of again) generations.set(partition, generation);
    outcome = merged(outcome, again, await runRead(kind, again, context, route));
  }
  return outcome;
}

/** Over at once when the caller leaves. */
function pause(clock: Clock, pauseMs: number, context: RequestContext): Promise<void> {
  return new Promise((resolve) => {
    const stopListening = context.onCancelled(() => {
      timer.cancel();
      resolve();
    });
    const timer = clock.setTimer(pauseMs, () => {
      stopListening();
      resolve();
    });
  });
}

/** Missing partitions that a newer plan may find. */
function outdated<R extends PartitionReply>(
  { missing }: ReadOutcome<R>,
  generations: ReadonlyMap<Partition, number>,
  collection: CollectionEntry | undefined,
): Partition[] {
  return missing
    .filter(({ partition, reason }) => {
      if (reason === 'stale_generation' || reason === 'unknown_generation') return true;
      const entry = collection?.partitions[partition];
      return entry !== undefined && entry.generation !== generations.get(partition);
    })
    .map(({ partition }) => partition);
}

function merged<R extends PartitionReply>(
  before: ReadOutcome<R>,
  asked: readonly PartitionRead[],
  again: ReadOutcome<R>,
): ReadOutcome<R> {
  const askedAgain = new Set(asked.map(({ partition }) => partition));
  const stillMissing = before.missing.filter(({ partition }) => !askedAgain.has(partition));
  return {
    replies: [...before.replies, ...again.replies].sort(byPartition),
    missing: [...stillMissing, ...again.missing].sort(byPartition),
    attempts: [...before.attempts, ...again.attempts],
    refusedRetries: before.refusedRetries + again.refusedRetries,
  };
}

function byPartition(a: { partition: Partition }, b: { partition: Partition }): number {
  return a.partition - b.partition;
}
