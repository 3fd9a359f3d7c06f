/**
 * Writes of one partition: carried out in the order of their arrival, a slice at a time, each slice
 * handed to the store without waiting for the one before to be durable. A write that finds more rows
 * waiting for the graph than the flat buffer may hold waits its turn, and with it those behind it:
 * that is the push back which slows writers down to what the graph can take in. A write whose turn
 * does not come within most of its time is refused unstarted, early enough for its sender to tell a
 * replica that is busy from one that is dead; once begun it is finished.
 */
import type { Clock, Timer } from '../src/base/clock.js';
import type { PartStatus } from '../src/base/errors.js';
import type { Version } from '../src/base/version.js';
import type { WriteOp, WriteResult } from '../src/wire/link-messages.js';
import type { BackgroundSource } from './background-line.js';
import type { Scheduler } from './scheduler.js';
import {
  type PartitionStore,
  type RowChange,
  StoreError,
  type WriteOutcome,
} from './store/partition-store.js';

export interface QueuedWrite {
  version: Version;
  ops: readonly WriteOp[];
  deadlineAtMs: number;
  /** Called once, unless cancelled before it was begun. */
  done(status: PartStatus, detail: string, results: WriteResult[]): void;
}

export interface WriteTicket {
  /** True when the write had not begun, and so never will: `done` is not called any more. */
  cancel(): boolean;
}

/** Of a write that is over. */
export const settledTicket: WriteTicket = { cancel: () => false };

interface Entry {
  write: QueuedWrite;
  /** When it is refused, if it has not begun. */
  refuseAtMs: number;
  begunCount: number;
  unsettledCount: number;
  results: WriteResult[][];
  failure: { status: PartStatus; detail: string } | undefined;
  isCancelled: boolean;
}

export interface WriteQueueHooks {
  /** May so many more rows be written now? */
  hasRoomFor(rowCount: number): boolean;
  /** Rows are durable: they must become visible before this returns. */
  onChanges(changes: readonly RowChange[]): void;
  onStoreError(error: StoreError): void;
}

/** Of the time that a write has, how much it may wait for its turn. */
export const WAIT_RATIO_MAX = 0.75;

/** Operations handed to the store at once: about a third of a millisecond's work. */
const OPS_PER_SLICE = 64;
/** Operations in the store that are not durable: what one commit may group, and so hold up searches. */
const OPS_IN_STORE_MAX = 256;

