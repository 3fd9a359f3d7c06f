/**
 * Passive health: what the outcomes of real requests say of one node. It is ejected when
 *
 *   - `maxFails` requests in a row failed within `failTimeoutMs`, or
 *   - at least half of the requests of a window failed, and there were enough of them, or
 *   - for `silenceMs` and `maxFails` hedged requests in a row others were faster, and it answered
 *     nothing at all meanwhile.
 *
 * An ejected node gets one probe at a time (half-open), the first after `probeDelayMs`, then after twice
 * as long each time, with jitter so that coordinators do not probe in step. A probe that succeeds lets
 * the node back in. Ejected again soon afterwards it waits longer than the time before.
 */
import type { Random } from '../../base/random.js';

export interface OutlierOptions {
  /** Failures in a row that eject a node. Default 3. */
  maxFails: number;
  /** Failures further apart than this do not add up, in milliseconds. Default 10,000. */
  failTimeoutMs: number;
  /** Ejects when so large a fraction of the requests in `failTimeoutMs` failed. Default 0.5. */
  failureRatioMax: number;
  /** ... provided that at least so many did. Default 5. */
  failureCountMin: number;
  /** How long losing hedged requests must last to count as failing, in milliseconds. Default 100. */
  silenceMs: number;
  /** Delay of the first probe, in milliseconds. Default 1,000. */
  probeDelayMs: number;
  /** Longest delay of a probe, in milliseconds. Default 30,000. */
  probeDelayMsMax: number;
}

export const defaultOutlierOptions: OutlierOptions = {
  maxFails: 3,
  failTimeoutMs: 10_000,
  failureRatioMax: 0.5,
  failureCountMin: 5,
  silenceMs: 100,
  probeDelayMs: 1_000,
  probeDelayMsMax: 30_000,
};

/** Delays vary by so much of themselves in either direction. */
const JITTER_RATIO = 0.2;

export class OutlierDetector {
  readonly #options: OutlierOptions;
  readonly #random: Random;
  #failsInARow = 0;
  #lossesInARow = 0;
  #firstFailAtMs = 0;
  #firstLossAtMs = 0;
  #windowStartedAtMs = Number.NEGATIVE_INFINITY;
  #windowFailures = 0;
  #windowRequests = 0;
  #isEjected = false;
  #backOffs = 0;
  #probeAtMs = 0;
  #isProbing = false;
  #readmittedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: OutlierOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  get isEjected(): boolean {
    return this.#isEjected;
  }

  /** While ejected: when the next probe may be sent. */
  get probeAtMs(): number {
    return this.#probeAtMs;
  }

  /** A clean record, for what is probably a new process. */
  reset(): void {
    this.#forgetRun();
    this.#windowStartedAtMs = Number.NEGATIVE_INFINITY;
    this.#isEjected = false;
    this.#isProbing = false;
    this.#backOffs = 0;
  }

  /** Answers to what was sent before it was ejected do not let a node back in. */
  succeeded(nowMs: number): void {
    if (this.#isEjected) {
      if (nowMs >= this.#probeAtMs) this.#readmit(nowMs);
      return;
    }
    this.#forgetRun();
    this.#count(0, nowMs);
  }

  failed(nowMs: number): void {
    if (this.#isEjected) return;
    const { maxFails, failTimeoutMs, failureCountMin, failureRatioMax } = this.#options;
    if (this.#failsInARow === 0 || nowMs - this.#firstFailAtMs > failTimeoutMs) {
      this.#failsInARow = 0;
      this.#firstFailAtMs = nowMs;
    }
    this.#failsInARow += 1;
    this.#count(1, nowMs);
    const isOften =
      this.#windowFailures >= Math.max(maxFails, failureCountMin) &&
      this.#windowFailures >= this.#windowRequests * failureRatioMax;
    if (this.#failsInARow >= maxFails || isOften) this.#eject(nowMs);
  }

  /** A hedged request was answered by another node; this one had been asked first. */
  lost(nowMs: number): void {
    if (this.#isEjected) return;
    const { maxFails, failTimeoutMs, silenceMs } = this.#options;
    if (this.#lossesInARow === 0 || nowMs - this.#firstLossAtMs > failTimeoutMs) {
      this.#lossesInARow = 0;
      this.#firstLossAtMs = nowMs;
    }
    this.#lossesInARow += 1;
    const isSilent = nowMs - this.#firstLossAtMs >= silenceMs;
    if (this.#lossesInARow >= maxFails && isSilent) this.#eject(nowMs);
  }

  /** True when a probe is due and none is under way: the caller sends one, and says how it ended. */
  tryProbe(nowMs: number): boolean {
    if (!this.#isEjected || this.#isProbing || nowMs < this.#probeAtMs) return false;
    this.#isProbing = true;
    return true;
  }

  probeEnded(hasSucceeded: boolean, nowMs: number): void {
    if (!this.#isProbing) return;
    this.#isProbing = false;
    if (!this.#isEjected) return;
    if (hasSucceeded) this.#readmit(nowMs);
    else this.#backOff(nowMs);
  }

  #eject(nowMs: number): void {
    const sinceReadmittedMs = nowMs - this.#readmittedAtMs;
    if (sinceReadmittedMs > this.#options.failTimeoutMs) this.#backOffs = 0;
    this.#isEjected = true;
    this.#isProbing = false;
    this.#backOff(nowMs);
  }

  #backOff(nowMs: number): void {
    const { probeDelayMs, probeDelayMsMax } = this.#options;
    const delayMs = Math.min(probeDelayMsMax, probeDelayMs * 2 ** this.#backOffs);
    const jitter = 1 + JITTER_RATIO * (2 * this.#random.next() - 1);
    this.#backOffs = Math.min(this.#backOffs + 1, 30);
    this.#probeAtMs = nowMs + delayMs * jitter;
  }

  #readmit(nowMs: number): void {
    this.#isEjected = false;
    this.#isProbing = false;
    this.#readmittedAtMs = nowMs;
    this.#windowStartedAtMs = Number.NEGATIVE_INFINITY;
    this.#forgetRun();
  }

  #forgetRun(): void {
    this.#failsInARow = 0;
    this.#lossesInARow = 0;
  }

  #count(failures: number, nowMs: number): void {
    if (nowMs - this.#windowStartedAtMs > this.#options.failTimeoutMs) {
      this.#windowStartedAtMs = nowMs;
      this.#windowFailures = 0;
      this.#windowRequests = 0;
    }
    this.#windowFailures += failures;
    this.#windowRequests += 1;
  }
}
