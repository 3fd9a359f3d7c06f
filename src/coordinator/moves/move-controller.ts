/**
 * Decides the next steps from the placement there is to the one that the ring wants. Pure: the
 * topology, the goals and what is known of nodes go in, steps come out, and moves that have to wait.
 * What is under way is written in the topology, so any coordinator can go on with it.
 *
 *   begin    a new replica is listed, `recovering`; the recovery controller has it copied
 *   finish   it is in sync, and so are enough others: what it relieves is dropped. Here and below others
 *            count when their nodes are there and have them: one may have died with its disk
 *   cancel   it is not wanted, or it is in sync and what it was to relieve is wanted again
 *   drop     a replica too many
 *   adopt    a partition has no replica in sync, because an operator gave the last one up: the fullest
 *            of those there are becomes it
 *   forget   a node that was replaced holds nothing any more
 *
 * What restores lost copies goes before what empties nodes, and that before what merely balances.
 * While copies are being restored nothing is balanced; and a partition that lacks one is not either.
 */
import type { CollectionId, Generation, NodeId } from '../../base/ids.js';
import { refKey } from '../replication/recovery-controller.js';
import { mayDrop, mayFinish } from '../topology/move-transitions.js';
import type { ReplicaRef } from '../topology/replica-transitions.js';
import {
  type CollectionEntry,
  type MoveCause,
  type PartitionEntry,
  type ReplicaEntry,
  replicasOnNode,
  type Topology,
} from '../topology/topology.js';
import { beginMoves, type Candidate } from './begin-moves.js';
import { hasNoNode, reasonHeld, type WaitingMove, type WaitReason } from './move-waits.js';
import type { Goal } from './placement-goal.js';

export interface MoveOptions {
  /** Moves under way at a time; as many again may restore lost copies. Default 8. */
  movesMax: number;
  /** Of those, to one node. Default 2. */
  movesPerNodeMax: number;
}

export const defaultMoveOptions: MoveOptions = { movesMax: 8, movesPerNodeMax: 2 };

/** A node as the controller sees it. */
export interface MoveNodeView {
  isUp: boolean;
  /** Down for so long that what it held is made anew elsewhere. */
  isAway: boolean;
  /** It is up, and has said since it connected that its replica is there and can be read. */
  holds(ref: ReplicaRef): boolean;
  /** Documents of its replica, if that is open. */
  openDocumentCount(ref: ReplicaRef): number | undefined;
}

export interface MoveInputs {
  topology: Topology;
  goal(collection: CollectionId): Goal | undefined;
  node(nodeId: NodeId): MoveNodeView | undefined;
  options: MoveOptions;
}

/** A replica that is to be made, and what it relieves. */
export interface WantedMove {
  ref: ReplicaRef;
  from: NodeId | undefined;
  cause: MoveCause;
}

export type MoveStep =
  | ({ kind: 'begin'; generation: Generation; inSyncMin: number } & WantedMove)
  | { kind: 'finish'; ref: ReplicaRef }
  | { kind: 'cancel'; ref: ReplicaRef }
  | { kind: 'drop'; ref: ReplicaRef }
  | { kind: 'adopt'; ref: ReplicaRef }
  | { kind: 'forget'; nodeId: NodeId };

export interface MoveDecision {
  steps: MoveStep[];
  /** Most urgent first. */
  waiting: WaitingMove[];
  /** Moves under way that do not go on, by {@link refKey}. */
  held: ReadonlyMap<string, WaitReason>;
}

