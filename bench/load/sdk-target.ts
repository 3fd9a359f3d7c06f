import { AnnulusClient } from '../../src/client/index.js';
import type { SearchTargetSpec } from './messages.js';
import type { SearchTarget, TargetAnswer } from './search-target.js';

const IDLE_STREAM_MS = 600_000;
/** More than any concurrency measured: what waits, waits where it is measured. */
const IN_FLIGHT_MAX = 4096;

/** The SDK: searches share one stream. */
export class SdkTarget implements SearchTarget {
  readonly #client: AnnulusClient;
  readonly #spec: SearchTargetSpec;

  constructor(spec: SearchTargetSpec) {
    this.#client = new AnnulusClient({
      address: spec.address,
      idleStreamMs: IDLE_STREAM_MS,
      searchesInFlightMax: IN_FLIGHT_MAX,
      retry: { attemptsMax: spec.attemptsMax },
    });
    this.#spec = spec;
  }

  async search(vector: Float32Array): Promise<TargetAnswer> {
    const { collection, topK, efSearch, balancingPolicy, minCoverageRatio, timeoutMs } = this.#spec;
    // As a caller writes it: an object that is spread into another costs more to make, and to read.
    const options = { vector, topK, efSearch, balancingPolicy, minCoverageRatio, timeoutMs };
    const found = await this.#client.search(collection, options);
    return { ids: found.hits.map(({ id }) => id), coverageRatio: found.coverage.ratio };
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
