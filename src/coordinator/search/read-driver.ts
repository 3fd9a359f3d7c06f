/**
 * Carries out the effects of a `ScatterGather` machine: sends over links, arms timers, feeds what
 * happens back in, and keeps a record of every attempt for `explain` and the metrics.
 *
 * A suspect node that is due for a probe gets a copy of the read for one partition, beside the attempt
 * that answers it: nobody waits for a probe.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { PartStatus } from '../../base/errors.js';
import type { NodeId, Partition } from '../../base/ids.js';
import type { LinkReply, LinkRequest } from '../../wire/link-messages.js';
import { isOverdue, noteLate, noteReadAttempt } from '../nodes/read-outcomes.js';
import type { RegisteredNode } from '../nodes/registered-node.js';
import type { RequestContext } from '../request-context.js';
import type { LinkCall, LinkOutcome } from '../transport/shard-link.js';
import type { PickReason, ReadRoute } from './read-router.js';
import { ScatterGather } from './scatter-gather.js';
import type {
  Attempt,
  AttemptCause,
  PartitionRead,
  PartitionReply,
  ReadTimer,
  ScatterGatherEffect,
  ScatterGatherResult,
} from './scatter-gather-port.js';

/** What became of one request to one node. */
export interface AttemptRecord {
  nodeId: NodeId;
  partitions: Partition[];
  cause: AttemptCause;
  outcome: PartStatus | 'pending';
  picked: PickReason | undefined;
  sentAtMs: number;
  tookMs: number;
  queueMs: number;
  serviceMs: number;
  timeoutMs: number;
  /** Reads that its node was allowed at a time when it was sent. */
  nodeLimit: number;
  /** When it was turned away: how long to wait, in milliseconds. 0: no advice. */
  retryAfterMs: number;
  /** The hedge delay passed before it ended. */
  wasLate: boolean;
  /** Later than that is beyond all reason; Infinity: that was noted, or it is not late at all. */
  overdueAtMs: number;
  /** Partitions that it was the first to answer. */
  answered: Partition[];
  /** Partitions that the node answered for, but only to say why not. */
  refused: { partition: Partition; status: PartStatus }[];
}

export interface ReadOutcome<R extends PartitionReply>
  extends Omit<ScatterGatherResult<R>, 'answeredBy'> {
  attempts: AttemptRecord[];
  /** Hedges and reroutes that the budget did not allow. */
  refusedRetries: number;
}

/** One kind of read: how its calls are made, and what in a reply speaks of partitions. */
export interface ReadKind<R extends PartitionReply> {
  call(reads: readonly PartitionRead[]): LinkRequest;
  replies(reply: LinkReply): readonly R[];
}

/** Longest that a probe may take. */
const PROBE_TIMEOUT_MS = 1_000;

/** Runs one read to its end. Never rejects: what went wrong is in the result. */
export function runRead<R extends PartitionReply>(
  kind: ReadKind<R>,
  reads: readonly PartitionRead[],
  context: RequestContext,
  route: ReadRoute,
): Promise<ReadOutcome<R>> {
  return new Promise((resolve) => new ReadRun(kind, reads, context, route, resolve).start());
}

class ReadRun<R extends PartitionReply> {
  readonly #kind: ReadKind<R>;
  readonly #reads: readonly PartitionRead[];
  readonly #machine: ScatterGather<R>;
  readonly #context: RequestContext;
  readonly #route: ReadRoute;
  readonly #clock: Clock;
  readonly #resolve: (outcome: ReadOutcome<R>) => void;
  /** Both by the attempts' ids, which count from 1; one that has ended has no call any more. */
  readonly #calls: (LinkCall | undefined)[] = [];
  readonly #records: AttemptRecord[] = [];
  readonly #timers: Timer[] = [];
  #isPastDeadline = false;
  #stopListening: () => void = () => {};

  constructor(
    kind: ReadKind<R>,
    reads: readonly PartitionRead[],
    context: RequestContext,
    route: ReadRoute,
    resolve: (outcome: ReadOutcome<R>) => void,
  ) {
    this.#kind = kind;
    this.#reads = reads;
    this.#machine = new ScatterGather(reads, context.deadlineAtMs, route);
    this.#context = context;
    this.#route = route;
    this.#clock = route.router.clock;
    this.#resolve = resolve;
  }

  start(): void {
    if (this.#context.isCancelled) {
      this.#run(this.#machine.cancelled());
      return;
    }
    this.#stopListening = this.#context.onCancelled(() => this.#run(this.#machine.cancelled()));
    this.#run(this.#machine.start(this.#clock.nowMs()));
    this.#probeSuspects();
  }

