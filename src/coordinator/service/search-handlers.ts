/** Handlers that search: one, a batch, a stream. */
import { AnnulusError } from '../../base/errors.js';
import { ByteWriter } from '../../wire/bytes.js';
import type { SearchBatchRequest__Output } from '../../wire/generated/annulus/v1/SearchBatchRequest.js';
import type { SearchRequest__Output } from '../../wire/generated/annulus/v1/SearchRequest.js';
import { writeElement } from '../../wire/search-stream-codec.js';
import type { RequestLimits } from '../limits.js';
import type { RequestContext } from '../request-context.js';
import { checkBatchCount } from '../requests/document-field.js';
import { checkSearch } from '../search/search-request.js';
import type { SearchService } from '../search/search-service.js';
import type { TopologyKeeper } from '../topology-keeper.js';
import { failedSearchResponse, searchResponse } from './responses.js';
import { SearchStreams } from './search-streams.js';
import { type CallFrame, contextOf, framed } from './unary.js';

export class SearchHandlers {
  readonly #frame: CallFrame;
  readonly #topology: TopologyKeeper;
  readonly #searches: SearchService;
  readonly #limits: RequestLimits;
  readonly streams: SearchStreams;

  constructor(
    frame: CallFrame,
    topology: TopologyKeeper,
    searches: SearchService,
    limits: RequestLimits,
  ) {
    this.#frame = frame;
    this.#topology = topology;
    this.#searches = searches;
    this.#limits = limits;
    this.streams = new SearchStreams({
      begin: (getDeadline, timeoutMs) => contextOf(frame, getDeadline, timeoutMs),
      answer: (request, context) => this.#answer('SearchStream', request, context),
    });
  }

  /** An encoded `SearchResponse`. */
  async search(request: SearchRequest__Output, caller: RequestContext): Promise<Buffer> {
    const context = request.timeoutMs === 0 ? caller : caller.within(request.timeoutMs);
    const collection = this.#topology.collection(request.collection);
    const shape = {
      dimension: collection.dimension,
      metric: collection.metric,
      partitionCount: collection.partitions.length,
    };
    const search = checkSearch(request, shape, this.#limits);
    const answer = await this.#searches.search(collection, search, context);
    this.#frame.metrics.searchAnswered(answer.coverage, answer.explain.attempts);
    const nowMs = this.#frame.clock.nowMs();
    return searchResponse(answer, search, collection.metric, context, nowMs);
  }

  /** An encoded `SearchBatchResponse`. */
  async searchBatch(
    { searches }: SearchBatchRequest__Output,
    context: RequestContext,
  ): Promise<Buffer> {
    checkBatchCount('searches', searches.length, this.#limits.searchBatchMax);
    const writer = new ByteWriter();
    const answers = searches.map((search) => this.#answer('SearchBatch', search, context));
    for (const answer of await Promise.all(answers)) writeElement(writer, answer);
    return writer.finish();
  }

  /** An answer, always: a failure is inside it. */
  async #answer(
    method: string,
    request: SearchRequest__Output,
    context: RequestContext,
  ): Promise<Buffer> {
    try {
      return await framed(this.#frame, method, () => this.search(request, context));
    } catch (error) {
      if (!(error instanceof AnnulusError)) throw error;
      return failedSearchResponse(request.requestId, error);
    }
  }
}
