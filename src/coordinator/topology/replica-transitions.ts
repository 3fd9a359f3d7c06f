/**
 * Changes of one partition's replica set. Each raises the partition's generation by one, and nodes
 * refuse requests of older generations: whoever still acts on the old set is stopped by the first
 * node that knows better, without disturbing other partitions.
 *
 * The last in-sync replica is never taken away: it alone is known to hold every acknowledged write.
 * Those of a collection that is filling may all be: the one that it splits holds everything.
 */
import type { CollectionId, Generation, NodeId, Partition } from '../../base/ids.js';
import { withRisenMinInSync } from './in-sync-floor.js';
import type {
  CollectionEntry,
  PartitionEntry,
  ReplicaEntry,
  ReplicaMove,
  ReplicaState,
  Topology,
} from './topology.js';
import { changed, noCollection, refused, type TransitionResult } from './topology-transitions.js';

/** Which replica is meant. */
export interface ReplicaRef {
  collectionId: CollectionId;
  partition: Partition;
  nodeId: NodeId;
}

export function setReplicaState(
  topology: Topology,
  ref: ReplicaRef,
  state: ReplicaState,
): TransitionResult {
  return editPartition(topology, ref, ({ replicas }, collection) => {
    const replica = replicas.find((r) => r.nodeId === ref.nodeId);
    if (replica === undefined) return refused('replica_not_found', `no replica of ${show(ref)}`);
    if (replica.state === state && replica.isAwaited !== true) {
      return { kind: 'unchanged', topology };
    }
    const isNeeded = collection.state !== 'filling' && isLastInSync(replicas, ref.nodeId);
    if (state !== 'in_sync' && isNeeded) return lastInSync(ref);
    return replicas.map((r) => (r.nodeId === ref.nodeId ? { ...resting(r), state } : r));
  });
}

/**
 * From the next generation on writes wait for this replica as if it were in sync. What was written
 * before is at its source once that knows this generation, so what it compares from then on is all
 * that it may lack. Nothing changes unless it recovers in `generation` now.
 *
 * The source of a replica of a filling collection is one of the collection that it splits, so it is
 * that partition, too, whose next generation stops writers which do not know that they must wait.
 */
export function awaitReplica(
  topology: Topology,
  ref: ReplicaRef,
  generation: Generation,
): TransitionResult {
  const awaited = editRecovering(topology, ref, generation, (replica) => {
    return replica.isAwaited ? undefined : { ...replica, isAwaited: true };
  });
  const filling = topology.collections.get(ref.collectionId);
  if (awaited.kind !== 'changed' || filling?.state !== 'filling') return awaited;
  const split = filling.splitOf && topology.collections.get(filling.splitOf);
  if (split === undefined) return awaited;
  const partition = parentPartition(ref.partition, split, filling);
  return editPartition(
    awaited.topology,
    { ...ref, collectionId: split.id, partition },
    ({ replicas }) => replicas,
  );
}

/** The partition whose documents go into this one of the filling collection, among others. */
export function parentPartition(
  partition: Partition,
  split: CollectionEntry,
  filling: CollectionEntry,
): Partition {
  return Math.floor((partition * split.partitions.length) / filling.partitions.length);
}

/** Puts a replica in sync that was found equal in `generation`, while writes waited for it. */
export function promoteReplica(
  topology: Topology,
  ref: ReplicaRef,
  generation: Generation,
): TransitionResult {
  return editRecovering(topology, ref, generation, (replica) => {
    return replica.isAwaited ? { ...resting(replica), state: 'in_sync' } : undefined;
  });
}

