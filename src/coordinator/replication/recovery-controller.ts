/**
 * Decides what becomes of replicas that are not, or should not be, in sync. Pure: the topology and
 * what nodes report go in, actions come out, each a change of the topology. So any coordinator can go
 * on where another one ended.
 *
 *   evict       an in-sync replica that its node reports damaged or missing, while another one in
 *               sync is known to be whole; the last one is never touched
 *   set_source  from whom it copies: the in-sync replica whose node is up and has the least to do,
 *               so many copies at a time per node; what restores copies first, and nothing that
 *               moves while moves are paused
 *   await       its node found it equal to its source, and it can be searched. Writes may have passed
 *               it by, so in the next generation they wait for it, and it compares everything again
 *   promote     it was found equal again in that generation, and missed no write of it
 *   start_over  it is stuck, or away while writes wait for it: the next generation makes it begin
 *               anew, and waits for it no more
 */
import type { NodeId } from '../../base/ids.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import { isWhole } from '../nodes/replica-conditions.js';
import type { ReplicaRef } from '../topology/replica-transitions.js';
import type { PartitionEntry, ReplicaEntry, Topology } from '../topology/topology.js';

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
  return move.cause === 'balance' ? 2 : 1;
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
    const waiting: { ref: ReplicaRef; entry: PartitionEntry; urgency: number }[] = [];
    for (const { id: collectionId, state, partitions } of topology.collections.values()) {
      if (state !== 'ready') continue;
      partitions.forEach((entry, partition) => {
        this.#evictDamaged(entry, collectionId, partition);
        for (const replica of entry.replicas) {
          const ref = { collectionId, partition, nodeId: replica.nodeId };
          if (replica.state !== 'recovering') continue;
          const isHeld = topology.areMovesPaused && replica.move && !replica.isAwaited;
          if (isHeld) this.#takeSource(ref, replica);
          else if (!this.#advance(ref, replica, entry)) {
            waiting.push({ ref, entry, urgency: urgencyOf(replica) });
          }
        }
      });
    }
    waiting.sort((a, b) => a.urgency - b.urgency);
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
  #advance(ref: ReplicaRef, replica: ReplicaEntry, entry: PartitionEntry): boolean {
    const { source, isAwaited } = replica;
    const { generation, replicas } = entry;
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
    const isInSync = replicas.some((r) => r.nodeId === source && r.state === 'in_sync');
    if (source === undefined || !isInSync || !this.#isWhole({ ...ref, nodeId: source })) {
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

  #giveSource(ref: ReplicaRef, { replicas }: PartitionEntry): void {
    const known = replicas.find(({ nodeId }) => nodeId === ref.nodeId)?.source;
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
    return isWhole(this.#report(ref)?.condition);
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
