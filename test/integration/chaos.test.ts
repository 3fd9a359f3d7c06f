/** Processes killed at random moments under mixed load, in small: `npm run chaos` does it at length. */
import { expect, it } from 'vitest';
import { profiles } from '../../bench/chaos/profiles.js';
import { runChaos } from '../../bench/chaos/run-chaos.js';

const KILLS = 10;

it('keeps every promise while nodes and the coordinator are killed', async () => {
  const report = await runChaos({
    profile: profiles.kills,
    seed: 5,
    faultCount: KILLS,
    limitMs: 100_000,
    log: () => {},
  });
  expect([...report.violations, ...report.shortcomings]).toEqual([]);
  expect(report).toMatchObject({ verdict: 'PASS', counts: { 'searches failed': 0 } });
  expect(report.counts.SIGKILLs).toBeGreaterThanOrEqual(KILLS);
}, 180_000);
