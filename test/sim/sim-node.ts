/**
 * A machine with a shard node on it: the production's node over simulated disks. Its process can be
 * killed and started again; disks and the node's record stay, as far as they were synced.
 */
import type { ReplicaAssignment } from '../../shards/link-handler.js';
import type { NodeRecord } from '../../shards/node-record.js';
import { ReplicaSet } from '../../shards/replica-set.js';
import { Scheduler } from '../../shards/scheduler.js';
import { ShardNode } from '../../shards/shard-node.js';
import type { Clock } from '../../src/base/clock.js';
import type { Epoch, NodeId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import type {
  LinkReply,
  LinkRequest,
  NodeLoad,
  ReplicaReport,
} from '../../src/wire/link-messages.js';
import { noPeer } from '../support/no-peer.js';
import type { VirtualClock } from '../support/virtual-clock.js';
import type { NodePlan } from './fault-plan.js';
import { SimProcess } from './sim-process.js';
import { SimDisks, type StoreParts } from './sim-replica-home.js';

const NODE_RECORD_FORMAT = 1;
/** A search or read takes so long, beside its rows. */
const REQUEST_MS = 0.05;

export class SimNode {
  readonly nodeId: NodeId;
  readonly disks: SimDisks;
  readonly #world: VirtualClock;
  #process: SimProcess;
  #record: NodeRecord;
  #node: ShardNode | undefined;
  #slowFactor = 1;
  diskSlowFactor = 1;

  constructor(world: VirtualClock, nodeId: NodeId, plan: NodePlan, parts: StoreParts) {
    this.#world = world;
    this.nodeId = nodeId;
    this.#process = new SimProcess(world);
    this.#record = { format: NODE_RECORD_FORMAT, nodeId, epoch: 0, replicas: [] };
    const spend = (ms: number) => this.#process.spend(ms);
    this.disks = new SimDisks(this.#diskClock(), plan, spend, parts);
  }

  get isRunning(): boolean {
    return this.#node !== undefined;
  }

  get process(): SimProcess {
    return this.#process;
  }

  /** The production's node; undefined while its process is down. */
  get shardNode(): ShardNode | undefined {
    return this.#node;
  }

  start(): void {
    if (this.isRunning) return;
    this.#process = new SimProcess(this.#world);
    this.#process.slowFactor = this.#slowFactor;
    const scheduler = new Scheduler(this.#process);
    this.#node = new ShardNode({
      clock: this.#process,
      logger: silentLogger,
      scheduler,
      replicas: new ReplicaSet(this.disks.home(this.#process, scheduler), silentLogger),
      record: this.#record,
      connectPeer: noPeer,
      saveRecord: (record) => {
        this.#record = structuredClone(record);
      },
    });
    void this.#node.reopen();
  }

  crash(keepsUnsynced: boolean): void {
    if (!this.isRunning) return;
    this.#process.kill();
    this.#node = undefined;
    this.disks.crash(keepsUnsynced);
  }

  set slowFactor(factor: number) {
    this.#slowFactor = factor;
    this.#process.slowFactor = factor;
  }

  handle(
    request: LinkRequest,
    deadlineAtMs: number,
    reply: (reply: LinkReply, load: NodeLoad) => void,
  ): { cancel(): void } {
    if (this.#node === undefined) return { cancel() {} };
    this.#process.spend(REQUEST_MS);
    return this.#node.handle(request, deadlineAtMs, reply);
  }

  assign(
    clusterId: string,
    epoch: Epoch,
    replicas: readonly ReplicaAssignment[],
  ): Promise<ReplicaReport[]> {
    if (this.#node === undefined) return new Promise(() => {});
    return this.#node.assign(clusterId, epoch, replicas);
  }

  /** Of whatever process runs at the moment: disks outlive processes. */
  #diskClock(): Clock {
    return {
      nowMs: () => this.#process.nowMs(),
      wallMs: () => this.#process.wallMs(),
      setTimer: (delayMs, callback) =>
        this.#process.setTimer(delayMs * this.diskSlowFactor, callback),
      defer: (callback) => this.#process.defer(callback),
    };
  }
}
