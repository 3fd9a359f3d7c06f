/** Bugs of several coordinators, and of the moves that one of them makes. */
import type { Partition } from '../../../shards/partition.js';
import type { Coordinator } from '../../../src/coordinator/coordinator.js';
import {
  type CollectionEntry,
  makeTopology,
  type PartitionEntry,
  type Topology,
} from '../../../src/coordinator/topology/topology.js';
import type { TopologyStore } from '../../../src/coordinator/topology/topology-store.js';
import type { RecoveryPeer } from '../../../src/wire/recovery-messages.js';
import type { BugHooks } from '../planted-bugs.js';
import { soundStoreParts } from '../sim-replica-home.js';
import { over } from './replication-bugs.js';

/** A move drops what it relieves as soon as it begins. */
export function withHastyDrops(store: TopologyStore): TopologyStore {
  return over(store, {
    compareAndSwap: (expected, next) => store.compareAndSwap(expected, withoutRelieved(next)),
  });
}

function withoutRelieved({ clusterId, epoch, nodes, collections, areMovesPaused }: Topology) {
  const edit = (collection: CollectionEntry): CollectionEntry => {
    return { ...collection, partitions: collection.partitions.map(dropRelieved) };
  };
  const edited = [...collections.values()].map(edit);
  return makeTopology(clusterId, epoch, nodes.values(), edited, areMovesPaused);
}

function dropRelieved(entry: PartitionEntry): PartitionEntry {
  const relieved = new Set(entry.replicas.map(({ move }) => move?.from));
  const replicas = entry.replicas.filter(({ nodeId }) => !relieved.has(nodeId));
  const hasDropped = replicas.length < entry.replicas.length;
  return hasDropped ? { ...entry, generation: entry.generation + 1, replicas } : entry;
}

/** Once the controller, a coordinator takes itself for it for ever. */
export function withEndlessLease({ election }: Coordinator): void {
  const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(election), 'isController');
  let hasBeen = false;
  Object.defineProperty(election, 'isController', {
    get: () => {
      hasBeen ||= own?.get?.call(election) === true;
      return hasBeen;
    },
  });
}

/** A replica counts as taken out, although the store could not be told. */
export function withEvictionsOfItsOwn({ inSync }: Coordinator): void {
  const evict = inSync.evict.bind(inSync);
  inSync.evict = (ref, cause) =>
    new Promise((resolve) => {
      void evict(ref, cause, () => resolve({ status: 'evicted' })).then(resolve);
    });
}

/** All coordinators have one number. */
export function withOneNumber(store: TopologyStore): TopologyStore {
  return over(store, { claimCoordinatorId: async () => 0 });
}

/** A copy that goes on where another one ended takes what it has for all there is. */
export function resumedWithoutTail(): Partial<BugHooks> {
  const digests = new Map<string, BigUint64Array>();
  const peer = (sound: RecoveryPeer): RecoveryPeer => ({
    ask: async (question) => {
      const answer = await sound.ask(question);
      if (answer.kind === 'digest' && 'target' in question) {
        const { collection, partition } = question.target;
        digests.set(`${collection}/${partition}`, answer.digest);
      }
      return answer;
    },
    close: () => sound.close(),
  });
  const partition = (sound: Partition, key: string): Partition => {
    const { contents } = sound;
    const digest = contents.digest.bind(contents);
    const begin = contents.beginRecovery.bind(contents);
    let isResumed = false;
    contents.beginRecovery = (isComplete) => {
      isResumed = contents.documentCount > 0;
      begin(isComplete);
    };
    contents.digest = async (horizon) => {
      const other = isResumed && contents.isRecovering ? digests.get(key) : undefined;
      return other?.slice() ?? digest(horizon);
    };
    return sound;
  };
  return { peer, storeParts: { ...soundStoreParts, partition } };
}
