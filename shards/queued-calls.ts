/**
 * Searches and reads of a node, which wait for their turn in the scheduler's queue. Whatever is left to
 * do when a call is cancelled, in the queue or in the middle of an exact scan, is not done.
 */
import type { Clock } from '../src/base/clock.js';
import type { LinkReply, LinkRequest, SearchCall } from '../src/wire/link-messages.js';
import { ExactSearches } from './exact-searches.js';
import { type NodeCall, refuse } from './node-call.js';
import type { NodeLimits } from './node-limits.js';
import { countDocuments, getDocuments, listDocuments } from './read-calls.js';
import type { ReplicaSet } from './replica-set.js';
import type { Scheduler } from './scheduler.js';
import { searchApproximately, searchExactly } from './search-calls.js';
import { workSizeOf } from './work-size.js';

export type QueuedRequest = Exclude<LinkRequest, { kind: 'write' | 'heartbeat' }>;

export class QueuedCalls {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #replicas: ReplicaSet;
  readonly #replyBytesMax: number;
  readonly #exact: ExactSearches;

  constructor(clock: Clock, scheduler: Scheduler, replicas: ReplicaSet, limits: NodeLimits) {
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#replicas = replicas;
    this.#replyBytesMax = limits.replyBytesMax;
    this.#exact = new ExactSearches(limits.exactSearchesMax);
  }

  /** Finishes the call when its turn has come, or refuses it. Returns what cancels it. */
  begin(request: QueuedRequest, deadlineAtMs: number, call: NodeCall): () => void {
    let cancelScan = () => {};
    const task = this.#scheduler.submit({
      deadlineAtMs,
      work: workSizeOf(request),
      run: (queueMs) => {
        call.begin(this.#clock.nowMs(), queueMs);
        if (request.kind === 'search' && request.exact) {
          cancelScan = this.#searchExactly(request, deadlineAtMs, call);
        } else {
          call.finish(this.#answer(request), this.#clock.nowMs());
        }
      },
      refuse: (status, queueMs, retryAfterMs, detail) => {
        const nowMs = this.#clock.nowMs();
        call.begin(nowMs, queueMs);
        refuse(call, nowMs, status, detail, retryAfterMs);
      },
    });
    return () => {
      task.cancel();
      cancelScan();
    };
  }

  #answer(request: QueuedRequest): LinkReply {
    switch (request.kind) {
      case 'search':
        return searchApproximately(this.#replicas, request, this.#replyBytesMax);
      case 'get':
        return getDocuments(this.#replicas, request, this.#replyBytesMax);
      case 'list':
        return listDocuments(this.#replicas, request, this.#replyBytesMax);
      case 'count':
        return countDocuments(this.#replicas, request);
    }
  }

  #searchExactly(request: SearchCall, deadlineAtMs: number, call: NodeCall): () => void {
    const bytesMax = this.#replyBytesMax;
    const beganAtMs = this.#clock.nowMs();
    const refusal = this.#exact.tryBegin(request, deadlineAtMs, beganAtMs);
    if (refusal !== undefined) {
      return refuse(call, beganAtMs, 'rejected', refusal.detail, refusal.retryAfterMs);
    }
    const scan = searchExactly(this.#replicas, request, deadlineAtMs, bytesMax, (reply) => {
      const nowMs = this.#clock.nowMs();
      this.#exact.ended(request, nowMs - beganAtMs);
      call.finish(reply, nowMs);
    });
    return () => {
      this.#exact.cancelled();
      scan.cancel();
    };
  }
}
