/**
 * The gate that reads pass before they are planned. A read goes on at once when every partition that it
 * is about has a replica whose node takes more (`concurrency-limit.ts`), and nobody waits who needs the
 * same nodes; otherwise it waits in one queue for all, or is refused (`admission.ts`). What waits here
 * can still go to whichever replica is free first; what waits in a node cannot.
 *
 * A read whose caller accepts a part of the answer goes on with the partitions that have room, when it
 * would be refused otherwise and they are enough.
 *
 * Nodes that are not up hold nobody back: reads that need them find out, and say so.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { DrainRate } from '../../base/drain-rate.js';
import { AnnulusError } from '../../base/errors.js';
import type { NodeId } from '../../base/ids.js';
import { RobustMean } from '../../base/robust-mean.js';
import type { RequestContext } from '../request-context.js';
import {
  type AdmissionOptions,
  judgeWait,
  pressureOf,
  type QueueView,
  type Shed,
  shed,
} from './admission.js';
import { refusedError } from './refused-error.js';

/** What the gate asks of the nodes. */
export interface GateNodes {
  /** Whether the node takes more reads; undefined when it is not up, or not known. */
  hasRoom(nodeId: NodeId): boolean | undefined;
}

/** The nodes that could answer, one list for each partition; equal lists may be given once. */
export type ReplicaSets = readonly (readonly NodeId[])[];

/** How a read passed. */
export interface Passage {
  waitedMs: number;
  /** True: only partitions with room are to be asked; see `hasRoomFor`. */
  isPartial: boolean;
}

export interface GateCounters {
  /** Reads that had to wait. */
  waited: number;
  /** Refused, by cause. */
  refused: Map<string, number>;
  /** Reads that went on with a part of their partitions. */
  partial: number;
}

interface Waiting {
  sets: ReplicaSets;
  deadlineAtMs: number;
  sinceMs: number;
  isOver: boolean;
  start(passage: Passage): void;
  refuse(reason: Shed): void;
}

const MS_PER_READ_START = 1;
const SERVICE_MS_START = 5;
/** Waiting reads looked at each time that there may be room; those behind them wait for the next. */
const SCAN_MAX = 8;
/** Limits grow, nodes come and go, and pauses that nodes asked for end: looked for this often. */
const TICK_MS = 10;
const NONE: ReadonlySet<NodeId> = new Set();
const AT_ONCE: Passage = { waitedMs: 0, isPartial: false };

export class ReadGate {
  readonly #nodes: GateNodes;
  readonly #clock: Clock;
  readonly #options: AdmissionOptions;
  readonly #rate = new DrainRate(MS_PER_READ_START);
  readonly #serviceMs = new RobustMean({ start: SERVICE_MS_START });
  #waiting: Waiting[] = [];
  #standingSinceMs: number | undefined;
  #timer: Timer | undefined;
  #timerAtMs = 0;
  readonly counters: GateCounters = { waited: 0, refused: new Map(), partial: 0 };
  /** Told how long each read waited that had to. */
  onWaited: (waitedMs: number) => void = () => {};

