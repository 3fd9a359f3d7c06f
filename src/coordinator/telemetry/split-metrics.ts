/** Metrics of splits: how many are under way, and what this coordinator did for them. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { SplitCounters } from '../splits/split-driver.js';
import type { Topology } from '../topology/topology.js';

export function watchSplits(
  registry: Registry,
  topology: () => Topology,
  counters: () => SplitCounters,
): void {
  new Gauge({
    name: 'annulus_splits',
    help: 'Collections that are being split into more partitions.',
    registers: [registry],
    collect() {
      this.set(topology().fillingIds.size);
    },
  });
  new Counter({
    name: 'annulus_split_steps_total',
    help: 'Steps of splits taken by this coordinator: begin, restart, finish, cancel or forget.',
    labelNames: ['step'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [step, count] of Object.entries(counters())) this.inc({ step }, count);
    },
  });
}
