/**
 * Many searches over one stream, told apart by `request_id`. As many are with the server as the window
 * allows (`send-window.ts`), further ones wait here in order. A search that was sent is not cancelled:
 * its caller is released at once, its late answer is dropped, and its place is free when that answer
 * comes or its time is over. A stream that ends takes its unanswered searches with it; each learns
 * whether the stream had been working, since then it was the connection that failed, not the search.
 *
 * Searches that begin while a message is on its way leave together in the next one. To a coordinator
 * that does not know `SearchBatchStream` they go one by one.
 */
import { type Client, type ClientDuplexStream, type StatusObject, status } from '@grpc/grpc-js';
import type { Clock, Timer } from '../base/clock.js';
import { AnnulusError, type AnnulusErrorDetails, withoutStack } from '../base/errors.js';
import { InFlight } from '../base/in-flight.js';
import { BatchSender } from '../wire/batch-sender.js';
import type { SearchBatchRequest } from '../wire/generated/annulus/v1/SearchBatchRequest.js';
import type { SearchBatchResponse__Output } from '../wire/generated/annulus/v1/SearchBatchResponse.js';
import type { SearchRequest } from '../wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse__Output } from '../wire/generated/annulus/v1/SearchResponse.js';
import { annulusV1 } from '../wire/proto-package.js';
import { onlyElement, streamBatchLimits, streamSingleLimits } from '../wire/search-stream-codec.js';
import type { CallScope } from './call-scope.js';
import type { ResolvedClientOptions } from './client-options.js';
import { type Connection, unavailable } from './connection.js';
import { SendWindow } from './send-window.js';
import { StreamedSearch } from './streamed-search.js';

/** Turned away: too much is waiting, there or here. */
const REFUSED = 'QUEUE_FULL';

/** A search that waited here for longer than it was with the server says nothing of that. */
const TELLING_RATIO = 0.5;

/** Lost together with a stream that had answered before. */
export class LostWithConnection extends AnnulusError {}

const { SearchStream: oneByOne, SearchBatchStream: inBatches } = annulusV1.Annulus.service;

interface OpenStream {
  call:
    | ClientDuplexStream<SearchBatchRequest, SearchBatchResponse__Output>
    | ClientDuplexStream<SearchRequest, SearchResponse__Output>;
  client: Client;
  sender: BatchSender;
  /** Negative: never. */
  lastAnswerAtMs: number;
}

export class SearchStream {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #options: ResolvedClientOptions;
  readonly #window: SendWindow;
  readonly #waiting = new InFlight<string, StreamedSearch>();
  /** With the server. Null: its caller has gone, its place is still taken. */
  readonly #sent = new InFlight<string, StreamedSearch | null>();
  #stream: OpenStream | undefined;
  #nextId = 0;
  #lastUsedAtMs = 0;
  #idleTimer: Timer | undefined;
  /** False: the coordinator is older than that. */
  #knowsBatches = true;

  constructor(connection: Connection, options: ResolvedClientOptions) {
    this.#connection = connection;
    this.#clock = options.ports.clock;
    this.#options = options;
    this.#window = new SendWindow(options.searchesInFlightMax);
  }

