/**
 * The link to one shard node over gRPC. It keeps one session at a time and makes the next one when it
 * is lost, with back-off, for ever, until it is closed; a node that is not the one that was meant
 * (another cluster, another id, another protocol) is asked again only every `mismatchRetryMs`.
 *
 * A call that begins while there is no session, or whose session is lost, ends as `unavailable` at
 * once: sending it elsewhere is the caller's business, and cheaper than waiting here.
 */
import type { Clock } from '../../base/clock.js';
import { AnnulusError } from '../../base/errors.js';
import type { Epoch, NodeId } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import {
  type BatchLimits,
  defaultBatchLimits,
  type OutgoingItem,
} from '../../wire/batch-sender.js';
import type { ByteWriter } from '../../wire/bytes.js';
import { CANCEL_ITEM_BYTES, type ReplyItem, writeCancelItem } from '../../wire/link-codec.js';
import { type LinkRequest, linkClassOf, type ReplicaReport } from '../../wire/link-messages.js';
import { assignRequestOf, replicaReportsOf } from './assign-messages.js';
import { GrpcLinkSession, type LinkPeer } from './grpc-link-session.js';
import { endedWith, type PendingCall, PendingCalls } from './pending-calls.js';
import { type BackoffOptions, defaultBackoff, ReconnectBackoff } from './reconnect-backoff.js';
import type {
  LinkCall,
  LinkOutcome,
  ReplicaAssignment,
  ShardLink,
  ShardLinkObserver,
} from './shard-link.js';

export interface GrpcShardLinkOptions {
  clock: Clock;
  random: Random;
  logger: Logger;
  observer: ShardLinkObserver;
  batchLimits?: BatchLimits;
  backoff?: BackoffOptions;
  /** An attempt to connect that takes longer has failed. Default 2,000. */
  connectTimeoutMs?: number;
  /** Wait after an attempt that reached another node, cluster or protocol. Default 10,000. */
  mismatchRetryMs?: number;
  /** An assignment, which may open many files, that takes longer has failed. Default 30,000. */
  assignTimeoutMs?: number;
}

export class GrpcShardLink implements ShardLink {
  readonly #peer: LinkPeer;
  readonly #options: Required<GrpcShardLinkOptions>;
  readonly #calls: PendingCalls;
  readonly #backoff: ReconnectBackoff;
  #session: GrpcLinkSession | undefined;
  #openSinceMs: number | undefined;
  /** Why there is no session; undefined while there is. */
  #lastError: AnnulusError | undefined;
  #isClosed = false;

