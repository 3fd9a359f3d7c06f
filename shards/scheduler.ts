/**
 * Who gets the node's one core next. Searches and reads wait in one bounded queue and go first, some
 * at a time; between them background sources (graph insertion, write admission, exact scans) get
 * slices of a few milliseconds, one source after the other. After each turn the event loop runs, so
 * that replies leave and cancellations arrive.
 *
 * - Work that could not be done by its deadline, going by what waits before it and what such work took
 *   so far, is refused as it comes, while its caller can still go elsewhere; so is what would wait for
 *   longer than any work should. First in, first out: what was let in will be done, so nothing is won
 *   by serving the newest first. A node with nothing waiting takes whatever comes, so an estimate that
 *   is too high mends itself.
 * - Work whose deadline passed while it waited is refused unstarted; cancelled work just disappears.
 * - While searches keep arriving, background work rests after each slice so that it takes no more than
 *   its share of the time; without searches it takes all. When searches alone would fill the core it
 *   still gets a little, or writes would never get through.
 * - Background work that callers wait for (exact searches, writes) and the rest of it (insertion,
 *   copies) have a share each: however much there is to copy, an exact search takes as long as ever.
 */
import { BoundedQueue } from '../src/base/bounded-queue.js';
import type { Clock, Timer } from '../src/base/clock.js';
import { BackgroundLine, type BackgroundSource } from './background-line.js';
import { ServiceEstimate, type WorkSize } from './service-estimate.js';

export interface SchedulerOptions {
  /** Searches and reads that may wait: 1..100,000. More are refused with `rejected`. */
  queueLimit: number;
  /**
   * What would wait for longer is refused, in milliseconds: 1..60,000. Lower: callers are sent
   * elsewhere sooner; higher: longer bursts are taken.
   */
  queueMsMax: number;
  /** Longest background slice, in milliseconds: 0.1..100. */
  sliceMs: number;
  /** The same while searches keep arriving; at most `sliceMs`. */
  searchingSliceMs: number;
  /**
   * Share of the time that background work may take while searches keep arriving, that which callers
   * wait for and the rest of it each: 0.05..1. Lower: searches wait less, most of all where nodes
   * share cores; documents are taken in more slowly.
   */
  backgroundShareRatio: number;
  /** Share that background work gets however many searches wait: 0.001..`backgroundShareRatio`. */
  backgroundShareRatioMin: number;
  /** Searches are taken to keep arriving for this long after the last one. */
  searchingWindowMs: number;
  /**
   * Searches run back to back, before the event loop gets its turn, for half of what waits, within these
   * bounds: answers that leave together cost everybody on their way less, and who waits in a long queue
   * does not notice. At least 0.1; lower: the first answers leave sooner.
   */
  burstMsMin: number;
  burstMsMax: number;
}

export const schedulerDefaults: SchedulerOptions = {
  queueLimit: 1024,
  queueMsMax: 500,
  sliceMs: 2,
  searchingSliceMs: 1,
  backgroundShareRatio: 0.2,
  backgroundShareRatioMin: 0.05,
  searchingWindowMs: 100,
  burstMsMin: 1,
  burstMsMax: 4,
};

/** Why queued work was not begun. */
export type Refusal = 'timed_out' | 'rejected';

export interface QueuedTask {
  readonly deadlineAtMs: number;
  readonly work: WorkSize;
  /** Does the work, without waiting for anything. */
  run(queueMs: number): void;
  /** `detail` is for people. */
  refuse(status: Refusal, queueMs: number, retryAfterMs: number, detail: string): void;
}

interface Waiting {
  task: QueuedTask;
  sinceMs: number;
  /** What it was thought to take when it came. */
  workMs: number;
  isCancelled: boolean;
}

const RETRY_AFTER_MS_MAX = 10_000;
const SEARCHED_WINDOW_MS = 1_000;