  get inFlight(): number {
    return this.#sent.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** One attempt. Rejects with an `AnnulusError`; an answer may carry an error of its own. */
  search(request: SearchRequest, scope: CallScope): Promise<SearchResponse__Output> {
    return new Promise((resolve, reject) => {
      scope.throwIfOver();
      const refusal = this.#refusal(scope);
      if (refusal !== undefined) throw refusal;
      const id = String(this.#nextId++);
      const search = new StreamedSearch(id, request, scope, resolve, reject);
      search.watch((failure) => this.#abandon(id, failure, scope));
      this.#waiting.set(id, search);
      this.#pump();
    });
  }

  /** Ends the stream; what is unanswered fails. */
  close(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    if (this.#stream === undefined) return;
    this.#stream.call.end();
    this.#forget(this.#stream);
  }

  #pump(): void {
    for (const [id, search] of this.#waiting) {
      if (this.#sent.size >= this.#window.size) return;
      search.sentAtMs = this.#clock.nowMs();
      this.#window.sending(this.#sent.size, search.sentAtMs);
      this.#waiting.delete(id);
      this.#sent.set(id, search);
      this.#open().sender.send(search);
    }
  }

  #open(): OpenStream {
    this.#lastUsedAtMs = this.#clock.nowMs();
    if (this.#stream !== undefined) return this.#stream;
    const stream = this.#knowsBatches ? this.#openBatched() : this.#openSingle();
    const { call } = stream;
    // The status event follows every error and says the same.
    call.on('error', () => {});
    call.on('status', (ended: StatusObject) => this.#onEnd(stream, ended));
    this.#stream = stream;
    this.#idleTimer ??= this.#clock.setTimer(this.#options.idleStreamMs, this.#onIdleTimer);
    return stream;
  }

  #openBatched(): OpenStream {
    const { call, client } = this.#connection.duplexStream(inBatches);
    const write = (items: Buffer, onTaken: () => void) => call.write(items as never, onTaken);
    const stream = openStream(call, client, new BatchSender(write, streamBatchLimits));
    call.on('data', (batch: SearchBatchResponse__Output) => {
      this.#onAnswers(stream, batch.responses);
    });
    return stream;
  }

  #openSingle(): OpenStream {
    const { call, client } = this.#connection.duplexStream(oneByOne);
    const write = (items: Buffer, onTaken: () => void) =>
      call.write(onlyElement(items) as never, onTaken);
    const stream = openStream(call, client, new BatchSender(write, streamSingleLimits));
    call.on('data', (answer: SearchResponse__Output) => this.#onAnswers(stream, [answer]));
    return stream;
  }

  #onAnswers(stream: OpenStream, answers: readonly SearchResponse__Output[]): void {
    if (this.#stream !== stream) return;
    this.#connection.noteAnswer();
    this.#lastUsedAtMs = this.#clock.nowMs();
    stream.lastAnswerAtMs = this.#lastUsedAtMs;
    for (const answer of answers) {
      const search = this.#sent.get(answer.requestId);
      if (search) this.#noteAnswer(answer, search);
      this.#sent.delete(answer.requestId);
      search?.resolve(answer);
    }
    this.#pump();
  }

  #noteAnswer({ error }: SearchResponse__Output, search: StreamedSearch): void {
    const { sentAtMs, scope } = search;
    const counts = [this.#sent.size, this.#waiting.size, this.#lastUsedAtMs] as const;
    // What was turned away only because its own time was so short says nothing of others.
    const isTelling =
      error?.reason === REFUSED && error.retryAfterMs <= scope.deadlineAtMs - sentAtMs;
    if (isTelling) this.#window.refused(sentAtMs, ...counts);
    else this.#window.answered(sentAtMs, ...counts);
  }

  #onEnd(stream: OpenStream, ended: StatusObject): void {
    if (this.#stream !== stream) return;
    this.#forget(stream);
    if (ended.code === status.UNIMPLEMENTED && this.#knowsBatches && !hasAnswered(stream)) {
      this.#knowsBatches = false;
      this.#takeBack(() => true);
      this.#pump();
      return;
    }
    const reason = ended.code === status.OK ? unavailable('the server ended the stream') : ended;
    this.#loseAll(stream, this.#connection.failure(reason, stream.client));
  }

  #forget(stream: OpenStream): void {
    this.#stream = undefined;
    stream.sender.close();
  }

  #loseAll(stream: OpenStream, error: AnnulusError): void {
    const lost = this.#takeBack((search) => !search.isWritten);
    const seen = hasAnswered(stream) && error.code === 'UNAVAILABLE' ? lostWith(error) : error;
    for (const search of lost) search.reject(seen);
    this.#pump();
  }

  /** Empties `sent`: what is to wait again comes first among those that wait; the rest is returned. */
  #takeBack(isToWait: (search: StreamedSearch) => boolean): StreamedSearch[] {
    const waiting = [...this.#waiting];
    const others: StreamedSearch[] = [];
    this.#waiting.clear();
    for (const [id, search] of this.#sent) {
      if (search === null) continue;
      if (!isToWait(search)) others.push(search);
      else this.#waiting.set(id, search.again());
    }
    this.#sent.clear();
    for (const [id, search] of waiting) this.#waiting.set(id, search);
    return others;
  }

  #abandon(id: string, failure: AnnulusError, scope: CallScope): void {
    const search = this.#sent.get(id);
    if (this.#waiting.delete(id) || search === undefined) return;
    const isTimeout = failure.code === 'DEADLINE_EXCEEDED';
    const { isWritten = true, sentAtMs = 0, timeoutMs = 0 } = search ?? {};
    if (!isTimeout && isWritten) {
      this.#sent.set(id, null);
      this.#clock.setTimer(Math.max(0, scope.remainingMs), () => this.#release(id));
      return;
    }
    this.#release(id);
    const stream = this.#stream;
    if (!isTimeout || stream === undefined) return;
    // A server that answers others is slow, not gone; and one that was given little time may be well.
    if (stream.lastAnswerAtMs > sentAtMs) return;
    if (scope.deadlineAtMs - sentAtMs < timeoutMs * TELLING_RATIO) return;
    if (!this.#connection.noteTimeout(stream.client)) return;
    // Nothing comes back on this stream: whoever still waits for it starts again on a new one.
    this.#forget(stream);
    stream.call.cancel();
    this.#loseAll(stream, this.#connection.failure(unavailable('the stream was stalled')));
  }

  #release(id: string): void {
    if (this.#sent.delete(id)) this.#pump();
  }

  readonly #onIdleTimer = () => {
    this.#idleTimer = undefined;
    if (this.#stream === undefined) return;
    const unusedMs = this.#clock.nowMs() - this.#lastUsedAtMs;
    const isBusy = this.#sent.size > 0 || this.#waiting.size > 0;
    if (!isBusy && unusedMs >= this.#options.idleStreamMs) {
      this.close();
      return;
    }
    const restMs = isBusy ? this.#options.idleStreamMs : this.#options.idleStreamMs - unusedMs;
    this.#idleTimer = this.#clock.setTimer(restMs, this.#onIdleTimer);
  };

  /** Why a search may not even wait. */
  #refusal({ remainingMs }: CallScope): AnnulusError | undefined {
    const limit = this.#options.searchesWaitingMax;
    const { size } = this.#waiting;
    const waiting = `${size} searches are waiting in this client`;
    if (size >= limit) {
      const message = `${waiting}; it takes no more (searchesWaitingMax)`;
      return refusedError(message, { metadata: { limit: String(limit) } });
    }
    const retryAfterMs = this.#window.judgeWait(size, remainingMs, this.#clock.nowMs());
    if (retryAfterMs === undefined) return undefined;
    const message = `${waiting}, too many for one more; try again in ${retryAfterMs} ms`;
    return refusedError(message, { retryAfterMs });
  }
}

function refusedError(message: string, details: AnnulusErrorDetails): AnnulusError {
  return withoutStack(() => new AnnulusError('RESOURCE_EXHAUSTED', REFUSED, message, details));
}

function openStream(call: OpenStream['call'], client: Client, sender: BatchSender): OpenStream {
  return { call, client, sender, lastAnswerAtMs: -1 };
}

function hasAnswered({ lastAnswerAtMs }: OpenStream): boolean {
  return lastAnswerAtMs >= 0;
}

function lostWith(error: AnnulusError): LostWithConnection {
  const { retryAfterMs, metadata } = error;
  return new LostWithConnection(error.code, error.reason, error.message, {
    metadata: { ...metadata },
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
