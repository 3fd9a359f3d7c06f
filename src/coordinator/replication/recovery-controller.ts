/**
 * Decides what becomes of replicas that are not, or should not be, in sync. Pure: the topology and
 * what nodes report go in, actions come out, each a change of the topology. So any coordinator can go
 * on where another one ended.
 *
 *   evict       an in-sync replica that its node reports damaged or missing, while another one in
 *               sync is known to be whole and open; the last one is never touched
 *   set_source  from whom it copies: the in-sync replica whose node is up and has the least to do,
 *               so many copies at a time per node; what restores copies first, and nothing that
 *               moves while moves are paused
 *   await       its node found it equal to its source, and it can be searched. Writes may have passed
 *               it by, so in the next generation they wait for it, and it compares everything again
 *   promote     it was found equal again in that generation, and missed no write of it
 *   start_over  it is stuck, or away while writes wait for it: the next generation makes it begin
 *               anew, and waits for it no more
 *
 * Replicas of a filling collection recover likewise, from those of the partition that they are to
 * relieve, if they can from the one on their own node.
 */
import type { NodeId } from '../../base/ids.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import { isSearchable, isWhole } from '../nodes/replica-conditions.js';
import { parentPartition, type ReplicaRef } from '../topology/replica-transitions.js';
import type {
  CollectionEntry,
  PartitionEntry,
  ReplicaEntry,
  Topology,
} from '../topology/topology.js';

export interface RecoveryOptions {
  /** Copies that one node takes part in at a time, on either side. Default 2. */
  copiesPerNodeMax: number;
  /** Pause between two starts of one recovery, in milliseconds. Default 500. */
  startOverPauseMs: number;
  /** Rounds without any progress after which a recovery starts over. Default 8, about 4 s. */
  idleRoundsMax: number;
}

export const defaultRecoveryOptions: RecoveryOptions = {
  copiesPerNodeMax: 2,
  startOverPauseMs: 500,
  idleRoundsMax: 8,
};

/** A node as the controller sees it. */
export interface NodeView {
  isUp: boolean;
  /** Outstanding work. */
  load: number;
  report(ref: ReplicaRef): ReplicaReport | undefined;
}

export interface RecoveryMemory {
  /** When each was started over last, by {@link refKey}, on the monotonic clock. */
  startedOverAtMs: ReadonlyMap<string, number>;
}

export type RecoveryAction =
  | { kind: 'evict'; ref: ReplicaRef; reason: 'corrupt' | 'missing' }
  | { kind: 'set_source'; ref: ReplicaRef; source: NodeId | undefined }
  | { kind: 'await' | 'promote'; ref: ReplicaRef; generation: number }
  | { kind: 'start_over'; ref: ReplicaRef; generation: number; reason: 'stuck' | 'away' };

export function refKey({ collectionId, partition, nodeId }: ReplicaRef): string {
  return `${collectionId}/${partition}/${nodeId}`;
}

export function decideRecovery(
  topology: Topology,
  nodes: (nodeId: NodeId) => NodeView | undefined,
  memory: RecoveryMemory,
  nowMs: number,
  options: RecoveryOptions,
): RecoveryAction[] {
  return new Decision(nodes, memory, nowMs, options).decide(topology);
}

/** Copies that should be there go before those that are only to be elsewhere. */
function urgencyOf({ move }: ReplicaEntry): number {
  if (move === undefined || move.cause === 'lost' || move.cause === 'copies') return 0;
  if (move.cause === 'split') return 3;
  return move.cause === 'balance' ? 2 : 1;
}

/** What a recovering replica may copy from. */
interface Origin {
  collectionId: ReplicaRef['collectionId'];
  partition: number;
  replicas: readonly ReplicaEntry[];
}

class Decision {
  readonly #nodes: (nodeId: NodeId) => NodeView | undefined;
  readonly #memory: RecoveryMemory;
  readonly #nowMs: number;
  readonly #options: RecoveryOptions;
  readonly #actions: RecoveryAction[] = [];
  readonly #copies = new Map<NodeId, number>();

  constructor(
    nodes: (nodeId: NodeId) => NodeView | undefined,
    memory: RecoveryMemory,
    nowMs: number,
    options: RecoveryOptions,
  ) {
    this.#nodes = nodes;
    this.#memory = memory;
    this.#nowMs = nowMs;
    this.#options = options;
  }

  decide(topology: Topology): RecoveryAction[] {
    const waiting: { ref: ReplicaRef; replica: ReplicaEntry; origin: Origin }[] = [];
    for (const collection of topology.collections.values()) {
      const { id: collectionId, state, partitions } = collection;
      if (state !== 'ready' && state !== 'filling') continue;
      partitions.forEach((entry, partition) => {
        const origin = originOf(topology, collection, entry, partition);
        this.#evictDamaged(entry, collectionId, partition, state === 'filling');
        for (const replica of entry.replicas) {
          const ref = { collectionId, partition, nodeId: replica.nodeId };
          if (replica.state !== 'recovering') continue;
          const isHeld = topology.areMovesPaused && replica.move && !replica.isAwaited;
          if (isHeld) this.#takeSource(ref, replica);
          else if (!this.#advance(ref, replica, entry.generation, origin)) {
            waiting.push({ ref, replica, origin });
          }
        }
      });
    }
    waiting.sort((a, b) => urgencyOf(a.replica) - urgencyOf(b.replica));
    for (const { ref, replica, origin } of waiting) this.#giveSource(ref, replica, origin);
    return this.#actions;
  }

