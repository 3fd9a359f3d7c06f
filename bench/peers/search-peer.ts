/** Somebody else's server with a suite's documents in it, searched by the same load processes. */
import type { BenchData } from '../datasets/bench-data.js';
import { copyOf } from '../load/load-client.js';
import type { LoadFleet } from '../load/load-fleet.js';
import type { SearchLoad, SearchLoadResult, SearchTargetSpec } from '../load/messages.js';
import { recallOf, rowOfId, type TunedEf, tuneEf } from '../suites/parts/recall.js';
import { TOP_K } from '../suites/parts/stage.js';
import type { SuiteLog } from '../suites/suite.js';
import type { PeerServer } from './peer-server.js';

/** The most that Chroma and pgvector take. */
const EF_MAX = 1000;
const ANSWERS_AT_ONCE = 16;

export interface SearchPeerOptions {
  data: BenchData;
  fleet: LoadFleet;
  log: SuiteLog;
}

export class SearchPeer {
  readonly #server: PeerServer;
  readonly #options: SearchPeerOptions;
  #target: SearchTargetSpec;

  private constructor(server: PeerServer, options: SearchPeerOptions, target: SearchTargetSpec) {
    this.#server = server;
    this.#options = options;
    this.#target = target;
  }

  /** Loads a server that has just been started, and stops it when that fails. */
  static async load(server: PeerServer, options: SearchPeerOptions): Promise<SearchPeer> {
    const { log, data } = options;
    try {
      log.step(`loading ${data.base.count} documents into ${server.name}`);
      const what = { rows: data.base, metric: data.metric };
      await server.load(what, (done) => log.progress(done, data.base.count));
      return new SearchPeer(server, options, await server.targetAt(TOP_K));
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get name(): string {
    return this.#server.name;
  }

  /** Finds the smallest `ef` with that recall, and leaves the server at it. */
  async tune(recall: number): Promise<TunedEf> {
    const tuned = await tuneEf((ef) => this.#recall(ef), recall, { min: TOP_K, max: EF_MAX });
    return { ef: tuned.ef, recall: await this.#recall(tuned.ef) };
  }

  measure(
    shape: Pick<SearchLoad, 'concurrency' | 'durationMs' | 'warmUpMs'>,
  ): Promise<SearchLoadResult> {
    return this.#options.fleet.search({ target: this.#target, ...this.#queries(), ...shape });
  }

  async close(): Promise<void> {
    await this.#server.stop();
  }

  /** From here on the server searches with that `ef`. */
  async #recall(ef: number): Promise<number> {
    const { data, fleet } = this.#options;
    this.#target = await this.#server.targetAt(ef);
    const load = { target: this.#target, concurrency: ANSWERS_AT_ONCE, ...this.#queries() };
    const { ids } = await fleet.first.answer(load);
    return recallOf(
      ids.map((own) => own.map(rowOfId)),
      await data.nearest(TOP_K),
    );
  }

  #queries() {
    const { queries } = this.#options.data;
    return { dimension: queries.dimension, queries: copyOf(queries.values) };
  }
}
