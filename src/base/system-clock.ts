import type { Clock } from './clock.js';

/** The machine's own clocks. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer(delayMs, callback) {
    const handle = setTimeout(callback, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  defer(callback) {
    setImmediate(callback);
  },
};

/**
 * Keeps the process alive until the function it returns is called: for waits that must not end with
 * the process, since the timers above never keep it alive.
 */
export function holdProcessOpen(): () => void {
  const handle = setInterval(() => {}, 0x7fffffff);
  return () => clearInterval(handle);
}