  #evictDamaged(
    { replicas }: PartitionEntry,
    collectionId: ReplicaRef['collectionId'],
    partition: number,
    isElsewhere: boolean,
  ): void {
    const inSync = replicas.filter(({ state }) => state === 'in_sync');
    const refOf = (nodeId: NodeId): ReplicaRef => ({ collectionId, partition, nodeId });
    // Of one that is still being opened nobody knows.
    const isWhole = (nodeId: NodeId) => {
      return this.#isWhole(refOf(nodeId)) && isSearchable(this.#report(refOf(nodeId))?.condition);
    };
    const damaged = inSync.find(({ nodeId }) => this.#damageOf(refOf(nodeId)) !== undefined);
    const hasWhole = isElsewhere || inSync.some(({ nodeId }) => isWhole(nodeId));
    if (damaged === undefined || !hasWhole) return;
    const ref = refOf(damaged.nodeId);
    const reason = this.#damageOf(ref);
    if (reason !== undefined) this.#actions.push({ kind: 'evict', ref, reason });
  }

  /** True when there is nothing to be done about its source. */
  #advance(ref: ReplicaRef, replica: ReplicaEntry, generation: number, origin: Origin): boolean {
    const { source, isAwaited } = replica;
    if (this.#nodes(ref.nodeId)?.isUp !== true) {
      this.#takeSource(ref, replica);
      if (isAwaited) this.#startOver(ref, generation, 'away');
      return true;
    }
    const report = this.#report(ref);
    const recovery = report?.recovery;
    const isCurrent = recovery?.generation === generation;
    if (isCurrent && recovery.idleRoundCount >= this.#options.idleRoundsMax) {
      this.#startOver(ref, generation, 'stuck');
      return true;
    }
    if (isCurrent && recovery.phase === 'equal') {
      // Being searchable may take it a little longer.
      const kind = isAwaited ? 'promote' : 'await';
      if (report?.condition === 'open') this.#actions.push({ kind, ref, generation });
      return true;
    }
    const isInSync = origin.replicas.some((r) => r.nodeId === source && r.state === 'in_sync');
    if (source === undefined || !isInSync || !this.#isWhole(sourceRef(origin, source))) {
      return false;
    }
    this.#countCopy(ref.nodeId, source);
    return true;
  }

  #takeSource(ref: ReplicaRef, { source }: ReplicaEntry): void {
    if (source !== undefined) this.#actions.push({ kind: 'set_source', ref, source: undefined });
  }

  #startOver(ref: ReplicaRef, generation: number, reason: 'stuck' | 'away'): void {
    const lastAtMs = this.#memory.startedOverAtMs.get(refKey(ref)) ?? Number.NEGATIVE_INFINITY;
    if (this.#nowMs - lastAtMs < this.#options.startOverPauseMs) return;
    this.#actions.push({ kind: 'start_over', ref, generation, reason });
  }

  #giveSource(ref: ReplicaRef, { source: known }: ReplicaEntry, origin: Origin): void {
    const candidates = origin.replicas
      .filter(({ nodeId, state }) => {
        const isWhole = state === 'in_sync' && this.#isWhole(sourceRef(origin, nodeId));
        return isWhole && this.#hasRoom(nodeId);
      })
      .map(({ nodeId }) => {
        const load = nodeId === ref.nodeId ? -1 : (this.#nodes(nodeId)?.load ?? 0);
        return { nodeId, load };
      })
      .sort((a, b) => a.load - b.load || (a.nodeId < b.nodeId ? -1 : 1));
    const source = this.#hasRoom(ref.nodeId) ? candidates[0]?.nodeId : undefined;
    if (source !== undefined) this.#countCopy(ref.nodeId, source);
    if (source !== known) this.#actions.push({ kind: 'set_source', ref, source });
  }

  #damageOf(ref: ReplicaRef): 'corrupt' | 'missing' | undefined {
    if (this.#nodes(ref.nodeId)?.isUp !== true) return undefined;
    const condition = this.#report(ref)?.condition;
    return condition === 'corrupt' || condition === 'missing' ? condition : undefined;
  }

  #isWhole(ref: ReplicaRef): boolean {
    if (this.#nodes(ref.nodeId)?.isUp !== true) return false;
    return isWhole(this.#report(ref)?.condition);
  }

  #report(ref: ReplicaRef): ReplicaReport | undefined {
    return this.#nodes(ref.nodeId)?.report(ref);
  }

  #hasRoom(nodeId: NodeId): boolean {
    return (this.#copies.get(nodeId) ?? 0) < this.#options.copiesPerNodeMax;
  }

  #countCopy(...nodeIds: NodeId[]): void {
    for (const nodeId of new Set(nodeIds)) {
      this.#copies.set(nodeId, (this.#copies.get(nodeId) ?? 0) + 1);
    }
  }
}

function originOf(
  { collections }: Topology,
  collection: CollectionEntry,
  { replicas }: PartitionEntry,
  partition: number,
): Origin {
  const { id: collectionId, splitOf, state } = collection;
  if (state !== 'filling') return { collectionId, partition, replicas };
  const split = splitOf && collections.get(splitOf);
  if (split === undefined) return { collectionId, partition, replicas: [] };
  const parent = parentPartition(partition, split, collection);
  const relieved = split.partitions[parent]?.replicas ?? [];
  return { collectionId: split.id, partition: parent, replicas: relieved };
}

function sourceRef({ collectionId, partition }: Origin, nodeId: NodeId): ReplicaRef {
  return { collectionId, partition, nodeId };
}
