/** Handlers that search: one, a batch, a stream. */
import type { ServerDuplexStream } from '@grpc/grpc-js';
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
import { type CallFrame, contextOf, framed } from './unary.js';

/** Searches of one stream that may be under way; beyond it the stream is not read. */
const STREAM_IN_FLIGHT_MAX = 1_024;

/** Answers that a stream's caller may leave waiting; beyond it the stream is not read. */
const STREAM_UNTAKEN_MAX = 256;

export class SearchHandlers {
  readonly #frame: CallFrame;
  readonly #topology: TopologyKeeper;
  readonly #searches: SearchService;
  readonly #limits: RequestLimits;
  readonly #openStreams = new Set<{ stop(): void }>();

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

  searchStream(call: ServerDuplexStream<SearchRequest__Output, SearchResponse>): void {
    let inFlight = 0;
    let hasEnded = false;
    /** False: the caller does not take its answers, so it is not asked for more. */
    let isTaken = true;
    const contexts = new Set<RequestContext>();
    const finishIfDone = () => {
      if (hasEnded && inFlight === 0) {
        this.#openStreams.delete(stream);
        call.end();
      }
    };
    const stream = {
      stop: () => {
        hasEnded = true;
        call.pause();
        finishIfDone();
      },
    };
    this.#openStreams.add(stream);
    call.on('data', (request: SearchRequest__Output) => {
      if (hasEnded) return;
      const context = contextOf(this.#frame, () => call.getDeadline());
      contexts.add(context);
      inFlight += 1;
      if (inFlight >= STREAM_IN_FLIGHT_MAX) call.pause();
      this.#answer('SearchStream', request, context).then((response) => {
        contexts.delete(context);
        inFlight -= 1;
        if (!context.isCancelled) call.write(response);
        if (call.writableLength > STREAM_UNTAKEN_MAX) {
          isTaken = false;
          call.pause();
        }
        if (isTaken && inFlight < STREAM_IN_FLIGHT_MAX && !hasEnded) call.resume();
        finishIfDone();
      });
    });
    call.on('drain', () => {
      isTaken = true;
      if (inFlight < STREAM_IN_FLIGHT_MAX && !hasEnded) call.resume();
    });
    call.on('end', () => {
      hasEnded = true;
      finishIfDone();
    });
    const abandon = () => {
      this.#openStreams.delete(stream);
      for (const context of contexts) context.cancel();
    };
    call.on('cancelled', abandon);
    call.on('error', abandon);
  }

  /** Reads no more from open streams, answers what is in flight, and ends them. */
  stop(): void {
    for (const stream of this.#openStreams) stream.stop();
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
