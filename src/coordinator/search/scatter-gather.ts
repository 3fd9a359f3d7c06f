/**
 * The scatter-gather machine: every read that fans out to partitions (search, get, list, count) runs
 * through it. It decides which node is asked for which partitions, asks another replica when a node
 * fails, sends a hedge when one is late, gives up at the deadline, and says what became of each
 * partition. It does nothing itself: events go in with the time, effects come out, and a driver
 * carries them out (`read-driver.ts`).
 *
 * Invariants: it completes exactly once; every partition ends answered or missing with a reason; a
 * partition is never asked of one node twice; when it completes, every attempt has ended or is
 * cancelled, and every timer is obsolete.
 *
 * Hedging: Dean and Barroso, "The Tail at Scale" (2013), https://doi.org/10.1145/2408776.2408794
 */
import type { PartStatus } from '../../base/errors.js';
import type { NodeId, Partition } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import type { MissingPartition, MissingReason } from './coverage.js';
import type {
  Attempt,
  AttemptCause,
  PartitionRead,
  PartitionReply,
  ReadTimer,
  RetryCause,
  ScatterGatherEffect,
  ScatterGatherResult,
  ScatterGatherView,
} from './scatter-gather-port.js';

interface PartitionState<R> {
  read: PartitionRead;
  /** Nodes that were asked, whatever came of it. */
  asked: Set<NodeId>;
  /** Attempts that may still answer it. */
  pendingAttempts: number;
  /** The one that was sent last; a hedge follows it, and no earlier one. */
  lastAttemptId: number;
  answeredBy: number;
  reply: R | undefined;
  lastFailure: MissingReason | undefined;
}

export class ScatterGather<R extends PartitionReply> {
  readonly #view: ScatterGatherView;
  readonly #deadlineAtMs: number;
  readonly #states: Map<Partition, PartitionState<R>>;
  readonly #attempts = new Map<number, Attempt>();
  #unsettled: number;
  #nextAttemptId = 1;
  #isComplete = false;

