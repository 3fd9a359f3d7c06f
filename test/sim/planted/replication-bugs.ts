/** Bugs of replication: what replicas take over, report and refuse, and what the store remembers. */
import type { Partition } from '../../../shards/partition.js';
import { type ReplicaSet, replicaName } from '../../../shards/replica-set.js';
import { DIGEST_BUCKET_COUNT } from '../../../src/base/hash64.js';
import type { Coordinator } from '../../../src/coordinator/coordinator.js';
import type { TopologyStore } from '../../../src/coordinator/topology/topology-store.js';
import type { LinkReply } from '../../../src/wire/link-messages.js';
import { type RecoveryPeer, refusedAs } from '../../../src/wire/recovery-messages.js';

/** A replica that copies says that it is equal. */
export function withEarlyEquality(reply: LinkReply): LinkReply {
  if (reply.kind !== 'heartbeat') return reply;
  const replicas = reply.replicas.map((report) => {
    if (report.recovery === undefined) return report;
    return { ...report, recovery: { ...report.recovery, phase: 'equal' as const } };
  });
  return { ...reply, replicas };
}

const REFUSALS = 8;

/** A source that answers only after a while, so that a copy is not over before anyone looks. */
export function withShySource(peer: RecoveryPeer): RecoveryPeer {
  let refusalsLeft = REFUSALS;
  return {
    ask: async (question) => {
      refusalsLeft -= 1;
      return refusalsLeft >= 0 ? refusedAs('unavailable', 'not now') : peer.ask(question);
    },
    close: () => peer.close(),
  };
}

/** Of 1,024 buckets only the first half is compared. */
export function withHalfADigest(partition: Partition): Partition {
  const { contents } = partition;
  const digest = contents.digest.bind(contents);
  contents.digest = async (horizon) => (await digest(horizon)).fill(0n, DIGEST_BUCKET_COUNT / 2);
  return partition;
}

/** While it recovers a replica acknowledges live writes, and leaves them to the copying. */
export function withLiveWritesLost(partition: Partition): Partition {
  const write = partition.write.bind(partition);
  partition.write = (queued) => {
    if (!partition.contents.isRecovering) return write(queued);
    const { version, ops } = queued;
    partition.contents.noteWrite(version, ops);
    queued.done(
      'ok',
      '',
      ops.map(() => ({ isApplied: true, existed: false, version })),
    );
    return { cancel: () => false };
  };
  return partition;
}

/** A replica that recovers answers reads, and the coordinator is told that it is level. */
export function withReadsWhileRecovering(set: ReplicaSet): ReplicaSet {
  set.findReadable = (collection, partition, generation) =>
    set.find(collection, partition, generation);
  return set;
}

/** Whatever replica set a request was planned for, it is carried out. */
export function withoutFence(set: ReplicaSet): ReplicaSet {
  const find = set.find.bind(set);
  set.find = (collection, partition, generation) => {
    const found = find(collection, partition, generation);
    if (found.status !== 'stale_generation') return found;
    for (const replica of set.fencedReplicas()) {
      if (replica.name !== replicaName(collection, partition)) continue;
      return { status: 'ok', partition: replica.partition };
    }
    return found;
  };
  return set;
}

/** The last entry of every list is not sent. */
export function withLastEntrySkipped(peer: RecoveryPeer): RecoveryPeer {
  return {
    ask: async (question) => {
      const answer = await peer.ask(question);
      if (answer.kind !== 'entries') return answer;
      return { ...answer, entries: answer.entries.slice(0, -1) };
    },
    close: () => peer.close(),
  };
}

/** The store as it is, but for what `changes` says. */
export function over(store: TopologyStore, changes: Partial<TopologyStore>): TopologyStore {
  return {
    isShared: store.isShared,
    load: () => store.load(),
    compareAndSwap: (expected, next) => store.compareAndSwap(expected, next),
    watch: (listener) => store.watch(listener),
    takeController: (ttlMs) => store.takeController(ttlMs),
    claimCoordinatorId: () => store.claimCoordinatorId(),
    saveClockMark: (mark) => store.saveClockMark(mark),
    loadClockMark: () => store.loadClockMark(),
    close: () => store.close(),
    ...changes,
  };
}

export function withoutClockMark(store: TopologyStore): TopologyStore {
  return over(store, { saveClockMark: async () => {} });
}

/** A write is acknowledged before its replica that failed is out of the in-sync set. */
export function withHastyEvictions(coordinator: Coordinator): void {
  const { inSync } = coordinator;
  const evict = inSync.evict.bind(inSync);
  inSync.evict = async (ref, cause) => {
    void evict(ref, cause);
    return { status: 'evicted' };
  };
}
