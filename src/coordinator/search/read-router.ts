/**
 * Which replica a read goes to: candidates by health, then the balancing policy by load. Suspect
 * nodes are used only where nothing better has the partition; unreachable ones never.
 */
import type { Clock } from '../../base/clock.js';
import type { NodeId } from '../../base/ids.js';
import type { BalancingPolicy, Candidate, ReplicaPicker } from '../balancing/replica-picker.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { ScatterGatherView } from './scatter-gather.js';

export class ReadRouter implements ScatterGatherView {
  readonly #nodes: NodeRegistry;
  readonly #picker: ReplicaPicker;
  readonly #clock: Clock;

  constructor(nodes: NodeRegistry, picker: ReplicaPicker, clock: Clock) {
    this.#nodes = nodes;
    this.#picker = picker;
    this.#clock = clock;
  }

  get policy(): BalancingPolicy {
    return this.#picker.policy;
  }

  pick(nodeIds: readonly NodeId[], planned: ReadonlyMap<NodeId, number>): NodeId | undefined {
    const nowMs = this.#clock.nowMs();
    const up: Candidate[] = [];
    const suspect: Candidate[] = [];
    for (const nodeId of nodeIds) {
      const node = this.#nodes.get(nodeId);
      if (node === undefined || !node.link.isConnected) continue;
      const candidates = node.health.state(nowMs) === 'up' ? up : suspect;
      candidates.push({ nodeId, load: node.load + (planned.get(nodeId) ?? 0) });
    }
    const candidates = up.length > 0 ? up : suspect;
    return candidates.length === 0 ? undefined : this.#picker.pick(candidates).nodeId;
  }

  /** No hedging: a node is waited for until it fails or the deadline comes. */
  hedgeDelayMs(): undefined {
    return undefined;
  }

  /** Reroutes are bounded by the number of replicas: no node is asked twice for a partition. */
  spendRetry(): boolean {
    return true;
  }
}
