/**
 * Carries out what the recovery controller decides, a few times a second: all actions of one round as
 * one change of the topology. Only the cluster's controller does; it keeps nothing that matters, so
 * the next one goes on from the topology.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { NodeId } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import {
  awaitReplica,
  promoteReplica,
  setRecoverySource,
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

/** What the driver needs of the `TopologyKeeper`. */
export interface RecoveryTopology {
  readonly current: Topology;
  update(transition: (topology: Topology) => TransitionResult): Promise<Topology>;
}

export interface RecoveryDriverParts {
  topology: RecoveryTopology;
  nodes: NodeRegistry;
  /** Whether this coordinator is the one that recovers, at this moment. */
  isController(): boolean;
  clock: Clock;
  logger: Logger;
  options: RecoveryOptions;
}

const TICK_MS = 100;

export class RecoveryDriver {
  readonly #parts: RecoveryDriverParts;
  readonly #startedOverAtMs = new Map<string, number>();
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(parts: RecoveryDriverParts) {
    this.#parts = parts;
    this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer = this.#parts.clock.setTimer(TICK_MS, () => void this.#tick());
  }

  async #tick(): Promise<void> {
    const { topology, clock, options, logger, isController } = this.#parts;
    if (isController()) {
      this.#forgetOthers();
      const memory = { startedOverAtMs: this.#startedOverAtMs };
      const nodes = (nodeId: NodeId) => this.#view(nodeId);
      const actions = decideRecovery(topology.current, nodes, memory, clock.nowMs(), options);
      if (actions.length > 0) {
        await this.#carryOut(actions).catch((error: unknown) => {
          logger.warn({ actionCount: actions.length, error: String(error) }, 'recovery waits');
        });
      }
    }
    if (!this.#isClosed) this.#schedule();
  }

  async #carryOut(actions: readonly RecoveryAction[]): Promise<void> {
    const { topology, logger, clock, isController } = this.#parts;
    let done: RecoveryAction[] = [];
    await topology.update((current) => {
      done = [];
      let next = current;
      // The store may have been long in answering.
      for (const action of isController() ? actions : []) {
        const result = applyAction(next, action);
        if (result.kind !== 'changed') continue;
        next = result.topology;
        done.push(action);
      }
      return { kind: next === current ? 'unchanged' : 'changed', topology: next };
    });
    for (const { ref, ...action } of done) {
      if (action.kind === 'start_over') this.#startedOverAtMs.set(refKey(ref), clock.nowMs());
      logger[action.kind === 'evict' ? 'warn' : 'info'](
        { ...ref, ...action },
        messages[action.kind],
      );
    }
  }

  #view(nodeId: NodeId): NodeView | undefined {
    const { nodes, clock } = this.#parts;
    const node = nodes.get(nodeId);
    if (node === undefined) return undefined;
    return {
      isUp: node.isUp,
      load: node.load(clock.nowMs()),
      report: ({ collectionId, partition }) =>
        node.freshReport(replicaKey(collectionId, partition)),
    };
  }

  /** What is remembered of replicas that do not recover any more. */
  #forgetOthers(): void {
    if (this.#startedOverAtMs.size === 0) return;
    const keys = new Set<string>();
    for (const {
      id: collectionId,
      partitions,
    } of this.#parts.topology.current.collections.values())
      for (const [partition, { replicas }] of partitions.entries())
        for (const { nodeId, state } of replicas)
          if (state === 'recovering') keys.add(refKey({ collectionId, partition, nodeId }));
    for (const key of this.#startedOverAtMs.keys()) {
      if (!keys.has(key)) this.#startedOverAtMs.delete(key);
    }
  }
}

const messages: Record<RecoveryAction['kind'], string> = {
  evict: 'damaged replica taken out of sync',
  set_source: 'replica has another source',
  await: 'replica is level; writes wait for it',
  promote: 'replica recovered',
  start_over: 'recovery starts over',
};

function applyAction(topology: Topology, action: RecoveryAction): TransitionResult {
  const { ref } = action;
  switch (action.kind) {
    case 'evict':
      return setReplicaState(topology, ref, 'recovering');
    case 'set_source':
      return setRecoverySource(topology, ref, action.source);
    case 'await':
      return awaitReplica(topology, ref, action.generation);
    case 'promote':
      return promoteReplica(topology, ref, action.generation);
    case 'start_over':
      return startRecoveryOver(topology, ref, action.generation);
  }
}