/** Tells from whom a recovering replica copies. No new generation: none is stopped by this. */
export function setRecoverySource(
  topology: Topology,
  ref: ReplicaRef,
  source: NodeId | undefined,
): TransitionResult {
  const collection = topology.collections.get(ref.collectionId);
  const entry = collection?.partitions[ref.partition];
  const replica = entry?.replicas.find((r) => r.nodeId === ref.nodeId);
  const isSame = replica?.state !== 'recovering' || replica.source === source;
  if (collection === undefined || entry === undefined || replica === undefined || isSame) {
    return { kind: 'unchanged', topology };
  }
  const { source: _, ...rest } = replica;
  const next = source === undefined ? rest : { ...rest, source };
  const replicas = entry.replicas.map((r) => (r === replica ? next : r));
  const partitions = collection.partitions.with(ref.partition, { ...entry, replicas });
  return changed(topology, { collection: { ...collection, partitions } });
}

/**
 * The operator's way out: makes one replica the only one in sync, whatever the others hold. What was
 * acknowledged without it is given up.
 */
export function forceInSync(topology: Topology, ref: ReplicaRef): TransitionResult {
  return editPartition(topology, ref, ({ replicas }) => {
    if (!replicas.some((r) => r.nodeId === ref.nodeId)) {
      return refused('replica_not_found', `no replica of ${show(ref)}`);
    }
    return replicas.map((replica) => ({
      ...resting(replica),
      state: replica.nodeId === ref.nodeId ? 'in_sync' : 'recovering',
    }));
  });
}

/**
 * The step before {@link forceInSync} for a replica that is damaged: none is in sync, so its node keeps
 * what can be read of it. Whoever does not come to the next step leaves it to the move controller.
 */
export function giveUpInSync(topology: Topology, ref: ReplicaRef): TransitionResult {
  return editPartition(topology, ref, ({ replicas }) => {
    if (!replicas.some((r) => r.nodeId === ref.nodeId)) {
      return refused('replica_not_found', `no replica of ${show(ref)}`);
    }
    if (replicas.every(({ state }) => state === 'recovering'))
      return { kind: 'unchanged', topology };
    return replicas.map((replica) => ({ ...resting(replica), state: 'recovering' }));
  });
}

/**
 * The next generation for a replica that recovers: whatever was done for it in this one counts no
 * more. Nothing changes when another generation than `generation` is in force.
 */
export function startRecoveryOver(
  topology: Topology,
  ref: ReplicaRef,
  generation: Generation,
): TransitionResult {
  return editRecovering(topology, ref, generation, ({ isAwaited: _, ...replica }) => replica);
}

/** Lists a new replica, `recovering`; with `move`: as a step of one. */
export function addReplica(
  topology: Topology,
  ref: ReplicaRef,
  move?: ReplicaMove,
): TransitionResult {
  return editPartition(topology, ref, ({ replicas }) => {
    if (!topology.nodes.has(ref.nodeId)) {
      return refused('node_not_found', `there is no node ${ref.nodeId}`);
    }
    if (replicas.some((r) => r.nodeId === ref.nodeId)) {
      return refused('replica_exists', `there is a replica of ${show(ref)} already`);
    }
    const added: ReplicaEntry = { nodeId: ref.nodeId, state: 'recovering' };
    return [...replicas, move === undefined ? added : { ...added, move }];
  });
}

export function removeReplica(topology: Topology, ref: ReplicaRef): TransitionResult {
  return editPartition(topology, ref, ({ replicas }) => {
    if (!replicas.some((r) => r.nodeId === ref.nodeId)) {
      return refused('replica_not_found', `no replica of ${show(ref)}`);
    }
    if (isLastInSync(replicas, ref.nodeId)) return lastInSync(ref);
    return replicas.filter((r) => r.nodeId !== ref.nodeId);
  });
}

