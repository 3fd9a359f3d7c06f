import { AnnulusClient, type SearchOptions } from '../../src/client/index.js';
import type { SearchTargetSpec } from './messages.js';
import type { SearchTarget, TargetAnswer } from './search-target.js';

const IDLE_STREAM_MS = 600_000;
/** More than any concurrency measured: what waits, waits where it is measured. */
const IN_FLIGHT_MAX = 4096;

/** The SDK: searches share one stream. */
export class SdkTarget implements SearchTarget {
  readonly #client: AnnulusClient;
  readonly #collection: string;
  readonly #options: Omit<SearchOptions, 'vector'>;

  constructor(spec: SearchTargetSpec) {
    this.#client = new AnnulusClient({
      address: spec.address,
      idleStreamMs: IDLE_STREAM_MS,
      searchesInFlightMax: IN_FLIGHT_MAX,
      retry: { attemptsMax: spec.attemptsMax },
    });
    this.#collection = spec.collection;
    const { topK, efSearch, balancingPolicy, minCoverageRatio, timeoutMs } = spec;
    this.#options = { topK, efSearch, balancingPolicy, minCoverageRatio, timeoutMs };
  }

  async search(vector: Float32Array): Promise<TargetAnswer> {
    const found = await this.#client.search(this.#collection, { ...this.#options, vector });
    return { ids: found.hits.map(({ id }) => id), coverageRatio: found.coverage.ratio };
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