  constructor(reads: readonly PartitionRead[], deadlineAtMs: number, view: ScatterGatherView) {
    this.#view = view;
    this.#deadlineAtMs = deadlineAtMs;
    this.#states = new Map(reads.map((read) => [read.partition, initialState<R>(read)]));
    this.#unsettled = this.#states.size;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  start(nowMs: number): ScatterGatherEffect<R>[] {
    const effects: ScatterGatherEffect<R>[] = [
      { kind: 'arm_timer', timer: { kind: 'deadline' }, atMs: this.#deadlineAtMs },
    ];
    this.#ask([...this.#states.values()], 'first', () => true, nowMs, effects);
    return this.#settle(effects);
  }

  /** A node answered. Answers of ended attempts, and for partitions already answered, are dropped. */
  replied(attemptId: number, replies: readonly R[], nowMs: number): ScatterGatherEffect<R>[] {
    const byPartition = new Map(replies.map((reply) => [reply.partition, reply]));
    return this.#ended(attemptId, nowMs, (partition) => byPartition.get(partition));
  }

  /** An attempt ended without an answer. */
  failed(
    attemptId: number,
    status: Exclude<PartStatus, 'ok'>,
    nowMs: number,
  ): ScatterGatherEffect<R>[] {
    return this.#ended(attemptId, nowMs, (partition) => ({ partition, status }) as R);
  }

  timerFired(timer: ReadTimer, nowMs: number): ScatterGatherEffect<R>[] {
    if (this.#isComplete) return [];
    if (timer.kind === 'deadline') return this.#giveUp('timed_out');
    const attempt = this.#attempts.get(timer.attemptId);
    if (attempt === undefined) return [];
    const effects: ScatterGatherEffect<R>[] = [];
    const cause: RetryCause = { kind: 'hedge', lateNodeId: attempt.nodeId };
    const maySend = () => this.#view.spendRetry(cause);
    this.#ask(this.#lateStates(attempt), 'hedge', maySend, nowMs, effects);
    // What could not be hedged now may be later: there is budget again, or the node is known to be dead.
    const isStillLate = this.#lateStates(attempt).length > 0;
    if (isStillLate) this.#armHedgeTimer(attempt, 2 * (nowMs - attempt.sentAtMs), effects);
    return this.#settle(effects);
  }

  /** Partitions that wait for this attempt, and could still be asked of another node. */
  #lateStates(attempt: Attempt): PartitionState<R>[] {
    return attempt.partitions
      .map((partition) => this.#state(partition))
      .filter(
        ({ reply, lastAttemptId, read, asked }) =>
          reply === undefined && lastAttemptId === attempt.id && read.nodeIds.length > asked.size,
      );
  }

  #armHedgeTimer(attempt: Attempt, delayMs: number, effects: ScatterGatherEffect<R>[]): void {
    const atMs = attempt.sentAtMs + delayMs;
    if (atMs >= this.#deadlineAtMs) return;
    effects.push({ kind: 'arm_timer', timer: { kind: 'hedge', attemptId: attempt.id }, atMs });
  }

  /** The caller is gone. */
  cancelled(): ScatterGatherEffect<R>[] {
    return this.#isComplete ? [] : this.#giveUp('cancelled');
  }

  #ended(
    attemptId: number,
    nowMs: number,
    replyOf: (partition: Partition) => R | undefined,
  ): ScatterGatherEffect<R>[] {
    const attempt = this.#attempts.get(attemptId);
    if (attempt === undefined || this.#isComplete) return [];
    this.#attempts.delete(attemptId);
    const failed: PartitionState<R>[] = [];
    for (const partition of attempt.partitions) {
      const state = this.#state(partition);
      state.pendingAttempts -= 1;
      const reply = replyOf(partition);
      if (reply?.status === 'ok') this.#accept(state, reply, attemptId);
      else if (this.#noteFailure(state, reply?.status ?? 'missing')) failed.push(state);
    }
    const effects: ScatterGatherEffect<R>[] = [];
    const maySend = (states: PartitionState<R>[]) => {
      const failures = states.map((state) => state.lastFailure ?? 'unavailable');
      return this.#view.spendRetry({ kind: 'reroute', failures });
    };
    this.#ask(failed, 'reroute', maySend, nowMs, effects);
    this.#cancelObsolete(effects);
    return this.#settle(effects);
  }

  /**
   * Plans partitions onto nodes, one request per node. Where no node is left to ask, the partition
   * settles as it is. Only first attempts are free; others come out of the shared budget.
   */
  #ask(
    states: PartitionState<R>[],
    cause: AttemptCause,
    maySend: (states: PartitionState<R>[]) => boolean,
    nowMs: number,
    effects: ScatterGatherEffect<R>[],
  ): void {
    const planned = new Map<NodeId, number>();
    const byNode = new Map<NodeId, PartitionState<R>[]>();
    for (const state of states) {
      const open = state.read.nodeIds.filter((nodeId) => !state.asked.has(nodeId));
      const nodeId =
        open.length === 0 ? undefined : this.#view.pick(state.read, open, planned, cause);
      if (nodeId === undefined) {
        if (state.pendingAttempts > 0) continue;
        state.lastFailure ??= 'no_replica';
        this.#unsettled -= 1;
        continue;
      }
      planned.set(nodeId, (planned.get(nodeId) ?? 0) + 1);
      const list = byNode.get(nodeId);
      if (list === undefined) byNode.set(nodeId, [state]);
      else list.push(state);
    }
    for (const [nodeId, asked] of byNode) {
      if (!maySend(asked)) {
        for (const state of asked) if (state.pendingAttempts === 0) this.#unsettled -= 1;
        continue;
      }
      this.#send(nodeId, asked, cause, nowMs, effects);
    }
  }

  #send(
    nodeId: NodeId,
    states: PartitionState<R>[],
    cause: AttemptCause,
    nowMs: number,
    effects: ScatterGatherEffect<R>[],
  ): void {
    const attempt: Attempt = {
      id: this.#nextAttemptId,
      nodeId,
      cause,
      partitions: states.map((state) => state.read.partition),
      sentAtMs: nowMs,
    };
    this.#nextAttemptId += 1;
    this.#attempts.set(attempt.id, attempt);
    for (const state of states) {
      state.asked.add(nodeId);
      state.lastAttemptId = attempt.id;
      state.pendingAttempts += 1;
    }
    effects.push({
      kind: 'send',
      attempt,
      reads: states.map((state) => state.read),
      timeoutMs: Math.max(0, this.#deadlineAtMs - nowMs),
    });
    const hedgeDelayMs = this.#view.hedgeDelayMs(nodeId, states.length);
    const canHedge = states.some(({ read, asked }) => read.nodeIds.length > asked.size);
    if (hedgeDelayMs !== undefined && canHedge) this.#armHedgeTimer(attempt, hedgeDelayMs, effects);
  }

  #accept(state: PartitionState<R>, reply: R, attemptId: number): void {
    if (state.reply !== undefined) return;
    state.reply = reply;
    state.answeredBy = attemptId;
    this.#unsettled -= 1;
  }

  /** True when the partition now has nobody working on it and must be asked elsewhere. */
  #noteFailure(state: PartitionState<R>, status: Exclude<PartStatus, 'ok'>): boolean {
    if (state.reply !== undefined) return false;
    state.lastFailure = status;
    return state.pendingAttempts === 0;
  }

