/**
 * Many searches over one stream, told apart by `request_id`. As many are with the server as the window
 * allows (`send-window.ts`), further ones wait here in order. A search that was sent is not cancelled:
 * its caller is released at once, its late answer is dropped, and its place is free when that answer
 * comes or its time is over. A stream that ends takes its unanswered searches with it; each learns
 * whether the stream had been working, since then it was the connection that failed, not the search.
 */
import type { Client, ClientDuplexStream, StatusObject } from '@grpc/grpc-js';
import type { Clock, Timer } from '../base/clock.js';
import { AnnulusError, type AnnulusErrorDetails } from '../base/errors.js';
import type { SearchRequest } from '../wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse__Output } from '../wire/generated/annulus/v1/SearchResponse.js';
import { annulusV1 } from '../wire/proto-package.js';
import type { CallScope } from './call-scope.js';
import type { ResolvedClientOptions } from './client-options.js';
import { type Connection, unavailable } from './connection.js';
import { SendWindow } from './send-window.js';

/** Turned away: too much is waiting, there or here. */
const REFUSED = 'QUEUE_FULL';

/** A search that waited here for longer than it was with the server says nothing of that. */
const TELLING_RATIO = 0.5;

/** Lost together with a stream that had answered before. */
export class LostWithConnection extends AnnulusError {}

interface Entry {
  scope: CallScope;
  request: SearchRequest;
  /** The time that it has here and there together. */
  timeoutMs: number;
  sentAtMs: number;
  resolve(response: SearchResponse__Output): void;
  reject(error: AnnulusError): void;
}

type Stream = ClientDuplexStream<SearchRequest, SearchResponse__Output>;

interface OpenStream {
  call: Stream;
  client: Client;
  hasAnswered: boolean;
  lastAnswerAtMs: number;
  /** False while the connection takes no more. */
  isWritable: boolean;
}

export class SearchStream {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #options: ResolvedClientOptions;
  readonly #window: SendWindow;
  readonly #waiting = new Map<string, Entry>();
  /** With the server. Null: its caller has gone, its place is still taken. */
  readonly #sent = new Map<string, Entry | null>();
  #stream: OpenStream | undefined;
  #nextId = 0;
  #lastUsedAtMs = 0;
  #idleTimer: Timer | undefined;

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
      const forget = scope.onFailure((failure) => {
        this.#abandon(id, failure, scope);
        reject(failure);
      });
      const entry: Entry = {
        request: { ...request, requestId: id },
        scope,
        timeoutMs: scope.remainingMs,
        sentAtMs: 0,
        resolve: (response) => {
          forget();
          resolve(response);
        },
        reject: (error) => {
          forget();
          reject(error);
        },
      };
      this.#waiting.set(id, entry);
      this.#pump();
    });
  }

  /** Ends the stream; what is unanswered fails. */
  close(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = undefined;
    this.#stream?.call.end();
    this.#stream = undefined;
  }

  #pump(): void {
    for (const [id, entry] of this.#waiting) {
      if (this.#sent.size >= this.#window.size) return;
      const stream = this.#open();
      if (!stream.isWritable) return;
      entry.sentAtMs = this.#clock.nowMs();
      this.#window.sending(this.#sent.size, entry.sentAtMs);
      this.#waiting.delete(id);
      this.#sent.set(id, entry);
      // Rounded up: 0 would mean no limit.
      const timeoutMs = Math.max(1, Math.ceil(entry.scope.remainingMs));
      stream.isWritable = stream.call.write({ ...entry.request, timeoutMs });
    }
  }

  #open(): OpenStream {
    this.#lastUsedAtMs = this.#clock.nowMs();
    if (this.#stream !== undefined) return this.#stream;
    const method = annulusV1.Annulus.service.SearchStream;
    const opened = this.#connection.duplexStream(method);
    const stream: OpenStream = {
      ...opened,
      hasAnswered: false,
      lastAnswerAtMs: -1,
      isWritable: true,
    };
    stream.call.on('data', (response: SearchResponse__Output) => this.#onData(stream, response));
    stream.call.on('drain', () => {
      stream.isWritable = true;
      this.#pump();
    });
    // The status event follows every error and says the same.
    stream.call.on('error', () => {});
    stream.call.on('status', (status: StatusObject) => this.#onEnd(stream, status));
    this.#stream = stream;
    this.#idleTimer ??= this.#clock.setTimer(this.#options.idleStreamMs, this.#onIdleTimer);
    return stream;
  }

  #onData(stream: OpenStream, response: SearchResponse__Output): void {
    if (this.#stream !== stream) return;
    stream.hasAnswered = true;
    this.#connection.noteAnswer();
    const entry = this.#sent.get(response.requestId);
    if (entry === undefined) return;
    this.#lastUsedAtMs = this.#clock.nowMs();
    stream.lastAnswerAtMs = this.#lastUsedAtMs;
    this.#noteAnswer(response, entry);
    this.#sent.delete(response.requestId);
    entry?.resolve(response);
    this.#pump();
  }

  #noteAnswer({ error }: SearchResponse__Output, entry: Entry | null): void {
    // Its caller has gone: when it was sent is not known any more.
    if (entry === null) return;
    const { sentAtMs, scope } = entry;
    const counts = [this.#sent.size, this.#waiting.size, this.#lastUsedAtMs] as const;
    // What was turned away only because its own time was so short says nothing of others.
    const isTelling =
      error?.reason === REFUSED && error.retryAfterMs <= scope.deadlineAtMs - sentAtMs;
    if (isTelling) this.#window.refused(sentAtMs, ...counts);
    else this.#window.answered(sentAtMs, ...counts);
  }

  #onEnd(stream: OpenStream, status: StatusObject): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    const ended = status.code === 0 ? unavailable('the server ended the stream') : status;
    this.#loseAll(stream, this.#connection.failure(ended, stream.client));
  }

  #loseAll(stream: OpenStream, error: AnnulusError): void {
    const lost = [...this.#sent.values()];
    this.#sent.clear();
    const seen = stream.hasAnswered && error.code === 'UNAVAILABLE' ? lostWith(error) : error;
    for (const entry of lost) entry?.reject(seen);
    this.#pump();
  }

  #abandon(id: string, failure: AnnulusError, scope: CallScope): void {
    if (this.#waiting.delete(id) || !this.#sent.has(id)) return;
    const isTimeout = failure.code === 'DEADLINE_EXCEEDED';
    const { sentAtMs = 0, timeoutMs = 0 } = this.#sent.get(id) ?? {};
    if (!isTimeout) {
      this.#sent.set(id, null);
      this.#clock.setTimer(Math.max(0, scope.remainingMs), () => this.#release(id));
      return;
    }
    this.#release(id);
    const stream = this.#stream;
    // A server that answers others is slow, not gone; and one that was given little time may be well.
    if (stream === undefined || stream.lastAnswerAtMs > sentAtMs) return;
    if (scope.deadlineAtMs - sentAtMs < timeoutMs * TELLING_RATIO) return;
    if (!this.#connection.noteTimeout(stream.client)) return;
    // Nothing comes back on this stream: whoever still waits for it starts again on a new one.
    this.#stream = undefined;
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
  return new AnnulusError('RESOURCE_EXHAUSTED', REFUSED, message, details);
}

function lostWith(error: AnnulusError): LostWithConnection {
  const { retryAfterMs, metadata } = error;
  return new LostWithConnection(error.code, error.reason, error.message, {
    metadata: { ...metadata },
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
