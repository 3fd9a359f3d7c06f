/**
 * Streams of searches: each is answered as soon as it can be, told apart by `request_id`. Answers that
 * are ready while a message is on its way leave together in the next one, where the stream's messages
 * have room for several (`SearchBatchStream`). A stream with too much under way, or whose caller does
 * not take its answers, is not read.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { AnnulusError } from '../../base/errors.js';
import { BatchSender, type OutgoingItem } from '../../wire/batch-sender.js';
import type { ByteWriter } from '../../wire/bytes.js';
import type { SearchBatchRequest__Output } from '../../wire/generated/annulus/v1/SearchBatchRequest.js';
import type { SearchRequest__Output } from '../../wire/generated/annulus/v1/SearchRequest.js';
import {
  elementBytesMax,
  onlyElement,
  STREAM_BATCH_MAX,
  streamBatchLimits,
  streamSingleLimits,
  writeElement,
} from '../../wire/search-stream-codec.js';
import type { RequestContext } from '../request-context.js';
import { checkBatchCount } from '../requests/document-field.js';
import { failedSearchResponse } from './responses.js';

/** Searches of one stream that may be under way; beyond it the stream is not read. */
const IN_FLIGHT_MAX = 1_024;

/** Answers that a stream's caller may leave waiting; beyond it the stream is not read. */
const UNTAKEN_MAX = 256;

/** What a stream needs of whoever answers. */
export interface StreamedSearches {
  /** The context of a search that has just come: its time is up with the stream's at the latest. */
  begin(getDeadline: () => Date | number, timeoutMs: number): RequestContext;
  /** An encoded `SearchResponse`. Never rejects: a failure is inside the answer. */
  answer(request: SearchRequest__Output, context: RequestContext): Promise<Buffer>;
}

export class SearchStreams {
  readonly #searches: StreamedSearches;
  readonly #open = new Set<SearchStream>();

  constructor(searches: StreamedSearches) {
    this.#searches = searches;
  }

  /** One search, one answer a message. */
  serve(call: ServerDuplexStream<SearchRequest__Output, Buffer>): void {
    const limits = streamSingleLimits;
    const sender = (onEmpty: () => void) =>
      new BatchSender((items, done) => call.write(onlyElement(items), done), limits, onEmpty);
    const stream = this.#begin(call, sender);
    call.on('data', (request: SearchRequest__Output) => stream.take([request]));
  }

  /** Several a message. */
  serveBatches(call: ServerDuplexStream<SearchBatchRequest__Output, Buffer>): void {
    const sender = (onEmpty: () => void) =>
      new BatchSender((items, done) => call.write(items, done), streamBatchLimits, onEmpty);
    const stream = this.#begin(call, sender);
    call.on('data', ({ searches }: SearchBatchRequest__Output) => stream.take(searches));
  }

  /** Reads no more from open streams, answers what is in flight, and ends them. */
  stop(): void {
    for (const stream of this.#open) stream.stop();
  }

  #begin(call: AnyCall, sender: (onEmpty: () => void) => BatchSender): SearchStream {
    const stream = new SearchStream(call, sender, this.#searches, () => this.#open.delete(stream));
    this.#open.add(stream);
    return stream;
  }
}

type AnyCall = ServerDuplexStream<unknown, Buffer>;

class SearchStream {
  readonly #call: AnyCall;
  readonly #sender: BatchSender;
  readonly #searches: StreamedSearches;
  readonly #onEnd: () => void;
  readonly #getDeadline: () => Date | number;
  readonly #contexts = new Set<RequestContext>();
  /** No more searches come. */
  #hasEnded = false;
  /** Nothing is sent any more. */
  #isClosed = false;

  constructor(
    call: AnyCall,
    sender: (onEmpty: () => void) => BatchSender,
    searches: StreamedSearches,
    onEnd: () => void,
  ) {
    this.#call = call;
    this.#getDeadline = () => call.getDeadline();
    this.#searches = searches;
    this.#onEnd = onEnd;
    this.#sender = sender(() => this.#proceed());
    call.on('end', () => {
      this.#hasEnded = true;
      this.#proceed();
    });
    call.on('cancelled', () => this.#abandon());
    call.on('error', () => this.#abandon());
  }

  take(requests: readonly SearchRequest__Output[]): void {
    if (this.#hasEnded) return;
    if (requests.length > STREAM_BATCH_MAX) this.#refuse(requests);
    else for (const request of requests) this.#begin(request);
    if (!this.#mayRead) this.#call.pause();
  }

  stop(): void {
    this.#hasEnded = true;
    this.#call.pause();
    this.#proceed();
  }

  get #mayRead(): boolean {
    return this.#contexts.size < IN_FLIGHT_MAX && this.#sender.queuedCount <= UNTAKEN_MAX;
  }

  #begin(request: SearchRequest__Output): void {
    const context = this.#searches.begin(this.#getDeadline, request.timeoutMs);
    this.#contexts.add(context);
    this.#searches.answer(request, context).then((response) => {
      this.#contexts.delete(context);
      if (!context.isCancelled) this.#sender.send(new Answer(response));
      this.#proceed();
    });
  }

  /** Each is told, since its caller knows searches, not messages. */
  #refuse(requests: readonly SearchRequest__Output[]): void {
    try {
      checkBatchCount('searches', requests.length, STREAM_BATCH_MAX);
    } catch (error) {
      if (!(error instanceof AnnulusError)) throw error;
      for (const { requestId } of requests) {
        this.#sender.send(new Answer(failedSearchResponse(requestId, error)));
      }
    }
  }

  /** Something ended, or left: there may be room, or nothing to wait for. */
  #proceed(): void {
    if (!this.#hasEnded) {
      if (this.#call.isPaused() && this.#mayRead) this.#call.resume();
      return;
    }
    if (this.#isClosed || this.#contexts.size > 0 || this.#sender.queuedCount > 0) return;
    this.#close();
    this.#call.end();
  }

  #abandon(): void {
    this.#hasEnded = true;
    this.#close();
    this.#sender.close();
    for (const context of this.#contexts) context.cancel();
  }

  #close(): void {
    this.#isClosed = true;
    this.#onEnd();
  }
}

class Answer implements OutgoingItem {
  readonly itemBytesMax: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.itemBytesMax = elementBytesMax(bytes);
  }

  writeItem(writer: ByteWriter): void {
    writeElement(writer, this.#bytes);
  }
}
