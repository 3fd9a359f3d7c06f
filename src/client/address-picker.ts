/**
 * Which coordinator a call goes to. Pure: time and chance are arguments. Among those that are not
 * resting the one with the fewest calls under way, ties at random. One that could not be reached
 * rests, for longer each time, until it has answered. When none has answered since it failed, the one
 * that failed longest ago is asked, however long it is to rest: it may be back, and who tries again
 * tries another one each time.
 */
const REST_MS_MIN = 100;
const REST_MS_MAX = 5_000;

interface Candidate {
  underWay: number;
  failures: number;
  restsUntilMs: number;
  failedAtMs: number;
}

export class AddressPicker {
  readonly #candidates: Candidate[];

  constructor(count: number) {
    this.#candidates = Array.from({ length: count }, () => ({
      underWay: 0,
      failures: 0,
      restsUntilMs: Number.NEGATIVE_INFINITY,
      failedAtMs: Number.NEGATIVE_INFINITY,
    }));
  }

  /** `chance`: uniform in [0, 1). */
  pick(nowMs: number, chance: number): number {
    const indices = [...this.#candidates.keys()];
    const haveAllFailed = indices.every((i) => this.#at(i).failures > 0);
    const awake = indices.filter((i) => this.#at(i).restsUntilMs <= nowMs);
    const best = haveAllFailed
      ? least(indices, (i) => this.#at(i).failedAtMs)
      : least(awake, (i) => this.#at(i).underWay);
    return best[Math.floor(chance * best.length)] as number;
  }

  begun(index: number): void {
    this.#at(index).underWay += 1;
  }

  ended(index: number): void {
    this.#at(index).underWay -= 1;
  }

  answered(index: number): void {
    Object.assign(this.#at(index), { failures: 0, restsUntilMs: Number.NEGATIVE_INFINITY });
  }

  /** It could not be reached, or is stopping. Several calls that fail at once count as one. */
  failed(index: number, nowMs: number): void {
    const candidate = this.#at(index);
    candidate.failedAtMs = nowMs;
    if (candidate.restsUntilMs > nowMs) return;
    const restMs = Math.min(REST_MS_MAX, REST_MS_MIN * 2 ** Math.min(candidate.failures, 10));
    candidate.failures += 1;
    candidate.restsUntilMs = nowMs + restMs;
  }

  #at(index: number): Candidate {
    return this.#candidates[index] as Candidate;
  }
}

function least(indices: readonly number[], measure: (index: number) => number): number[] {
  const smallest = Math.min(...indices.map(measure));
  return indices.filter((index) => measure(index) === smallest);
}
