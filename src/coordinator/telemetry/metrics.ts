/** The coordinator's metrics, by the words and units of the code. Every name is `annulus_...`. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DivergenceSample } from '../replication/replica-comparer.js';
import { type Coverage, coverageRatio } from '../search/coverage.js';
import type { ReadCounters } from '../search/read-counters.js';
import type { AttemptRecord } from '../search/read-driver.js';
import type { ReplicaState, Topology } from '../topology/topology.js';
import { PairCounter } from './pair-counter.js';

const LATENCY_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
];

/** What a node looks like to whoever scrapes. */
export interface NodeSample {
  nodeId: string;
  isUp: boolean;
  outstanding: number;
  queueDepth: number;
  documentCount: number;
}

export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new PairCounter(
    this.registry,
    'annulus_requests_total',
    'Requests answered, by method and gRPC status code.',
    ['method', 'code'],
  );
  readonly #latency = new Histogram({
    name: 'annulus_request_duration_seconds',
    help: 'From receipt to answer, by method.',
    labelNames: ['method'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.registry],
  });
  readonly #degraded = new Counter({
    name: 'annulus_searches_degraded_total',
    help: 'Searches answered without all partitions, as their callers allowed.',
    registers: [this.registry],
  });
  readonly #attempts = new PairCounter(
    this.registry,
    'annulus_read_attempts_total',
    'Requests sent to shard nodes by searches, by cause (first, reroute, hedge) and outcome.',
    ['cause', 'outcome'],
  );

  readonly #evictions = new Counter({
    name: 'annulus_replica_evictions_total',
    help: 'Replicas taken out of the in-sync set, by what they did with a write (timed_out, ...).',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  readonly #restamps = new Counter({
    name: 'annulus_write_restamps_total',
    help: 'Writes of documents stamped again because every replica held a newer version.',
    registers: [this.registry],
  });
  readonly #recoveringMisses = new Counter({
    name: 'annulus_recovering_missed_writes_total',
    help: 'Writes that a recovering replica did not take.',
    registers: [this.registry],
  });
  readonly #versionsRefused = new Counter({
    name: 'annulus_versions_refused_total',
    help: 'Versions too far in the future that nodes reported. Not 0: some clock is or was wrong.',
    registers: [this.registry],
  });

  /** `sampleNodes` and `topology` are asked at each scrape. */
  constructor(
    sampleNodes: () => NodeSample[],
    topology: () => Topology,
    divergence: () => DivergenceSample[] = () => [],
  ) {
    this.#divergenceGauge(divergence);
    this.#nodeGauge('annulus_node_up', 'Whether the node is usable: 1 or 0.', sampleNodes, (n) =>
      n.isUp ? 1 : 0,
    );
    this.#nodeGauge(
      'annulus_node_outstanding_requests',
      'Requests of this coordinator that the node has not answered yet.',
      sampleNodes,
      (n) => n.outstanding,
    );
    this.#nodeGauge(
      'annulus_node_queue_depth_requests',
      'Searches waiting in the queue of the node, as it last said.',
      sampleNodes,
      (n) => n.queueDepth,
    );
    this.#nodeGauge(
      'annulus_node_documents',
      'Documents in all replicas of the node, as it last said.',
      sampleNodes,
      (n) => n.documentCount,
    );
    new Gauge({
      name: 'annulus_topology_epoch',
      help: 'Version of the topology.',
      registers: [this.registry],
      collect() {
        this.set(topology().epoch);
      },
    });
    new Gauge({
      name: 'annulus_replicas',
      help: 'Replicas in the topology, by state: in_sync or recovering.',
      labelNames: ['state'],
      registers: [this.registry],
      collect() {
        const counts = replicaCounts(topology());
        this.set({ state: 'in_sync' }, counts.in_sync);
        this.set({ state: 'recovering' }, counts.recovering);
      },
    });
  }

  /** What reads do beyond their first attempts; asked at each scrape. */
  watchReads(counters: ReadCounters, budgetExhausted: () => number): void {
    const watch = (name: string, help: string, value: () => number) => {
      new Counter({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    };
    watch('annulus_hedges_sent_total', 'Late reads asked of another replica as well.', () => {
      return counters.hedgesSent;
    });
    watch('annulus_hedges_won_total', 'Hedges that answered first.', () => counters.hedgesWon);
    watch('annulus_hedges_wasted_total', 'Hedges sent for nothing.', () => counters.hedgesWasted);
    watch('annulus_reroutes_total', 'Failed reads asked of another replica.', () => {
      return counters.reroutes;
    });
    watch('annulus_retries_refused_total', 'Hedges and reroutes over the budget.', budgetExhausted);
    watch('annulus_probes_total', 'Reads copied to suspect nodes to see if they are well.', () => {
      return counters.probes;
    });
    watch('annulus_under_fetches_total', 'Searches that asked partitions for fewer hits.', () => {
      return counters.underFetches;
    });
    watch(
      'annulus_under_fetches_asked_again_total',
      'Searches that then had to ask a partition for the rest.',
      () => counters.underFetchesAskedAgain,
    );
  }

  /** Who controls the cluster, and how old the topology may be; asked at each scrape. */
  watchControl(isController: () => boolean, ageMs: () => number): void {
    const gauge = (name: string, help: string, value: () => number) => {
      new Gauge({
        name,
        help,
        registers: [this.registry],
        collect() {
          this.set(value());
        },
      });
    };
    gauge('annulus_controller', 'Whether this coordinator is the controller: 1 or 0.', () =>
      isController() ? 1 : 0,
    );
    gauge(
      'annulus_topology_age_seconds',
      'Since a shared topology store last confirmed the topology; 0 where it is embedded.',
      () => ageMs() / 1_000,
    );
  }

  requestEnded(method: string, code: string, tookMs: number): void {
    this.#requests.add(method, code);
    this.#latency.observe({ method }, tookMs / 1_000);
  }

  searchAnswered(coverage: Coverage, attempts: readonly AttemptRecord[]): void {
    if (coverageRatio(coverage) < 1) this.#degraded.inc();
    for (const { cause, outcome } of attempts) this.#attempts.add(cause, outcome);
  }

  replicaEvicted(reason: string): void {
    this.#evictions.inc({ reason });
  }

  writesRestamped(count: number): void {
    this.#restamps.inc(count);
  }

  recoveringMissedWrite(): void {
    this.#recoveringMisses.inc();
  }

  versionRefused(): void {
    this.#versionsRefused.inc();
  }

  #divergenceGauge(sample: () => DivergenceSample[]): void {
    new Gauge({
      name: 'annulus_replica_divergent_buckets',
      help: 'Of 1,024, those in which replicas in sync differed at the last comparison.',
      labelNames: ['collection', 'partition'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { collection, partition, bucketCount } of sample()) {
          this.set({ collection, partition }, bucketCount);
        }
      },
    });
  }

  #nodeGauge(
    name: string,
    help: string,
    sampleNodes: () => NodeSample[],
    value: (sample: NodeSample) => number,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: ['node_id'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const sample of sampleNodes()) this.set({ node_id: sample.nodeId }, value(sample));
      },
    });
  }
}

function replicaCounts(topology: Topology): Record<ReplicaState, number> {
  const counts = { in_sync: 0, recovering: 0 };
  for (const { partitions } of topology.collections.values()) {
    for (const { replicas } of partitions) for (const { state } of replicas) counts[state] += 1;
  }
  return counts;
}
