/**
 * One connection to a shard node, from its first attempt to its end; `grpc-shard-link.ts` makes the
 * next one. Hello goes first: the node must speak our protocol, belong to our cluster and be the node
 * that was meant. Then one stream per class of work; the session is open once the node has accepted
 * both. It ends, once and for all, with the first thing that goes wrong on any of them.
 */
import { type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js';
import type { Clock, Timer } from '../../base/clock.js';
import { AnnulusError } from '../../base/errors.js';
import type { NodeId } from '../../base/ids.js';
import {
  type BatchLimits,
  BatchSender,
  type OutgoingItem,
  type SendResult,
} from '../../wire/batch-sender.js';
import { MalformedBytes } from '../../wire/bytes.js';
import type { AssignRequest } from '../../wire/generated/annulus/v1/AssignRequest.js';
import type { AssignResponse__Output } from '../../wire/generated/annulus/v1/AssignResponse.js';
import type { HelloResponse__Output } from '../../wire/generated/annulus/v1/HelloResponse.js';
import type { LinkBatch, LinkBatch__Output } from '../../wire/generated/annulus/v1/LinkBatch.js';
import { type ReplyItem, readReplyBatch } from '../../wire/link-codec.js';
import { LINK_PROTOCOL, type LinkClass } from '../../wire/link-messages.js';
import { annulusV1 } from '../../wire/proto-package.js';
import { errorOf } from '../../wire/status-mapping.js';
import { linkChannelOptions } from './link-channel-options.js';

export interface LinkPeer {
  /** `host:port`. */
  address: string;
  nodeId: NodeId;
  clusterId: string;
}

export interface SessionEvents {
  onOpen(): void;
  onReply(item: ReplyItem): void;
  /** Called exactly once, unless the session was closed by its owner. */
  onEnd(error: AnnulusError): void;
}

type Stream = ClientDuplexStream<LinkBatch, LinkBatch__Output>;
interface Channel {
  stream: Stream;
  sender: BatchSender;
}

const CLASSES: readonly LinkClass[] = ['search', 'write'];

export class GrpcLinkSession {
  readonly #peer: LinkPeer;
  readonly #clock: Clock;
  readonly #limits: BatchLimits;
  readonly #events: SessionEvents;
  readonly #client: InstanceType<typeof annulusV1.ShardLink>;
  readonly #channels = new Map<LinkClass, Channel>();
  readonly #unaryCalls = new Set<{ cancel(): void }>();
  readonly #connectTimer: Timer;
  #acceptedCount = 0;
  #hasEnded = false;

  constructor(
    peer: LinkPeer,
    clock: Clock,
    limits: BatchLimits,
    connectTimeoutMs: number,
    events: SessionEvents,
  ) {
    this.#peer = peer;
    this.#clock = clock;
    this.#limits = limits;
    this.#events = events;
    this.#client = new annulusV1.ShardLink(
      peer.address,
      credentials.createInsecure(),
      linkChannelOptions,
    );
    this.#connectTimer = clock.setTimer(connectTimeoutMs, () => {
      this.#end(connectionFailed(`no connection within ${connectTimeoutMs} ms`));
    });
    this.#sayHello(connectTimeoutMs);
  }

  get isOpen(): boolean {
    return !this.#hasEnded && this.#acceptedCount === CLASSES.length;
  }

  send(linkClass: LinkClass, item: OutgoingItem): SendResult {
    return this.#channels.get(linkClass)?.sender.send(item) ?? 'full';
  }

  assign(request: AssignRequest, timeoutMs: number): Promise<AssignResponse__Output> {
    return new Promise((resolve, reject) => {
      const options = { deadline: this.#clock.wallMs() + timeoutMs };
      const call = this.#client.assign(request, options, (error, response) => {
        this.#unaryCalls.delete(call);
        if (response === undefined) reject(errorOf(error as ServiceError));
        else resolve(response);
      });
      this.#unaryCalls.add(call);
    });
  }

  /** Ends everything at once; the owner hears no more of it. */
  close(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#connectTimer.cancel();
    for (const { stream, sender } of this.#channels.values()) {
      sender.close();
      stream.cancel();
    }
    for (const call of this.#unaryCalls) call.cancel();
    this.#client.close();
  }

  #end(error: AnnulusError): void {
    if (this.#hasEnded) return;
    this.close();
    this.#events.onEnd(error);
  }

  #sayHello(timeoutMs: number): void {
    const { clusterId, nodeId } = this.#peer;
    const hello = { protocol: LINK_PROTOCOL, clusterId, nodeId };
    const call = this.#client.hello(
      hello,
      { deadline: this.#clock.wallMs() + timeoutMs },
      (error, response) => {
        this.#unaryCalls.delete(call);
        if (this.#hasEnded) return;
        if (response === undefined) this.#end(errorOf(error as ServiceError));
        else this.#onHello(response);
      },
    );
    this.#unaryCalls.add(call);
  }

  #onHello(response: HelloResponse__Output): void {
    const { nodeId } = this.#peer;
    if (response.protocol !== LINK_PROTOCOL || response.nodeId !== nodeId) {
      const there = `node ${response.nodeId}, protocol ${response.protocol}`;
      const meant = `node ${nodeId}, protocol ${LINK_PROTOCOL}`;
      const message = `${this.#peer.address} is ${there}; meant was ${meant}`;
      this.#end(new AnnulusError('FAILED_PRECONDITION', 'NODE_CONFLICT', message));
      return;
    }
    for (const linkClass of CLASSES) this.#openStream(linkClass);
  }

  #openStream(linkClass: LinkClass): void {
    const stream: Stream = linkClass === 'write' ? this.#client.write() : this.#client.search();
    const sender = new BatchSender(
      (items, onTaken) => stream.write({ items }, onTaken),
      this.#limits,
    );
    this.#channels.set(linkClass, { stream, sender });
    stream.on('metadata', () => this.#onAccepted());
    stream.on('data', (batch: LinkBatch__Output) => this.#onBatch(batch.items));
    stream.on('error', () => {}); // 'status' follows with the same
    stream.on('status', (status) => {
      this.#end(
        status.code === 0 ? connectionFailed('the node ended the stream') : errorOf(status),
      );
    });
  }

  #onAccepted(): void {
    if (this.#hasEnded) return;
    this.#acceptedCount += 1;
    if (!this.isOpen) return;
    this.#connectTimer.cancel();
    this.#events.onOpen();
  }

  #onBatch(batch: Buffer): void {
    const items: ReplyItem[] = [];
    try {
      readReplyBatch(batch, (item) => items.push(item));
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      this.#end(connectionFailed(`the node sent bytes that are no replies: ${error.message}`));
      return;
    }
    for (const item of items) {
      if (this.#hasEnded) return;
      this.#events.onReply(item);
    }
  }
}

function connectionFailed(message: string): AnnulusError {
  return new AnnulusError('UNAVAILABLE', 'CONNECTION_FAILED', message);
}
