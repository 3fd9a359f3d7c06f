/** A collection with a suite's documents in it, ready to be searched through any kind of client. */
import { systemClock } from '../../../src/base/system-clock.js';
import { randomHex } from '../../../src/base/system-random.js';
import type { CollectionInput } from '../../../src/client/index.js';
import type { BenchCluster } from '../../cluster/bench-cluster.js';
import type { BenchData } from '../../datasets/bench-data.js';
import { copyOf } from '../../load/load-client.js';
import type { LoadFleet } from '../../load/load-fleet.js';
import type { SearchLoad, SearchTargetSpec } from '../../load/messages.js';
import type { SuiteLog } from '../suite.js';
import { recallOf, rowOfId, rowPrefix } from './recall.js';

export interface LoadedCollectionOptions {
  cluster: BenchCluster;
  fleet: LoadFleet;
  data: BenchData;
  log: SuiteLog;
  topK: number;
  /** Default: those of the server. */
  settings?: Pick<CollectionInput, 'partitions' | 'replicationFactor' | 'hnsw'>;
}

export interface Ingested {
  /** Until the last document was acknowledged: durable, and found by searches from then on. */
  acknowledgedMs: number;
  /** Until the nodes were idle again: everything in its graph. */
  settledMs: number;
}

const ANSWERS_AT_ONCE = 32;

export class LoadedCollection {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly ingested: Ingested;
  readonly #options: LoadedCollectionOptions;

  private constructor(
    options: LoadedCollectionOptions,
    facts: Pick<LoadedCollection, 'name' | 'partitions' | 'replicationFactor' | 'ingested'>,
  ) {
    this.#options = options;
    this.name = facts.name;
    this.partitions = facts.partitions;
    this.replicationFactor = facts.replicationFactor;
    this.ingested = facts.ingested;
  }

  static async load(options: LoadedCollectionOptions): Promise<LoadedCollection> {
    const { cluster, fleet, data, log, settings } = options;
    const { base, metric } = data;
    // A name of its own: nothing of anybody else's is touched in a running cluster.
    const name = `bench-${randomHex(6)}`;
    const { dimension } = base;
    const info = await cluster.client.createCollection({ name, dimension, metric, ...settings });
    log.step(`loading ${base.count} documents, ${info.partitions} partitions`);
    const startMs = systemClock.nowMs();
    await fleet.first.ingest(
      {
        ...{ address: cluster.address, collection: name, dimension },
        vectors: copyOf(base.values),
        ...{ prefix: rowPrefix, firstNumber: 0, count: base.count },
      },
      (count) => log.progress(count, base.count),
    );
    const acknowledgedMs = systemClock.nowMs() - startMs;
    log.step('waiting until the nodes are idle');
    await cluster.untilSettled();
    const settledMs = systemClock.nowMs() - startMs;
    const { partitions, replicationFactor } = info;
    const ingested = { acknowledgedMs, settledMs };
    return new LoadedCollection(options, { name, partitions, replicationFactor, ingested });
  }

  target(how: Pick<SearchTargetSpec, 'kind' | 'efSearch' | 'balancingPolicy'>): SearchTargetSpec {
    const { cluster, topK } = this.#options;
    return { ...how, address: cluster.address, collection: this.name, topK };
  }

  load(
    target: SearchTargetSpec,
    load: Pick<SearchLoad, 'durationMs' | 'warmUpMs' | 'concurrency' | 'perSecond' | 'intervalMs'>,
  ): Omit<SearchLoad, 'kind'> {
    const { queries } = this.#options.data;
    const { dimension } = queries;
    return { target, dimension, queries: copyOf(queries.values), ...load };
  }

  /** With that `ef_search`, through the SDK; undefined asks for the server's default. */
  async recall(efSearch: number | undefined): Promise<number> {
    const { fleet, data, topK } = this.#options;
    const target = this.target({ kind: 'stream', ...(efSearch === undefined ? {} : { efSearch }) });
    const { ids } = await fleet.first.answer({
      ...{ target, concurrency: ANSWERS_AT_ONCE },
      ...{ dimension: data.queries.dimension, queries: copyOf(data.queries.values) },
    });
    return recallOf(
      ids.map((own) => own.map(rowOfId)),
      await data.nearest(topK),
    );
  }

  /** Removes it where the cluster goes on after the suite. */
  async drop(): Promise<void> {
    await this.#options.cluster.client.dropCollection(this.name);
  }
}
