/**
 * A cluster and the bare graph over the same rows, each searched with the smallest `ef` that reaches a
 * wanted recall. Every round measures the bare thread and then the service, so that a machine that
 * changes its pace changes both.
 */

import type { BenchCluster } from '../cluster/bench-cluster.js';
import type { BenchData } from '../datasets/bench-data.js';
import { LoadFleet } from '../load/load-fleet.js';
import type { SearchLoadResult, SearchTargetSpec } from '../load/messages.js';
import { BareGraph, type BareSearches } from '../suites/parts/bare-graph.js';
import {
  LoadedCollection,
  type LoadedCollectionOptions,
} from '../suites/parts/loaded-collection.js';
import { recallOf, type TunedEf, tuneEf } from '../suites/parts/recall.js';
import type { SuiteContext } from '../suites/suite.js';
import type { TargetsSettings } from './target-row.js';

export interface SearchBenchOptions {
  context: SuiteContext;
  settings: TargetsSettings;
  data: BenchData;
  shards: number;
  clients: number;
  collection?: LoadedCollectionOptions['settings'];
  /** `timed` builds the bare graph anew to know how quick that is; `cached` takes it from the cache. */
  bareGraph: 'timed' | 'cached';
}

export interface TunedPair {
  service: TunedEf;
  bare: TunedEf;
}

export interface ServiceSample extends SearchLoadResult {
  perSecond: number;
  /** CPU time per search in microseconds; NaN of a cluster that is not ours. */
  coordinatorUs: number;
  nodesUs: number;
}

export interface Round {
  bare: BareSearches;
  service: ServiceSample;
}

const EF_MAX = 4000;

export class SearchBench {
  readonly data: BenchData;
  readonly cluster: BenchCluster;
  readonly fleet: LoadFleet;
  readonly collection: LoadedCollection;
  readonly bare: BareGraph;
  /** By the bare thread while it was built; NaN when it came from the cache. */
  readonly bareAddedPerSecond: number;
  /** Anonymous memory of all nodes before there was a document. */
  readonly emptyNodesBytes: number;
  readonly #context: SuiteContext;
  readonly #settings: TargetsSettings;
  readonly #tuned = new Map<number, Promise<TunedPair>>();
  readonly #rounds = new Map<string, Promise<Round[]>>();

  private constructor(
    { context, settings, data }: SearchBenchOptions,
    parts: Pick<
      SearchBench,
      'cluster' | 'fleet' | 'collection' | 'bare' | 'bareAddedPerSecond' | 'emptyNodesBytes'
    >,
  ) {
    this.#context = context;
    this.#settings = settings;
    this.data = data;
    this.cluster = parts.cluster;
    this.fleet = parts.fleet;
    this.collection = parts.collection;
    this.bare = parts.bare;
    this.bareAddedPerSecond = parts.bareAddedPerSecond;
    this.emptyNodesBytes = parts.emptyNodesBytes;
  }

  static async open(options: SearchBenchOptions): Promise<SearchBench> {
    const { context, settings, data, shards, clients } = options;
    const { log } = context;
    await data.nearest(settings.topK);
    log.step(`the bare graph of ${data.base.count} vectors`);
    const { graph, addedPerSecond } = await bareGraphOf(options);
    const cluster = await context.openCluster({ shards });
    const fleet = new LoadFleet(clients);
    try {
      const emptyNodesBytes = cluster.nodesRssAnonBytes() ?? Number.NaN;
      const collection = await LoadedCollection.load({
        ...{ cluster, fleet, data, log, topK: settings.topK },
        ...(options.collection === undefined ? {} : { settings: options.collection }),
      });
      const built = { bare: graph, bareAddedPerSecond: addedPerSecond };
      return new SearchBench(options, { ...built, cluster, fleet, collection, emptyNodesBytes });
    } catch (error) {
      fleet.stop();
      await cluster.close();
      throw error;
    }
  }

  /** The smallest `ef` of both with that recall; measured once. */
  tuned(recall: number): Promise<TunedPair> {
    let pair = this.#tuned.get(recall);
    if (pair === undefined) {
      pair = this.#tune(recall);
      this.#tuned.set(recall, pair);
    }
    return pair;
  }

  /** Rounds of bare thread and service at that recall; measured once for each set of arguments. */
  rounds(kind: SearchTargetSpec['kind'], concurrency: number, recall: number): Promise<Round[]> {
    const key = `${kind} ${concurrency} ${recall}`;
    let rounds = this.#rounds.get(key);
    if (rounds === undefined) {
      rounds = this.#measureRounds(kind, concurrency, recall);
      this.#rounds.set(key, rounds);
    }
    return rounds;
  }

  async close(): Promise<void> {
    this.fleet.stop();
    await this.cluster.close();
  }

  async #tune(recall: number): Promise<TunedPair> {
    const { topK } = this.#settings;
    this.#context.log.step(`the smallest ef with recall ${recall}`);
    const nearest = await this.data.nearest(topK);
    const range = { min: topK, max: EF_MAX };
    const bareRecall = (ef: number) => recallOf(this.bare.answers(topK, ef), nearest);
    const bare = await tuneEf(bareRecall, recall, range);
    const service = await tuneEf((ef) => this.collection.recall(ef), recall, range);
    return { service, bare };
  }

  async #measureRounds(
    kind: SearchTargetSpec['kind'],
    concurrency: number,
    recall: number,
  ): Promise<Round[]> {
    const { topK, repeats, durationMs } = this.#settings;
    const { bare, service } = await this.tuned(recall);
    const target = this.collection.target({ kind, efSearch: service.ef });
    const rounds: Round[] = [];
    for (let i = 0; i < repeats; i += 1) {
      this.#context.log.step(`${kind}, ${concurrency} at once, recall ${recall}: round ${i + 1}`);
      const alone = this.bare.searches(topK, bare.ef, durationMs / 2);
      rounds.push({ bare: alone, service: await this.#sample(target, concurrency) });
    }
    return rounds;
  }

  async #sample(target: SearchTargetSpec, concurrency: number): Promise<ServiceSample> {
    const { durationMs, warmUpMs } = this.#settings;
    if (warmUpMs > 0) {
      await this.fleet.search(this.collection.load(target, { concurrency, durationMs: warmUpMs }));
    }
    const before = this.cluster.cpuMs();
    const result = await this.fleet.search(
      this.collection.load(target, { concurrency, durationMs }),
    );
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
}

async function bareGraphOf({ data, bareGraph, context }: SearchBenchOptions) {
  if (bareGraph === 'cached') {
    return { graph: await BareGraph.cached(data), addedPerSecond: Number.NaN };
  }
  const onProgress = (done: number, total: number) => context.log.progress(done, total);
  return BareGraph.build(data, { onProgress });
}