export function decideMoves(inputs: MoveInputs): MoveDecision {
  const steps: MoveStep[] = [];
  const candidates: Candidate[] = [];
  const stranded: WaitingMove[] = [];
  const held = new Map<string, WaitReason>();
  const { topology, goal } = inputs;
  for (const collection of topology.collections.values()) {
    if (collection.state !== 'ready') continue;
    const wanted = goal(collection.id);
    collection.partitions.forEach((entry, partition) => {
      const one = new PartitionDecision(inputs, collection, partition, entry, wanted);
      const step = one.step();
      one.addHeldTo(held);
      if (step !== undefined) {
        steps.push(step);
        return;
      }
      const leaving = one.leaving();
      candidates.push(...one.candidates(leaving));
      stranded.push(...one.stranded(leaving));
    });
  }
  for (const { nodeId, replacedBy, intent } of topology.nodes.values()) {
    if (intent !== 'draining' || replacedBy === undefined) continue;
    if (replicasOnNode(topology, nodeId).length === 0) steps.push({ kind: 'forget', nodeId });
  }
  const waiting = beginMoves(inputs, steps, candidates);
  return { steps, waiting: [...waiting, ...stranded], held };
}

class PartitionDecision {
  readonly #inputs: MoveInputs;
  readonly #collection: CollectionEntry;
  readonly #partition: number;
  readonly #entry: PartitionEntry;
  readonly #goal: Goal | undefined;
  readonly #wanted: readonly NodeId[] | undefined;

  constructor(
    inputs: MoveInputs,
    collection: CollectionEntry,
    partition: number,
    entry: PartitionEntry,
    goal: Goal | undefined,
  ) {
    this.#inputs = inputs;
    this.#collection = collection;
    this.#partition = partition;
    this.#entry = entry;
    this.#goal = goal;
    this.#wanted = goal?.placement[partition];
  }

  /** What is to be done about what is there; the next one follows on the topology that it makes. */
  step(): MoveStep | undefined {
    return this.#adopt() ?? this.#advance() ?? this.#dropSurplus();
  }

  /** What is to go. */
  leaving(): ReplicaEntry[] {
    const isStranded = this.#wanted === undefined && hasNoNode(this.#inputs);
    return this.#wanted === undefined && !isStranded ? [] : this.#leaving(this.#wanted ?? []);
  }

