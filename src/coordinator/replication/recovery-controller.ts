/**
 * Decides what becomes of replicas that are not, or should not be, in sync. Pure: the topology, what
 * nodes report and what is remembered go in, actions come out. All of it can be had anew after a
 * restart, so a coordinator that dies in between leaves nothing to clean up.
 *
 *   evict       an in-sync replica that its node reports damaged or missing, while another one in
 *               sync is known to be whole; the last one is never touched
 *   start_over  a recovering replica that missed a live write, or may have, or is stuck: the next
 *               generation makes it compare everything again
 *   set_source  from whom it copies: the in-sync replica whose node is up and has the least to do,
 *               so many copies at a time per node
 *   promote     its node found it equal to its source in the present generation, and it can be
 *               searched
 */
import type { NodeId } from '../../base/ids.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import type { ReplicaRef } from '../topology/replica-transitions.js';
import type { PartitionEntry, Topology } from '../topology/topology.js';

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
  /** By {@link refKey}: from whom each recovering replica copies. */
  sources: ReadonlyMap<string, NodeId>;
  /** Replicas that missed a live write, or may have. */
  mustStartOver: ReadonlySet<string>;
  /** When each was started over last, on the monotonic clock. */
  startedOverAtMs: ReadonlyMap<string, number>;
}

export type RecoveryAction =
  | { kind: 'evict'; ref: ReplicaRef; reason: 'corrupt' | 'missing' }
  | { kind: 'start_over'; ref: ReplicaRef; generation: number; reason: 'missed_write' | 'stuck' }
  | { kind: 'set_source'; ref: ReplicaRef; source: NodeId | undefined }
  | { kind: 'promote'; ref: ReplicaRef };

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
    const waiting: { ref: ReplicaRef; entry: PartitionEntry }[] = [];
    for (const { id: collectionId, state, partitions } of topology.collections.values()) {
      if (state !== 'ready') continue;
      partitions.forEach((entry, partition) => {
        this.#evictDamaged(entry, collectionId, partition);
        for (const replica of entry.replicas) {
          const ref = { collectionId, partition, nodeId: replica.nodeId };
          if (replica.state !== 'recovering') continue;
          if (!this.#advance(ref, entry)) waiting.push({ ref, entry });
        }
      });
    }
    for (const { ref, entry } of waiting) this.#giveSource(ref, entry);
    return this.#actions;
  }

  #evictDamaged(
    { replicas }: PartitionEntry,
    collectionId: ReplicaRef['collectionId'],
    partition: number,
  ): void {
    const inSync = replicas.filter(({ state }) => state === 'in_sync');
    const refOf = (nodeId: NodeId): ReplicaRef => ({ collectionId, partition, nodeId });
    const isWhole = (nodeId: NodeId) => this.#isWhole(refOf(nodeId));
    const damaged = inSync.find(({ nodeId }) => this.#damageOf(refOf(nodeId)) !== undefined);
    if (damaged === undefined || !inSync.some(({ nodeId }) => isWhole(nodeId))) return;
    const ref = refOf(damaged.nodeId);
    const reason = this.#damageOf(ref);
    if (reason !== undefined) this.#actions.push({ kind: 'evict', ref, reason });
  }

  /** True when there is nothing to be done about its source. */
  #advance(ref: ReplicaRef, { generation, replicas }: PartitionEntry): boolean {
    const key = refKey(ref);
    const source = this.#memory.sources.get(key);
    const isUp = this.#nodes(ref.nodeId)?.isUp === true;
    if (!isUp) {
      if (source !== undefined) this.#actions.push({ kind: 'set_source', ref, source: undefined });
      return true;
    }
    const report = this.#report(ref);
    const recovery = report?.recovery;
    const isCurrent = recovery?.generation === generation;
    const isStuck = isCurrent && recovery.idleRoundCount >= this.#options.idleRoundsMax;
    if (this.#memory.mustStartOver.has(key) || isStuck) {
      this.#startOver(ref, generation, isStuck ? 'stuck' : 'missed_write');
      return true;
    }
    if (isCurrent && recovery.phase === 'equal') {
      // Being searchable may take it a little longer.
      if (report?.condition === 'open') this.#actions.push({ kind: 'promote', ref });
      return true;
    }
    const isInSync = replicas.some((r) => r.nodeId === source && r.state === 'in_sync');
    if (source === undefined || !isInSync || !this.#isWhole({ ...ref, nodeId: source })) {
      return false;
    }
    this.#countCopy(ref.nodeId, source);
    return true;
  }

  #startOver(ref: ReplicaRef, generation: number, reason: 'missed_write' | 'stuck'): void {
    const lastAtMs = this.#memory.startedOverAtMs.get(refKey(ref)) ?? Number.NEGATIVE_INFINITY;
    if (this.#nowMs - lastAtMs < this.#options.startOverPauseMs) return;
    this.#actions.push({ kind: 'start_over', ref, generation, reason });
  }

  #giveSource(ref: ReplicaRef, { replicas }: PartitionEntry): void {
    const known = this.#memory.sources.get(refKey(ref));
    const candidates = replicas
      .filter(({ nodeId, state }) => {
        return state === 'in_sync' && this.#isWhole({ ...ref, nodeId }) && this.#hasRoom(nodeId);
      })
      .map(({ nodeId }) => ({ nodeId, load: this.#nodes(nodeId)?.load ?? 0 }))
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
    const condition = this.#report(ref)?.condition;
    return condition === 'open' || condition === 'loading';
  }

  #report(ref: ReplicaRef): ReplicaReport | undefined {
    return this.#nodes(ref.nodeId)?.report(ref);
  }

  #hasRoom(nodeId: NodeId): boolean {
    return (this.#copies.get(nodeId) ?? 0) < this.#options.copiesPerNodeMax;
  }

  #countCopy(...nodeIds: NodeId[]): void {
    for (const nodeId of nodeIds) this.#copies.set(nodeId, (this.#copies.get(nodeId) ?? 0) + 1);
  }
}
