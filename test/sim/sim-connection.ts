/**
 * One connection between the coordinator and a node, both ends of it: requests and cancellations one
 * way, replies the other, each as bytes of the real codec. It ends for both at once, except that what
 * was under way to the node may still reach it, even twice: the caller knows nothing of that.
 */
import type { HandlerCall } from '../../shards/link-handler.js';
import { ByteWriter } from '../../src/wire/bytes.js';
import {
  type ReplyItem,
  type RequestItem,
  readReplyBatch,
  readRequestBatch,
  writeCancelItem,
  writeReplyItem,
} from '../../src/wire/link-codec.js';
import { type LinkClass, linkClassOf } from '../../src/wire/link-messages.js';
import type { Direction, PathName, Resettable, SimNetwork } from './sim-network.js';
import type { SimNode } from './sim-node.js';
import type { SimProcess } from './sim-process.js';

/** How long the node takes to notice that its caller is gone. */
const NOTICE_MS = 5;

export class SimConnection implements Resettable {
  readonly #path: PathName;
  readonly #network: SimNetwork;
  readonly #node: SimNode;
  readonly #server: SimProcess;
  readonly #caller: SimProcess;
  readonly #lastArrivalMs = new Map<string, number>();
  readonly #held: Record<Direction, (() => void)[]> = { to_node: [], from_node: [] };
  /** At the node: undefined while the handler is being asked. */
  readonly #calls = new Map<number, HandlerCall | undefined>();
  #isOpen = true;
  onReply: (item: ReplyItem) => void = () => {};
  onEnd: (detail: string) => void = () => {};

  constructor(network: SimNetwork, path: PathName, node: SimNode, caller: SimProcess) {
    this.#path = path;
    this.#network = network;
    this.#node = node;
    this.#server = node.process;
    this.#caller = caller;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  sendRequest(bytes: Uint8Array, linkClass: LinkClass): void {
    this.#transmit('to_node', linkClass, bytes, () => this.#onRequests(bytes));
  }

  sendCancel(correlation: number, linkClass: LinkClass): void {
    const writer = new ByteWriter();
    writeCancelItem(writer, correlation);
    const bytes = writer.finish();
    this.#transmit('to_node', linkClass, bytes, () => this.#onRequests(bytes));
  }

  /** Both ends lose it; calls of the caller end, the node forgets what it has not begun. */
  reset(detail: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#network.resetCount += 1;
    this.#network.log.add(`${this.#path} connection lost: ${detail}`);
    this.#network.forget(this.#path, this);
    const nowMs = this.#network.world.nowMs();
    this.#server.deliver(nowMs + NOTICE_MS, () => {
      for (const call of this.#calls.values()) call?.cancel();
      this.#calls.clear();
    });
    for (const held of this.#held.to_node.splice(0)) held();
    this.#held.from_node = [];
    this.#caller.deliver(nowMs, () => this.onEnd(detail));
  }

  /** Runs `work` at the node and brings its answer back, both through the network. */
  exchange<T>(work: () => Promise<T>, done: (answer: Promise<T>) => void): void {
    this.#transmit('to_node', 'write', undefined, () => {
      if (!this.#isOpen) return;
      const answer = work();
      const reply = () => this.#transmit('from_node', 'write', undefined, () => done(answer));
      answer.then(reply, reply);
    });
  }

  /** What was held back goes on its way. */
  flush(direction: Direction): void {
    for (const arrive of this.#held[direction].splice(0)) arrive();
  }

  #transmit(
    direction: Direction,
    linkClass: LinkClass,
    bytes: Uint8Array | undefined,
    onArrival: () => void,
  ): void {
    if (!this.#isOpen) return;
    const { world, plan } = this.#network;
    this.#network.messageCount += 1;
    const sender = direction === 'to_node' ? this.#caller : this.#server;
    const key = `${direction}/${linkClass}`;
    let atMs = sender.nowMs() + this.#network.delayMs(this.#path);
    if (plan.isOrdered) atMs = Math.max(atMs, this.#lastArrivalMs.get(key) ?? 0);
    this.#lastArrivalMs.set(key, atMs);
    const isFatal = this.#network.goesWrong(this.#path, plan.resetRatio);
    world.setTimer(atMs - world.nowMs(), () => {
      if (isFatal) this.reset(`reset by a message ${direction}`);
      this.#arrive(direction, bytes, onArrival);
    });
  }

  #arrive(direction: Direction, bytes: Uint8Array | undefined, onArrival: () => void): void {
    if (this.#isOpen && this.#network.isBlocked(this.#path, direction)) {
      this.#hold(direction, () => this.#arrive(direction, bytes, onArrival));
      return;
    }
    this.#network.log.add(`${this.#path} ${direction} ${bytes?.byteLength ?? 0}`);
    const nowMs = this.#network.world.nowMs();
    if (direction === 'from_node') {
      if (this.#isOpen) this.#caller.deliver(nowMs, onArrival);
      return;
    }
    if (this.#isOpen) {
      this.#server.deliver(nowMs, onArrival);
      return;
    }
    const { lateDeliveryRatio, duplicateRatio } = this.#network.plan;
    if (bytes === undefined || !this.#network.goesWrong(this.#path, lateDeliveryRatio)) return;
    const isTwice = this.#network.goesWrong(this.#path, duplicateRatio);
    for (let i = 0; i < (isTwice ? 2 : 1); i += 1) {
      this.#network.lateCount += 1;
      const laterMs = this.#network.delayMs(this.#path);
      this.#server.deliver(nowMs + laterMs, () => this.#onLateRequests(bytes));
    }
  }

  #hold(direction: Direction, arrive: () => void): void {
    const { world, plan } = this.#network;
    const isFirst = this.#held[direction].length === 0;
    this.#held[direction].push(arrive);
    if (!isFirst) return;
    world.setTimer(plan.keepaliveMs, () => {
      if (this.#held[direction].includes(arrive)) this.reset('nothing gets through');
    });
  }

  #onRequests(bytes: Uint8Array): void {
    readRequestBatch(bytes, (item) => {
      if (item.kind === 'cancel') {
        this.#calls.get(item.correlation)?.cancel();
        this.#calls.delete(item.correlation);
      } else {
        this.#begin(item);
      }
    });
  }

  #begin({ correlation, timeLeftMs, request }: RequestItem): void {
    const linkClass = linkClassOf(request);
    this.#calls.set(correlation, undefined);
    const deadlineAtMs = this.#server.nowMs() + timeLeftMs;
    const call = this.#node.handle(request, deadlineAtMs, (reply, load) => {
      if (!this.#calls.delete(correlation)) return;
      if (this.#network.goesWrong(this.#path, this.#network.plan.swallowRatio)) return;
      const writer = new ByteWriter();
      writeReplyItem(writer, correlation, reply, load);
      const bytes = writer.finish();
      this.#transmit('from_node', linkClass, bytes, () => {
        if (this.#isOpen) readReplyBatch(bytes, (item) => this.onReply(item));
      });
    });
    if (this.#calls.has(correlation)) this.#calls.set(correlation, call);
  }

  /** The node carries out what it can still read of a connection that is gone. */
  #onLateRequests(bytes: Uint8Array): void {
    readRequestBatch(bytes, (item) => {
      if (item.kind === 'cancel') return;
      this.#network.log.add(`${this.#path} late ${item.request.kind}`);
      this.#node.handle(item.request, this.#server.nowMs() + item.timeLeftMs, () => {});
    });
  }
}
