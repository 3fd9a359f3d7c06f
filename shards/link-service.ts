/**
 * The link's server side: speaks gRPC for a shard node, which knows nothing of it. Bytes that are no
 * requests end their stream, and nothing else.
 */
import { Metadata, type Server, type ServerOptions, type sendUnaryData } from '@grpc/grpc-js';
import type { Clock } from '../src/base/clock.js';
import { AnnulusError } from '../src/base/errors.js';
import { InvariantViolation } from '../src/base/invariant.js';
import type { Logger } from '../src/base/logger.js';
import { defaultBatchLimits } from '../src/wire/batch-sender.js';
import type { AssignRequest__Output } from '../src/wire/generated/annulus/v1/AssignRequest.js';
import type { AssignResponse } from '../src/wire/generated/annulus/v1/AssignResponse.js';
import type { HelloRequest__Output } from '../src/wire/generated/annulus/v1/HelloRequest.js';
import type { HelloResponse } from '../src/wire/generated/annulus/v1/HelloResponse.js';
import type { ShardLinkHandlers } from '../src/wire/generated/annulus/v1/ShardLink.js';
import { LINK_PROTOCOL } from '../src/wire/link-messages.js';
import { annulusV1 } from '../src/wire/proto-package.js';
import type { RecoveryQuestion } from '../src/wire/recovery-messages.js';
import { statusOf } from '../src/wire/status-mapping.js';
import {
  assignmentOf,
  assignResponseOf,
  describeResponseOf,
  wholeNumber,
} from './assign-messages.js';
import type { LinkHandler } from './link-handler.js';
import { serveRecovery } from './link-recovery-stream.js';
import {
  type LinkServerStream,
  type LinkStreamLimits,
  LinkStreamServer,
} from './link-stream-server.js';

const MIB = 1024 * 1024;

/**
 * For the `Server` that the link is served on. Without channelz, `Server.forceShutdown` of grpc-js
 * 1.14.7 leaves connections open: to stop, close the `LinkService`, then `tryShutdown`.
 */
export const linkServerOptions: Readonly<ServerOptions> = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.enable_channelz': 0,
  'grpc.max_concurrent_streams': 512,
  'grpc.max_receive_message_length': 64 * MIB,
  'grpc.max_send_message_length': 64 * MIB,
};

export interface LinkServiceLimits extends LinkStreamLimits {
  /** Streams of all coordinators together; more are refused. Default 256. */
  streamsMax: number;
}

export const defaultLinkServiceLimits: Readonly<LinkServiceLimits> = {
  batch: defaultBatchLimits,
  callsMax: 65_536,
  pauseAtReplyBytes: 8 * MIB,
  streamsMax: 256,
};

export interface LinkServiceOptions {
  clock: Clock;
  logger: Logger;
  /** Anew at each start of the process. */
  incarnation: string;
  limits?: LinkServiceLimits;
}

export class LinkService {
  readonly #handler: LinkHandler;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #incarnation: string;
  readonly #limits: LinkServiceLimits;
  readonly #streams = new Set<LinkStreamServer>();
  /** What ends the recovery streams that are open. */
  readonly #recoveries = new Set<() => void>();
  #isClosed = false;

  constructor(handler: LinkHandler, options: LinkServiceOptions) {
    this.#handler = handler;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#incarnation = options.incarnation;
    this.#limits = options.limits ?? defaultLinkServiceLimits;
  }

  addTo(server: Server): void {
    const handlers: ShardLinkHandlers = {
      Hello: (call, callback) => this.#answer(callback, () => this.#hello(call.request)),
      Assign: (call, callback) => this.#answer(callback, () => this.#assign(call.request)),
      Describe: (_, callback) => this.#answer(callback, () => describeResponseOf(this.#handler)),
      Search: (stream) => this.#open(stream),
      Write: (stream) => this.#open(stream),
      Recovery: (stream) => this.#openRecovery(stream),
    };
    server.addService(annulusV1.ShardLink.service, handlers);
  }

  /** Streams that are open. */
  get streamCount(): number {
    return this.#streams.size + this.#recoveries.size;
  }

  /** Ends every stream, and its calls, with `UNAVAILABLE`; no new ones are accepted. */
  close(): void {
    this.#isClosed = true;
    for (const stream of [...this.#streams]) stream.fail(shuttingDown());
    for (const end of [...this.#recoveries]) end();
  }

  #answer<R>(callback: sendUnaryData<R>, work: () => R | Promise<R>): void {
    Promise.resolve()
      .then(work)
      .then(
        (response) => callback(null, response),
        (error: unknown) => {
          if (!(error instanceof AnnulusError)) this.#logger.error({ error }, 'link call failed');
          callback(statusOf(error));
          if (error instanceof InvariantViolation) throw error; // a bug: the process is to stop
        },
      );
  }

  #hello(request: HelloRequest__Output): HelloResponse {
    if (this.#isClosed) throw shuttingDown();
    const { nodeId, clusterId } = this.#handler;
    expectSame('protocol', request.protocol, LINK_PROTOCOL);
    expectSame('node_id', request.nodeId, nodeId);
    if (clusterId !== undefined) expectSame('cluster_id', request.clusterId, clusterId);
    return { protocol: LINK_PROTOCOL, nodeId, incarnation: this.#incarnation };
  }

  async #assign(request: AssignRequest__Output): Promise<AssignResponse> {
    if (this.#isClosed) throw shuttingDown();
    const epoch = wholeNumber('epoch', request.epoch);
    const replicas = request.replicas.map(assignmentOf);
    return assignResponseOf(await this.#handler.assign(request.clusterId, epoch, replicas));
  }

  #openRecovery(stream: LinkServerStream): void {
    if (this.#isRefused(stream)) return;
    const answer = (question: RecoveryQuestion) => this.#handler.answerRecovery(question);
    const end = serveRecovery(stream, answer, this.#logger, () => this.#recoveries.delete(end));
    this.#recoveries.add(end);
  }

  #isRefused(stream: LinkServerStream): boolean {
    if (!this.#isClosed && this.streamCount < this.#limits.streamsMax) return false;
    stream.emit('error', statusOf(this.#isClosed ? shuttingDown() : tooManyStreams()));
    return true;
  }

  #open(stream: LinkServerStream): void {
    if (this.#isRefused(stream)) return;
    const server = new LinkStreamServer(
      stream,
      this.#handler,
      this.#clock,
      this.#logger,
      this.#limits,
      () => this.#streams.delete(server),
    );
    this.#streams.add(server);
    stream.sendMetadata(new Metadata()); // tells the caller that the stream is accepted
  }
}

function expectSame(field: string, meant: string | number, here: string | number): void {
  if (meant === here) return;
  throw new AnnulusError(
    'FAILED_PRECONDITION',
    'NODE_CONFLICT',
    `this shard node's ${field} is ${here}, not ${meant}`,
    { metadata: { field, meant: String(meant), here: String(here) } },
  );
}

function shuttingDown(): AnnulusError {
  return new AnnulusError('UNAVAILABLE', 'SHUTTING_DOWN', 'the shard node is shutting down');
}

function tooManyStreams(): AnnulusError {
  return new AnnulusError('RESOURCE_EXHAUSTED', 'QUEUE_FULL', 'too many link streams are open');
}
