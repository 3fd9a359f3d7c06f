/**
 * Carries out the effects of a `ScatterGather` machine: sends over links, arms timers, feeds what
 * happens back in, and keeps a record of every attempt for `explain` and the metrics.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { PartStatus } from '../../base/errors.js';
import type { NodeId, Partition } from '../../base/ids.js';
import type { LinkReply, LinkRequest } from '../../wire/link-messages.js';
import type { BalancingPolicy } from '../balancing/replica-picker.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { RequestContext } from '../request-context.js';
import type { LinkCall, LinkOutcome } from '../transport/shard-link.js';
import type { ReadRouter } from './read-router.js';
import {
  type Attempt,
  type AttemptCause,
  type PartitionRead,
  type PartitionReply,
  type ReadTimer,
  ScatterGather,
  type ScatterGatherEffect,
  type ScatterGatherResult,
} from './scatter-gather.js';

/** What became of one request to one node. */
export interface AttemptRecord {
  nodeId: NodeId;
  partitions: Partition[];
  cause: AttemptCause;
  outcome: PartStatus | 'pending';
  policy: BalancingPolicy;
  /** Load of the node when it was picked, in requests. */
  load: number;
  sentAtMs: number;
  tookMs: number;
  queueMs: number;
  serviceMs: number;
}

export interface ReadOutcome<R extends PartitionReply> extends ScatterGatherResult<R> {
  attempts: AttemptRecord[];
}

/** One kind of read: how its calls are made, and what in a reply speaks of partitions. */
export interface ReadKind<R extends PartitionReply> {
  call(reads: readonly PartitionRead[]): LinkRequest;
  replies(reply: LinkReply): readonly R[];
}

/** Runs one read to its end. Never rejects: what went wrong is in the result. */
export function runRead<R extends PartitionReply>(
  kind: ReadKind<R>,
  reads: readonly PartitionRead[],
  context: RequestContext,
  router: ReadRouter,
  nodes: NodeRegistry,
  clock: Clock,
): Promise<ReadOutcome<R>> {
  return new Promise((resolve) => {
    new ReadRun(kind, reads, context, router, nodes, clock, resolve).start();
  });
}

class ReadRun<R extends PartitionReply> {
  readonly #kind: ReadKind<R>;
  readonly #machine: ScatterGather<R>;
  readonly #context: RequestContext;
  readonly #router: ReadRouter;
  readonly #nodes: NodeRegistry;
  readonly #clock: Clock;
  readonly #resolve: (outcome: ReadOutcome<R>) => void;
  readonly #calls = new Map<number, LinkCall>();
  readonly #records = new Map<number, AttemptRecord>();
  readonly #timers: Timer[] = [];
  #stopListening: () => void = () => {};

  constructor(
    kind: ReadKind<R>,
    reads: readonly PartitionRead[],
    context: RequestContext,
    router: ReadRouter,
    nodes: NodeRegistry,
    clock: Clock,
    resolve: (outcome: ReadOutcome<R>) => void,
  ) {
    this.#kind = kind;
    this.#machine = new ScatterGather(reads, context.deadlineAtMs, router);
    this.#context = context;
    this.#router = router;
    this.#nodes = nodes;
    this.#clock = clock;
    this.#resolve = resolve;
  }

  start(): void {
    if (this.#context.isCancelled) {
      this.#run(this.#machine.cancelled());
      return;
    }
    this.#stopListening = this.#context.onCancelled(() => this.#run(this.#machine.cancelled()));
    this.#run(this.#machine.start(this.#clock.nowMs()));
  }

  #run(effects: ScatterGatherEffect<R>[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          this.#send(effect.attempt, effect.reads, effect.timeoutMs);
          break;
        case 'cancel':
          this.#calls.get(effect.attemptId)?.cancel();
          break;
        case 'arm_timer':
          this.#armTimer(effect.timer, effect.atMs);
          break;
        case 'complete':
          this.#complete(effect.result);
          break;
      }
    }
  }

  #send(attempt: Attempt, reads: PartitionRead[], timeoutMs: number): void {
    const node = this.#nodes.get(attempt.nodeId);
    const record: AttemptRecord = {
      nodeId: attempt.nodeId,
      partitions: attempt.partitions,
      cause: attempt.cause,
      outcome: 'pending',
      policy: this.#router.policy,
      load: node?.load ?? 0,
      sentAtMs: attempt.sentAtMs,
      tookMs: 0,
      queueMs: 0,
      serviceMs: 0,
    };
    this.#records.set(attempt.id, record);
    if (node === undefined) {
      record.outcome = 'unavailable';
      this.#clock.defer(() => this.#failed(attempt.id, 'unavailable'));
      return;
    }
    const call = node.link.send(this.#kind.call(reads), timeoutMs, (outcome) => {
      this.#nodes.noteOutcome(node, outcome);
      this.#ended(attempt.id, record, outcome);
    });
    this.#calls.set(attempt.id, call);
  }

  #ended(attemptId: number, record: AttemptRecord, outcome: LinkOutcome): void {
    const nowMs = this.#clock.nowMs();
    this.#calls.delete(attemptId);
    record.tookMs = nowMs - record.sentAtMs;
    record.outcome = outcome.status;
    if (outcome.load !== undefined) {
      record.queueMs = outcome.load.queueMs;
      record.serviceMs = outcome.load.serviceMs;
    }
    if (outcome.status === 'ok') {
      this.#run(this.#machine.replied(attemptId, this.#kind.replies(outcome.reply), nowMs));
    } else {
      this.#run(this.#machine.failed(attemptId, outcome.status, nowMs));
    }
  }

  #failed(attemptId: number, status: Exclude<PartStatus, 'ok'>): void {
    this.#run(this.#machine.failed(attemptId, status, this.#clock.nowMs()));
  }

  #armTimer(timer: ReadTimer, atMs: number): void {
    const delayMs = Math.max(0, atMs - this.#clock.nowMs());
    const fired = () => this.#run(this.#machine.timerFired(timer, this.#clock.nowMs()));
    this.#timers.push(this.#clock.setTimer(delayMs, fired));
  }

  #complete(result: ScatterGatherResult<R>): void {
    for (const timer of this.#timers) timer.cancel();
    this.#stopListening();
    this.#resolve({ ...result, attempts: [...this.#records.values()] });
  }
}
