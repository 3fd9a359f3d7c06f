/**
 * Who gets the node's one core next. Searches and reads wait in one bounded queue and go first, a few
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
 */
import { BoundedQueue } from '../src/base/bounded-queue.js';
import type { Clock, Timer } from '../src/base/clock.js';
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
   * Share of the time that background work may take while searches keep arriving: 0.05..1. Lower:
   * searches wait less, most of all where nodes share cores; documents are taken in more slowly.
   */
  insertionShareRatio: number;
  /** Share that background work gets however many searches wait: 0.001..`insertionShareRatio`. */
  insertionShareRatioMin: number;
  /** Searches are taken to keep arriving for this long after the last one. */
  searchingWindowMs: number;
  /** Searches run back to back, before the event loop gets its turn, for this long at most ... */
  burstMs: number;
  /** ... and so many at most. */
  burstCount: number;
}

export const schedulerDefaults: SchedulerOptions = {
  queueLimit: 1024,
  queueMsMax: 500,
  sliceMs: 2,
  searchingSliceMs: 1,
  insertionShareRatio: 0.2,
  insertionShareRatioMin: 0.05,
  searchingWindowMs: 100,
  burstMs: 1,
  burstCount: 8,
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

export interface BackgroundSource {
  /** Works for about `budgetMs` at most. True when there is more to do. */
  runSlice(budgetMs: number): boolean;
}

interface Waiting {
  task: QueuedTask;
  sinceMs: number;
  /** What it was thought to take when it came. */
  workMs: number;
  isCancelled: boolean;
}

const RETRY_AFTER_MS_MAX = 10_000;
/** Of a slice that began later than it was due, as much counts as rest that was too long. */
const LATENESS_MS_MAX = 10;
const SEARCHED_WINDOW_MS = 1_000;
/** Shorter rests are none: sums of fractions are not exact. */
const REST_MS_MIN = 0.001;

export class Scheduler {
  readonly #clock: Clock;
  readonly #options: SchedulerOptions;
  readonly #queue: BoundedQueue<Waiting>;
  /** Sources with work to do; the one that waited longest comes first. */
  readonly #ready = new Set<BackgroundSource>();
  readonly #estimate = new ServiceEstimate();
  #cancelledCount = 0;
  /** What the work that waits is thought to take. */
  #queuedWorkMs = 0;
  /** When work last ended while more of it waited. */
  #busySinceMs: number | undefined;
  #lastSearchAtMs = Number.NEGATIVE_INFINITY;
  /** While searches arrive, background work may go on from this instant ... */
  #dueAtMs = Number.NEGATIVE_INFINITY;
  /** ... and from this one even if searches wait. */
  #overdueAtMs = Number.NEGATIVE_INFINITY;
  #isDeferred = false;
  #restTimer: Timer | undefined;

  constructor(clock: Clock, options: SchedulerOptions = schedulerDefaults) {
    this.#clock = clock;
    this.#options = options;
    this.#queue = new BoundedQueue(options.queueLimit);
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
    this.#ready.add(source);
    this.#schedule();
  }

  /** Takes a source off the list. */
  forget(source: BackgroundSource): void {
    this.#ready.delete(source);
  }

  #cancel(waiting: Waiting): void {
    if (waiting.isCancelled) return;
    waiting.isCancelled = true;
    this.#cancelledCount += 1;
    this.#queuedWorkMs -= waiting.workMs;
  }

  #schedule(): void {
    if (this.#isDeferred) return;
    const restMs = this.#queue.length > 0 ? 0 : this.#restMs(this.#clock.nowMs());
    if (restMs > 0) {
      this.#restTimer ??= this.#clock.setTimer(restMs, () => {
        this.#restTimer = undefined;
        this.#turn();
      });
      return;
    }
    this.#restTimer?.cancel();
    this.#restTimer = undefined;
    this.#isDeferred = true;
    this.#clock.defer(() => {
      this.#isDeferred = false;
      this.#turn();
    });
  }

  #turn(): void {
    this.#runQueued();
    if (this.#ready.size > 0 && this.#restMs(this.#clock.nowMs()) === 0) this.#runSlice();
    if (this.#queue.length > 0 || this.#ready.size > 0) this.#schedule();
  }

  #runQueued(): void {
    const startedAtMs = this.#clock.nowMs();
    let nowMs = startedAtMs;
    for (let count = 0; count < this.#options.burstCount; ) {
      if (nowMs - startedAtMs >= this.#options.burstMs) return;
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
      count += 1;
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

  #runSlice(): void {
    const [source] = this.#ready;
    if (source === undefined) return;
    const startedAtMs = this.#clock.nowMs();
    const { sliceMs, searchingSliceMs } = this.#options;
    this.#ready.delete(source);
    const hasMore = source.runSlice(this.#isSearching(startedAtMs) ? searchingSliceMs : sliceMs);
    if (hasMore) this.#ready.add(source);
    this.#setDue(startedAtMs, this.#clock.nowMs() - startedAtMs);
  }

  /**
   * The next slice is due when this one makes up the share of the time since it was due itself: so
   * timers that fire late, and rests shorter than a timer, do not cost background work its share.
   */
  #setDue(startedAtMs: number, tookMs: number): void {
    const { insertionShareRatio, insertionShareRatioMin } = this.#options;
    const dueAtMs = Math.max(this.#dueAtMs, startedAtMs - LATENESS_MS_MAX);
    this.#dueAtMs = Math.min(dueAtMs, startedAtMs) + tookMs / insertionShareRatio;
    this.#overdueAtMs = startedAtMs + tookMs / insertionShareRatioMin;
  }

  /** How long background work has yet to rest; 0 when it may run. */
  #restMs(nowMs: number): number {
    if (!this.#isSearching(nowMs)) return 0;
    const restMs = (this.queueDepth > 0 ? this.#overdueAtMs : this.#dueAtMs) - nowMs;
    return restMs < REST_MS_MIN ? 0 : restMs;
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
