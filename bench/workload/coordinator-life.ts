/** When the only coordinator was there to answer: what fails while it is not is no fault of reads. */
import { systemClock } from '../../src/base/system-clock.js';

export class CoordinatorLife {
  #changeCount = 0;
  #readyAtMs = 0;

  /** It is about to be killed, or to be ready again: in turns. */
  changed(): void {
    this.#changeCount += 1;
    if (this.isUp) this.#readyAtMs = systemClock.nowMs();
  }

  get isUp(): boolean {
    return this.#changeCount % 2 === 0;
  }

  /** How long it has been up; 0 while it is not. */
  get upMs(): number {
    return this.isUp ? systemClock.nowMs() - this.#readyAtMs : 0;
  }

  /** A moment, for `wasUpSince`. */
  mark(): number {
    return this.isUp ? this.#changeCount : Number.NaN;
  }

  /** True when it was up then and has been ever since. */
  wasUpSince(mark: number): boolean {
    return mark === this.#changeCount;
  }
}
