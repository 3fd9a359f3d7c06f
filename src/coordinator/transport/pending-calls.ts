/**
 * The calls of one link that wait for their reply. Each ends exactly once: by its reply, its timeout,
 * its cancellation or the loss of the link, whichever comes first; what comes later finds nothing.
 *
 * All calls share one timer, set for the earliest deadline among those it knew of. Most calls end by
 * their reply long before, so the timer costs something only once per timeout, not once per call.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { InFlight } from '../../base/in-flight.js';
import type { OutgoingItem } from '../../wire/batch-sender.js';
import type { ByteWriter } from '../../wire/bytes.js';
import { requestItemBytesMax, writeRequestItem } from '../../wire/link-codec.js';
import type { LinkRequest } from '../../wire/link-messages.js';
import type { LinkCall, LinkOutcome } from './shard-link.js';

/** A timer is never set further ahead: timers of 2^31 ms and more fire at once. */
const TIMER_MS_MAX = 60_000;
const CORRELATION_COUNT = 2 ** 32;

export class PendingCall implements LinkCall, OutgoingItem {
  readonly request: LinkRequest;
  readonly correlation: number;
  readonly deadlineAtMs: number;
  readonly itemBytesMax: number;
  readonly #owner: PendingCalls;
  readonly #done: (outcome: LinkOutcome) => void;
  hasEnded = false;
  /** Its request is on the way to the node, or there already. */
  isWritten = false;

  constructor(
    owner: PendingCalls,
    request: LinkRequest,
    correlation: number,
    deadlineAtMs: number,
    done: (outcome: LinkOutcome) => void,
  ) {
    this.#owner = owner;
    this.request = request;
    this.correlation = correlation;
    this.deadlineAtMs = deadlineAtMs;
    this.#done = done;
    this.itemBytesMax = requestItemBytesMax(request);
  }

  writeItem(writer: ByteWriter): void {
    if (this.hasEnded) return;
    const timeLeftMs = this.deadlineAtMs - this.#owner.clock.nowMs();
    if (timeLeftMs <= 0) return;
    this.isWritten = true;
    writeRequestItem(writer, this.correlation, timeLeftMs, this.request);
  }

  cancel(): void {
    this.#owner.abandon(this, endedWith('cancelled', 'cancelled by the caller'));
  }

  finish(outcome: LinkOutcome): void {
    this.hasEnded = true;
    this.#done(outcome);
  }
}

export function endedWith(status: LinkOutcome['status'] & FailureStatus, detail: string): Failure {
  return { status, detail, retryAfterMs: 0 };
}

type Failure = Exclude<LinkOutcome, { status: 'ok' }>;
type FailureStatus = Failure['status'];

export class PendingCalls {
  readonly clock: Clock;
  readonly #onAbandoned: (call: PendingCall) => void;
  readonly #calls = new InFlight<number, PendingCall>();
  #lastCorrelation = 0;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  /** `onAbandoned`: the call was cancelled or timed out after it was written; the node may know. */
  constructor(clock: Clock, onAbandoned: (call: PendingCall) => void) {
    this.clock = clock;
    this.#onAbandoned = onAbandoned;
  }

  get count(): number {
    return this.#calls.size;
  }

  begin(
    request: LinkRequest,
    timeoutMs: number,
    done: (outcome: LinkOutcome) => void,
  ): PendingCall {
    const deadlineAtMs = this.clock.nowMs() + timeoutMs;
    const call = new PendingCall(this, request, this.#freeCorrelation(), deadlineAtMs, done);
    this.#calls.set(call.correlation, call);
    if (deadlineAtMs < this.#timerAtMs) this.#setTimer(deadlineAtMs);
    return call;
  }

  /** The waiting call that a reply belongs to; undefined when it has ended. */
  find(correlation: number): PendingCall | undefined {
    return this.#calls.get(correlation);
  }

  /** Does nothing when the call has ended. */
  end(call: PendingCall, outcome: LinkOutcome): void {
    if (call.hasEnded) return;
    this.#calls.delete(call.correlation);
    call.finish(outcome);
  }

  /** As {@link end}, when the node may still be working on it. */
  abandon(call: PendingCall, outcome: Failure): void {
    if (call.hasEnded) return;
    if (call.isWritten) this.#onAbandoned(call);
    this.end(call, outcome);
  }

  /** Calls begun while this runs are not ended by it. */
  endAll(outcome: Failure): void {
    for (const [, call] of [...this.#calls]) this.end(call, outcome);
  }

  #freeCorrelation(): number {
    do {
      this.#lastCorrelation = (this.#lastCorrelation + 1) % CORRELATION_COUNT;
    } while (this.#calls.has(this.#lastCorrelation));
    return this.#lastCorrelation;
  }

  #setTimer(atMs: number): void {
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    const delayMs = Math.min(TIMER_MS_MAX, Math.max(0, atMs - this.clock.nowMs()));
    this.#timer = this.clock.setTimer(delayMs, () => this.#endExpired());
  }

  #endExpired(): void {
    const nowMs = this.clock.nowMs();
    const expired: PendingCall[] = [];
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (const [, call] of this.#calls) {
      if (call.deadlineAtMs <= nowMs) expired.push(call);
      else if (call.deadlineAtMs < nextAtMs) nextAtMs = call.deadlineAtMs;
    }
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    if (nextAtMs < Number.POSITIVE_INFINITY) this.#setTimer(nextAtMs);
    for (const call of expired) this.abandon(call, endedWith('timed_out', 'no reply in time'));
  }
}
