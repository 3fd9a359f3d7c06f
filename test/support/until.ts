/** Waiting for what happens in real time: for a condition, with a limit, never for a while. */
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 2;

/** Resolves once the condition holds; throws when it does not within `limitMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
  pollMs = POLL_MS,
): Promise<void> {
  const giveUpAtMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAtMs)
      throw new Error(`not true within ${limitMs} ms: ${condition}`);
    await sleep(pollMs);
  }
}
