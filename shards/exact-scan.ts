/**
 * Exact searches of one partition: all that wait share one pass over its rows, in slices, in the
 * order of sequence numbers. Searches that arrive during a pass wait for the next.
 *
 * A pass sees every document that was there when it began exactly once, although writes go on between
 * slices: it looks at rows up to the last one of its beginning, and where a row that it had yet to
 * look at is superseded, at the row in its place, at the end. Later rows are not looked at.
 */
import type { Clock } from '../src/base/clock.js';
import type { DistanceFunction } from '../src/base/metric.js';
import type { BackgroundSource } from './background-line.js';
import type { NearestRows } from './hits.js';
import type { Scheduler } from './scheduler.js';
import {
  type PartitionStore,
  type Row,
  type RowChange,
  StoreError,
} from './store/partition-store.js';

export interface ExactSearch {
  vector: Float32Array;
  /** Empty; takes the hits. */
  nearest: NearestRows;
  deadlineAtMs: number;
  /** Called once, unless cancelled; `nearest` holds the hits when the status is `ok`. */
  done(status: ExactStatus, nearest: NearestRows): void;
}

export type ExactStatus = 'ok' | 'timed_out' | 'unavailable' | 'corrupt';

interface Member {
  search: ExactSearch;
  isOver: boolean;
}

interface Pass {
  members: Member[];
  /** Rows up to this one were looked at. */
  cursor: number;
  endSeq: number;
  /** Rows that took the place of ones that had yet to be looked at. */
  successors: Set<number>;
}

/** As many as a store reads at once: what it has read and is not looked at is read again. */
const ROWS_PER_TIME_CHECK = 64;

export class ExactScan implements BackgroundSource {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #store: PartitionStore;
  readonly #distance: DistanceFunction;
  readonly #onStoreError: (error: StoreError) => void;
  readonly isAwaited = true;
  #waiting: Member[] = [];
  #pass: Pass | undefined;

  /** `onStoreError` is told of a row that cannot be read; it should end the searches. */
  constructor(
    clock: Clock,
    scheduler: Scheduler,
    store: PartitionStore,
    distance: DistanceFunction,
    onStoreError: (error: StoreError) => void,
  ) {
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#store = store;
    this.#distance = distance;
    this.#onStoreError = onStoreError;
  }

  add(search: ExactSearch): { cancel(): void } {
    const member: Member = { search, isOver: false };
    this.#waiting.push(member);
    this.#scheduler.wake(this);
    return {
      cancel: () => {
        member.isOver = true;
      },
    };
  }

  /** Must hear of every change of the rows, in order. */
  onChanges(changes: readonly RowChange[]): void {
    const pass = this.#pass;
    if (pass === undefined) return;
    for (const { added, removedSeq } of changes) {
      if (removedSeq === undefined) continue;
      const wasSuccessor = pass.successors.delete(removedSeq);
      const wasAhead = removedSeq > pass.cursor && removedSeq <= pass.endSeq;
      if (added !== undefined && (wasSuccessor || wasAhead)) pass.successors.add(added.seq);
    }
  }

  runSlice(budgetMs: number): boolean {
    const untilMs = this.#clock.nowMs() + budgetMs;
    this.#waiting = this.#dropOver(this.#waiting);
    const pass = this.#pass ?? this.#begin();
    pass.members = this.#dropOver(pass.members);
    try {
      if (pass.members.length === 0 || this.#isFinished(pass, untilMs)) this.#end(pass);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#onStoreError(error);
      this.fail(error.failure === 'corrupt' ? 'corrupt' : 'unavailable');
    }
    return this.#pass !== undefined || this.#waiting.length > 0;
  }

  /** Ends all searches. */
  fail(status: 'unavailable' | 'corrupt'): void {
    const members = [...(this.#pass?.members ?? []), ...this.#waiting];
    this.#pass = undefined;
    this.#waiting = [];
    for (const member of members) finish(member, status);
  }

  #begin(): Pass {
    const members = this.#waiting;
    this.#waiting = [];
    this.#pass = { members, cursor: 0, endSeq: this.#store.lastSeq, successors: new Set() };
    return this.#pass;
  }

  #isFinished(pass: Pass, untilMs: number): boolean {
    let count = 0;
    for (const row of this.#store.scan(pass.cursor)) {
      if (row.seq > pass.endSeq) break;
      this.#offer(pass, row);
      pass.cursor = row.seq;
      count += 1;
      if (count % ROWS_PER_TIME_CHECK === 0 && this.#clock.nowMs() >= untilMs) return false;
    }
    pass.cursor = pass.endSeq;
    for (const seq of pass.successors) {
      pass.successors.delete(seq);
      const row = this.#store.row(seq);
      if (row !== undefined) this.#offer(pass, row);
      if (this.#clock.nowMs() >= untilMs) return pass.successors.size === 0;
    }
    return true;
  }

  #offer(pass: Pass, row: Row): void {
    for (const { search } of pass.members) {
      search.nearest.offer(row, this.#distance(search.vector, row.vector));
    }
  }

  #end(pass: Pass): void {
    this.#pass = undefined;
    for (const member of pass.members) finish(member, 'ok');
  }

  #dropOver(members: Member[]): Member[] {
    const nowMs = this.#clock.nowMs();
    for (const member of members) {
      if (nowMs >= member.search.deadlineAtMs) finish(member, 'timed_out');
    }
    return members.filter((member) => !member.isOver);
  }
}

function finish(member: Member, status: ExactStatus): void {
  if (member.isOver) return;
  member.isOver = true;
  member.search.done(status, member.search.nearest);
}
