/** Claims that did not hold. A run with any has failed. */
export interface Violation {
  /** The checker whose claim it is. */
  claim: string;
  detail: string;
  atMs: number;
}

const KEPT_MAX = 50;

export class Violations {
  readonly #nowMs: () => number;
  readonly found: Violation[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(claim: string, detail: string): void {
    if (this.found.length < KEPT_MAX) this.found.push({ claim, detail, atMs: this.#nowMs() });
  }
}
