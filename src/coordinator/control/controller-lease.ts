/**
 * Whether this coordinator is the controller. Pure. The store gives the seat for a time that begins
 * when it hears of it, which is after the request was sent; here the same time begins at the sending,
 * and ends a margin earlier, for clocks that do not run alike. So whoever was the controller has
 * stopped when the store gives the seat to another one, also when the two cannot hear each other.
 */
export interface ControllerLeaseOptions {
  /** How long the seat is given for, in milliseconds; 2,000 or more. Default 6,000. */
  ttlMs: number;
}

export const defaultControllerLeaseOptions: ControllerLeaseOptions = { ttlMs: 6_000 };

/** Of the time that it was given for, this much is not used. */
const MARGIN_RATIO = 0.2;
/** How often it is asked for, or asked to go on, while it lasts. */
const STEPS_PER_TTL = 4;

export class ControllerLease {
  readonly #ttlMs: number;
  #heldUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ ttlMs }: ControllerLeaseOptions) {
    this.#ttlMs = ttlMs;
  }

  get stepMs(): number {
    return this.#ttlMs / STEPS_PER_TTL;
  }

  /** The store gave it, or let it go on, in answer to what was sent at this instant. */
  granted(sentAtMs: number): void {
    const untilMs = sentAtMs + this.#ttlMs * (1 - MARGIN_RATIO);
    if (untilMs > this.#heldUntilMs) this.#heldUntilMs = untilMs;
  }

  /** The store says that it has ended, or it was given back. */
  ended(): void {
    this.#heldUntilMs = Number.NEGATIVE_INFINITY;
  }

  isHeld(nowMs: number): boolean {
    return nowMs < this.#heldUntilMs;
  }
}
