/**
 * One gRPC call per search, from a plain client made of the public protos: what users of other
 * languages do. No retries and no SDK, so a refusal counts as a failure.
 */
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { systemClock } from '../../src/base/system-clock.js';
import type { SearchRequest } from '../../src/wire/generated/annulus/v1/SearchRequest.js';
import { annulusV1 } from '../../src/wire/proto-package.js';
import type { SearchTargetSpec } from './messages.js';
import type { SearchTarget, TargetAnswer } from './search-target.js';

const TIMEOUT_MS = 10_000;
const TOP_K = 10;

export class UnaryTarget implements SearchTarget {
  readonly #client: InstanceType<typeof annulusV1.Annulus>;
  readonly #fixed: Omit<SearchRequest, 'vector'>;

  constructor({ address, ...spec }: SearchTargetSpec) {
    this.#client = new annulusV1.Annulus(address, credentials.createInsecure());
    this.#fixed = {
      collection: spec.collection,
      topK: spec.topK ?? TOP_K,
      efSearch: spec.efSearch ?? 0,
      balancingPolicy: spec.balancingPolicy ?? '',
      ...(spec.minCoverageRatio === undefined ? {} : { minCoverageRatio: spec.minCoverageRatio }),
    };
  }

  search(vector: Float32Array): Promise<TargetAnswer> {
    const { buffer, byteOffset, byteLength } = vector;
    const packed = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    const request = { ...this.#fixed, vector: { packed } };
    const deadline = systemClock.wallMs() + TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      this.#client.search(request, { deadline }, (error: ServiceError | null, response) => {
        if (error !== null || response === undefined) return reject(error);
        const { partitionsSearched = 0, partitionsTotal = 0 } = response.coverage ?? {};
        const coverageRatio = partitionsTotal === 0 ? 1 : partitionsSearched / partitionsTotal;
        resolve({ ids: response.hits.map(({ id }) => id), coverageRatio });
      });
    });
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}
