/**
 * What happened, line by line: kept as a hash over all of it (two runs of one seed must agree) and as
 * the last lines, which a failure prints.
 */
import { hash64Stream } from '../../src/base/hash64.js';

const KEPT_LINES = 400;

export class EventLog {
  readonly #hash = hash64Stream();
  readonly #nowMs: () => number;
  readonly #kept: string[] = [];
  #count = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get count(): number {
    return this.#count;
  }

  add(line: string): void {
    const stamped = `${this.#nowMs().toFixed(4)} ${line}\n`;
    this.#hash.update(Buffer.from(stamped));
    this.#count += 1;
    this.#kept.push(stamped.trimEnd());
    if (this.#kept.length > 2 * KEPT_LINES) this.#kept.splice(0, KEPT_LINES);
  }

  hash(): string {
    return this.#hash.digest().toString(16).padStart(16, '0');
  }

  lastLines(count: number): string[] {
    return this.#kept.slice(-count);
  }
}
