/**
 * Group commit: one commit is under way at a time, and all requests that arrive meanwhile share the
 * next one. What fails is decided here too: `full` and `corrupt` reject the group at hand and the
 * next group is tried on its own merits; `failed` is final, every later request is refused.
 */
import { invariant } from '../../src/base/invariant.js';
import type { Version } from '../../src/base/version.js';
import type { RecordChanges } from './id-record.js';
import { StoreError, type WriteOutcome } from './partition-store.js';
import { PURGE_LIMIT } from './store-limits.js';
import { isEmptyPlan, type StoreRequest, type WritePlan } from './write-plan.js';

/** A commit takes at most this many operations, unless one request alone has more. */
const GROUP_OPS_MAX = 2_000;

export interface CommitTarget {
  /** Throws a {@link StoreError} when what it needs to read is damaged. */
  plan(requests: readonly StoreRequest[]): WritePlan;
  /** Resolves when the plan is durable; rejects with a {@link StoreError}, nothing of it visible. */
  commit(plan: WritePlan): Promise<void>;
  /** Makes a durable plan visible. */
  apply(plan: WritePlan): void;
}

interface Waiting {
  request: StoreRequest;
  resolve(outcome: WriteOutcome | number): void;
  reject(error: StoreError): void;
}

export class GroupCommit {
  readonly #target: CommitTarget;
  #waiting: Waiting[] = [];
  #pump: Promise<void> | undefined;
  #refusal: StoreError | undefined;
  #watcher: (changes: RecordChanges) => void = () => {};

  constructor(target: CommitTarget) {
    this.#target = target;
  }

  /** Calls it with whatever becomes visible from now on. There is one watcher, the last. */
  watch(watcher: (changes: RecordChanges) => void): void {
    this.#watcher = watcher;
  }

  /** The outcome of a write, or the number of tombstones that a purge forgot. */
  submit(request: StoreRequest): Promise<WriteOutcome | number> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#pump ??= this.#run();
    });
  }

  /** Forgets the tombstones older than a version; resolves to how many. */
  async purge(before: Version): Promise<number> {
    let purgedCount = 0;
    while (true) {
      const count = await this.submit({ kind: 'purge', before, limit: PURGE_LIMIT });
      purgedCount += count as number;
      if (count === 0) return purgedCount;
    }
  }

  /** Refuses further requests, and waits for those that were taken. */
  async close(): Promise<void> {
    this.#refusal ??= new StoreError('failed', 'the store is closed');
    await this.#pump;
  }

  async #run(): Promise<void> {
    // A turn of the microtask queue, so that calls made in one go share the first commit.
    await undefined;
    while (this.#waiting.length > 0) await this.#commit(this.#takeGroup());
    this.#pump = undefined;
  }

  #takeGroup(): Waiting[] {
    let opCount = 0;
    let taken = 0;
    for (const { request } of this.#waiting) {
      opCount += sizeOf(request);
      if (taken > 0 && opCount > GROUP_OPS_MAX) break;
      taken += 1;
    }
    return this.#waiting.splice(0, taken);
  }

  async #commit(group: Waiting[]): Promise<void> {
    try {
      const plan = this.#target.plan(group.map((waiting) => waiting.request));
      if (!isEmptyPlan(plan)) {
        await this.#target.commit(plan);
        this.#target.apply(plan);
        this.#watcher(plan.records);
      }
      invariant(plan.outcomes.length === group.length, 'one outcome per request');
      group.forEach((waiting, index) => {
        waiting.resolve(plan.outcomes[index] as WriteOutcome | number);
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      for (const waiting of group) waiting.reject(error);
      if (error.failure === 'failed') this.#refuseAll(error);
    }
  }

  #refuseAll(error: StoreError): void {
    this.#refusal = error;
    const refused = this.#waiting.splice(0);
    for (const waiting of refused) waiting.reject(error);
  }
}

function sizeOf(request: StoreRequest): number {
  switch (request.kind) {
    case 'write':
      return request.ops.length;
    case 'absorb':
      return request.entries.length;
    case 'purge':
      return request.limit;
  }
}
