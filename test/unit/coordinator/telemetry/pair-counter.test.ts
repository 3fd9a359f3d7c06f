import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { PairCounter } from '../../../../src/coordinator/telemetry/pair-counter.js';

it('says at each scrape what was counted until then, by both labels', async () => {
  const registry = new Registry();
  const counter = new PairCounter(registry, 'calls_total', 'Calls.', ['method', 'code']);
  expect(await registry.metrics()).not.toContain('calls_total{');
  counter.add('Search', 'OK');
  counter.add('Search', 'OK');
  counter.add('Get', 'OK');
  await registry.metrics();
  counter.add('Search', 'NOT_FOUND');
  const lines = (await registry.metrics()).split('\n').filter((line) => line.includes('{'));
  expect(lines.sort()).toEqual([
    'calls_total{method="Get",code="OK"} 1',
    'calls_total{method="Search",code="NOT_FOUND"} 1',
    'calls_total{method="Search",code="OK"} 2',
  ]);
});
