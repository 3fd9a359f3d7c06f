/**
 * Which exact searches a node takes on. They share passes over the rows between other work, so what one
 * costs is not what it takes: it is told by what those of its collection took of late. One that could
 * not be done by its deadline, or comes when too many are under way, is refused as it comes. A node
 * with none under way takes any, so an estimate that is too high mends itself.
 */
import type { CollectionId } from '../src/base/ids.js';
import { RobustMean } from '../src/base/robust-mean.js';

export interface ExactRefusal {
  detail: string;
  retryAfterMs: number;
}

/** Collections whose times are kept; the one unused for longest is forgotten. */
const COLLECTIONS_MAX = 128;
const TOOK_MS_START = 10;
const RETRY_AFTER_MS_MAX = 10_000;

export class ExactSearches {
  readonly #countMax: number;
  readonly #tookMs = new Map<CollectionId, RobustMean>();
  #count = 0;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get count(): number {
    return this.#count;
  }

  /** Undefined: it may begin, and `ended` or `cancelled` must follow. */
  tryBegin(
    { collection }: { collection: CollectionId },
    deadlineAtMs: number,
    nowMs: number,
  ): ExactRefusal | undefined {
    const expectedMs = this.#tookMs.get(collection)?.value ?? TOOK_MS_START;
    const detail = this.#objection(nowMs + expectedMs > deadlineAtMs);
    if (detail !== undefined) {
      const retryAfterMs = Math.min(RETRY_AFTER_MS_MAX, Math.max(1, Math.ceil(expectedMs)));
      return { detail, retryAfterMs };
    }
    this.#count += 1;
    return undefined;
  }

  ended({ collection }: { collection: CollectionId }, tookMs: number): void {
    this.#count -= 1;
    let known = this.#tookMs.get(collection);
    if (known === undefined) {
      known = new RobustMean({ start: TOOK_MS_START });
      const [oldest] = this.#tookMs.keys();
      if (this.#tookMs.size >= COLLECTIONS_MAX) this.#tookMs.delete(oldest as CollectionId);
    } else this.#tookMs.delete(collection);
    this.#tookMs.set(collection, known);
    known.add(tookMs);
  }

  cancelled(): void {
    this.#count -= 1;
  }

  #objection(isLate: boolean): string | undefined {
    if (this.#count === 0) return undefined;
    if (this.#count >= this.#countMax) return 'too many exact searches are under way';
    return isLate ? 'an exact search could not be done by its deadline' : undefined;
  }
}
