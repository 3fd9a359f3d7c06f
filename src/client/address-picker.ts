/**
 * Which coordinator a call goes to. Pure: time and chance are arguments. Among those that are not
 * resting the one with the fewest calls under way, ties at random. One that could not be reached
 * rests, for longer each time, until it has answered; when all are resting the one that has rested
 * most is asked.
 */
const REST_MS_MIN = 100;
const REST_MS_MAX = 5_000;

interface Candidate {
  underWay: number;
  failures: number;
  restsUntilMs: number;
}

export class AddressPicker {
  readonly #candidates: Candidate[];

  constructor(count: number) {
    this.#candidates = Array.from({ length: count }, () => ({
      underWay: 0,
      failures: 0,
      restsUntilMs: Number.NEGATIVE_INFINITY,
    }));
  }

  /** `chance`: uniform in [0, 1). */
  pick(nowMs: number, chance: number): number {
    const indices = [...this.#candidates.keys()];
    const awake = indices.filter((i) => this.#at(i).restsUntilMs <= nowMs);
    const best =
      awake.length > 0
        ? least(awake, (i) => this.#at(i).underWay)
        : least(indices, (i) => this.#at(i).restsUntilMs);
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