export class Scheduler {
  readonly #clock: Clock;
  readonly #options: SchedulerOptions;
  readonly #queue: BoundedQueue<Waiting>;
  /** The one that is to go first when both may. */
  readonly #lines: [BackgroundLine, BackgroundLine];
  readonly #awaited: BackgroundLine;
  readonly #unawaited: BackgroundLine;
  readonly #estimate = new ServiceEstimate();
  #cancelledCount = 0;
  /** What the work that waits is thought to take. */
  #queuedWorkMs = 0;
  /** When work last ended while more of it waited. */
  #busySinceMs: number | undefined;
  #lastSearchAtMs = Number.NEGATIVE_INFINITY;
  #isDeferred = false;
  #rest: { timer: Timer; untilMs: number } | undefined;

  constructor(clock: Clock, options: SchedulerOptions = schedulerDefaults) {
    this.#clock = clock;
    this.#options = options;
    this.#queue = new BoundedQueue(options.queueLimit);
    const { backgroundShareRatio: ratio, backgroundShareRatioMin: ratioMin } = options;
    this.#awaited = new BackgroundLine({ ratio, ratioMin });
    this.#unawaited = new BackgroundLine({ ratio, ratioMin });
    this.#lines = [this.#awaited, this.#unawaited];
  }

  /** Searches and reads that wait. */
  get queueDepth(): number {
    return this.#queue.length - this.#cancelledCount;
  }

  /** How long work that comes now is expected to wait, in milliseconds. */
  get expectedWaitMs(): number {
    return this.#estimate.passageMs(Math.max(0, this.#queuedWorkMs));
  }

  /** When a caller that is turned away should come back: what waits now will be done by then. */
  get retryAfterMs(): number {
    return wholeMs(this.expectedWaitMs);
  }

  /** True when searches or reads have arrived within the last second. */
  get isSearched(): boolean {
    return this.#clock.nowMs() - this.#lastSearchAtMs < SEARCHED_WINDOW_MS;
  }

