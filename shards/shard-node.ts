/**
 * A shard node behind its link: takes requests, hands each to those who carry out its kind, and answers
 * each exactly once, with how busy the node is. Searches and reads go through the scheduler's queue
 * (`queued-calls.ts`), writes through the queues of their partitions (`write-calls.ts`); both are
 * bounded. It knows neither gRPC nor files, so simulations run it as it is.
 */
import type { Clock } from '../src/base/clock.js';
import { type Epoch, type NodeId, nodeId } from '../src/base/ids.js';
import type { Logger } from '../src/base/logger.js';
import { NO_VERSION, type Version } from '../src/base/version.js';
import type {
  LinkReply,
  LinkRequest,
  NodeLoad,
  ReplicaReport,
  WriteCall,
} from '../src/wire/link-messages.js';
import type {
  ConnectRecoveryPeer,
  RecoveryAnswer,
  RecoveryQuestion,
} from '../src/wire/recovery-messages.js';
import type { HandlerCall, LinkHandler, ReplicaAssignment } from './link-handler.js';
import { NodeAssignments } from './node-assignments.js';
import { type CallObserver, NodeCall, outcomeOf, refuse } from './node-call.js';
import { type NodeLimits, nodeLimitDefaults } from './node-limits.js';
import type { NodeRecord } from './node-record.js';
import { QueuedCalls } from './queued-calls.js';
import {
  NodeRecovery,
  type NodeRecoveryOptions,
  nodeRecoveryDefaults,
} from './recovery/node-recovery.js';
import type { ReceivedTotals } from './recovery/recovery-totals.js';
import type { ReplicaSet } from './replica-set.js';
import type { Scheduler } from './scheduler.js';
import { WriteCalls } from './write-calls.js';

export interface ShardNodeOptions {
  clock: Clock;
  logger: Logger;
  scheduler: Scheduler;
  replicas: ReplicaSet;
  /** What the node remembered from before. */
  record: NodeRecord;
  /** Keeps it, durably. */
  saveRecord(record: NodeRecord): void;
  limits?: NodeLimits;
  onCall?: CallObserver;
  /** Connects to nodes that recovering replicas copy from. */
  connectPeer: ConnectRecoveryPeer;
  recovery?: NodeRecoveryOptions;
}

