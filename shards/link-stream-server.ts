/**
 * The node's end of one stream of the link: requests in, replies out, each call cancelled when its
 * caller says so or is gone. It never buffers without bound: while many bytes of replies wait to be
 * taken, no more requests are read; a stream on which they still pile up is ended.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Clock } from '../src/base/clock.js';
import { AnnulusError } from '../src/base/errors.js';
import { InFlight } from '../src/base/in-flight.js';
import type { Logger } from '../src/base/logger.js';
import { NO_VERSION } from '../src/base/version.js';
import { type BatchLimits, BatchSender, type OutgoingItem } from '../src/wire/batch-sender.js';
import { type ByteWriter, MalformedBytes } from '../src/wire/bytes.js';
import type { LinkBatch, LinkBatch__Output } from '../src/wire/generated/annulus/v1/LinkBatch.js';
import {
  type CancelItem,
  type RequestItem,
  readRequestBatch,
  replyItemBytesMax,
  writeReplyItem,
} from '../src/wire/link-codec.js';
import type { LinkReply, NodeLoad, RefusedReply } from '../src/wire/link-messages.js';
import { statusOf } from '../src/wire/status-mapping.js';
import type { HandlerCall, LinkHandler } from './link-handler.js';

export type LinkServerStream = ServerDuplexStream<LinkBatch__Output, LinkBatch>;

export interface LinkStreamLimits {
  batch: BatchLimits;
  /** Calls of one stream that may be under way; more are refused. Default 65,536. */
  callsMax: number;
  /** While more bytes of replies wait, no requests are read. Default 8 MiB. */
  pauseAtReplyBytes: number;
}

export class LinkStreamServer {
  readonly #stream: LinkServerStream;
  readonly #handler: LinkHandler;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #limits: LinkStreamLimits;
  readonly #onEnd: () => void;
  readonly #sender: BatchSender;
  /** Undefined while the handler is being asked and has not returned yet. */
  readonly #calls = new InFlight<number, HandlerCall | undefined>();
  #hasEnded = false;

  constructor(
    stream: LinkServerStream,
    handler: LinkHandler,
    clock: Clock,
    logger: Logger,
    limits: LinkStreamLimits,
    onEnd: () => void,
  ) {
    this.#stream = stream;
    this.#handler = handler;
    this.#clock = clock;
    this.#logger = logger;
    this.#limits = limits;
    this.#onEnd = onEnd;
    this.#sender = new BatchSender(
      (items, onTaken) => stream.write({ items }, onTaken),
      limits.batch,
      () => {
        if (stream.isPaused()) stream.resume();
      },
    );
    stream.on('data', (batch: LinkBatch__Output) => this.#onBatch(batch.items));
    stream.on('end', () => this.#finish(() => stream.end()));
    stream.on('cancelled', () => this.#finish(() => {}));
    stream.on('error', () => this.#finish(() => {}));
    stream.on('close', () => this.#finish(() => {}));
  }

  /** Ends the stream, and the calls under way, with an error. */
  fail(error: AnnulusError): void {
    this.#finish(() => this.#stream.emit('error', statusOf(error)));
  }

  #finish(answer: () => void): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#sender.close();
    for (const [, call] of this.#calls) call?.cancel();
    this.#calls.clear();
    this.#onEnd();
    answer();
  }

  #onBatch(batch: Buffer): void {
    const arrivedAtMs = this.#clock.nowMs();
    const items: (RequestItem | CancelItem)[] = [];
    try {
      readRequestBatch(batch, (item) => items.push(item));
      for (const item of items) {
        if (this.#hasEnded) return;
        if (item.kind === 'cancel') this.#cancel(item.correlation);
        else this.#begin(item, arrivedAtMs);
      }
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#failMalformed(error);
    }
    if (this.#sender.queuedBytes >= this.#limits.pauseAtReplyBytes) this.#stream.pause();
  }

  #failMalformed(error: MalformedBytes): void {
    const peer = this.#stream.getPeer();
    this.#logger.warn({ peer, detail: error.message }, 'malformed bytes on the link, stream ended');
    const message = `malformed bytes: ${error.message}`;
    this.fail(new AnnulusError('INVALID_ARGUMENT', 'INVALID_FIELD', message));
  }

  #begin({ correlation, timeLeftMs, request }: RequestItem, arrivedAtMs: number): void {
    if (this.#calls.has(correlation)) {
      throw new MalformedBytes(`two calls with correlation ${correlation}`);
    }
    if (this.#calls.size >= this.#limits.callsMax) {
      const detail = `${this.#limits.callsMax} calls are under way`;
      this.#send(correlation, refusal('rejected', detail), noLoad(this.#calls.size));
      return;
    }
    this.#calls.set(correlation, undefined);
    const call = this.#handler.handle(request, arrivedAtMs + timeLeftMs, (reply, load) => {
      if (this.#calls.delete(correlation)) this.#send(correlation, reply, load);
    });
    if (this.#calls.has(correlation)) this.#calls.set(correlation, call);
  }

  #cancel(correlation: number): void {
    this.#calls.get(correlation)?.cancel();
    this.#calls.delete(correlation);
  }

  #send(correlation: number, reply: LinkReply, load: NodeLoad): void {
    const item = new ReplyOf(correlation, reply, load);
    switch (this.#sender.send(item)) {
      case 'queued':
        return;
      case 'too_large': {
        const detail = `a reply of ${item.itemBytesMax} bytes is too large for one message`;
        this.#send(correlation, refusal('too_large', detail), load);
        return;
      }
      case 'full': {
        const peer = this.#stream.getPeer();
        this.#logger.warn({ peer }, 'replies are not being read, stream ended');
        const message = 'replies are not being read';
        this.fail(new AnnulusError('RESOURCE_EXHAUSTED', 'QUEUE_FULL', message));
      }
    }
  }
}

class ReplyOf implements OutgoingItem {
  readonly itemBytesMax: number;
  readonly #correlation: number;
  readonly #reply: LinkReply;
  readonly #load: NodeLoad;

  constructor(correlation: number, reply: LinkReply, load: NodeLoad) {
    this.#correlation = correlation;
    this.#reply = reply;
    this.#load = load;
    this.itemBytesMax = replyItemBytesMax(reply);
  }

  writeItem(writer: ByteWriter): void {
    writeReplyItem(writer, this.#correlation, this.#reply, this.#load);
  }
}

function refusal(status: RefusedReply['status'], detail: string): RefusedReply {
  return { kind: 'refused', status, detail, retryAfterMs: 0 };
}

/** What is known of the load without asking the handler. */
function noLoad(queueDepth: number): NodeLoad {
  return { queueDepth, queueMs: 0, serviceMs: 0, highestVersion: NO_VERSION };
}