  /** Cancels attempts all of whose partitions have been answered by others. */
  #cancelObsolete(effects: ScatterGatherEffect<R>[]): void {
    for (const attempt of this.#attempts.values()) {
      if (attempt.partitions.every((partition) => this.#state(partition).reply !== undefined)) {
        this.#attempts.delete(attempt.id);
        effects.push({ kind: 'cancel', attemptId: attempt.id });
      }
    }
  }

  #giveUp(reason: MissingReason): ScatterGatherEffect<R>[] {
    for (const state of this.#states.values()) {
      if (state.reply === undefined && state.pendingAttempts > 0) state.lastFailure = reason;
    }
    this.#unsettled = 0;
    return this.#settle([]);
  }

  #settle(effects: ScatterGatherEffect<R>[]): ScatterGatherEffect<R>[] {
    invariant(this.#unsettled >= 0, 'a partition settled twice');
    if (this.#unsettled > 0 || this.#isComplete) return effects;
    this.#isComplete = true;
    for (const attemptId of this.#attempts.keys()) effects.push({ kind: 'cancel', attemptId });
    this.#attempts.clear();
    effects.push({ kind: 'complete', result: this.#result() });
    return effects;
  }

  #result(): ScatterGatherResult<R> {
    const replies: R[] = [];
    const missing: MissingPartition[] = [];
    const answeredBy = new Map<Partition, number>();
    for (const state of this.#states.values()) {
      const { partition } = state.read;
      if (state.reply !== undefined) {
        replies.push(state.reply);
        answeredBy.set(partition, state.answeredBy);
      } else missing.push({ partition, reason: state.lastFailure ?? 'no_replica' });
    }
    return { replies, missing, answeredBy };
  }

  #state(partition: Partition): PartitionState<R> {
    const state = this.#states.get(partition);
    invariant(state !== undefined, `partition ${partition} is not part of this request`);
    return state;
  }
}

function initialState<R>(read: PartitionRead): PartitionState<R> {
  return {
    read,
    asked: new Set(),
    pendingAttempts: 0,
    lastAttemptId: 0,
    answeredBy: 0,
    reply: undefined,
    lastFailure: undefined,
  };
}
