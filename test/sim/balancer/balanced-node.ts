/** A shard node of the balancer simulation: one core, a queue, service times drawn at random. */
import type { NodeId } from '../../../src/base/ids.js';
import type { Random } from '../../../src/base/random.js';
import { NO_VERSION } from '../../../src/base/version.js';
import type { LinkOutcome, ShardLink } from '../../../src/coordinator/transport/shard-link.js';
import type { LinkReply, LinkRequest } from '../../../src/wire/link-messages.js';
import type { VirtualClock } from '../../support/virtual-clock.js';

export type NodeFault = 'none' | 'slow' | 'failing_fast' | 'stalling' | 'cold';

export const FAULT_FROM_MS = 1_000;
export const STALL_UNTIL_MS = 3_000;
const NETWORK_MS = 0.1;
/** Of one partition's search. */
const SERVICE_MS_MEAN = 1;
const SERVICE_SIGMA = 0.6;
const SLOW_FACTOR = 5;
const COLD_FACTOR = 5;
const COLD_MS = 3_000;
const QUEUE_MAX = 1_024;

interface Item {
  partitionCount: number;
  isCancelled: boolean;
  done(reply: LinkOutcome): void;
  request: LinkRequest;
}

export class BalancedNode {
  readonly nodeId: NodeId;
  readonly #fault: NodeFault;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #queue: Item[] = [];
  #isBusy = false;
  /** Partition searches that it was asked for, wanted or not. */
  asked = 0;

  constructor(nodeId: NodeId, fault: NodeFault, clock: VirtualClock, random: Random) {
    this.nodeId = nodeId;
    this.#fault = fault;
    this.#clock = clock;
    this.#random = random;
  }

  /** A cold node is one that joins when its fault begins. */
  get connectsAtMs(): number {
    return this.#fault === 'cold' ? FAULT_FROM_MS : 0;
  }

  /** One coordinator's link. */
  link(): ShardLink {
    const node = this;
    let outstanding = 0;
    return {
      nodeId: this.nodeId,
      get isConnected() {
        return node.#clock.nowMs() >= node.connectsAtMs;
      },
      get outstanding() {
        return outstanding;
      },
      send(request, timeoutMs, done) {
        let hasEnded = false;
        outstanding += 1;
        const end = (outcome: LinkOutcome) => {
          if (hasEnded) return;
          hasEnded = true;
          outstanding -= 1;
          timer.cancel();
          done(outcome);
        };
        const timer = node.#clock.setTimer(timeoutMs, () => end(without('timed_out')));
        const partitionCount = request.kind === 'heartbeat' ? 0 : request.targets.length;
        const item: Item = { partitionCount, isCancelled: false, request, done: end };
        node.#clock.setTimer(NETWORK_MS, () => node.#arrived(item));
        return {
          cancel() {
            item.isCancelled = true;
            end(without('cancelled'));
          },
        };
      },
      assign: async () => [],
      close() {},
    };
  }

  #arrived(item: Item): void {
    this.asked += item.partitionCount;
    const isFailing = this.#fault === 'failing_fast' && this.#clock.nowMs() >= FAULT_FROM_MS;
    if (isFailing && item.request.kind !== 'heartbeat') {
      this.#clock.setTimer(NETWORK_MS, () => item.done(without('unavailable')));
    } else if (this.#queue.length >= QUEUE_MAX) {
      this.#clock.setTimer(NETWORK_MS, () => item.done(without('rejected')));
    } else {
      this.#queue.push(item);
      this.#work();
    }
  }

  #work(): void {
    if (this.#isBusy) return;
    const item = this.#queue.shift();
    if (item === undefined) return;
    if (item.isCancelled) {
      this.#work();
      return;
    }
    this.#isBusy = true;
    const serviceMs = this.#serviceMs(item.partitionCount);
    this.#clock.setTimer(serviceMs + this.#stalledMs(), () => {
      this.#isBusy = false;
      const load = {
        queueDepth: this.#queue.length,
        queueMs: 0,
        serviceMs,
        highestVersion: NO_VERSION,
      };
      const reply = replyTo(item.request);
      this.#clock.setTimer(NETWORK_MS, () => item.done({ status: 'ok', reply, load }));
      this.#work();
    });
  }

  #stalledMs(): number {
    const nowMs = this.#clock.nowMs();
    const isStalled =
      this.#fault === 'stalling' && nowMs >= FAULT_FROM_MS && nowMs < STALL_UNTIL_MS;
    return isStalled ? STALL_UNTIL_MS - nowMs : 0;
  }

  #serviceMs(partitionCount: number): number {
    let sumMs = 0.05;
    for (let i = 0; i < partitionCount; i += 1) {
      const normal =
        Math.sqrt(-2 * Math.log(1 - this.#random.next())) *
        Math.cos(2 * Math.PI * this.#random.next());
      sumMs += SERVICE_MS_MEAN * Math.exp(SERVICE_SIGMA * normal - SERVICE_SIGMA ** 2 / 2);
    }
    return sumMs * this.#factor();
  }

  #factor(): number {
    const nowMs = this.#clock.nowMs();
    if (this.#fault === 'slow' && nowMs >= FAULT_FROM_MS) return SLOW_FACTOR;
    if (this.#fault !== 'cold') return 1;
    const warmth = Math.min(1, Math.max(0, nowMs - FAULT_FROM_MS) / COLD_MS);
    return COLD_FACTOR + (1 - COLD_FACTOR) * warmth;
  }
}

function without(status: 'timed_out' | 'cancelled' | 'unavailable' | 'rejected'): LinkOutcome {
  return { status, detail: '', retryAfterMs: 0 };
}

function replyTo(request: LinkRequest): LinkReply {
  if (request.kind === 'heartbeat') return { kind: 'heartbeat', epoch: 1, replicas: [] };
  const targets = request.targets.map(({ partition }) => ({
    partition,
    status: 'ok' as const,
    documentCount: 0,
  }));
  return { kind: 'count', targets };
}
