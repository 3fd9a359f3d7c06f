/** Makes the plan's faults happen, each at its time and for its time, and heals them all at the end. */
import { replicaName } from '../../shards/replica-set.js';
import { beginControlFault, type ControlFault, isOfControl } from './control-faults.js';
import type { Fault, FaultKind } from './fault-plan.js';
import { mayLose, onlyCopies } from './last-copies.js';
import type { SimCluster } from './sim-cluster.js';
import { peerPath } from './sim-network.js';
import type { SimNode } from './sim-node.js';

const WIPE_TRIES = 200;
const WIPE_PAUSE_MS = 3;

export class FaultDriver {
  readonly #cluster: SimCluster;
  readonly fired = new Map<FaultKind, number>();
  #isHealed = false;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  /** Faults count their time from now. */
  schedule(faults: readonly Fault[]): void {
    for (const fault of faults) this.#after(fault.atMs, () => this.#begin(fault));
  }

  /**
   * Everything works again, and goes on working. Damaged rows stay so where another replica has them:
   * they are the product's to heal.
   */
  heal(): void {
    this.#isHealed = true;
    const cluster = this.#cluster;
    cluster.log.add('all faults end');
    cluster.network.heal();
    cluster.etcd.heal();
    for (const node of cluster.nodes) {
      node.slowFactor = 1;
      node.diskSlowFactor = 1;
      node.process.resume();
      node.disks.repair();
      const lost = onlyCopies(cluster, node).filter((name) => isLost(node, name));
      if (lost.length > 0) {
        cluster.log.add(`${node.nodeId} gets the only copies of ${lost.join(', ')} back`);
        for (const name of lost) node.disks.disk(name)?.restoreRows();
        cluster.crashNode(node, false);
      }
      cluster.startNode(node);
    }
    for (const one of cluster.coordinators) {
      one.watchLagMs = 0;
      one.process.resume();
      if (one.process.isDead) void one.start();
    }
  }

  #begin(fault: Fault): void {
    const cluster = this.#cluster;
    this.fired.set(fault.kind, (this.fired.get(fault.kind) ?? 0) + 1);
    cluster.log.add(`fault ${JSON.stringify(fault)}`);
    if (isOfControl(fault)) beginControlFault(cluster, fault, this.#after);
    else this.#beginAtNode(fault, this.#nodeOf(fault.node));
  }

  #nodeOf(index: number): SimNode {
    const { nodes } = this.#cluster;
    return nodes[index % nodes.length] as SimNode;
  }

  #beginAtNode(fault: Exclude<Fault, ControlFault>, node: SimNode): void {
    const { network } = this.#cluster;
    switch (fault.kind) {
      case 'crash_node':
        this.#cluster.crashNode(node, fault.keepsUnsynced);
        this.#after(fault.downMs, () => this.#cluster.startNode(node));
        return;
      case 'fail_sync':
        node.disks.failNextSync();
        return;
      case 'wipe_node':
        this.#wipeWhenPossible(node, fault, WIPE_TRIES);
        return;
      case 'damage_row':
        node.disks.damageRow(fault.pick);
        return;
      case 'skew_node':
        node.skewWall(fault.byMs);
        return;
      case 'pause_node':
        node.process.pause(fault.forMs);
        return;
      case 'reset_link':
        network.resetAll(node.nodeId, 'reset by a fault');
        return;
      case 'slow_node':
        node.slowFactor = fault.factor;
        this.#after(fault.forMs, () => {
          node.slowFactor = 1;
        });
        return;
      case 'slow_disk':
        node.diskSlowFactor = fault.factor;
        this.#after(fault.forMs, () => {
          node.diskSlowFactor = 1;
        });
        return;
      case 'full_disk':
        node.disks.isFull = true;
        this.#after(fault.forMs, () => {
          node.disks.isFull = false;
        });
        return;
      case 'slow_link':
        network.setSlow(node.nodeId, fault.factor);
        this.#after(fault.forMs, () => network.setSlow(node.nodeId, 1));
        return;
      case 'cut_link':
        for (const one of this.#cluster.coordinators) {
          const path = one.pathTo(node.nodeId);
          network.cut(path, fault.direction);
          this.#after(fault.forMs, () => network.mend(path, fault.direction));
        }
        return;
      case 'cut_peers': {
        const peer = this.#nodeOf(fault.peer);
        if (peer === node) return;
        const path = peerPath(node.nodeId, peer.nodeId);
        network.cut(path, fault.direction);
        this.#after(fault.forMs, () => network.mend(path, fault.direction));
        return;
      }
    }
  }

  /** As soon as nothing is lost for good by it. */
  #wipeWhenPossible(
    node: SimNode,
    fault: Extract<Fault, { kind: 'wipe_node' }>,
    triesLeft: number,
  ): void {
    const cluster = this.#cluster;
    if (!mayLose(cluster, node)) {
      if (triesLeft === 0) return;
      this.#after(WIPE_PAUSE_MS, () => this.#wipeWhenPossible(node, fault, triesLeft - 1));
      return;
    }
    cluster.crashNode(node, false);
    cluster.log.add(`${node.nodeId} loses its disks`);
    node.wipe(fault.losesRecord);
    this.#after(fault.downMs, () => cluster.startNode(node));
  }

  /** Not once all is healed: healing has done it then. */
  readonly #after = (delayMs: number, callback: () => void): void => {
    this.#cluster.world.setTimer(delayMs, () => {
      if (!this.#isHealed) callback();
    });
  };
}

/** Damaged, or found so: its process does not trust it any more, even if what was damaged is gone. */
function isLost({ disks, shardNode }: SimNode, name: string): boolean {
  if (disks.disk(name)?.isDamaged) return true;
  const reports = shardNode?.reports() ?? [];
  return reports.some(({ collection, partition, condition }) => {
    return condition === 'corrupt' && replicaName(collection, partition) === name;
  });
}
