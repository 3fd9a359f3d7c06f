/**
 * A line of background sources that take turns in slices, and how long it has to rest between them so
 * that it takes no more than its share of the time while searches keep arriving.
 *
 * The next slice is due when the last one makes up the share of the time since it was due itself: so
 * timers that fire late, and rests shorter than a timer, do not cost the line its share.
 */
export interface BackgroundSource {
  /** Somebody waits for it: an exact search, a write. Default false: insertion, copies. */
  readonly isAwaited?: boolean;
  /** Works for about `budgetMs` at most. True when there is more to do. */
  runSlice(budgetMs: number): boolean;
}

export interface LineShares {
  /** Of the time, while searches keep arriving. */
  ratio: number;
  /** However many searches wait. */
  ratioMin: number;
}

/** Of a slice that began later than it was due, as much counts as rest that was too long. */
const LATENESS_MS_MAX = 10;
/** Shorter rests are none: sums of fractions are not exact. */
const REST_MS_MIN = 0.001;

export class BackgroundLine {
  readonly #shares: LineShares;
  /** Those with work to do; the one that waited longest comes first. */
  readonly #ready = new Set<BackgroundSource>();
  /** While searches arrive, the line may go on from this instant ... */
  #dueAtMs = Number.NEGATIVE_INFINITY;
  /** ... and from this one even if searches wait. */
  #overdueAtMs = Number.NEGATIVE_INFINITY;

  constructor(shares: LineShares) {
    this.#shares = shares;
  }

  add(source: BackgroundSource): void {
    this.#ready.add(source);
  }

  delete(source: BackgroundSource): void {
    this.#ready.delete(source);
  }

  /** How long it has yet to rest while searches arrive, or even wait; Infinity: it has no work. */
  restMs(nowMs: number, haveSearchesToWait: boolean): number {
    if (this.#ready.size === 0) return Number.POSITIVE_INFINITY;
    const restMs = (haveSearchesToWait ? this.#overdueAtMs : this.#dueAtMs) - nowMs;
    return restMs < REST_MS_MIN ? 0 : restMs;
  }

  runSlice(budgetMs: number, nowMs: () => number): void {
    const [source] = this.#ready;
    if (source === undefined) return;
    const startedAtMs = nowMs();
    this.#ready.delete(source);
    if (source.runSlice(budgetMs)) this.#ready.add(source);
    this.#setDue(startedAtMs, nowMs() - startedAtMs);
  }

  #setDue(startedAtMs: number, tookMs: number): void {
    const dueAtMs = Math.max(this.#dueAtMs, startedAtMs - LATENESS_MS_MAX);
    this.#dueAtMs = Math.min(dueAtMs, startedAtMs) + tookMs / this.#shares.ratio;
    this.#overdueAtMs = startedAtMs + tookMs / this.#shares.ratioMin;
  }
}
