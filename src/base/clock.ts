/**
 * Time as an input. Decisions take `nowMs` as an argument; whatever waits does it through this port,
 * so that a whole cluster can run on a virtual clock. Only `system-clock.ts` touches the real one.
 */

/** A pending timer. Cancelling a timer that has fired, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Monotonic time in milliseconds, fractional, from an arbitrary origin. Never goes back. */
  nowMs(): number;
  /** Wall-clock time in whole milliseconds since the Unix epoch. May jump in either direction. */
  wallMs(): number;
  /** Calls `callback` once, `delayMs` from now at the earliest. Does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Calls `callback` once, after the I/O that is already due: how long work yields to the loop. */
  defer(callback: () => void): void;
}

/** Resolves after `delayMs` on the given clock. */
export function delay(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(delayMs, resolve));
}