  /** Begins to connect; nothing is called back before the constructor returns. */
  constructor(peer: LinkPeer, options: GrpcShardLinkOptions) {
    this.#peer = peer;
    this.#options = {
      batchLimits: defaultBatchLimits,
      backoff: defaultBackoff,
      connectTimeoutMs: 2_000,
      mismatchRetryMs: 10_000,
      assignTimeoutMs: 30_000,
      ...options,
    };
    this.#calls = new PendingCalls(options.clock, (call) => this.#sendCancel(call));
    this.#backoff = new ReconnectBackoff(options.random, this.#options.backoff);
    this.#connect();
  }

  get nodeId(): NodeId {
    return this.#peer.nodeId;
  }

  get isConnected(): boolean {
    return this.#session?.isOpen ?? false;
  }

  get outstanding(): number {
    return this.#calls.count;
  }

  send(request: LinkRequest, timeoutMs: number, done: (outcome: LinkOutcome) => void): LinkCall {
    const call = this.#calls.begin(request, timeoutMs, done);
    const failure = this.#trySend(call);
    if (failure !== undefined) {
      this.#options.clock.defer(() => this.#calls.end(call, failure));
    }
    return call;
  }

  async assign(epoch: Epoch, replicas: ReplicaAssignment[]): Promise<ReplicaReport[]> {
    if (this.#session === undefined || !this.isConnected) {
      const message = `no connection to node ${this.#peer.nodeId}`;
      throw new AnnulusError('UNAVAILABLE', 'CONNECTION_FAILED', message);
    }
    const request = assignRequestOf(this.#peer.clusterId, epoch, replicas);
    return replicaReportsOf(await this.#session.assign(request, this.#options.assignTimeoutMs));
  }

  close(): void {
    this.#isClosed = true;
    this.#session?.close();
    this.#session = undefined;
    this.#calls.endAll(endedWith('cancelled', 'the link was closed'));
  }

  #trySend(call: PendingCall): Exclude<LinkOutcome, { status: 'ok' }> | undefined {
    if (this.#session === undefined || !this.isConnected) {
      return endedWith('unavailable', this.#lastError?.message ?? 'not connected yet');
    }
    switch (this.#session.send(linkClassOf(call.request), call)) {
      case 'queued':
        return undefined;
      case 'full':
        return endedWith('rejected', 'too much waits to be sent to the node');
      case 'too_large':
        return endedWith('too_large', `${call.itemBytesMax} bytes are too many for one message`);
    }
  }

  #sendCancel(call: PendingCall): void {
    // At the queue's limit it is left out: the node's own deadline ends the work as well.
    this.#session?.send(linkClassOf(call.request), new CancelOf(call.correlation));
  }

  #connect(): void {
    if (this.#isClosed) return;
    const { clock, batchLimits, connectTimeoutMs } = this.#options;
    this.#session = new GrpcLinkSession(this.#peer, clock, batchLimits, connectTimeoutMs, {
      onOpen: () => this.#onOpen(),
      onReply: (item) => this.#onReply(item),
      onEnd: (error) => this.#onSessionEnd(error),
    });
  }

  #onOpen(): void {
    const { clock, logger, observer } = this.#options;
    this.#openSinceMs = clock.nowMs();
    this.#lastError = undefined;
    logger.info({ nodeId: this.#peer.nodeId, address: this.#peer.address }, 'link connected');
    observer.onConnected();
  }

  #onReply({ correlation, reply, load }: ReplyItem): void {
    const call = this.#calls.find(correlation);
    if (call === undefined) return; // it ended meanwhile
    if (reply.kind !== 'refused') {
      this.#calls.end(call, { status: 'ok', reply, load });
      return;
    }
    const { detail, retryAfterMs } = reply;
    const status = reply.status === 'ok' ? 'rejected' : reply.status;
    this.#calls.end(call, { status, detail, retryAfterMs, load });
  }

  #onSessionEnd(error: AnnulusError): void {
    const detail = error.message;
    this.#session = undefined;
    this.#scheduleReconnect(error);
    // Each is news once: that the node cannot be reached, and that it is not the one meant.
    const last = this.#lastError;
    const isNews = last === undefined || isMismatch(error) !== isMismatch(last);
    this.#lastError = error;
    this.#calls.endAll(endedWith('unavailable', detail));
    if (!isNews || this.#isClosed) return;
    const { logger, observer } = this.#options;
    const { nodeId, address } = this.#peer;
    logger.warn({ nodeId, address, code: error.code, detail }, 'no link to the node');
    observer.onDisconnected(detail);
  }

  /** A connection that held for the longest back-off was a good one: try again soon. */
  #scheduleReconnect(error: AnnulusError): void {
    const { clock, backoff, mismatchRetryMs } = this.#options;
    const heldMs = this.#openSinceMs === undefined ? 0 : clock.nowMs() - this.#openSinceMs;
    this.#openSinceMs = undefined;
    if (heldMs >= backoff.delayMsMax) this.#backoff.reset();
    const delayMs = isMismatch(error) ? mismatchRetryMs : this.#backoff.next();
    clock.setTimer(delayMs, () => this.#connect());
  }
}

function isMismatch(error: AnnulusError): boolean {
  return error.code === 'FAILED_PRECONDITION';
}

class CancelOf implements OutgoingItem {
  readonly itemBytesMax = CANCEL_ITEM_BYTES;
  readonly #correlation: number;

  constructor(correlation: number) {
    this.#correlation = correlation;
  }

  writeItem(writer: ByteWriter): void {
    writeCancelItem(writer, this.#correlation);
  }
}
