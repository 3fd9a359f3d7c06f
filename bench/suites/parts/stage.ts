/** What most suites begin with: data, a cluster, load processes, a collection that holds the data. */
import type { BenchCluster } from '../../cluster/bench-cluster.js';
import type { BenchData } from '../../datasets/bench-data.js';
import { LoadFleet } from '../../load/load-fleet.js';
import type { SearchLoad, SearchLoadResult, SearchTargetSpec } from '../../load/messages.js';
import type { SuiteContext } from '../suite.js';
import { LoadedCollection } from './loaded-collection.js';
import { type TunedEf, tuneEf } from './recall.js';

export const TOP_K = 10;
const EF_MAX = 4000;

export interface StageOptions {
  /** Default: what the options say. */
  shards?: number;
  partitions?: number;
  copies?: number;
  data?: BenchData;
}

/** A measured load, with what it cost the servers. */
export interface StageSample extends SearchLoadResult {
  /** That did not fail. */
  perSecond: number;
  /** CPU time per search in microseconds; NaN of a cluster that is not ours. */
  coordinatorUs: number;
  nodesUs: number;
}

export type LoadShape = Pick<SearchLoad, 'concurrency' | 'perSecond' | 'intervalMs'> & {
  durationMs?: number;
};

export class Stage {
  readonly data: BenchData;
  readonly cluster: BenchCluster;
  readonly fleet: LoadFleet;
  readonly collection: LoadedCollection;
  /** Anonymous memory of the nodes before there was a document; NaN when they are not ours. */
  readonly emptyNodesBytes: number;
  readonly #context: SuiteContext;

  private constructor(
    context: SuiteContext,
    parts: Pick<Stage, 'data' | 'cluster' | 'fleet' | 'collection' | 'emptyNodesBytes'>,
  ) {
    this.#context = context;
    this.data = parts.data;
    this.cluster = parts.cluster;
    this.fleet = parts.fleet;
    this.collection = parts.collection;
    this.emptyNodesBytes = parts.emptyNodesBytes;
  }

  static async open(context: SuiteContext, options: StageOptions = {}): Promise<Stage> {
    const given = context.options;
    const data = options.data ?? (await context.loadData());
    const shards = options.shards ?? given.integer('shards');
    const partitions = options.partitions ?? given.integer('partitions');
    const cluster = await context.openCluster({ shards });
    const fleet = new LoadFleet(given.integer('clients'));
    try {
      const emptyNodesBytes = cluster.nodesRssAnonBytes() ?? Number.NaN;
      const collection = await LoadedCollection.load({
        ...{ cluster, fleet, data, log: context.log, topK: TOP_K },
        settings: {
          replicationFactor: options.copies ?? given.integer('copies'),
          ...(partitions > 0 ? { partitions } : {}),
        },
      });
      return new Stage(context, { data, cluster, fleet, collection, emptyNodesBytes });
    } catch (error) {
      fleet.stop();
      await cluster.close();
      throw error;
    }
  }

  /** The smallest `ef_search` with that recall through the service. */
  tune(recall: number): Promise<TunedEf> {
    this.#context.log.step(`the smallest ef with recall ${recall}`);
    const range = { min: TOP_K, max: EF_MAX };
    return tuneEf((ef) => this.collection.recall(ef), recall, range);
  }

  /** Warms up with the same load, then measures it. */
  async measure(
    how: Pick<SearchTargetSpec, 'kind' | 'efSearch' | 'balancingPolicy'>,
    shape: LoadShape,
  ): Promise<StageSample> {
    const { options } = this.#context;
    const target = this.collection.target(how);
    const durationMs = shape.durationMs ?? options.number('seconds') * 1000;
    const warmUpMs = options.number('warm-up') * 1000;
    const { intervalMs: _, ...pace } = shape;
    if (warmUpMs > 0) {
      await this.fleet.search(this.collection.load(target, { ...pace, durationMs: warmUpMs }));
    }
    const before = this.cluster.cpuMs();
    const result = await this.fleet.search(this.collection.load(target, { ...shape, durationMs }));
    const after = this.cluster.cpuMs();
    const usPerSearch = (of: 'coordinator' | 'nodes') =>
      (((after?.[of] ?? Number.NaN) - (before?.[of] ?? Number.NaN)) / result.count) * 1000;
    return {
      ...result,
      perSecond: ((result.count - result.failedCount) / result.tookMs) * 1000,
      coordinatorUs: usPerSearch('coordinator'),
      nodesUs: usPerSearch('nodes'),
    };
  }

  /** Ends load and cluster; in a cluster that goes on, removes the collection. */
  async close(): Promise<void> {
    this.fleet.stop();
    try {
      if (this.cluster.own === undefined) await this.collection.drop();
    } finally {
      await this.cluster.close();
    }
  }
}
