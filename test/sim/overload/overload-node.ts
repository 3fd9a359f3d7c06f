/** A shard node of the overload simulation: the production's scheduler, and work that takes time. */
import type { Scheduler } from '../../../shards/scheduler.js';
import { workSizeOf } from '../../../shards/work-size.js';
import type { NodeId } from '../../../src/base/ids.js';
import type { Random } from '../../../src/base/random.js';
import { NO_VERSION } from '../../../src/base/version.js';
import type { LinkOutcome, ShardLink } from '../../../src/coordinator/transport/shard-link.js';
import type { LinkReply, SearchCall } from '../../../src/wire/link-messages.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import type { SimProcess } from '../sim-process.js';

const NETWORK_MS = 0.2;
/** Of one partition's search, on average; drawn evenly from half of it to three halves. */
export const SERVICE_MS = 1;

export class OverloadNode {
  readonly nodeId: NodeId;
  readonly #world: VirtualClock;
  readonly #process: SimProcess;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  slowFactor = 1;
  queueDepthMax = 0;
  /** Time spent on work that was answered too late for anybody. */
  wastedMs = 0;

  constructor(
    nodeId: NodeId,
    world: VirtualClock,
    process: SimProcess,
    scheduler: Scheduler,
    random: Random,
  ) {
    this.nodeId = nodeId;
    this.#world = world;
    this.#process = process;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** One coordinator's link. */
  link(coordinator: SimProcess): ShardLink {
    const node = this;
    let outstanding = 0;
    return {
      nodeId: this.nodeId,
      isConnected: true,
      get outstanding() {
        return outstanding;
      },
      send(request, timeoutMs, done) {
        outstanding += 1;
        let cancelWork = () => {};
        let hasEnded = false;
        const end = (outcome: LinkOutcome) => {
          if (hasEnded) return;
          hasEnded = true;
          outstanding -= 1;
          timer.cancel();
          done(outcome);
        };
        const sentAtMs = coordinator.nowMs();
        const timer = coordinator.setTimer(timeoutMs, () => end(without('timed_out')));
        node.#deliver(coordinator, node.#process, () => {
          if (hasEnded) return;
          const reply = (outcome: LinkOutcome) =>
            node.#deliver(node.#process, coordinator, () => end(outcome));
          if (request.kind !== 'search') reply(node.#answer(heartbeat, 0, 0));
          else cancelWork = node.#queue(request, sentAtMs + timeoutMs, reply);
        });
        return {
          cancel() {
            end(without('cancelled'));
            node.#deliver(coordinator, node.#process, () => cancelWork());
          },
        };
      },
      assign: async () => [],
      close() {},
    };
  }

  #deliver(from: SimProcess, to: SimProcess, callback: () => void): void {
    const aheadMs = from.nowMs() - this.#world.nowMs();
    to.deliver(this.#world.nowMs() + aheadMs + NETWORK_MS, callback);
  }

  #queue(
    request: SearchCall,
    deadlineAtMs: number,
    reply: (outcome: LinkOutcome) => void,
  ): () => void {
    const task = this.#scheduler.submit({
      deadlineAtMs,
      work: workSizeOf(request),
      run: (queueMs) => {
        const serviceMs =
          request.targets.length * SERVICE_MS * (0.5 + this.#random.next()) * this.slowFactor;
        this.#process.spend(serviceMs);
        if (this.#process.nowMs() > deadlineAtMs) this.wastedMs += serviceMs;
        const targets = request.targets.map(({ partition }) => {
          return { partition, status: 'ok' as const, hits: [], documentCount: 0 };
        });
        reply(this.#answer({ kind: 'search', targets }, queueMs, serviceMs));
      },
      refuse: (status, _queueMs, retryAfterMs, detail) => reply({ status, detail, retryAfterMs }),
    });
    this.queueDepthMax = Math.max(this.queueDepthMax, this.#scheduler.queueDepth);
    return () => task.cancel();
  }

  #answer(reply: LinkReply, queueMs: number, serviceMs: number): LinkOutcome {
    const { queueDepth } = this.#scheduler;
    return {
      status: 'ok',
      reply,
      load: { queueDepth, queueMs, serviceMs, highestVersion: NO_VERSION },
    };
  }
}

const heartbeat: LinkReply = { kind: 'heartbeat', epoch: 1, replicas: [] };

function without(status: 'timed_out' | 'cancelled'): LinkOutcome {
  return { status, detail: '', retryAfterMs: 0 };
}
