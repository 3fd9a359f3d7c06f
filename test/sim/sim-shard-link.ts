/**
 * The coordinator's end of a link over the simulated network: the production's bookkeeping of pending
 * calls and its back-off, over connections that the simulation makes and breaks.
 */
import { AnnulusError } from '../../src/base/errors.js';
import type { Epoch, NodeId } from '../../src/base/ids.js';
import type { Random } from '../../src/base/random.js';
import {
  endedWith,
  type PendingCall,
  PendingCalls,
} from '../../src/coordinator/transport/pending-calls.js';
import { ReconnectBackoff } from '../../src/coordinator/transport/reconnect-backoff.js';
import type {
  LinkCall,
  LinkOutcome,
  ReplicaAssignment,
  ShardLink,
  ShardLinkObserver,
} from '../../src/coordinator/transport/shard-link.js';
import { ByteWriter } from '../../src/wire/bytes.js';
import type { ReplyItem } from '../../src/wire/link-codec.js';
import { type LinkRequest, linkClassOf, type ReplicaReport } from '../../src/wire/link-messages.js';
import type { SimConnection } from './sim-connection.js';
import type { PathName, SimNetwork } from './sim-network.js';
import type { SimNode } from './sim-node.js';
import type { SimProcess } from './sim-process.js';

const ASSIGN_TIMEOUT_MS = 30_000;

export interface SimShardLinkParts {
  network: SimNetwork;
  /** From this coordinator to the node. */
  path: PathName;
  node: SimNode;
  clusterId: string;
  process: SimProcess;
  random: Random;
  observer: ShardLinkObserver;
}

export class SimShardLink implements ShardLink {
  readonly #network: SimNetwork;
  readonly #path: PathName;
  readonly #node: SimNode;
  readonly #clusterId: string;
  readonly #process: SimProcess;
  readonly #observer: ShardLinkObserver;
  readonly #calls: PendingCalls;
  readonly #backoff: ReconnectBackoff;
  /** Assignments that wait for an answer are told when the connection is lost. */
  readonly #onLost = new Set<() => void>();
  #connection: SimConnection | undefined;
  #isClosed = false;

  constructor(parts: SimShardLinkParts) {
    const { process, random } = parts;
    this.#network = parts.network;
    this.#path = parts.path;
    this.#node = parts.node;
    this.#clusterId = parts.clusterId;
    this.#process = process;
    this.#observer = parts.observer;
    this.#calls = new PendingCalls(process, (call) => this.#sendCancel(call));
    this.#backoff = new ReconnectBackoff(random);
    this.#connect();
  }

  get nodeId(): NodeId {
    return this.#node.nodeId;
  }

  get isConnected(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  get outstanding(): number {
    return this.#calls.count;
  }

  send(request: LinkRequest, timeoutMs: number, done: (outcome: LinkOutcome) => void): LinkCall {
    const call = this.#calls.begin(request, timeoutMs, done);
    if (this.#connection === undefined || !this.isConnected) {
      this.#process.defer(() => this.#calls.end(call, endedWith('unavailable', 'not connected')));
      return call;
    }
    const writer = new ByteWriter();
    call.writeItem(writer);
    if (call.isWritten) this.#connection.sendRequest(writer.finish(), linkClassOf(request));
    return call;
  }

  assign(epoch: Epoch, replicas: ReplicaAssignment[]): Promise<ReplicaReport[]> {
    const connection = this.#connection;
    if (connection === undefined || !connection.isOpen) return Promise.reject(notConnected());
    const sent = structuredClone(replicas);
    return new Promise((resolve, reject) => {
      const timer = this.#process.setTimer(ASSIGN_TIMEOUT_MS, () => {
        this.#onLost.delete(lost);
        reject(new AnnulusError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'no answer in time'));
      });
      const lost = () => {
        timer.cancel();
        reject(notConnected());
      };
      this.#onLost.add(lost);
      connection.exchange(
        () => this.#node.assign(this.#clusterId, epoch, sent),
        (answer) => {
          timer.cancel();
          this.#onLost.delete(lost);
          resolve(answer);
        },
      );
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.reset('closed by the coordinator');
    this.#connection = undefined;
    this.#calls.endAll(endedWith('cancelled', 'the link was closed'));
    this.#tellLost();
  }

  #connect(): void {
    if (this.#isClosed) return;
    this.#network.connect(this.#path, this.#node, this.#process, (connection, detail) => {
      if (connection === undefined) {
        this.#scheduleReconnect(detail);
        return;
      }
      if (this.#isClosed) {
        connection.reset('closed by the coordinator');
        return;
      }
      if (!connection.isOpen) {
        this.#scheduleReconnect('lost at once');
        return;
      }
      this.#connection = connection;
      connection.onReply = (item) => this.#onReply(item);
      connection.onEnd = (why) => this.#onConnectionLost(connection, why);
      this.#backoff.reset();
      this.#observer.onConnected();
    });
  }

  #onReply({ correlation, reply, load }: ReplyItem): void {
    const call = this.#calls.find(correlation);
    if (call === undefined) return;
    if (reply.kind !== 'refused') {
      this.#calls.end(call, { status: 'ok', reply, load });
      return;
    }
    const status = reply.status === 'ok' ? 'rejected' : reply.status;
    const { detail, retryAfterMs } = reply;
    this.#calls.end(call, { status, detail, retryAfterMs, load });
  }

  #onConnectionLost(connection: SimConnection, detail: string): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#calls.endAll(endedWith('unavailable', detail));
    this.#tellLost();
    this.#observer.onDisconnected(detail);
    this.#scheduleReconnect(detail);
  }

  #tellLost(): void {
    for (const tell of this.#onLost) tell();
    this.#onLost.clear();
  }

  #scheduleReconnect(detail: string): void {
    if (this.#isClosed) return;
    this.#network.log.add(`${this.#path} will be tried again: ${detail}`);
    this.#process.setTimer(this.#backoff.next(), () => this.#connect());
  }

  #sendCancel(call: PendingCall): void {
    this.#connection?.sendCancel(call.correlation, linkClassOf(call.request));
  }
}

function notConnected(): AnnulusError {
  return new AnnulusError('UNAVAILABLE', 'CONNECTION_FAILED', 'no connection to the node');
}
