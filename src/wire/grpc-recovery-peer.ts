/**
 * Asks another node over the Recovery stream of its link. The stream is opened by the first question
 * and again after it was lost; questions wait for one another.
 */
import { type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import type { Clock } from '../base/clock.js';
import { MalformedBytes } from './bytes.js';
import type { LinkBatch, LinkBatch__Output } from './generated/annulus/v1/LinkBatch.js';
import type { ShardLinkClient } from './generated/annulus/v1/ShardLink.js';
import { annulusV1 } from './proto-package.js';
import { QuestionLine } from './question-line.js';
import { decodeAnswer, encodeQuestion } from './recovery-codec.js';
import type { RecoveryAnswer, RecoveryPeer, RecoveryQuestion } from './recovery-messages.js';

type Stream = ClientDuplexStream<LinkBatch, LinkBatch__Output>;

/** Larger than any answer that a node gives, by far. */
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 10_000;

const channelOptions = {
  'grpc.enable_channelz': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.use_local_subchannel_pool': 1,
};

export class GrpcRecoveryPeer implements RecoveryPeer {
  readonly #client: ShardLinkClient;
  readonly #line: QuestionLine;
  #stream: Stream | undefined;

  constructor(address: string, clock: Clock, timeoutMs = DEFAULT_TIMEOUT_MS) {
    this.#client = new annulusV1.ShardLink(address, credentials.createInsecure(), channelOptions);
    this.#line = new QuestionLine(clock, timeoutMs, {
      send: (question) => {
        this.#stream ??= this.#open();
        this.#stream.write({ items: encodeQuestion(question) });
      },
      giveUp: (detail) => this.#end(detail),
    });
  }

  ask(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    return this.#line.ask(question);
  }

  close(): void {
    this.#line.close();
    this.#end('closed');
    this.#client.close();
  }

  #open(): Stream {
    const stream = this.#client.Recovery();
    const isCurrent = () => this.#stream === stream;
    stream.on('data', (batch: LinkBatch__Output) => {
      if (isCurrent()) this.#onAnswer(batch.items);
    });
    stream.on('error', (error) => {
      if (isCurrent()) this.#end(error.message);
    });
    stream.on('end', () => {
      if (isCurrent()) this.#end('the node ended the stream');
    });
    return stream;
  }

  #onAnswer(bytes: Buffer): void {
    try {
      this.#line.answer(decodeAnswer(bytes));
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#end(`malformed bytes: ${error.message}`);
    }
  }

  #end(detail: string): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.cancel();
    this.#line.end(detail);
  }
}
