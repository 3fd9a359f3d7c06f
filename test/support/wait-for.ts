import { systemClock } from '../../src/base/system-clock.js';

/** Resolves once the condition holds; rejects, naming it, when it does not within the limit. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const endAtMs = systemClock.nowMs() + limitMs;
  while (!(await condition())) {
    if (systemClock.nowMs() > endAtMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise<void>((resolve) => systemClock.setTimer(2, resolve));
  }
}