export class WriteQueue implements BackgroundSource {
  readonly isAwaited = true;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #store: PartitionStore;
  readonly #hooks: WriteQueueHooks;
  #entries: Entry[] = [];
  /** Begun, and not answered yet; some of them are still in `#entries`. */
  readonly #begun = new Set<Entry>();
  #fenceWaiters: { behind: Set<Entry>; resolve: () => void }[] = [];
  #closedDetail: string | undefined;
  #deadlineTimer: Timer | undefined;
  /** Operations given to the store that are not durable yet. */
  #inStoreCount = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(clock: Clock, scheduler: Scheduler, store: PartitionStore, hooks: WriteQueueHooks) {
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#store = store;
    this.#hooks = hooks;
  }

  add(write: QueuedWrite): WriteTicket {
    if (this.#closedDetail !== undefined) {
      write.done('unavailable', this.#closedDetail, []);
      return settledTicket;
    }
    const nowMs = this.#clock.nowMs();
    const entry: Entry = {
      write,
      refuseAtMs: nowMs + (write.deadlineAtMs - nowMs) * WAIT_RATIO_MAX,
      begunCount: 0,
      unsettledCount: 0,
      results: [],
      failure: undefined,
      isCancelled: false,
    };
    this.#entries.push(entry);
    this.#scheduler.wake(this);
    return {
      cancel: () => {
        if (entry.begunCount > 0 || entry.isCancelled || !this.#entries.includes(entry))
          return false;
        entry.isCancelled = true;
        this.#scheduler.wake(this);
        return true;
      },
    };
  }

  /** Rows have moved into the graph: there may be room now. */
  onRoom(): void {
    if (this.#entries.length > 0) this.#scheduler.wake(this);
  }

  runSlice(budgetMs: number): boolean {
    const untilMs = this.#clock.nowMs() + budgetMs;
    this.#dropUnstarted();
    for (let entry = this.#entries[0]; entry !== undefined; entry = this.#entries[0]) {
      if (entry.begunCount === 0 && !this.#hasRoomFor(entry.write.ops.length)) {
        this.#wakeAtDeadline();
        return false;
      }
      // Goes on when some are durable.
      if (this.#inStoreCount + OPS_PER_SLICE > OPS_IN_STORE_MAX) return false;
      this.#beginSlice(entry);
      if (entry.begunCount >= entry.write.ops.length) this.#entries.shift();
      if (this.#clock.nowMs() >= untilMs) break;
    }
    return this.#entries.length > 0;
  }

  /**
   * A newer replica set is known: refuses what has not begun, which was meant for the older one, and
   * resolves when what has begun is answered. What comes later is not affected.
   */
  fence(): Promise<void> {
    this.#refuseUnstarted('stale_generation', 'the replica set changed before the write began');
    if (this.#begun.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#fenceWaiters.push({ behind: new Set(this.#begun), resolve });
    });
  }

  /** Refuses what has not begun, and what comes later; resolves when the rest is durable. */
  close(detail: string): Promise<void> {
    this.#closedDetail ??= detail;
    this.#refuseUnstarted('unavailable', this.#closedDetail);
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
      this.#tellIdle();
    });
  }

  #hasRoomFor(opCount: number): boolean {
    return this.#hooks.hasRoomFor(this.#inStoreCount + opCount);
  }

  #beginSlice(entry: Entry): void {
    const { version, ops } = entry.write;
    const slice = ops.slice(entry.begunCount, entry.begunCount + OPS_PER_SLICE);
    const index = entry.results.length;
    entry.results.push([]);
    // A write without operations is begun, and done, with one empty slice.
    entry.begunCount += Math.max(1, slice.length);
    this.#begun.add(entry);
    entry.unsettledCount += 1;
    this.#inStoreCount += slice.length;
    this.#store.write(version, slice).then(
      (outcome) => this.#settle(entry, index, slice.length, outcome),
      (error: unknown) => this.#fail(entry, slice.length, error),
    );
  }

  #settle(entry: Entry, index: number, opCount: number, outcome: WriteOutcome): void {
    this.#inStoreCount -= opCount;
    this.#hooks.onChanges(outcome.changes);
    entry.results[index] = outcome.results;
    this.#finishSlice(entry);
  }

  #fail(entry: Entry, opCount: number, error: unknown): void {
    if (!(error instanceof StoreError)) throw error;
    this.#inStoreCount -= opCount;
    this.#hooks.onStoreError(error);
    entry.failure ??= { status: statusOf(error), detail: `${error.failure}: ${error.message}` };
    this.#finishSlice(entry);
  }

  #finishSlice(entry: Entry): void {
    entry.unsettledCount -= 1;
    const { write, failure } = entry;
    if (entry.unsettledCount === 0 && entry.begunCount >= write.ops.length) {
      if (failure === undefined) write.done('ok', '', entry.results.flat());
      else write.done(failure.status, failure.detail, []);
      this.#answered(entry);
    }
    if (this.#entries.length > 0) this.#scheduler.wake(this);
    this.#tellIdle();
  }

  #answered(entry: Entry): void {
    this.#begun.delete(entry);
    for (const { behind, resolve } of this.#fenceWaiters) {
      if (behind.delete(entry) && behind.size === 0) resolve();
    }
    this.#fenceWaiters = this.#fenceWaiters.filter(({ behind }) => behind.size > 0);
  }

  #dropUnstarted(): void {
    const nowMs = this.#clock.nowMs();
    this.#deadlineTimer?.cancel();
    this.#entries = this.#entries.filter((entry) => {
      if (entry.begunCount > 0) return true;
      if (nowMs >= entry.write.deadlineAtMs) {
        this.#refuse(entry, 'timed_out', 'the deadline passed before the write began');
        return false;
      }
      const isLate = nowMs >= entry.refuseAtMs;
      if (isLate) this.#refuse(entry, 'rejected', 'earlier writes are still being indexed');
      return !isLate && !entry.isCancelled;
    });
    this.#tellIdle();
  }

  #refuseUnstarted(status: PartStatus, detail: string): void {
    const unstarted = this.#entries.filter((entry) => entry.begunCount === 0);
    this.#entries = this.#entries.filter((entry) => entry.begunCount > 0);
    for (const entry of unstarted) this.#refuse(entry, status, detail);
  }

  #refuse(entry: Entry, status: PartStatus, detail: string): void {
    if (!entry.isCancelled) entry.write.done(status, detail, []);
  }

  /** Nothing moves until there is room; those that have waited too long are refused then. */
  #wakeAtDeadline(): void {
    const atMs = Math.min(...this.#entries.map(({ refuseAtMs }) => refuseAtMs));
    if (!Number.isFinite(atMs)) return;
    const delayMs = Math.max(0, atMs - this.#clock.nowMs());
    this.#deadlineTimer = this.#clock.setTimer(delayMs, () => this.#scheduler.wake(this));
  }

  #tellIdle(): void {
    if (this.#entries.length > 0 || this.#inStoreCount > 0) return;
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }
}

/** How a failure of the storage looks to the writer. */
function statusOf(error: StoreError): PartStatus {
  switch (error.failure) {
    case 'corrupt':
      return 'corrupt';
    case 'full':
      return 'storage_full';
    default:
      return 'unavailable';
  }
}