  /** New replicas, each with what it relieves, which is taken from what is to go. */
  candidates(leaving: ReplicaEntry[]): Candidate[] {
    const wanted = this.#wanted;
    if (wanted === undefined) return [];
    const { replicas } = this.#entry;
    const missing = wanted.filter((nodeId) => !replicas.some((r) => r.nodeId === nodeId));
    const inSyncCount = replicas.filter(({ nodeId, state }) => {
      return state === 'in_sync' && this.#inputs.node(nodeId)?.isAway !== true;
    }).length;
    const isLacking = inSyncCount < (this.#goal?.copies ?? 0) || replicas.some((r) => r.move);
    return missing.map((nodeId) => {
      const relieved = takeRelieved(leaving, nodeId, this.#inputs.topology);
      const cause = relieved === undefined ? 'copies' : this.#causeOf(relieved);
      const move = { ref: this.#ref(nodeId), from: relieved?.nodeId, cause };
      return { ...move, entry: this.#entry, inSyncCount, isLacking };
    });
  }

  /** Of what is to go and nothing relieves: replicas of nodes that somebody wants empty. */
  stranded(leaving: readonly ReplicaEntry[]): WaitingMove[] {
    const isShort = (this.#goal?.copies ?? 0) < this.#collection.replicationFactor;
    return leaving.flatMap((replica) => {
      const { nodeId } = replica;
      if (this.#inputs.topology.nodes.get(nodeId)?.intent !== 'draining') return [];
      const reason = isShort ? 'no_node' : 'redundancy_first';
      return { ref: this.#ref(nodeId), from: nodeId, cause: this.#causeOf(replica), reason };
    });
  }

  addHeldTo(held: Map<string, WaitReason>): void {
    for (const replica of this.#entry.replicas) {
      if (replica.move === undefined) continue;
      const isInSync = replica.state === 'in_sync';
      const reason = isInSync
        ? this.#mayFinish(replica)
          ? undefined
          : 'redundancy_first'
        : reasonHeld(this.#inputs, this.#entry, replica);
      if (reason !== undefined) held.set(refKey(this.#ref(replica.nodeId)), reason);
    }
  }

  #adopt(): MoveStep | undefined {
    const { replicas } = this.#entry;
    if (replicas.some(({ state }) => state === 'in_sync')) return undefined;
    let best: { nodeId: NodeId; count: number } | undefined;
    for (const { nodeId } of replicas) {
      const node = this.#inputs.node(nodeId);
      if (node?.isAway === true) continue;
      const count = node?.isUp === true ? node.openDocumentCount(this.#ref(nodeId)) : undefined;
      // It may hold more than the others: it is waited for.
      if (count === undefined) return undefined;
      if (best === undefined || count > best.count) best = { nodeId, count };
    }
    return best && { kind: 'adopt', ref: this.#ref(best.nodeId) };
  }

  #advance(): MoveStep | undefined {
    for (const replica of this.#entry.replicas) {
      const { nodeId, state, move } = replica;
      if (move === undefined) continue;
      const ref = this.#ref(nodeId);
      if (this.#wanted?.includes(nodeId) === false) return { kind: 'cancel', ref };
      const isCopy = move.from !== undefined && this.#wanted?.includes(move.from) === true;
      if (isCopy && state === 'in_sync') return { kind: 'cancel', ref };
      if (!isCopy && this.#mayFinish(replica)) return { kind: 'finish', ref };
    }
    return undefined;
  }

  #mayFinish({ nodeId, move }: ReplicaEntry): boolean {
    return mayFinish(this.#seen(move?.from), nodeId, this.#collection.replicationFactor);
  }

  /**
   * The partition as it is for sure: without replicas that count as in sync, but whose nodes are down or
   * have yet to say that they still have them. `kept`: whose replica is left in all the same.
   */
  #seen(kept?: NodeId): PartitionEntry {
    const replicas = this.#entry.replicas.filter(({ nodeId, state }) => {
      if (nodeId === kept || state !== 'in_sync') return true;
      return this.#inputs.node(nodeId)?.holds(this.#ref(nodeId)) === true;
    });
    return { ...this.#entry, replicas };
  }

  #dropSurplus(): MoveStep | undefined {
    const wanted = this.#wanted;
    if (wanted === undefined) return undefined;
    const isMissing = wanted.some((id) => !this.#entry.replicas.some((r) => r.nodeId === id));
    if (isMissing) return undefined;
    const inSyncMin = this.#collection.replicationFactor;
    const seen = this.#seen();
    const leaving = this.#leaving(wanted).find((r) => mayDrop(seen, r.nodeId, inSyncMin));
    return leaving && { kind: 'drop', ref: this.#ref(leaving.nodeId) };
  }

  /** Not wanted, and not relieved by a move under way; those that are of least use first. */
  #leaving(wanted: readonly NodeId[]): ReplicaEntry[] {
    const { replicas } = this.#entry;
    const relieved = new Set(replicas.map(({ move }) => move?.from));
    return replicas
      .filter(({ nodeId }) => !wanted.includes(nodeId) && !relieved.has(nodeId))
      .sort((a, b) => b.state.localeCompare(a.state));
  }

  #causeOf({ nodeId }: ReplicaEntry): MoveCause {
    if (this.#inputs.node(nodeId)?.isAway === true) return 'lost';
    const node = this.#inputs.topology.nodes.get(nodeId);
    if (node?.intent !== 'draining') return 'balance';
    return node.replacedBy === undefined ? 'drain' : 'replace';
  }

  #ref(nodeId: NodeId): ReplicaRef {
    return { collectionId: this.#collection.id, partition: this.#partition, nodeId };
  }
}

/** Of the replicas that leave, the one whose heir the node is, or else the first. */
function takeRelieved(
  leaving: ReplicaEntry[],
  heir: NodeId,
  topology: Topology,
): ReplicaEntry | undefined {
  const at = leaving.findIndex(({ nodeId }) => topology.nodes.get(nodeId)?.replacedBy === heir);
  return leaving.splice(Math.max(0, at), 1)[0];
}
