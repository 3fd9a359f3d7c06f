/**
 * How long one unit of work takes to leave a stage that works on many at once, learned from what
 * leaves it: units per span of time, not the latency of one, since work that is done together shares
 * its waiting. A stage with little to do shows what it was given, not what it can do: such a span
 * counts only where it was faster than what is believed.
 */
import { RobustMean } from './robust-mean.js';

/** Spans are at least so long, or what happens to leave together would decide. */
const SPAN_MS = 20;
const SMOOTHING = 0.1;

export class DrainRate {
  readonly #msPerUnit: RobustMean;
  #sinceMs: number | undefined;
  #unitCount = 0;
  #wasSaturated = true;

  constructor(startMsPerUnit: number) {
    this.#msPerUnit = new RobustMean({ start: startMsPerUnit, smoothing: SMOOTHING });
  }

  get msPerUnit(): number {
    return this.#msPerUnit.value;
  }

  /** Work came while there was none. */
  began(nowMs: number): void {
    this.#restart(nowMs);
  }

  /**
   * Units left. `isSaturated`: the stage had as much to do as it can use until now; `isIdle`: nothing
   * is left.
   */
  left(unitCount: number, isSaturated: boolean, isIdle: boolean, nowMs: number): void {
    this.#sinceMs ??= nowMs;
    this.#unitCount += unitCount;
    this.#wasSaturated &&= isSaturated;
    const spanMs = nowMs - this.#sinceMs;
    if (spanMs < SPAN_MS && !isIdle) return;
    if (this.#unitCount > 0 && spanMs > 0) {
      const msPerUnit = spanMs / this.#unitCount;
      if (this.#wasSaturated || msPerUnit < this.#msPerUnit.value) this.#msPerUnit.add(msPerUnit);
    }
    this.#restart(isIdle ? undefined : nowMs);
  }

  #restart(nowMs: number | undefined): void {
    this.#sinceMs = nowMs;
    this.#unitCount = 0;
    this.#wasSaturated = true;
  }
}
