/**
 * How many searches one client has with a coordinator at a time, and which further ones it does not even
 * let wait. A server that turns searches away is sent fewer at once, by a fifth for each round trip in
 * which it did so, and one more per round trip while it does not: so that what is too much waits or ends
 * here, where that costs next to nothing, and the server spends its time on answers. Once nothing was
 * turned away for a while the window opens as fast as answers come. Pure.
 *
 * A search that comes while others wait, and could not be answered in time going by how fast answers
 * come, is refused at once; so is one that would wait here for long while the server is known to turn
 * searches away. Where none waits any may.
 *
 * Sources: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance"
 * (1989), https://doi.org/10.1016/0169-7552(89)90019-6; Beyer et al., "Site Reliability Engineering"
 * (2016), chapter 21, https://sre.google/sre-book/handling-overload/ (throttling by the client).
 */
import { DrainRate } from '../base/drain-rate.js';
import { RobustMean } from '../base/robust-mean.js';

/** Never fewer, or a client that sends little would learn nothing. */
const SIZE_MIN = 4;
const SHRINK_FACTOR = 0.8;
/** The server is taken to be overloaded for so long after it turned a search away. */
const OVERLOADED_MS = 5_000;
/** Share of its time after which a search should have been answered: estimates are not exact. */
const TIME_RATIO = 0.75;
/** Share of its time that it may wait here while the server is overloaded ... */
const PATIENCE_RATIO = 0.5;
/** ... and the longest wait: a longer queue would make all of them late without one more answer. */
const PATIENCE_MS_MAX = 500;
const MS_PER_ANSWER_START = 0.1;
const ANSWER_MS_START = 1;

export class SendWindow {
  readonly #sizeMax: number;
  readonly #rate = new DrainRate(MS_PER_ANSWER_START);
  readonly #answerMs = new RobustMean({ start: ANSWER_MS_START });
  #size: number;
  /** Searches sent before say nothing about the present size. */
  #shrunkAtMs = Number.NEGATIVE_INFINITY;
  #refusedAtMs = Number.NEGATIVE_INFINITY;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
    this.#size = sizeMax;
  }

  get size(): number {
    return Math.floor(this.#size);
  }

  /** A search is about to be sent; `underWay` counts those that were before. */
  sending(underWay: number, nowMs: number): void {
    if (underWay === 0) this.#rate.began(nowMs);
  }

  /** The server answered; `underWay` counts the search itself, `waiting` those that are not sent. */
  answered(sentAtMs: number, underWay: number, waiting: number, nowMs: number): void {
    this.#rate.left(1, waiting > 0, underWay <= 1, nowMs);
    this.#answerMs.add(nowMs - sentAtMs);
    if (underWay < this.size) return;
    const growth = this.isOverloaded(nowMs) ? 1 / this.#size : 1;
    this.#size = Math.min(this.#sizeMax, this.#size + growth);
  }

  /** The server turned it away. */
  refused(sentAtMs: number, underWay: number, waiting: number, nowMs: number): void {
    this.#rate.left(0, waiting > 0, underWay <= 1, nowMs);
    this.#refusedAtMs = nowMs;
    if (sentAtMs < this.#shrunkAtMs) return;
    const sizeMin = Math.min(SIZE_MIN, this.#sizeMax);
    this.#size = Math.max(sizeMin, Math.min(this.#size, underWay) * SHRINK_FACTOR);
    this.#shrunkAtMs = nowMs;
  }

  /** True while the server turns searches away, as far as this client knows. */
  isOverloaded(nowMs: number): boolean {
    return nowMs - this.#refusedAtMs < OVERLOADED_MS;
  }

  /** After how many milliseconds to come back with a search that is not let wait; undefined: it is. */
  judgeWait(waiting: number, remainingMs: number, nowMs: number): number | undefined {
    if (waiting === 0) return undefined;
    const waitMs = (waiting + 1) * this.#rate.msPerUnit;
    const patienceMs = this.isOverloaded(nowMs)
      ? Math.min(PATIENCE_MS_MAX, remainingMs * PATIENCE_RATIO)
      : Number.POSITIVE_INFINITY;
    const longestMs = Math.min(patienceMs, remainingMs * TIME_RATIO - this.#answerMs.value);
    return waitMs <= longestMs ? undefined : Math.max(1, Math.ceil(waitMs - longestMs));
  }
}
