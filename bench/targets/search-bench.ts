/**
 * A cluster and the bare graph over the same rows, each searched with the smallest `ef` that reaches a
 * wanted recall. Every round measures the bare thread and then the service, so that a machine that
 * changes its pace changes both.
 */
import type { BenchData } from '../datasets/bench-data.js';
import type { SearchTargetSpec } from '../load/messages.js';
import { BareGraph, type BareSearches } from '../suites/parts/bare-graph.js';
import { recallOf, type TunedEf, tuneEf } from '../suites/parts/recall.js';
import { Stage, type StageSample } from '../suites/parts/stage.js';
import type { SuiteContext } from '../suites/suite.js';
import type { TargetsSettings } from './target-row.js';

export interface SearchBenchOptions {
  context: SuiteContext;
  settings: TargetsSettings;
  data: BenchData;
  /** `timed` builds the bare graph anew to know how quick that is; `cached` takes it from the cache. */
  bareGraph: 'timed' | 'cached';
}

export interface TunedPair {
  service: TunedEf;
  bare: TunedEf;
}

export interface Round {
  bare: BareSearches;
  service: StageSample;
}

const EF_MAX = 4000;

export class SearchBench {
  readonly data: BenchData;
  readonly stage: Stage;
  readonly bare: BareGraph;
  /** By the bare thread while it was built; NaN when it came from the cache. */
  readonly bareAddedPerSecond: number;
  readonly #context: SuiteContext;
  readonly #settings: TargetsSettings;
  readonly #tuned = new Map<number, Promise<TunedPair>>();
  readonly #rounds = new Map<string, Promise<Round[]>>();

  private constructor(
    { context, settings, data }: SearchBenchOptions,
    parts: Pick<SearchBench, 'stage' | 'bare' | 'bareAddedPerSecond'>,
  ) {
    this.#context = context;
    this.#settings = settings;
    this.data = data;
    this.stage = parts.stage;
    this.bare = parts.bare;
    this.bareAddedPerSecond = parts.bareAddedPerSecond;
  }

  static async open(options: SearchBenchOptions): Promise<SearchBench> {
    const { context, settings, data } = options;
    await data.nearest(settings.topK);
    context.log.step(`the bare graph of ${data.base.count} vectors`);
    const { graph, addedPerSecond } = await bareGraphOf(options);
    const stage = await Stage.open(context, { data });
    return new SearchBench(options, { stage, bare: graph, bareAddedPerSecond: addedPerSecond });
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

  close(): Promise<void> {
    return this.stage.close();
  }

  async #tune(recall: number): Promise<TunedPair> {
    const { topK } = this.#settings;
    const nearest = await this.data.nearest(topK);
    const bareRecall = (ef: number) => recallOf(this.bare.answers(topK, ef), nearest);
    const bare = await tuneEf(bareRecall, recall, { min: topK, max: EF_MAX });
    return { service: await this.stage.tune(recall), bare };
  }

  async #measureRounds(
    kind: SearchTargetSpec['kind'],
    concurrency: number,
    recall: number,
  ): Promise<Round[]> {
    const { topK, repeats, durationMs } = this.#settings;
    const tuned = await this.tuned(recall);
    const how = { kind, efSearch: tuned.service.ef };
    const rounds: Round[] = [];
    for (let i = 0; i < repeats; i += 1) {
      this.#context.log.step(`${kind}, ${concurrency} at once, recall ${recall}: round ${i + 1}`);
      const bare = this.bare.searches(topK, tuned.bare.ef, durationMs / 2);
      rounds.push({ bare, service: await this.stage.measure(how, { concurrency }) });
    }
    return rounds;
  }
}

async function bareGraphOf({ data, bareGraph, context }: SearchBenchOptions) {
  if (bareGraph === 'cached') {
    return { graph: await BareGraph.cached(data), addedPerSecond: Number.NaN };
  }
  const onProgress = (done: number, total: number) => context.log.progress(done, total);
  return BareGraph.build(data, { onProgress });
}
