import type { Clock, Timer } from '../../src/base/clock.js';

/** The clock as one process sees it: when the process dies, nothing that it waited for happens. */
export class MortalClock implements Clock {
  readonly #clock: Clock;
  #isDead = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  die(): void {
    this.#isDead = true;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.#clock.setTimer(delayMs, () => this.#call(callback));
  }

  defer(callback: () => void): void {
    this.#clock.defer(() => this.#call(callback));
  }

  #call(callback: () => void): void {
    if (!this.#isDead) callback();
  }
}
