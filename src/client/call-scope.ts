/**
 * The life of one call: it ends when its caller gives up (`AbortSignal`) or its time is over,
 * whichever comes first, and everything under way for it is told. Its owner calls `dispose()` when
 * the call is done, which forgets the timer and the signal.
 */
import type { Clock, Timer } from '../base/clock.js';
import { AnnulusError } from '../base/errors.js';

export class CallScope {
  readonly deadlineAtMs: number;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #listeners = new Set<(failure: AnnulusError) => void>();
  readonly #timer: Timer | undefined;
  #failure: AnnulusError | undefined;

  /** `timeoutMs` may be Infinity: only the signal ends it then. */
  constructor(clock: Clock, timeoutMs: number, signal?: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    this.deadlineAtMs = clock.nowMs() + timeoutMs;
    if (signal?.aborted === true) {
      this.#failure = cancelledError(signal);
      return;
    }
    signal?.addEventListener('abort', this.#onAbort);
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      this.#timer = clock.setTimer(timeoutMs, () => this.fail(timeoutError(timeoutMs)));
    }
  }

  /** Why the call is over before its answer came; undefined while it goes on. */
  get failure(): AnnulusError | undefined {
    return this.#failure;
  }

  get remainingMs(): number {
    return this.deadlineAtMs - this.#clock.nowMs();
  }

  throwIfOver(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Calls `listener` when the call fails; the function returned forgets it. */
  onFailure(listener: (failure: AnnulusError) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the call, once. */
  fail(failure: AnnulusError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    const listeners = [...this.#listeners];
    this.dispose();
    for (const listener of listeners) listener(failure);
  }

  /** Waits, unless the call is over first: then it rejects with the reason. */
  delay(delayMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.throwIfOver();
      const timer = this.#clock.setTimer(delayMs, () => {
        forget();
        resolve();
      });
      const forget = this.onFailure((failure) => {
        timer.cancel();
        reject(failure);
      });
    });
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#listeners.clear();
  }

  readonly #onAbort = () => this.fail(cancelledError(this.#signal as AbortSignal));
}

function cancelledError(signal: AbortSignal): AnnulusError {
  return new AnnulusError('CANCELLED', 'CANCELLED', 'the call was cancelled by its caller', {
    cause: signal.reason,
  });
}

function timeoutError(timeoutMs: number): AnnulusError {
  return new AnnulusError(
    'DEADLINE_EXCEEDED',
    'DEADLINE_EXCEEDED',
    `no answer within ${timeoutMs} ms`,
    { metadata: { timeout_ms: String(timeoutMs) } },
  );
}