  /** Queues a search or read, or refuses it at once. */
  submit(task: QueuedTask): { cancel(): void } {
    const nowMs = this.#clock.nowMs();
    this.#lastSearchAtMs = nowMs;
    if (this.#queue.isFull) this.#dropCancelledHead();
    const workMs = this.#estimate.workMs(task.work);
    const waiting: Waiting = { task, sinceMs: nowMs, workMs, isCancelled: false };
    const objection = this.#objection(task, workMs, nowMs);
    if (objection === undefined) {
      this.#queue.push(waiting);
      this.#queuedWorkMs += workMs;
      this.#schedule();
    } else {
      waiting.isCancelled = true;
      task.refuse('rejected', 0, wholeMs(this.expectedWaitMs + workMs), objection);
    }
    return { cancel: () => this.#cancel(waiting) };
  }

  /** Why it is not even queued. */
  #objection(task: QueuedTask, workMs: number, nowMs: number): string | undefined {
    if (this.#queue.isFull) return 'the queue is full';
    if (this.queueDepth === 0) return undefined;
    const waitMs = this.expectedWaitMs;
    if (waitMs > this.#options.queueMsMax) return `the queue is ${wholeMs(waitMs)} ms long`;
    const doneAtMs = nowMs + waitMs + this.#estimate.passageMs(workMs);
    return doneAtMs > task.deadlineAtMs ? 'it could not be done by its deadline' : undefined;
  }

  /** Tells that a source has work to do. */
  wake(source: BackgroundSource): void {
    this.#lineOf(source).add(source);
    this.#schedule();
  }

  /** Takes a source off the list. */
  forget(source: BackgroundSource): void {
    this.#lineOf(source).delete(source);
  }

  #lineOf({ isAwaited }: BackgroundSource): BackgroundLine {
    return isAwaited === true ? this.#awaited : this.#unawaited;
  }

  #cancel(waiting: Waiting): void {
    if (waiting.isCancelled) return;
    waiting.isCancelled = true;
    this.#cancelledCount += 1;
    this.#queuedWorkMs -= waiting.workMs;
  }

  #schedule(): void {
    if (this.#isDeferred) return;
    const nowMs = this.#clock.nowMs();
    const restMs = this.#queue.length > 0 ? 0 : this.#restMs(nowMs);
    if (restMs === Number.POSITIVE_INFINITY) return;
    if (restMs > 0) {
      this.#restUntil(nowMs + restMs, restMs);
      return;
    }
    this.#endRest();
    this.#isDeferred = true;
    this.#clock.defer(() => {
      this.#isDeferred = false;
      this.#turn();
    });
  }

  #restUntil(untilMs: number, restMs: number): void {
    if (this.#rest !== undefined && this.#rest.untilMs <= untilMs) return;
    this.#endRest();
    const timer = this.#clock.setTimer(restMs, () => {
      this.#rest = undefined;
      this.#turn();
    });
    this.#rest = { timer, untilMs };
  }

  #endRest(): void {
    this.#rest?.timer.cancel();
    this.#rest = undefined;
  }

  #turn(): void {
    this.#runQueued();
    const nowMs = this.#clock.nowMs();
    const line = this.#lines.find((one) => this.#restOf(one, nowMs) === 0);
    if (line !== undefined) this.#runSlice(line, nowMs);
    this.#schedule();
  }

  #runQueued(): void {
    let nowMs = this.#clock.nowMs();
    const { burstMsMin, burstMsMax } = this.#options;
    const endAtMs = nowMs + Math.min(burstMsMax, Math.max(burstMsMin, this.#queuedWorkMs / 2));
    while (nowMs < endAtMs) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      if (waiting.isCancelled) {
        this.#cancelledCount -= 1;
        continue;
      }
      // Cancelling what has begun is the task's own affair.
      waiting.isCancelled = true;
      this.#queuedWorkMs -= waiting.workMs;
      const queueMs = nowMs - waiting.sinceMs;
      if (nowMs >= waiting.task.deadlineAtMs) {
        waiting.task.refuse('timed_out', queueMs, 0, 'the deadline passed in the queue');
        continue;
      }
      waiting.task.run(queueMs);
      const endedAtMs = this.#clock.nowMs();
      this.#learn(waiting.task.work, nowMs, endedAtMs);
      nowMs = endedAtMs;
    }
  }

  #learn(work: WorkSize, beganAtMs: number, endedAtMs: number): void {
    const workedMs = endedAtMs - beganAtMs;
    this.#estimate.worked(work, workedMs);
    if (this.#busySinceMs !== undefined) {
      this.#estimate.passed(endedAtMs - this.#busySinceMs, workedMs);
    }
    this.#busySinceMs = this.queueDepth > 0 ? endedAtMs : undefined;
    // Sums of fractions are not exact: begin anew whenever there is nothing to add up.
    if (this.queueDepth === 0) this.#queuedWorkMs = 0;
  }

  #runSlice(line: BackgroundLine, nowMs: number): void {
    const { sliceMs, searchingSliceMs } = this.#options;
    const budgetMs = this.#isSearching(nowMs) ? searchingSliceMs : sliceMs;
    line.runSlice(budgetMs, () => this.#clock.nowMs());
    if (line === this.#lines[0]) this.#lines.reverse();
  }

  /** How long background work has yet to rest; 0 when some may run, Infinity when there is none. */
  #restMs(nowMs: number): number {
    return Math.min(...this.#lines.map((line) => this.#restOf(line, nowMs)));
  }

  #restOf(line: BackgroundLine, nowMs: number): number {
    const restMs = line.restMs(nowMs, this.queueDepth > 0);
    return this.#isSearching(nowMs) || restMs === Number.POSITIVE_INFINITY ? restMs : 0;
  }

  #isSearching(nowMs: number): boolean {
    return nowMs - this.#lastSearchAtMs < this.#options.searchingWindowMs;
  }

  #dropCancelledHead(): void {
    while (this.#queue.peek()?.isCancelled === true) {
      this.#queue.shift();
      this.#cancelledCount -= 1;
    }
  }
}

function wholeMs(ms: number): number {
  return Math.min(RETRY_AFTER_MS_MAX, Math.max(1, Math.ceil(ms)));
}
