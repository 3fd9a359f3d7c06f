/** Malformed calls and raw bytes by the hundred: `npm run chaos -- --profile hostile` sends 10,000. */
import { expect, it } from 'vitest';
import { runHostile } from '../../bench/hostile/run-hostile.js';

it('serves honest clients while strangers send nonsense to every port', async () => {
  const report = await runHostile({ seed: 3, callCount: 600, log: () => {} });
  expect(report.violations).toEqual([]);
  expect(report.counts['honest searches']).toBeGreaterThan(10);
}, 120_000);