  #run(effects: ScatterGatherEffect<R>[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          this.#send(effect.attempt, effect.reads, effect.timeoutMs);
          break;
        case 'cancel':
          this.#calls[effect.attemptId - 1]?.cancel();
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
    const { router } = this.#route;
    const node = router.nodes.get(attempt.nodeId);
    const record: AttemptRecord = {
      nodeId: attempt.nodeId,
      partitions: attempt.partitions,
      cause: attempt.cause,
      outcome: 'pending',
      picked: this.#route.reasonOf(attempt.nodeId),
      sentAtMs: attempt.sentAtMs,
      tookMs: 0,
      queueMs: 0,
      serviceMs: 0,
      timeoutMs,
      nodeLimit: node?.concurrency.value ?? 0,
      retryAfterMs: 0,
      wasLate: false,
      overdueAtMs: Number.POSITIVE_INFINITY,
      answered: [],
      refused: [],
    };
    this.#records[attempt.id - 1] = record;
    if (attempt.cause === 'hedge') router.counters.hedgesSent += 1;
    if (attempt.cause === 'reroute') router.counters.reroutes += 1;
    if (node === undefined) {
      record.outcome = 'unavailable';
      this.#clock.defer(() => this.#failed(attempt.id, 'unavailable'));
      return;
    }
    node.readsInFlight += 1;
    const call = node.link.send(this.#kind.call(reads), timeoutMs, (outcome) =>
      this.#ended(attempt.id, node, record, outcome),
    );
    this.#calls[attempt.id - 1] = call;
  }

  #ended(
    attemptId: number,
    node: RegisteredNode,
    record: AttemptRecord,
    outcome: LinkOutcome,
  ): void {
    const nowMs = this.#clock.nowMs();
    this.#calls[attemptId - 1] = undefined;
    node.readsInFlight -= 1;
    record.tookMs = nowMs - record.sentAtMs;
    record.outcome = outcome.status;
    if (outcome.status !== 'ok') record.retryAfterMs = outcome.retryAfterMs;
    if (outcome.load !== undefined) {
      record.queueMs = outcome.load.queueMs;
      record.serviceMs = outcome.load.serviceMs;
    }
    const replies = outcome.status === 'ok' ? this.#kind.replies(outcome.reply) : [];
    record.refused = replies.filter(({ status }) => status !== 'ok').map(partAndStatus);
    this.#note(node, record, outcome, replies, nowMs);
    if (outcome.status === 'ok') this.#run(this.#machine.replied(attemptId, replies, nowMs));
    else this.#run(this.#machine.failed(attemptId, outcome.status, nowMs));
    this.#route.router.gate.pump();
  }

  #note(
    node: RegisteredNode,
    record: AttemptRecord,
    outcome: LinkOutcome,
    replies: readonly R[],
    nowMs: number,
  ): void {
    this.#route.router.nodes.noteLoad(node, outcome);
    const isDeadline = this.#isPastDeadline;
    noteReadAttempt(
      node,
      {
        kind: this.#route.request.kind,
        partitionCount: record.partitions.length,
        status: outcome.status,
        sentAtMs: record.sentAtMs,
        tookMs: record.tookMs,
        serviceMs: record.serviceMs,
        timeoutMs: record.timeoutMs,
        hasOnlyFailures: replies.every(({ status }) => BAD_REPLICA.has(status)),
        isLost: record.wasLate && !isDeadline && !this.#context.isCancelled,
        wasOverdue: isOverdue(record),
        isDeadline,
        retryAfterMs: record.retryAfterMs,
      },
      nowMs,
    );
  }

  #failed(attemptId: number, status: Exclude<PartStatus, 'ok'>): void {
    this.#run(this.#machine.failed(attemptId, status, this.#clock.nowMs()));
  }

  #armTimer(timer: ReadTimer, atMs: number): void {
    const delayMs = Math.max(0, atMs - this.#clock.nowMs());
    const armed = this.#clock.setTimer(delayMs, () => {
      if (timer.kind === 'deadline') this.#fire(timer);
      // When this process was busy, answers may have come already: those are looked at first.
      else this.#clock.defer(() => this.#fire(timer));
    });
    this.#timers.push(armed);
  }

  #fire(timer: ReadTimer): void {
    if (this.#machine.isComplete) return;
    if (timer.kind === 'deadline') this.#isPastDeadline = true;
    else {
      const record = this.#records[timer.attemptId - 1] as AttemptRecord;
      noteLate(this.#route.router.nodes.get(record.nodeId), record, this.#clock.nowMs());
    }
    this.#run(this.#machine.timerFired(timer, this.#clock.nowMs()));
  }

  #probeSuspects(): void {
    const { router } = this.#route;
    const nowMs = this.#clock.nowMs();
    for (const read of this.#reads) {
      for (const nodeId of read.nodeIds) {
        const node = router.nodes.get(nodeId);
        if (node === undefined || !node.health.tryProbe(nowMs)) continue;
        router.counters.probes += 1;
        this.#probe(node, read);
      }
    }
  }

  #probe(node: RegisteredNode, read: PartitionRead): void {
    const { nodes } = this.#route.router;
    const { link } = node;
    link.send(this.#kind.call([read]), PROBE_TIMEOUT_MS, (outcome) => {
      nodes.noteLoad(node, outcome);
      if (node.link !== link) return;
      const replies = outcome.status === 'ok' ? this.#kind.replies(outcome.reply) : [];
      const isWell = replies.some(({ status }) => !BAD_REPLICA.has(status));
      node.health.probeEnded(isWell, this.#clock.nowMs());
    });
  }

  #complete(result: ScatterGatherResult<R>): void {
    for (const timer of this.#timers) timer.cancel();
    this.#stopListening();
    const { replies, missing, answeredBy } = result;
    for (const [i, { partition }] of replies.entries()) {
      this.#records[(answeredBy[i] as number) - 1]?.answered.push(partition);
    }
    const { router, refusedRetries } = this.#route;
    for (const { cause, answered } of this.#records) {
      if (cause !== 'hedge') continue;
      if (answered.length > 0) router.counters.hedgesWon += 1;
      else router.counters.hedgesWasted += 1;
    }
    this.#resolve({ replies, missing, attempts: this.#records, refusedRetries });
  }
}

/** What a node says of a replica that it cannot serve, however healthy it is otherwise. */
const BAD_REPLICA: ReadonlySet<PartStatus> = new Set(['missing', 'corrupt', 'unavailable']);

function partAndStatus({ partition, status }: PartitionReply) {
  return { partition, status };
}
