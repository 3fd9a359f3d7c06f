/** What is turned away, what waits, and how much the nodes are taken to bear; asked at each scrape. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ReadGate } from '../resilience/read-gate.js';
import type { WriteGate } from '../resilience/write-gate.js';

const WAIT_BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2];

export interface AdmissionSample {
  gate: ReadGate;
  writeGate: WriteGate;
  /** Hedges and reroutes that were not sent because reads were waiting. */
  retriesShed(): number;
  /** Hedges and reroutes that the budget would pay for now. */
  retryTokens(): number;
  nowMs(): number;
  limits(): { nodeId: string; limit: number }[];
}

export function watchAdmission(registry: Registry, sample: AdmissionSample): void {
  const { gate, writeGate } = sample;
  const waits = new Histogram({
    name: 'annulus_admission_wait_duration_seconds',
    help: 'How long reads waited that had to wait to be let in.',
    buckets: WAIT_BUCKETS_SECONDS,
    registers: [registry],
  });
  gate.onWaited = (waitedMs) => waits.observe(waitedMs / 1_000);
  const gauge = (name: string, help: string, value: () => number) => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  gauge('annulus_admission_waiting_requests', 'Reads waiting to be let in.', () => {
    return gate.waitingCount;
  });
  gauge(
    'annulus_admission_pressure_ratio',
    'How pressed reads are: 0, none waits; 1, reads are turned away.',
    () => gate.pressure(sample.nowMs()),
  );
  gauge('annulus_write_operations_in_flight', 'Write operations under way.', () => {
    return writeGate.opCount;
  });
  gauge('annulus_write_bytes_in_flight', 'Bytes of write operations under way.', () => {
    return writeGate.bytes;
  });
  gauge(
    'annulus_retry_budget_tokens',
    'Hedges and reroutes that the budget would pay for now.',
    sample.retryTokens,
  );
  watchCounts(registry, sample);
  new Gauge({
    name: 'annulus_node_concurrency_limit',
    help: 'Reads that this coordinator allows the node at a time.',
    labelNames: ['node_id'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { nodeId, limit } of sample.limits()) this.set({ node_id: nodeId }, limit);
    },
  });
}

function watchCounts(registry: Registry, { gate, writeGate, retriesShed }: AdmissionSample): void {
  const counter = (name: string, help: string, value: () => number) => {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  };
  counter('annulus_retries_shed_total', 'Hedges and reroutes not sent: reads waited.', retriesShed);
  counter('annulus_admission_partial_total', 'Reads let in for a part of what they asked.', () => {
    return gate.counters.partial;
  });
  new Counter({
    name: 'annulus_admission_refused_total',
    help: 'Requests refused before they began, by class (read, bulk, single) and cause.',
    labelNames: ['class', 'cause'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [cause, count] of gate.counters.refused) this.inc({ class: 'read', cause }, count);
      for (const [key, count] of writeGate.refused) {
        const [kind, cause] = key.split('/') as [string, string];
        this.inc({ class: kind, cause }, count);
      }
    },
  });
}
