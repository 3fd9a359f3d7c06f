/**
 * A machine with a shard node on it: the production's node over simulated disks. Its process can be
 * killed and started again; disks and the node's record stay, as far as they were synced.
 */
import type { ReplicaAssignment } from '../../shards/link-handler.js';
import type { NodeRecord } from '../../shards/node-record.js';
import { nodeRecoveryDefaults } from '../../shards/recovery/node-recovery.js';
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
import type {
  ConnectRecoveryPeer,
  RecoveryAnswer,
  RecoveryQuestion,
} from '../../src/wire/recovery-messages.js';
import type { VirtualClock } from '../support/virtual-clock.js';
import { watchReplies } from './checkers/fencing.js';
import type { SimPlan } from './fault-plan.js';
import type { BugHooks } from './planted-bugs.js';
import { SimProcess } from './sim-process.js';
import { SimDisks } from './sim-replica-home.js';
import type { Violations } from './violations.js';

const NODE_RECORD_FORMAT = 1;
/** Few, so that runs meet copies of graphs. */
const GRAPH_ROWS_MIN = 8;
/** A search or read takes so long, beside its rows. */
const REQUEST_MS = 0.05;

export interface SimNodeParts {
  world: VirtualClock;
  plan: SimPlan;
  hooks: BugHooks;
  violations: Violations;
  /** How a process of the node reaches others. */
  connectFrom(nodeId: NodeId, process: SimProcess): ConnectRecoveryPeer;
}

export class SimNode {
  readonly nodeId: NodeId;
  readonly disks: SimDisks;
  readonly #parts: SimNodeParts;
  #process: SimProcess;
  #record: NodeRecord;
  #node: ShardNode | undefined;
  #slowFactor = 1;
  #wallSkewMs = 0;
  diskSlowFactor = 1;

  constructor(nodeId: NodeId, parts: SimNodeParts) {
    this.#parts = parts;
    this.nodeId = nodeId;
    this.#process = new SimProcess(parts.world);
    this.#record = freshRecord(nodeId);
    const spend = (ms: number) => this.#process.spend(ms);
    this.disks = new SimDisks(this.#diskClock(), parts.plan, spend, parts.hooks.storeParts);
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
    const { world, hooks, plan, connectFrom } = this.#parts;
    const process = new SimProcess(world);
    this.#process = process;
    process.slowFactor = this.#slowFactor;
    process.jumpWall(this.#wallSkewMs);
    const scheduler = new Scheduler(process);
    const replicas = new ReplicaSet(this.disks.home(process, scheduler), silentLogger);
    const { tombstoneGraceMs } = plan.cluster;
    this.#node = new ShardNode({
      clock: process,
      logger: silentLogger,
      scheduler,
      replicas: hooks.replicaSet(replicas),
      record: this.#record,
      connectPeer: connectFrom(this.nodeId, process),
      recovery: { ...nodeRecoveryDefaults, tombstoneGraceMs, graphRowsMin: GRAPH_ROWS_MIN },
      saveRecord: (record) => {
        if (!process.isDead) this.#record = structuredClone(record);
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

  /** Its disks are new, and perhaps what it knew of itself. It must be down. */
  wipe(losesRecord: boolean): void {
    this.disks.wipe();
    if (losesRecord) this.#record = freshRecord(this.nodeId);
  }

  /** Its wall clock is so far ahead of the world's from now on. */
  skewWall(byMs: number): void {
    this.#process.jumpWall(byMs - this.#wallSkewMs);
    this.#wallSkewMs = byMs;
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
    const { violations, hooks } = this.#parts;
    const check = watchReplies(violations, this.#record, request);
    return this.#node.handle(request, deadlineAtMs, (answer, load) => {
      check(answer);
      reply(hooks.nodeReply(answer), load);
    });
  }

  answerRecovery(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    if (this.#node === undefined) return new Promise(() => {});
    this.#process.spend(REQUEST_MS);
    return this.#node.answerRecovery(question);
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

function freshRecord(nodeId: NodeId): NodeRecord {
  return { format: NODE_RECORD_FORMAT, nodeId, epoch: 0, replicas: [] };
}