  constructor(nodes: GateNodes, clock: Clock, options: AdmissionOptions) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#options = options;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** 0: none waits; 1: reads are turned away. */
  pressure(nowMs: number): number {
    if (this.#waiting.length === 0) return 0;
    return pressureOf(this.#view(), nowMs, this.#options);
  }

  /**
   * Runs a read when it may go on; rejects with `RESOURCE_EXHAUSTED` when it may not. `isPartEnough` is
   * asked before it is refused, when its caller accepts a part of the answer.
   */
  run<T>(
    sets: ReplicaSets,
    context: RequestContext,
    start: (passage: Passage) => Promise<T>,
    isPartEnough?: () => boolean,
  ): Promise<T> {
    if (this.#mayGoOn(sets)) return start(AT_ONCE);
    const nowMs = this.#clock.nowMs();
    const refusal = judgeWait(this.#view(), context.deadlineAtMs, nowMs, this.#options);
    if (refusal === undefined) return this.#wait(sets, context, nowMs, start);
    if (isPartEnough?.() === true) {
      this.counters.partial += 1;
      return start({ waitedMs: 0, isPartial: true });
    }
    return Promise.reject(this.#refused(refusal));
  }

  /** A read that had passed was answered, so long after. */
  answered(tookMs: number): void {
    this.#serviceMs.add(tookMs);
  }

  /** There may be room: lets in who waits, in the order in which they came. */
  pump(): void {
    if (this.#waiting.length === 0) return;
    const nowMs = this.#clock.nowMs();
    const claimed = new Set<NodeId>();
    let scanned = 0;
    for (let i = 0; i < this.#waiting.length && scanned < SCAN_MAX; scanned += 1) {
      const waiting = this.#waiting[i] as Waiting;
      if (waiting.isOver) {
        this.#waiting.splice(i, 1);
        continue;
      }
      if (waiting.sets.every((set) => this.#hasRoom(set, claimed))) {
        this.#waiting.splice(i, 1);
        this.#rate.left(1, true, this.#waiting.length === 0, nowMs);
        this.#begin(waiting, nowMs);
        continue;
      }
      for (const set of waiting.sets) for (const nodeId of set) claimed.add(nodeId);
      i += 1;
    }
    this.#noteEmpty();
  }

  /** Whether a partition with these replicas can be asked now. */
  hasRoomFor(nodeIds: readonly NodeId[]): boolean {
    return this.#hasRoom(nodeIds, NONE);
  }

  /** Refuses who waits. */
  close(): void {
    this.#timer?.cancel();
    for (const waiting of this.#waiting.splice(0)) {
      if (!waiting.isOver) waiting.refuse(shed('queue', 0));
    }
  }

  #mayGoOn(sets: ReplicaSets): boolean {
    for (const set of sets) if (!this.#hasRoom(set, NONE)) return false;
    return this.#waiting.length === 0 || !this.#isAwaited(sets);
  }

  /** Where no node is up there is none to spare: such a read goes on, and finds out. */
  #hasRoom(set: readonly NodeId[], claimed: ReadonlySet<NodeId>): boolean {
    let isAnyUp = false;
    for (const nodeId of set) {
      const hasRoom = this.#nodes.hasRoom(nodeId);
      if (hasRoom === true && !claimed.has(nodeId)) return true;
      if (hasRoom !== undefined) isAnyUp = true;
    }
    return !isAnyUp;
  }

  /** True when somebody who waits needs one of these nodes. */
  #isAwaited(sets: ReplicaSets): boolean {
    const own = new Set(sets.flat());
    return this.#waiting.some((waiting) => {
      return !waiting.isOver && waiting.sets.some((set) => set.some((nodeId) => own.has(nodeId)));
    });
  }

  #wait<T>(
    sets: ReplicaSets,
    context: RequestContext,
    nowMs: number,
    start: (passage: Passage) => Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        sets,
        deadlineAtMs: context.deadlineAtMs,
        sinceMs: nowMs,
        isOver: false,
        start: (passage) => {
          stopListening();
          resolve(start(passage));
        },
        refuse: (reason) => {
          stopListening();
          reject(this.#refused(reason));
        },
      };
      const stopListening = context.onCancelled(() => {
        waiting.isOver = true;
        reject(new AnnulusError('CANCELLED', 'CANCELLED', 'the caller cancelled the request'));
      });
      this.#waiting.push(waiting);
      this.counters.waited += 1;
      if (this.#standingSinceMs === undefined) {
        this.#standingSinceMs = nowMs;
        this.#rate.began(nowMs);
      }
      this.#lookBy(Math.min(nowMs + TICK_MS, context.deadlineAtMs), nowMs);
    });
  }

  #begin(waiting: Waiting, nowMs: number): void {
    waiting.isOver = true;
    const waitedMs = nowMs - waiting.sinceMs;
    this.onWaited(waitedMs);
    waiting.start({ waitedMs, isPartial: false });
  }

  #lookBy(atMs: number, nowMs: number): void {
    if (this.#timer !== undefined && this.#timerAtMs <= atMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = this.#clock.setTimer(Math.max(0, atMs - nowMs), () => {
      this.#timer = undefined;
      this.pump();
      const nextAtMs = this.#expire(this.#clock.nowMs());
      this.#noteEmpty();
      if (this.#waiting.length > 0) this.#lookBy(nextAtMs, this.#clock.nowMs());
    });
  }

  /** Refuses whose deadline has come; the result is when to look again. */
  #expire(nowMs: number): number {
    let nextAtMs = nowMs + TICK_MS;
    this.#waiting = this.#waiting.filter((waiting) => {
      if (waiting.isOver) return false;
      if (waiting.deadlineAtMs > nowMs) {
        nextAtMs = Math.min(nextAtMs, waiting.deadlineAtMs);
        return true;
      }
      waiting.isOver = true;
      waiting.refuse(shed('deadline', this.#waiting.length * this.#rate.msPerUnit));
      return false;
    });
    return nextAtMs;
  }

  #noteEmpty(): void {
    if (this.#waiting.length === 0) this.#standingSinceMs = undefined;
  }

  #refused(reason: Shed): AnnulusError {
    const { refused } = this.counters;
    refused.set(reason.cause, (refused.get(reason.cause) ?? 0) + 1);
    return refusedError('read', reason);
  }

  #view(): QueueView {
    return {
      waitingCount: this.#waiting.length,
      msPerRead: this.#rate.msPerUnit,
      serviceMs: this.#serviceMs.value,
      standingSinceMs: this.#standingSinceMs,
    };
  }
}
