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
import { PartitionProgress } from './partition-progress.js';
import type {
  Attempt,
  AttemptCause,
  PartitionRead,
  PartitionReply,
  ReadTimer,
  ScatterGatherEffect,
  ScatterGatherResult,
  ScatterGatherView,
} from './scatter-gather-port.js';

/** A read that is late and could not be hedged is looked at again by then. */
const LOOK_AGAIN_MS = 25;

export class ScatterGather<R extends PartitionReply> {
  readonly #view: ScatterGatherView;
  readonly #deadlineAtMs: number;
  readonly #states: Map<Partition, PartitionProgress<R>>;
  /** Those under way, in the order in which they were sent. */
  readonly #attempts: Attempt[] = [];
  #unsettled: number;
  #nextAttemptId = 1;
  #isComplete = false;

  constructor(reads: readonly PartitionRead[], deadlineAtMs: number, view: ScatterGatherView) {
    this.#view = view;
    this.#deadlineAtMs = deadlineAtMs;
    this.#states = new Map(reads.map((read) => [read.partition, new PartitionProgress<R>(read)]));
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
    return this.#ended(attemptId, nowMs, (partition, i) => {
      // Nodes answer in the order in which they were asked.
      const reply = replies[i];
      return reply?.partition === partition
        ? reply
        : replies.find((r) => r.partition === partition);
    });
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
    const attempt = this.#attempts.find(({ id }) => id === timer.attemptId);
    if (attempt === undefined) return [];
    const effects: ScatterGatherEffect<R>[] = [];
    const maySend = () => this.#view.spendRetry({ kind: 'hedge', lateNodeId: attempt.nodeId });
    this.#ask(this.#lateStates(attempt), 'hedge', maySend, nowMs, effects);
    // What could not be hedged now may be later: there is budget again, or the node is known to be dead.
    this.#hedgeLater(attempt, nowMs, effects);
    return this.#settle(effects);
  }

  #hedgeLater(attempt: Attempt, nowMs: number, effects: ScatterGatherEffect<R>[]): void {
    if (this.#lateStates(attempt).length === 0) return;
    const lateMs = nowMs - attempt.sentAtMs;
    this.#armHedgeTimer(attempt, lateMs + Math.min(lateMs, LOOK_AGAIN_MS), effects);
  }

  /** Partitions that wait for this attempt, and could still be asked of another node. */
  #lateStates(attempt: Attempt): PartitionProgress<R>[] {
    return attempt.partitions
      .map((partition) => this.#state(partition))
      .filter(
        ({ isSettled, lastAttemptId, canAskAnother }) =>
          !isSettled && lastAttemptId === attempt.id && canAskAnother,
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
    replyOf: (partition: Partition, index: number) => R | undefined,
  ): ScatterGatherEffect<R>[] {
    const index = this.#attempts.findIndex(({ id }) => id === attemptId);
    const attempt = this.#attempts[index];
    if (attempt === undefined || this.#isComplete) return [];
    this.#attempts.splice(index, 1);
    const failed: PartitionProgress<R>[] = [];
    for (const [i, partition] of attempt.partitions.entries()) {
      const state = this.#state(partition);
      state.pendingAttempts -= 1;
      const reply = replyOf(partition, i);
      if (reply?.status === 'ok') this.#accept(state, reply, attemptId);
      else if (state.noteFailure(attemptId, reply?.status ?? 'missing')) failed.push(state);
    }
    const effects: ScatterGatherEffect<R>[] = [];
    if (failed.length > 0) this.#reroute(failed, attemptId, nowMs, effects);
    this.#cancelObsolete(effects);
    return this.#settle(effects);
  }

  #reroute(
    failed: PartitionProgress<R>[],
    attemptId: number,
    nowMs: number,
    effects: ScatterGatherEffect<R>[],
  ): void {
    const maySend = (states: PartitionProgress<R>[]) => {
      const failures = states.map((state) => state.lastFailure ?? 'unavailable');
      return this.#view.spendRetry({ kind: 'reroute', failures });
    };
    this.#ask(failed, 'reroute', maySend, nowMs, effects);
    this.#waitForEarlier(failed, attemptId, nowMs, effects);
  }

  /**
   * A hedge ended without an answer, and nobody else could be asked: what it was a hedge of is waited
   * for again. Unless the failure was that the plan is outdated: a new plan beats waiting for the late.
   */
  #waitForEarlier(
    failed: readonly PartitionProgress<R>[],
    attemptId: number,
    nowMs: number,
    effects: ScatterGatherEffect<R>[],
  ): void {
    for (const state of failed) {
      if (state.isSettled || state.lastAttemptId !== attemptId) continue;
      const { partition } = state.read;
      const earlier = this.#attempts.findLast(({ partitions }) => partitions.includes(partition));
      invariant(earlier !== undefined, 'a partition that nobody works on is not settled');
      state.lastAttemptId = earlier.id;
      if (state.isPlanOutdated && !state.canAskAnother) this.#settleState(state);
      this.#hedgeLater(earlier, nowMs, effects);
    }
  }

  /**
   * Plans partitions onto nodes, one request per node. Where no node is left to ask, the partition
   * settles as it is. Only first attempts are free; others come out of the shared budget.
   */
  #ask(
    states: PartitionProgress<R>[],
    cause: AttemptCause,
    maySend: (states: PartitionProgress<R>[]) => boolean,
    nowMs: number,
    effects: ScatterGatherEffect<R>[],
  ): void {
    const byNode = new Map<NodeId, PartitionProgress<R>[]>();
    for (const state of states) {
      const open = state.notAskedYet();
      const nodeId =
        open.length === 0 ? undefined : this.#view.pick(state.read, open, byNode, cause);
      if (nodeId === undefined) {
        if (state.pendingAttempts > 0) continue;
        state.lastFailure ??= 'no_replica';
        this.#settleState(state);
        continue;
      }
      const list = byNode.get(nodeId);
      if (list === undefined) byNode.set(nodeId, [state]);
      else list.push(state);
    }
    for (const [nodeId, asked] of byNode) {
      if (!maySend(asked)) {
        for (const state of asked) if (state.pendingAttempts === 0) this.#settleState(state);
        continue;
      }
      this.#send(nodeId, asked, cause, nowMs, effects);
    }
  }

  #send(
    nodeId: NodeId,
    states: PartitionProgress<R>[],
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
    this.#attempts.push(attempt);
    for (const state of states) state.sent(nodeId, attempt.id);
    effects.push({
      kind: 'send',
      attempt,
      reads: states.map((state) => state.read),
      timeoutMs: Math.max(0, this.#deadlineAtMs - nowMs),
    });
    const hedgeDelayMs = this.#view.hedgeDelayMs(nodeId, states.length);
    const canHedge = states.some((state) => state.canAskAnother);
    if (hedgeDelayMs !== undefined && canHedge) this.#armHedgeTimer(attempt, hedgeDelayMs, effects);
  }

  #accept(state: PartitionProgress<R>, reply: R, attemptId: number): void {
    if (state.reply !== undefined) return;
    state.reply = reply;
    state.answeredBy = attemptId;
    if (!state.isSettled) this.#settleState(state);
  }

  #settleState(state: PartitionProgress<R>): void {
    state.isSettled = true;
    this.#unsettled -= 1;
  }

  /** Cancels attempts that nobody waits for any more. */
  #cancelObsolete(effects: ScatterGatherEffect<R>[]): void {
    for (const attempt of [...this.#attempts]) {
      if (attempt.partitions.some((partition) => !this.#state(partition).isSettled)) continue;
      this.#attempts.splice(this.#attempts.indexOf(attempt), 1);
      effects.push({ kind: 'cancel', attemptId: attempt.id });
    }
  }

  #giveUp(reason: MissingReason): ScatterGatherEffect<R>[] {
    for (const state of this.#states.values()) {
      if (!state.isSettled && state.pendingAttempts > 0) state.lastFailure = reason;
    }
    this.#unsettled = 0;
    return this.#settle([]);
  }

  #settle(effects: ScatterGatherEffect<R>[]): ScatterGatherEffect<R>[] {
    invariant(this.#unsettled >= 0, 'a partition settled twice');
    if (this.#unsettled > 0 || this.#isComplete) return effects;
    this.#isComplete = true;
    for (const { id } of this.#attempts.splice(0)) effects.push({ kind: 'cancel', attemptId: id });
    effects.push({ kind: 'complete', result: this.#result() });
    return effects;
  }

  #result(): ScatterGatherResult<R> {
    const replies: R[] = [];
    const missing: MissingPartition[] = [];
    const answeredBy: number[] = [];
    for (const state of this.#states.values()) {
      const { partition } = state.read;
      if (state.reply !== undefined) {
        replies.push(state.reply);
        answeredBy.push(state.answeredBy);
      } else missing.push({ partition, reason: state.lastFailure ?? 'no_replica' });
    }
    return { replies, missing, answeredBy };
  }

  #state(partition: Partition): PartitionProgress<R> {
    const state = this.#states.get(partition);
    invariant(state !== undefined, `partition ${partition} is not part of this request`);
    return state;
  }
}
