/** The shard node's metrics, by the words and units of the code. Every name is `annulus_node_...`. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ReplicaReport } from '../src/wire/link-messages.js';
import type { CallObserver } from './node-call.js';
import type { ReceivedTotals } from './recovery/recovery-totals.js';

const SECONDS_BUCKETS = [
  0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
];

/** What is asked at each scrape. */
export interface NodeSample {
  readonly queueDepth: number;
  /** How long a search that comes now is expected to wait. */
  readonly expectedWaitMs: number;
  readonly writeOpsInFlight: number;
  readonly writeBytesInFlight: number;
  readonly epoch: number;
  /** Rows that are searched one by one because they are not in a graph yet. */
  readonly pendingRowCount: number;
  /** What its replicas have received from those of other nodes. */
  readonly received: ReceivedTotals;
  reports(): ReplicaReport[];
}

export class NodeMetrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: 'annulus_node_requests_total',
    help: 'Requests over the link, by kind and how they ended.',
    labelNames: ['kind', 'outcome'],
    registers: [this.registry],
  });
  readonly #queueTime = new Histogram({
    name: 'annulus_node_queue_duration_seconds',
    help: 'How long requests waited in the queue, by kind.',
    labelNames: ['kind'],
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });
  readonly #serviceTime = new Histogram({
    name: 'annulus_node_service_duration_seconds',
    help: 'How long requests took once begun, by kind.',
    labelNames: ['kind'],
    buckets: SECONDS_BUCKETS,
    registers: [this.registry],
  });

  readonly onCall: CallObserver = (kind, outcome, queueMs, serviceMs) => {
    this.#requests.inc({ kind, outcome });
    this.#queueTime.observe({ kind }, queueMs / 1000);
    this.#serviceTime.observe({ kind }, serviceMs / 1000);
  };

  /** Adds what is sampled at each scrape. */
  watch(node: NodeSample): void {
    const gauges: [string, string, () => number][] = [
      ['queue_depth_requests', 'Searches and reads that wait.', () => node.queueDepth],
      [
        'expected_wait_seconds',
        'How long a search that comes now is expected to wait.',
        () => node.expectedWaitMs / 1000,
      ],
      ['write_bytes_in_flight', 'Of writes not durable yet.', () => node.writeBytesInFlight],
      ['write_operations_in_flight', 'Writes not durable yet.', () => node.writeOpsInFlight],
      ['topology_epoch', 'Of the replicas assigned last.', () => node.epoch],
      ['pending_rows', 'Rows that are not in a graph yet.', () => node.pendingRowCount],
      ['documents', 'Documents in all replicas.', () => documentCountOf(node.reports())],
    ];
    for (const [name, help, read] of gauges) {
      new Gauge({
        name: `annulus_node_${name}`,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    }
    const received: [string, string, () => number][] = [
      ['documents', 'Documents received from other replicas.', () => node.received.documentCount],
      ['bytes', 'Bytes of documents and graphs received.', () => node.received.bytes],
      ['graph_bytes', 'Bytes of graphs among them.', () => node.received.graphBytes],
    ];
    for (const [name, help, read] of received) {
      new Counter({
        name: `annulus_node_recovery_received_${name}_total`,
        help,
        registers: [this.registry],
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    }
    new Gauge({
      name: 'annulus_node_replicas',
      help: 'Replicas by condition.',
      labelNames: ['condition'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { condition } of node.reports()) this.inc({ condition });
      },
    });
  }
}

function documentCountOf(reports: readonly ReplicaReport[]): number {
  return reports.reduce((sum, { documentCount }) => sum + documentCount, 0);
}
