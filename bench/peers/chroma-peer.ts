/** Chroma's server with a suite's documents in it, searched by the same load processes. */
import type { BenchData } from '../datasets/bench-data.js';
import { copyOf } from '../load/load-client.js';
import type { LoadFleet } from '../load/load-fleet.js';
import type { SearchLoad, SearchLoadResult, SearchTargetSpec } from '../load/messages.js';
import { recallOf, rowOfId, type TunedEf, tuneEf } from '../suites/parts/recall.js';
import { TOP_K } from '../suites/parts/stage.js';
import type { SuiteLog } from '../suites/suite.js';
import { ChromaServer } from './chroma-server.js';

const EF_MAX = 1000;
const ANSWERS_AT_ONCE = 16;

export class ChromaPeer {
  readonly #server: ChromaServer;
  readonly #data: BenchData;
  readonly #fleet: LoadFleet;
  readonly #target: SearchTargetSpec;

  private constructor(
    server: ChromaServer,
    options: { data: BenchData; fleet: LoadFleet },
    collection: string,
  ) {
    this.#server = server;
    this.#data = options.data;
    this.#fleet = options.fleet;
    this.#target = { kind: 'chroma', address: server.address, collection, topK: TOP_K };
  }

  /** Installs it when need be, starts it and loads it: minutes. */
  static async load(options: {
    data: BenchData;
    fleet: LoadFleet;
    log: SuiteLog;
  }): Promise<ChromaPeer> {
    const { data, log } = options;
    log.step("starting Chroma's server");
    const server = await ChromaServer.start();
    try {
      const collection = await server.createCollection({ metric: data.metric });
      log.step(`loading ${data.base.count} documents into Chroma`);
      await server.load(collection, data.base, (done) => log.progress(done, data.base.count));
      log.step('waiting until Chroma is idle');
      await server.untilIdle();
      return new ChromaPeer(server, options, collection);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get version(): string {
    return this.#server.version;
  }

  async recall(ef: number): Promise<number> {
    const { queries } = this.#data;
    await this.#server.setEfSearch(this.#target.collection, ef);
    const { ids } = await this.#fleet.first.answer({
      ...{ target: this.#target, concurrency: ANSWERS_AT_ONCE },
      ...{ dimension: queries.dimension, queries: copyOf(queries.values) },
    });
    return recallOf(
      ids.map((own) => own.map(rowOfId)),
      await this.#data.nearest(TOP_K),
    );
  }

  /** Leaves the server at that `ef`, with its graph loaded. */
  async tune(recall: number): Promise<TunedEf> {
    const tuned = await tuneEf((ef) => this.recall(ef), recall, { min: TOP_K, max: EF_MAX });
    // Asked once more: the new process reads its graph at the first search.
    return { ef: tuned.ef, recall: await this.recall(tuned.ef) };
  }

  measure(
    shape: Pick<SearchLoad, 'concurrency' | 'durationMs' | 'warmUpMs'>,
  ): Promise<SearchLoadResult> {
    const { queries } = this.#data;
    return this.#fleet.search({
      ...{ target: this.#target, dimension: queries.dimension, queries: copyOf(queries.values) },
      ...shape,
    });
  }

  async close(): Promise<void> {
    await this.#server.stop();
  }
}