export class ShardNode implements LinkHandler {
  readonly nodeId: NodeId;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #replicas: ReplicaSet;
  readonly #onCall: CallObserver;
  readonly #writes: WriteCalls;
  readonly #queued: QueuedCalls;
  readonly #recovery: NodeRecovery;
  readonly #assignments: NodeAssignments;
  #highestVersion: Version = NO_VERSION;
  #callCount = 0;
  #isStopping = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: ShardNodeOptions) {
    this.nodeId = nodeId(options.record.nodeId);
    this.#clock = options.clock;
    this.#scheduler = options.scheduler;
    this.#replicas = options.replicas;
    this.#onCall = options.onCall ?? (() => {});
    const { clock, scheduler, replicas, limits = nodeLimitDefaults } = options;
    this.#writes = new WriteCalls(clock, replicas, limits);
    this.#queued = new QueuedCalls(clock, scheduler, replicas, limits);
    const recovery = options.recovery ?? nodeRecoveryDefaults;
    this.#recovery = new NodeRecovery({
      ...options,
      nodeId: this.nodeId,
      clusterId: () => this.clusterId,
      connect: options.connectPeer,
      options: recovery,
      onDamaged: () => this.#assignments.makeDamagedAnew(),
    });
    this.#assignments = new NodeAssignments({
      ...options,
      tombstoneGraceMs: recovery.tombstoneGraceMs,
      onChanged: () => {
        this.#followVersions();
        this.#recovery.follow();
      },
    });
  }

  get clusterId(): string | undefined {
    return this.#assignments.record.clusterId;
  }

  get epoch(): Epoch {
    return this.#assignments.record.epoch;
  }

  get assigned(): readonly ReplicaAssignment[] {
    return this.#assignments.record.replicas;
  }

  get queueDepth(): number {
    return this.#scheduler.queueDepth;
  }

  get expectedWaitMs(): number {
    return this.#scheduler.expectedWaitMs;
  }

  get writeBytesInFlight(): number {
    return this.#writes.bytesInFlight;
  }

  get writeOpsInFlight(): number {
    return this.#writes.opsInFlight;
  }

  /** Rows that are searched one by one because they are not in a graph yet. */
  get pendingRowCount(): number {
    let count = 0;
    for (const { pendingCount } of this.#replicas.partitions()) count += pendingCount;
    return count;
  }

  /** What its replicas have received from those of other nodes. */
  get received(): ReceivedTotals {
    return this.#recovery.received;
  }

  reports(): ReplicaReport[] {
    return this.#recovery.complete(this.#replicas.reports());
  }

  answerRecovery(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    return this.#recovery.answer(question);
  }

  /** Opens the replicas that the node was assigned before; resolves when all are open, or cannot be. */
  reopen(): Promise<void> {
    return this.#assignments.reopen();
  }

  handle(
    request: LinkRequest,
    deadlineAtMs: number,
    reply: (reply: LinkReply, load: NodeLoad) => void,
  ): HandlerCall {
    const call = new NodeCall(this.#clock.nowMs(), (answer, queueMs, serviceMs) => {
      this.#endCall();
      this.#onCall(request.kind, outcomeOf(answer), queueMs, serviceMs);
      reply(answer, this.#loadOf(queueMs, serviceMs));
    });
    this.#callCount += 1;
    const cancelWork = this.#begin(request, deadlineAtMs, call);
    return {
      cancel: () => {
        if (!call.forget()) return;
        cancelWork();
        this.#endCall();
      },
    };
  }

  async assign(
    clusterId: string,
    epoch: Epoch,
    replicas: readonly ReplicaAssignment[],
  ): Promise<ReplicaReport[]> {
    await this.#assignments.carryOut(clusterId, epoch, replicas);
    return this.reports();
  }

  /**
   * Refuses what comes from now on, waits for what is under way, saves the graphs and closes the
   * replicas: for `timeoutMs` at most, all together. True when all of it was done.
   */
  stop(timeoutMs: number): Promise<boolean> {
    this.#isStopping = true;
    this.#recovery.stop();
    const work = async () => {
      await this.#assignments.stop();
      if (this.#callCount > 0)
        await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
      await this.#replicas.close();
      return true;
    };
    const timeout = new Promise<boolean>((resolve) => {
      this.#clock.setTimer(timeoutMs, () => resolve(false));
    });
    return Promise.race([work(), timeout]);
  }

  #begin(request: LinkRequest, deadlineAtMs: number, call: NodeCall): () => void {
    const nowMs = this.#clock.nowMs();
    if (this.#isStopping) return refuse(call, nowMs, 'unavailable', 'stopping', 0);
    if (request.kind === 'heartbeat') {
      const { epoch } = this.#assignments.record;
      this.#assignments.refresh(nowMs);
      call.finish({ kind: 'heartbeat', epoch, replicas: this.reports() }, nowMs);
      return () => {};
    }
    if (nowMs >= deadlineAtMs) {
      return refuse(call, nowMs, 'timed_out', 'the deadline passed before the request began', 0);
    }
    if (request.kind === 'write') return this.#beginWrite(request, deadlineAtMs, call);
    return this.#queued.begin(request, deadlineAtMs, call);
  }

  #beginWrite(request: WriteCall, deadlineAtMs: number, call: NodeCall): () => void {
    call.begin(this.#clock.nowMs(), 0);
    const ticket = this.#writes.begin(request, deadlineAtMs, (reply) => {
      if (reply.kind === 'write') {
        this.#followVersions();
        if (reply.targets.some(({ status }) => status === 'unavailable'))
          this.#assignments.reopenFailed();
      }
      call.finish(reply, this.#clock.nowMs());
    });
    return () => ticket.cancel();
  }

  #followVersions(): void {
    for (const { highestVersion } of this.#replicas.partitions()) {
      if (highestVersion > this.#highestVersion) this.#highestVersion = highestVersion;
    }
  }

  #loadOf(queueMs: number, serviceMs: number): NodeLoad {
    const { queueDepth } = this.#scheduler;
    return { queueDepth, queueMs, serviceMs, highestVersion: this.#highestVersion };
  }

  #endCall(): void {
    this.#callCount -= 1;
    if (this.#callCount > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}