/** Puts a new, `recovering` replica on `replacement` in place of one, which is forgotten at once. */
export function replaceReplica(
  topology: Topology,
  ref: ReplicaRef,
  replacement: NodeId,
): TransitionResult {
  return editPartition(topology, ref, ({ replicas }) => {
    if (!topology.nodes.has(replacement)) {
      return refused('node_not_found', `there is no node ${replacement}`);
    }
    if (!replicas.some((r) => r.nodeId === ref.nodeId)) {
      return refused('replica_not_found', `no replica of ${show(ref)}`);
    }
    if (replicas.some((r) => r.nodeId === replacement)) {
      const held = show({ ...ref, nodeId: replacement });
      return refused('replica_exists', `there is a replica of ${held} already`);
    }
    if (isLastInSync(replicas, ref.nodeId)) return lastInSync(ref);
    const fresh: ReplicaEntry = { nodeId: replacement, state: 'recovering' };
    return replicas.map((r) => (r.nodeId === ref.nodeId ? fresh : r));
  });
}

/** Without what it has only while it recovers. */
function resting({ source: _, isAwaited: __, ...replica }: ReplicaEntry): ReplicaEntry {
  return replica;
}

/** Nothing changes unless the replica recovers in `generation` now, and `edit` has something else. */
function editRecovering(
  topology: Topology,
  ref: ReplicaRef,
  generation: Generation,
  edit: (replica: ReplicaEntry) => ReplicaEntry | undefined,
): TransitionResult {
  return editPartition(topology, ref, (entry) => {
    const replica = entry.replicas.find((r) => r.nodeId === ref.nodeId);
    const isMeant = entry.generation === generation && replica?.state === 'recovering';
    const edited = isMeant ? edit(replica) : undefined;
    if (edited === undefined) return { kind: 'unchanged', topology };
    return entry.replicas.map((r) => (r === replica ? edited : r));
  });
}

/** A move is over: the replica is one like any other. No new generation, since none is stopped. */
export function endMove(topology: Topology, ref: ReplicaRef): TransitionResult {
  const collection = topology.collections.get(ref.collectionId);
  const entry = collection?.partitions[ref.partition];
  const replica = entry?.replicas.find((r) => r.nodeId === ref.nodeId);
  if (collection === undefined || entry === undefined || replica?.move === undefined) {
    return { kind: 'unchanged', topology };
  }
  const { move: _, ...settled } = replica;
  const replicas = entry.replicas.map((r) => (r === replica ? settled : r));
  const partitions = collection.partitions.with(ref.partition, { ...entry, replicas });
  return changed(topology, { collection: { ...collection, partitions } });
}

/** Replaces one partition's replicas by what `edit` makes of them, in the next generation. */
function editPartition(
  topology: Topology,
  ref: ReplicaRef,
  edit: (
    entry: PartitionEntry,
    collection: CollectionEntry,
  ) => readonly ReplicaEntry[] | TransitionResult,
): TransitionResult {
  const collection: CollectionEntry | undefined = topology.collections.get(ref.collectionId);
  const isOver = collection?.state === 'dropping' || collection?.state === 'retired';
  if (collection === undefined || isOver) return noCollection(ref.collectionId);
  const entry = collection.partitions[ref.partition];
  if (entry === undefined) {
    return refused('partition_not_found', `${collection.name} has no partition ${ref.partition}`);
  }
  const edited = edit(entry, collection);
  if ('kind' in edited) return edited;
  const next = { ...entry, generation: entry.generation + 1, replicas: edited };
  const partitions = collection.partitions.with(
    ref.partition,
    withRisenMinInSync(next, collection),
  );
  return changed(topology, { collection: { ...collection, partitions } });
}

function isLastInSync(replicas: readonly ReplicaEntry[], nodeId: NodeId): boolean {
  const inSync = replicas.filter((r) => r.state === 'in_sync');
  return inSync.length === 1 && inSync[0]?.nodeId === nodeId;
}

function lastInSync(ref: ReplicaRef): TransitionResult {
  return refused('last_in_sync_replica', `${show(ref)} is the last replica in sync`);
}

function show({ collectionId, partition, nodeId }: ReplicaRef): string {
  return `partition ${partition} of ${collectionId} on ${nodeId}`;
}
