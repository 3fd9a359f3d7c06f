/**
 * Bulk loads over one stream: requests are written as they come, a bounded number at a time, and
 * answered in their order. A request that is refused is answered with its error; the stream goes on.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { AnnulusError } from '../../base/errors.js';
import type { UpsertRequest__Output } from '../../wire/generated/annulus/v1/UpsertRequest.js';
import type { UpsertResponse } from '../../wire/generated/annulus/v1/UpsertResponse.js';
import type { RequestContext } from '../request-context.js';
import { errorMessage } from './responses.js';
import { type CallFrame, contextOf, framed } from './unary.js';

/** Requests of one stream that may be under way; beyond it the stream is not read. */
const IN_FLIGHT_MAX = 8;
/** Answers that a stream's caller may leave waiting; beyond it the stream is not read. */
const UNTAKEN_MAX = 64;

type UpsertCall = ServerDuplexStream<UpsertRequest__Output, UpsertResponse>;
type Upsert = (request: UpsertRequest__Output, context: RequestContext) => Promise<UpsertResponse>;

export class UpsertStreams {
  readonly #frame: CallFrame;
  readonly #upsert: Upsert;
  readonly #open = new Set<UpsertStream>();

  constructor(frame: CallFrame, upsert: Upsert) {
    this.#frame = frame;
    this.#upsert = upsert;
  }

  serve(call: UpsertCall): void {
    const stream = new UpsertStream(call, (request) => this.#answer(call, request));
    this.#open.add(stream);
    stream.whenClosed(() => this.#open.delete(stream));
  }

  /** Reads no more from open streams, answers what is in flight, and ends them. */
  stop(): void {
    for (const stream of this.#open) stream.stop();
  }

  async #answer(call: UpsertCall, request: UpsertRequest__Output): Promise<UpsertResponse> {
    const context = contextOf(this.#frame, () => call.getDeadline());
    try {
      return await framed(this.#frame, 'UpsertStream', () => this.#upsert(request, context));
    } catch (error) {
      if (!(error instanceof AnnulusError)) throw error;
      return { error: errorMessage(error) };
    }
  }
}

class UpsertStream {
  readonly #call: UpsertCall;
  /** Answers in the order of their requests; each waits for the one before. */
  #lastAnswer: Promise<void> = Promise.resolve();
  #inFlight = 0;
  #hasEnded = false;
  #isGone = false;
  /** False: the caller does not take its answers, so it is not asked for more. */
  #isTaken = true;
  #onClosed: () => void = () => {};

  constructor(
    call: UpsertCall,
    answer: (request: UpsertRequest__Output) => Promise<UpsertResponse>,
  ) {
    this.#call = call;
    call.on('data', (request: UpsertRequest__Output) => {
      if (!this.#hasEnded) this.#begin(answer(request));
    });
    call.on('drain', () => {
      this.#isTaken = true;
      if (this.#inFlight < IN_FLIGHT_MAX && !this.#hasEnded) call.resume();
    });
    call.on('end', () => this.stop());
    const abandon = () => {
      this.#isGone = true;
      this.#onClosed();
    };
    call.on('cancelled', abandon);
    call.on('error', abandon);
  }

  whenClosed(listener: () => void): void {
    this.#onClosed = listener;
  }

  stop(): void {
    this.#hasEnded = true;
    this.#finishIfDone();
  }

  #begin(answering: Promise<UpsertResponse>): void {
    this.#inFlight += 1;
    if (this.#inFlight >= IN_FLIGHT_MAX) this.#call.pause();
    this.#lastAnswer = Promise.all([answering, this.#lastAnswer]).then(([response]) => {
      this.#inFlight -= 1;
      if (!this.#isGone) this.#call.write(response);
      if (this.#call.writableLength > UNTAKEN_MAX) {
        this.#isTaken = false;
        this.#call.pause();
      }
      if (this.#isTaken && this.#inFlight < IN_FLIGHT_MAX && !this.#hasEnded) this.#call.resume();
      this.#finishIfDone();
    });
  }

  #finishIfDone(): void {
    if (!this.#hasEnded || this.#inFlight > 0 || this.#isGone) return;
    this.#isGone = true;
    this.#onClosed();
    this.#call.end();
  }
}
