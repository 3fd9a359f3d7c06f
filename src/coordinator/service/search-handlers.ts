/** Handlers that search: one, a batch, a stream. */
import { AnnulusError } from '../../base/errors.js';
import type { SearchBatchRequest__Output } from '../../wire/generated/annulus/v1/SearchBatchRequest.js';
import type { SearchBatchResponse } from '../../wire/generated/annulus/v1/SearchBatchResponse.js';
import type { SearchRequest__Output } from '../../wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse } from '../../wire/generated/annulus/v1/SearchResponse.js';
import type { RequestLimits } from '../limits.js';
import type { RequestContext } from '../request-context.js';
import { checkBatchCount } from '../requests/document-field.js';
import { checkSearch } from '../search/search-request.js';
import type { SearchService } from '../search/search-service.js';
import type { TopologyKeeper } from '../topology-keeper.js';
import { errorMessage, searchResponse } from './responses.js';
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
      begin: (getDeadline) => contextOf(frame, getDeadline),
      answer: (request, context) => this.#answer('SearchStream', request, context),
    });
  }

  async search(request: SearchRequest__Output, caller: RequestContext): Promise<SearchResponse> {
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

  async searchBatch(
    request: SearchBatchRequest__Output,
    context: RequestContext,
  ): Promise<SearchBatchResponse> {
    checkBatchCount('searches', request.searches.length, this.#limits.searchBatchMax);
    const answers = request.searches.map((search) => this.#answer('SearchBatch', search, context));
    return { responses: await Promise.all(answers) };
  }

  /** An answer, always: a failure is inside it. */
  async #answer(
    method: string,
    request: SearchRequest__Output,
    context: RequestContext,
  ): Promise<SearchResponse> {
    try {
      return await framed(this.#frame, method, () => this.search(request, context));
    } catch (error) {
      if (!(error instanceof AnnulusError)) throw error;
      return { requestId: request.requestId, error: errorMessage(error) };
    }
  }
}
