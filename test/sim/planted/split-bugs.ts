/** Bugs of splits: documents lost on the way, found twice, or not found at the switch. */
import { compareHits } from '../../../src/base/hit-order.js';
import { compareUtf8 } from '../../../src/base/utf8-order.js';
import type { Coordinator } from '../../../src/coordinator/coordinator.js';
import { finishSplit } from '../../../src/coordinator/topology/split-transitions.js';
import {
  type CollectionEntry,
  fillingOf,
  makeTopology,
  type PartitionEntry,
  type Topology,
} from '../../../src/coordinator/topology/topology.js';
import type {
  Transition,
  TransitionResult,
} from '../../../src/coordinator/topology/topology-transitions.js';

/** Writes go to the collection that is split alone. */
export function withWritesToOneOnly({ topology }: Coordinator): void {
  const current = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(topology), 'current');
  Object.defineProperty(topology, 'current', {
    get: () => ({ ...(current?.get?.call(topology) as Topology), fillingIds: new Map() }),
  });
}

/** What a transition makes of a topology is changed before it is stored. */
function changing(
  { topology }: Coordinator,
  change: (before: Topology, after: Topology) => TransitionResult,
): void {
  const update = topology.update.bind(topology);
  topology.update = (transition: Transition) =>
    update((before) => {
      const result = transition(before);
      return result.kind === 'changed' ? change(before, result.topology) : result;
    });
}

function withCollections(topology: Topology, edit: (entry: CollectionEntry) => CollectionEntry) {
  const { clusterId, epoch, nodes, collections, areMovesPaused } = topology;
  const edited = [...collections.values()].map(edit);
  return makeTopology(clusterId, epoch, nodes.values(), edited, areMovesPaused);
}

/** A split takes over as soon as the first of its replicas copies; all are said to be filled. */
export function withHastyFinish(coordinator: Coordinator): void {
  changing(coordinator, (_, after) => {
    const begun = [...after.fillingIds.values()].filter((id) =>
      after.collections.get(id)?.partitions.some(({ replicas }) => {
        return replicas.some(({ source }) => source !== undefined);
      }),
    );
    let topology = after;
    for (const id of begun) {
      const filled = withCollections(topology, (entry) =>
        entry.id === id ? inSync(entry) : entry,
      );
      const finished = finishSplit(filled, id);
      if (finished.kind === 'changed') topology = finished.topology;
    }
    return { kind: 'changed', topology };
  });
}

function inSync(entry: CollectionEntry): CollectionEntry {
  const partitions = entry.partitions.map(({ generation, replicas }) => ({
    generation: generation + 1,
    replicas: replicas.map(({ nodeId }) => ({ nodeId, state: 'in_sync' as const })),
  }));
  return { ...entry, partitions };
}

/** A filling replica is awaited without another generation of the partition that it copies from. */
export function withoutBarrier(coordinator: Coordinator): void {
  changing(coordinator, (before, after) => {
    const topology = withCollections(after, (entry) => {
      const former = before.collections.get(entry.id);
      if (former === undefined || fillingOf(after, entry.id) === undefined) return entry;
      const partitions = entry.partitions.map((partition, i) => {
        const was = former.partitions[i];
        if (was === undefined || shown(was) !== shown(partition)) return partition;
        return { ...partition, generation: was.generation };
      });
      return { ...entry, partitions };
    });
    return { kind: 'changed', topology };
  });
}

function shown({ replicas }: PartitionEntry): string {
  return replicas.map(({ nodeId, state, isAwaited }) => [nodeId, state, isAwaited]).join();
}

/** The collection whose place was taken stays for ever. */
export function withRetiredKept(coordinator: Coordinator): void {
  changing(coordinator, (before, after) => {
    const isForgotten = [...before.collections.values()].some(({ id, state }) => {
      return state === 'retired' && !after.collections.has(id);
    });
    return isForgotten
      ? { kind: 'unchanged', topology: before }
      : { kind: 'changed', topology: after };
  });
}

/** A search asks both collections. */
export function withBothSearched({ searches, topology }: Coordinator): void {
  const search = searches.search.bind(searches);
  searches.search = async (collection, wanted, context) => {
    const answer = await search(collection, wanted, context);
    const filling = fillingOf(topology.current, collection.id);
    if (filling === undefined) return answer;
    const again = { ...wanted, vector: wanted.vector.slice() };
    const other = await search(filling, again, context).catch(() => undefined);
    const hits = [...answer.hits, ...(other?.hits ?? [])].sort(compareHits).slice(0, wanted.topK);
    return { ...answer, hits };
  };
}

/** A count counts both collections. */
export function withBothCounted({ reads, topology }: Coordinator): void {
  const count = reads.count.bind(reads);
  reads.count = async (collection, context) => {
    const counted = await count(collection, context);
    const filling = fillingOf(topology.current, collection.id);
    return counted + (filling === undefined ? 0 : await count(filling, context).catch(() => 0));
  };
}

/** A list lists both collections. */
export function withBothListed({ reads, topology }: Coordinator): void {
  const list = reads.list.bind(reads);
  reads.list = async (collection, ...rest) => {
    const page = await list(collection, ...rest);
    const filling = fillingOf(topology.current, collection.id);
    if (filling === undefined) return page;
    const other = await list(filling, ...rest).catch(() => undefined);
    const documents = [...page.documents, ...(other?.documents ?? [])];
    return { ...page, documents: documents.sort((a, b) => compareUtf8(a.id, b.id)) };
  };
}

/** A read that meets the switch fails, as if the collection were gone. */
export function withoutHeirs({ router }: Coordinator): void {
  router.heirOf = () => undefined;
}
