/**
 * What happened, line by line: kept as a hash over all of it (two runs of one seed must agree) and as
 * the last lines, which a failure prints.
 */
import { hash64Stream } from '../../src/base/hash64.js';

const KEPT_LINES = 400;
/** Lines are hashed so many at a time. */
const LINES_PER_UPDATE = 256;

export class EventLog {
  readonly #hash = hash64Stream();
  readonly #nowMs: () => number;
  readonly #kept: string[] = [];
  #unhashed: string[] = [];
  #count = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get count(): number {
    return this.#count;
  }

  add(line: string): void {
    const stamped = `${Math.round(this.#nowMs() * 10_000) / 10_000} ${line}`;
    this.#count += 1;
    this.#unhashed.push(stamped);
    if (this.#unhashed.length >= LINES_PER_UPDATE) this.#update();
    this.#kept.push(stamped);
    if (this.#kept.length > 2 * KEPT_LINES) this.#kept.splice(0, KEPT_LINES);
  }

  hash(): string {
    this.#update();
    return this.#hash.digest().toString(16).padStart(16, '0');
  }

  lastLines(count: number): string[] {
    return this.#kept.slice(-count);
  }

  #update(): void {
    this.#hash.update(Buffer.from(`${this.#unhashed.join('\n')}\n`));
    this.#unhashed = [];
  }
}
