/**
 * Carries out what the recovery controller decides, a few times a second. What it remembers is little
 * and may be lost: a coordinator that starts takes it that every recovering replica missed a write.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { NodeId } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import {
  type ReplicaRef,
  setReplicaState,
  startRecoveryOver,
} from '../topology/replica-transitions.js';
import type { Topology } from '../topology/topology.js';
import type { TransitionResult } from '../topology/topology-transitions.js';
import {
  decideRecovery,
  type NodeView,
  type RecoveryAction,
  type RecoveryOptions,
  refKey,
} from './recovery-controller.js';
import type { ReplicaPromotion, ReplicationEvents } from './replication-events.js';

/** What the driver needs of the `TopologyKeeper`. */
export interface RecoveryTopology {
  readonly current: Topology;
  update(transition: (topology: Topology) => TransitionResult): Promise<Topology>;
}

export interface RecoveryDriverParts {
  topology: RecoveryTopology;
  nodes: NodeRegistry;
  events: ReplicationEvents;
  promotion: ReplicaPromotion;
  clock: Clock;
  logger: Logger;
  options: RecoveryOptions;
}

const TICK_MS = 200;

export class RecoveryDriver {
  readonly #parts: RecoveryDriverParts;
  readonly #sources = new Map<string, NodeId>();
  readonly #mustStartOver = new Set<string>();
  readonly #startedOverAtMs = new Map<string, number>();
  readonly #stopListening: () => void;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(parts: RecoveryDriverParts) {
    this.#parts = parts;
    for (const ref of recoveringReplicas(parts.topology.current)) {
      this.#mustStartOver.add(refKey(ref));
    }
    this.#stopListening = parts.events.subscribe({
      onRecoveringMissedWrite: (ref) => this.#mustStartOver.add(refKey(ref)),
    });
    parts.nodes.sourceOf = (ref) => this.#sources.get(refKey(ref));
    this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#stopListening();
  }

  #schedule(): void {
    this.#timer = this.#parts.clock.setTimer(TICK_MS, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    const { topology, clock, options } = this.#parts;
    this.#forgetOthers();
    const memory = {
      sources: this.#sources,
      mustStartOver: this.#mustStartOver,
      startedOverAtMs: this.#startedOverAtMs,
    };
    const nodes = (nodeId: NodeId) => this.#view(nodeId);
    const actions = decideRecovery(topology.current, nodes, memory, clock.nowMs(), options);
    for (const action of actions) {
      if (this.#isClosed) return;
      await this.#carryOut(action).catch((error: unknown) => {
        const { logger } = this.#parts;
        logger.warn(
          { ...action.ref, action: action.kind, error: String(error) },
          'recovery failed',
        );
      });
    }
    if (!this.#isClosed) this.#schedule();
  }

  async #carryOut(action: RecoveryAction): Promise<void> {
    const { topology, nodes, promotion, logger, clock } = this.#parts;
    const { ref } = action;
    const key = refKey(ref);
    switch (action.kind) {
      case 'evict':
        logger.warn({ ...ref, reason: action.reason }, 'damaged replica taken out of sync');
        await topology.update((current) => setReplicaState(current, ref, 'recovering'));
        return;
      case 'start_over':
        logger.info({ ...ref, reason: action.reason }, 'recovery starts over');
        this.#startedOverAtMs.set(key, clock.nowMs());
        // A write that is missed from here on says so again.
        this.#mustStartOver.delete(key);
        try {
          await topology.update((now) => startRecoveryOver(now, ref, action.generation));
        } catch (error) {
          this.#mustStartOver.add(key);
          throw error;
        }
        return;
      case 'set_source':
        if (action.source === undefined) this.#sources.delete(key);
        else this.#sources.set(key, action.source);
        nodes.reassign(ref.nodeId);
        return;
      case 'promote': {
        if (this.#mustStartOver.has(key)) return;
        const outcome = await promotion.promote(ref);
        logger.info({ ...ref, outcome }, 'replica recovered');
        if (outcome === 'missed_write') this.#mustStartOver.add(key);
      }
    }
  }

  #view(nodeId: NodeId): NodeView | undefined {
    const { nodes, clock } = this.#parts;
    const node = nodes.get(nodeId);
    if (node === undefined) return undefined;
    return {
      isUp: node.link.isConnected && node.health.state !== 'down',
      load: node.load(clock.nowMs()),
      report: ({ collectionId, partition }) =>
        node.reports.get(replicaKey(collectionId, partition)),
    };
  }

  /** What is remembered of replicas that do not recover any more. */
  #forgetOthers(): void {
    const keys = new Set(Array.from(recoveringReplicas(this.#parts.topology.current), refKey));
    for (const memory of [this.#sources, this.#mustStartOver, this.#startedOverAtMs]) {
      for (const key of memory.keys()) if (!keys.has(key)) memory.delete(key);
    }
  }
}

function* recoveringReplicas(topology: Topology): IterableIterator<ReplicaRef> {
  for (const { id: collectionId, partitions } of topology.collections.values()) {
    for (const [partition, { replicas }] of partitions.entries()) {
      for (const { nodeId, state } of replicas) {
        if (state === 'recovering') yield { collectionId, partition, nodeId };
      }
    }
  }
}
