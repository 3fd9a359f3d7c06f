/**
 * A shard node behind its link: takes requests, hands them to the replicas they are about when it is
 * their turn, and answers each exactly once, with how busy the node is. Searches and reads go through
 * the scheduler's queue, writes through the queues of their partitions; both are bounded. It knows
 * neither gRPC nor files, so simulations run it as it is.
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
  SearchCall,
  WriteCall,
} from '../src/wire/link-messages.js';
import type {
  ConnectRecoveryPeer,
  RecoveryAnswer,
  RecoveryQuestion,
} from '../src/wire/recovery-messages.js';
import { ExactSearches } from './exact-searches.js';
import type { HandlerCall, LinkHandler, ReplicaAssignment } from './link-handler.js';
import { NodeAssignments } from './node-assignments.js';
import { type CallObserver, NodeCall, outcomeOf, refuse } from './node-call.js';
import { type NodeLimits, nodeLimitDefaults } from './node-limits.js';
import type { NodeRecord } from './node-record.js';
import { countDocuments, getDocuments, listDocuments } from './read-calls.js';
import {
  NodeRecovery,
  type NodeRecoveryOptions,
  nodeRecoveryDefaults,
} from './recovery/node-recovery.js';
import type { ReceivedTotals } from './recovery/recovery-totals.js';
import type { ReplicaSet } from './replica-set.js';
import type { Scheduler } from './scheduler.js';
import { searchApproximately, searchExactly } from './search-calls.js';
import { workSizeOf } from './work-size.js';
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
  readonly #limits: NodeLimits;
  readonly #onCall: CallObserver;
  readonly #writes: WriteCalls;
  readonly #exact: ExactSearches;
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
    this.#limits = options.limits ?? nodeLimitDefaults;
    this.#onCall = options.onCall ?? (() => {});
    this.#writes = new WriteCalls(options.clock, options.replicas, this.#limits);
    this.#exact = new ExactSearches(this.#limits.exactSearchesMax);
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
    return this.#queue(request, deadlineAtMs, call);
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

  #queue(
    request: Exclude<LinkRequest, { kind: 'write' | 'heartbeat' }>,
    deadlineAtMs: number,
    call: NodeCall,
  ): () => void {
    let cancelScan = () => {};
    const task = this.#scheduler.submit({
      deadlineAtMs,
      work: workSizeOf(request),
      run: (queueMs) => {
        call.begin(this.#clock.nowMs(), queueMs);
        if (request.kind === 'search' && request.exact) {
          cancelScan = this.#searchExactly(request, deadlineAtMs, call);
        } else {
          call.finish(this.#answer(request), this.#clock.nowMs());
        }
      },
      refuse: (status, queueMs, retryAfterMs, detail) => {
        const nowMs = this.#clock.nowMs();
        call.begin(nowMs, queueMs);
        refuse(call, nowMs, status, detail, retryAfterMs);
      },
    });
    return () => {
      task.cancel();
      cancelScan();
    };
  }

  #answer(request: Exclude<LinkRequest, { kind: 'write' | 'heartbeat' }>): LinkReply {
    const { replyBytesMax } = this.#limits;
    switch (request.kind) {
      case 'search':
        return searchApproximately(this.#replicas, request, replyBytesMax);
      case 'get':
        return getDocuments(this.#replicas, request, replyBytesMax);
      case 'list':
        return listDocuments(this.#replicas, request, replyBytesMax);
      case 'count':
        return countDocuments(this.#replicas, request);
    }
  }

  #searchExactly(request: SearchCall, deadlineAtMs: number, call: NodeCall): () => void {
    const { replyBytesMax } = this.#limits;
    const beganAtMs = this.#clock.nowMs();
    const refusal = this.#exact.tryBegin(request, deadlineAtMs, beganAtMs);
    if (refusal !== undefined) {
      return refuse(call, beganAtMs, 'rejected', refusal.detail, refusal.retryAfterMs);
    }
    const scan = searchExactly(this.#replicas, request, deadlineAtMs, replyBytesMax, (reply) => {
      const nowMs = this.#clock.nowMs();
      this.#exact.ended(request, nowMs - beganAtMs);
      call.finish(reply, nowMs);
    });
    return () => {
      this.#exact.cancelled();
      scan.cancel();
    };
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
