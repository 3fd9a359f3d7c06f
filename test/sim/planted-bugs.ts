/**
 * Bugs to be found: each breaks one promise, by a wrapper around a sound part. If a run with one of
 * them passes, it is the checkers that are broken.
 */
import type { ReplicaSet } from '../../shards/replica-set.js';
import type { Coordinator } from '../../src/coordinator/coordinator.js';
import type { RequestContext } from '../../src/coordinator/request-context.js';
import type { SearchAnswer } from '../../src/coordinator/search/search-service.js';
import type { TopologyStore } from '../../src/coordinator/topology/topology-store.js';
import type { ShardLink } from '../../src/coordinator/transport/shard-link.js';
import type { LinkReply } from '../../src/wire/link-messages.js';
import type { RecoveryPeer } from '../../src/wire/recovery-messages.js';
import * as answers from './planted/answer-bugs.js';
import * as control from './planted/control-bugs.js';
import * as replication from './planted/replication-bugs.js';
import * as splits from './planted/split-bugs.js';
import * as stores from './planted/store-bugs.js';
import { type StoreParts, soundStoreParts } from './sim-replica-home.js';

/** Where a run lets bugs in. */
export interface BugHooks {
  storeParts: StoreParts;
  /** What the collection is made with, beside what the plan says. */
  wantedCollection: { minInSync?: number };
  link(link: ShardLink): ShardLink;
  context(context: RequestContext): RequestContext;
  answer(answer: SearchAnswer): SearchAnswer;
  nodeReply(reply: LinkReply): LinkReply;
  replicaSet(set: ReplicaSet): ReplicaSet;
  peer(peer: RecoveryPeer): RecoveryPeer;
  topologyStore(store: TopologyStore): TopologyStore;
  coordinator(coordinator: Coordinator): void;
}

const sound: BugHooks = {
  storeParts: soundStoreParts,
  wantedCollection: {},
  link: (link) => link,
  context: (context) => context,
  answer: (answer) => answer,
  nodeReply: (reply) => reply,
  replicaSet: (set) => set,
  peer: (peer) => peer,
  topologyStore: (store) => store,
  coordinator: () => {},
};

function inStores(parts: Partial<StoreParts>): Partial<BugHooks> {
  return { storeParts: { ...soundStoreParts, ...parts } };
}

const bugs = {
  ties_in_wrong_order: { answer: answers.withTiesReversed },
  hit_merged_twice: { answer: answers.withFirstHitTwice },
  nearest_hit_dropped: { answer: (found) => ({ ...found, hits: found.hits.slice(1) }) },
  losers_answer_merged: { answer: answers.withLosersMerged },
  coverage_lies: { answer: answers.withFullCoverage },
  late_reply_counted_twice: { answer: answers.withReroutedCountedTwice },
  deadline_ignored: { context: answers.withoutDeadline },
  cancelled_call_leaks: { link: answers.withoutCancel },
  failed_write_acknowledged: { link: answers.withFailedWritesAcknowledged },
  version_per_replica: { link: answers.withVersionPerReplica },
  min_in_sync_forgotten: { wantedCollection: { minInSync: 1 } },
  ack_before_durable: inStores({ makeDisk: stores.lyingDisk }),
  damaged_row_served: inStores({ makeDisk: stores.trustingDisk }),
  older_write_wins: inStores(stores.storesOf(stores.OlderWinsStore)),
  last_arrival_wins: inStores(stores.storesOf(stores.LastArrivalWinsStore)),
  tombstone_dropped: inStores(stores.storesOf(stores.TombstonelessStore)),
  tombstone_purged_early: inStores(stores.storesOf(stores.HastyPurgeStore)),
  nothing_taken_back: inStores(stores.storesOf(stores.ClingingStore)),
  missing_replica_made_empty: inStores({ makesMissing: true }),
  half_the_buckets_compared: inStores({ partition: replication.withHalfADigest }),
  live_writes_lost_while_levelling: inStores({ partition: replication.withLiveWritesLost }),
  promoted_before_equal: {
    nodeReply: replication.withEarlyEquality,
    peer: replication.withShySource,
  },
  recovering_replica_answers: { replicaSet: replication.withReadsWhileRecovering },
  stale_generation_accepted: { replicaSet: replication.withoutFence },
  last_entry_skipped: { peer: replication.withLastEntrySkipped },
  clock_mark_not_kept: { topologyStore: replication.withoutClockMark },
  eviction_after_ack: { coordinator: replication.withHastyEvictions },
  dropped_before_in_sync: { topologyStore: control.withHastyDrops },
  resumed_copy_loses_its_tail: control.resumedWithoutTail,
  controller_outlives_its_lease: { coordinator: control.withEndlessLease },
  eviction_without_the_store: { coordinator: control.withEvictionsOfItsOwn },
  one_number_for_all: { topologyStore: control.withOneNumber },
  split_finished_unfilled: { coordinator: splits.withHastyFinish },
  split_without_barrier: { coordinator: splits.withoutBarrier },
  writes_not_split: { coordinator: splits.withWritesToOneOnly },
  split_searched_twice: { coordinator: splits.withBothSearched },
  split_counted_twice: { coordinator: splits.withBothCounted },
  split_listed_twice: { coordinator: splits.withBothListed },
  reads_end_at_the_switch: { coordinator: splits.withoutHeirs },
  retired_kept: { coordinator: splits.withRetiredKept },
} satisfies Record<string, Partial<BugHooks> | (() => Partial<BugHooks>)>;

export type PlantedBug = keyof typeof bugs;
export const plantedBugNames = Object.keys(bugs) as PlantedBug[];

export function hooksFor(bug: PlantedBug | undefined): BugHooks {
  if (bug === undefined) return sound;
  const planted = bugs[bug];
  return { ...sound, ...(typeof planted === 'function' ? planted() : planted) };
}
