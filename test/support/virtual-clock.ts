/**
 * Time that passes only when a test says so. Events (timers and deferred calls) wait in a heap,
 * ordered by when they are due, ties in the order in which they were set; so one run is exactly like
 * the next.
 *
 * Work that takes time says so with {@link VirtualClock.spend}, from inside an event: the events that
 * fall due meanwhile run late, as on a busy event loop.
 */
import type { Clock, Timer } from '../../src/base/clock.js';
import { invariant } from '../../src/base/invariant.js';
import { systemClock } from '../../src/base/system-clock.js';

interface ScheduledEvent {
  atMs: number;
  order: number;
  callback: (() => void) | undefined;
}

/** More events than this in one `run*` call, and the test is taken to run in circles. */
const EVENT_COUNT_MAX = 5_000_000;

export class VirtualClock implements Clock {
  readonly #heap: ScheduledEvent[] = [];
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;

  constructor(wallStartMs = 1_700_000_000_000) {
    this.#wallOffsetMs = wallStartMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Math.floor(this.#wallOffsetMs + this.#nowMs);
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const atMs = this.#nowMs + Math.max(0, delayMs);
    const event: ScheduledEvent = { atMs, order: this.#order, callback };
    this.#order += 1;
    pushEvent(this.#heap, event);
    return {
      cancel: () => {
        event.callback = undefined;
      },
    };
  }

  defer(callback: () => void): void {
    this.setTimer(0, callback);
  }

  /** The wall clock jumps; monotonic time does not. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Time passes without any event: the running one is busy. */
  spend(ms: number): void {
    invariant(ms >= 0, 'time does not go back');
    this.#nowMs += ms;
  }

  /** When the next event is due; undefined when there is none. */
  nextEventAtMs(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.atMs;
  }

  /** Runs the next event, moving time to it. False when there is none. */
  step(): boolean {
    this.#dropCancelled();
    const event = popEvent(this.#heap);
    if (event === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, event.atMs);
    event.callback?.();
    return true;
  }

  /** Runs the events of the next `durationMs`, then stands at its end. Promises are not waited for. */
  runFor(durationMs: number): void {
    this.runUntil(this.#nowMs + durationMs);
  }

  /** Runs the events up to an instant, then stands there, or later if the last event was busy. */
  runUntil(instantMs: number): void {
    for (let count = 0; this.#isDueBy(instantMs); count += 1) {
      invariant(count < EVENT_COUNT_MAX, 'the events never end');
      this.step();
    }
    this.#nowMs = Math.max(this.#nowMs, instantMs);
  }

  /** As {@link runFor}, letting promises settle before and after each event. */
  async runForAsync(durationMs: number): Promise<void> {
    const endAtMs = this.#nowMs + durationMs;
    let count = 0;
    await inTurns(() => {
      if (!this.#isDueBy(endAtMs)) return false;
      count += 1;
      invariant(count < EVENT_COUNT_MAX, 'the events never end');
      return this.step();
    });
    this.#nowMs = Math.max(this.#nowMs, endAtMs);
  }

  /**
   * Runs events, letting promises settle in between, until the condition holds. Throws when it does
   * not within `limitMs` of virtual time, or when nothing is left that could make it true.
   */
  async runUntilTrue(condition: () => boolean, limitMs = 60_000): Promise<void> {
    const endAtMs = this.#nowMs + limitMs;
    await inTurns(() => {
      if (condition()) return false;
      invariant(this.#isDueBy(endAtMs), `the condition does not hold within ${limitMs} ms`);
      return this.step();
    });
  }

  #isDueBy(instantMs: number): boolean {
    const nextAtMs = this.nextEventAtMs();
    return nextAtMs !== undefined && nextAtMs <= instantMs;
  }

  #dropCancelled(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) {
      popEvent(this.#heap);
    }
  }
}

/** Resolves once every promise that can settle without I/O or timers has done so. */
export function settlePromises(): Promise<void> {
  return new Promise((resolve) => systemClock.defer(resolve));
}

/** A turn of the real event loop after so many: rejections that nobody handles are told then. */
const TURNS_PER_LOOP = 1_000;

/**
 * Calls `turn` until it says false, each time after every promise that can settle has done so. The
 * queue of ticks is empty only when that of promises is, and is much quicker than the event loop.
 */
function inTurns(turn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const next = () => {
      try {
        if (turn()) queueMicrotask(settle);
        else resolve();
      } catch (error) {
        reject(error);
      }
    };
    const settle = () => {
      count += 1;
      if (count % TURNS_PER_LOOP === 0) systemClock.defer(next);
      else process.nextTick(next);
    };
    settle();
  });
}

function isBefore(a: ScheduledEvent, b: ScheduledEvent): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order;
}

function pushEvent(heap: ScheduledEvent[], event: ScheduledEvent): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex] as ScheduledEvent;
    if (!isBefore(event, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = event;
}

function popEvent(heap: ScheduledEvent[]): ScheduledEvent | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    const right = heap[childIndex + 1];
    if (right !== undefined && isBefore(right, heap[childIndex] as ScheduledEvent)) childIndex += 1;
    const child = heap[childIndex];
    if (child === undefined || !isBefore(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
  return top;
}
