/**
 * Port: the one place where the topology in force is kept, with the few other cells that coordinators
 * must not lose. Adapters: `lmdb-topology-store.ts` (embedded, one coordinator),
 * `etcd-topology-store.ts` (several coordinators) and `memory-topology-store.ts` (tests, simulation); `test/contract/topology-store.contract.ts` says
 * what every adapter must do.
 *
 * The topology changes by compare-and-swap on its epoch alone, so of two coordinators that change it
 * at once one succeeds and the other starts again from what is in force now.
 */
import type { Epoch } from '../../base/ids.js';
import type { Version } from '../../base/version.js';
import type { Topology } from './topology.js';

export interface TopologyStore {
  /** Other coordinators can have it too, and it may be out of reach while this process runs. */
  readonly isShared: boolean;

  /**
   * The topology in force; undefined when there never was one. Never from memory where the store is
   * shared: that it resolves says that the store can be reached, and what it says is the newest.
   */
  load(): Promise<Topology | undefined>;

  /**
   * Puts `next`, whose epoch must be larger, in force if the epoch in force is `expectedEpoch`
   * (undefined: none was ever stored). Resolves to true once that is durable, to false when another
   * topology is in force. When it rejects, the change may have happened or not: load to find out.
   */
  compareAndSwap(expectedEpoch: Epoch | undefined, next: Topology): Promise<boolean>;

  /**
   * Calls `listener` soon with the topology in force, if there is one, then with each that follows.
   * Epochs only grow; one may be skipped when the next is there already. Never called during `watch`
   * itself, nor after the returned function was.
   */
  watch(listener: (topology: Topology) => void): () => void;

  /**
   * Takes the one seat of the controller, for `ttlMs` from when the store hears of it; undefined when
   * another coordinator has it. When it rejects, it may be taken until that time is over.
   */
  takeController(ttlMs: number): Promise<ControllerSeat | undefined>;

  /** 0..65535; no other coordinator that is alive and shares this store has the same. */
  claimCoordinatorId(): Promise<number>;

  /** Remembers, durably, that versions up to `mark` may have been given. Never lowers it. */
  saveClockMark(mark: Version): Promise<void>;
  /** The highest mark ever saved by any coordinator of this store; `NO_VERSION` when none was. */
  loadClockMark(): Promise<Version>;

  /** Waits for changes under way and lets go of everything; watchers hear no more. Idempotent. */
  close(): Promise<void>;
}

/** Held until it is released, or its time is over without being renewed. */
export interface ControllerSeat {
  /** Begins its time anew; false when it was over. Rejects when that is not known. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * `unavailable`: closed, out of reach or held by another process; try later. `corrupt`: what was
 * read is not what was written. `failed`: the storage refused, for instance because it is full.
 */
export type TopologyStoreFailure = 'unavailable' | 'corrupt' | 'failed';

export class TopologyStoreError extends Error {
  override readonly name = 'TopologyStoreError';
  readonly failure: TopologyStoreFailure;

  constructor(failure: TopologyStoreFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}
