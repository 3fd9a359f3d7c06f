/**
 * How far coordinators are behind the topology in force. One that is behind may serve what a replica
 * held that was taken out since: then its reads are judged as if they had begun before that.
 */
import type { Epoch } from '../../src/base/ids.js';
import type { History } from './history.js';
import type { SimCoordinator } from './sim-coordinator.js';
import type { SimEtcd } from './sim-etcd.js';

interface Change {
  epoch: Epoch;
  tick: number;
  atMs: number;
}

const KEPT_MAX = 20_000;

export class TopologyLag {
  readonly #etcd: SimEtcd;
  readonly #changes: Change[] = [];

  constructor(etcd: SimEtcd, history: History, coordinators: readonly SimCoordinator[]) {
    this.#etcd = etcd;
    if (coordinators.length < 2) return;
    etcd.observe((_, { epoch }) => {
      this.#changes.push({ epoch, tick: history.nextTick(), atMs: etcd.nowMs() });
      if (this.#changes.length > 2 * KEPT_MAX) this.#changes.splice(0, KEPT_MAX);
    });
    history.oldestTickNeeded = () =>
      Math.min(...coordinators.map((one) => this.#firstUnknown(one)?.tick ?? Infinity));
  }

  epochsBehind({ coordinator }: SimCoordinator): number {
    return (this.#etcd.topology?.epoch ?? 0) - (coordinator?.topology.current.epoch ?? 0);
  }

  /** When a read through this coordinator counts as begun. */
  readTick(one: SimCoordinator, beganTick: number): number {
    return Math.min(beganTick, this.#firstUnknown(one)?.tick ?? beganTick);
  }

  /** How long there has been a topology that it does not know. */
  behindMs(one: SimCoordinator): number {
    const unknown = this.#firstUnknown(one);
    return unknown === undefined ? 0 : this.#etcd.nowMs() - unknown.atMs;
  }

  /** The first change that it has not heard of. */
  #firstUnknown({ coordinator }: SimCoordinator): Change | undefined {
    if (coordinator === undefined) return undefined;
    const { epoch } = coordinator.topology.current;
    let first: Change | undefined;
    for (let i = this.#changes.length - 1; i >= 0; i -= 1) {
      const change = this.#changes[i] as Change;
      if (change.epoch <= epoch) break;
      first = change;
    }
    return first;
  }
}
