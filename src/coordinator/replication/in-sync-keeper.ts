/**
 * Takes replicas that missed a write out of the in-sync set, or, when they are recovering, back from
 * being about to enter it. A dead node has many partitions and thousands of writes may be waiting, so
 * what is asked for within one turn of the event loop, or while a change is on its way to the store,
 * is made as one change. While the store cannot be reached, all that was asked for waits for it: a
 * replica that lacks a write leaves the set, however long that takes.
 *
 * None leaves while no other one in sync is there. The one that holds the write may have died since,
 * and its disk with it: a set of dead replicas serves nobody, and what the others have would be lost.
 */
import { type Clock, delay } from '../../base/clock.js';
import { AnnulusError, type PartStatus } from '../../base/errors.js';
import type { NodeId } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { replicaKey } from '../nodes/node-registry.js';
import { type ReplicaRef, setReplicaState } from '../topology/replica-transitions.js';
import type { Topology } from '../topology/topology.js';
import type { TransitionResult } from '../topology/topology-transitions.js';
import { refKey } from './recovery-controller.js';
import type { ReplicationEvents } from './replication-events.js';

const STOPPING = { refused: 'this coordinator is stopping' };
const ALONE = { refused: 'no other replica in sync is there' };

/** What the keeper needs of the `TopologyKeeper`. */
export interface TopologyChanger {
  update(transition: (topology: Topology) => TransitionResult): Promise<Topology>;
}

/** What the keeper needs of the `NodeRegistry`. */
export interface SeenNodes {
  get(nodeId: NodeId): { keeps(replicaKey: string): boolean } | undefined;
}

export type EvictionOutcome = { status: 'evicted' } | { status: 'refused'; detail: string };

type Outcome = 'done' | 'unchanged' | { refused: string };

interface Wish {
  ref: ReplicaRef;
  cause: PartStatus;
  outcome: Outcome;
  settle: (outcome: Outcome | Error) => void;
  settled: Promise<Outcome | Error>;
  /** Told when the store turns out to be away. */
  onDelayed: Set<() => void>;
  isDelayed: boolean;
}

const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2_000;

export class InSyncKeeper {
  readonly #topology: TopologyChanger;
  readonly #nodes: SeenNodes;
  readonly #events: ReplicationEvents;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #wishes = new Map<string, Wish>();
  #isRunning = false;
  #isClosed = false;

  constructor(
    topology: TopologyChanger,
    nodes: SeenNodes,
    events: ReplicationEvents,
    clock: Clock,
    logger: Logger,
  ) {
    this.#topology = topology;
    this.#nodes = nodes;
    this.#events = events;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * Takes a replica out of the in-sync set, durably. Never rejects. `onDelayed` is called when that
   * has to wait for the topology store.
   */
  async evict(
    ref: ReplicaRef,
    cause: PartStatus,
    onDelayed: () => void = () => {},
  ): Promise<EvictionOutcome> {
    const outcome = await this.#wish(ref, cause, onDelayed);
    if (outcome instanceof Error) return { status: 'refused', detail: outcome.message };
    if (typeof outcome === 'object') return { status: 'refused', detail: outcome.refused };
    return { status: 'evicted' };
  }

  /** Changes nothing any more: what is asked for is refused. */
  close(): void {
    this.#isClosed = true;
  }

  #wish(ref: ReplicaRef, cause: PartStatus, onDelayed: () => void): Promise<Outcome | Error> {
    if (this.#isClosed) return Promise.resolve(STOPPING);
    const key = refKey(ref);
    const same = this.#wishes.get(key);
    if (same !== undefined) {
      if (same.isDelayed) this.#clock.defer(onDelayed);
      else same.onDelayed.add(onDelayed);
      return same.settled;
    }
    let settle: Wish['settle'] = () => {};
    const settled = new Promise<Outcome | Error>((resolve) => {
      settle = resolve;
    });
    const state = { outcome: 'unchanged' as const, isDelayed: false };
    this.#wishes.set(key, {
      ref,
      cause,
      settle,
      settled,
      onDelayed: new Set([onDelayed]),
      ...state,
    });
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#clock.defer(() => void this.#run());
    }
    return settled;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (this.#wishes.size > 0) {
      const wishes = [...this.#wishes.values()];
      this.#wishes = new Map();
      const failure = await this.#topology
        .update((topology) => this.#apply(topology, wishes))
        .then(() => undefined)
        .catch((error: unknown) => error);
      if (isStoreAway(failure) && !this.#isClosed) {
        this.#keep(wishes, failures === 0, failure);
        failures += 1;
        await delay(
          this.#clock,
          Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures, 10)),
        );
        continue;
      }
      failures = 0;
      for (const wish of wishes) this.#conclude(wish, failure);
    }
    this.#isRunning = false;
  }

  /** They are tried again, with what is asked for meanwhile. */
  #keep(wishes: readonly Wish[], isFirst: boolean, failure: AnnulusError): void {
    if (isFirst) this.#logger.warn({ error: failure.message }, 'replicas wait to be taken out');
    for (const wish of wishes) {
      const key = refKey(wish.ref);
      const newer = this.#wishes.get(key);
      if (newer === undefined) this.#wishes.set(key, wish);
      else void newer.settled.then(wish.settle);
      wish.isDelayed = true;
      for (const tell of wish.onDelayed) tell();
      wish.onDelayed.clear();
    }
  }

  #conclude(wish: Wish, failure: unknown): void {
    const { ref, cause, outcome } = wish;
    if (failure !== undefined) {
      this.#logger.error({ ...ref, error: String(failure) }, 'replica not taken out of sync');
      wish.settle(failure instanceof Error ? failure : new Error(String(failure)));
      return;
    }
    if (outcome === 'done') {
      this.#logger.warn({ ...ref, cause }, 'replica is recovering now');
      this.#events.evicted(ref, cause);
    }
    wish.settle(outcome);
  }

  /** May be called again on a newer topology; only the last outcomes count. */
  #apply(topology: Topology, wishes: readonly Wish[]): TransitionResult {
    let current = topology;
    for (const wish of wishes) {
      if (!this.#leavesAnother(current, wish.ref)) {
        wish.outcome = ALONE;
        continue;
      }
      const result = setReplicaState(current, wish.ref, 'recovering');
      if (result.kind === 'refused') wish.outcome = { refused: result.message };
      else wish.outcome = result.kind === 'changed' ? 'done' : 'unchanged';
      if (result.kind === 'changed') current = result.topology;
    }
    const kind = current === topology ? 'unchanged' : 'changed';
    return { kind, topology: current };
  }

  /** What recovers leaves nobody behind; what a split fills is all in the collection that is split. */
  #leavesAnother(topology: Topology, { collectionId, partition, nodeId }: ReplicaRef): boolean {
    const collection = topology.collections.get(collectionId);
    if (collection === undefined || collection.state === 'filling') return true;
    const inSync = (collection.partitions[partition]?.replicas ?? []).filter(
      ({ state }) => state === 'in_sync',
    );
    if (!inSync.some((replica) => replica.nodeId === nodeId)) return true;
    const key = replicaKey(collectionId, partition);
    return inSync.some((other) => {
      return other.nodeId !== nodeId && this.#nodes.get(other.nodeId)?.keeps(key) === true;
    });
  }
}

function isStoreAway(failure: unknown): failure is AnnulusError {
  return failure instanceof AnnulusError && failure.reason === 'TOPOLOGY_UNAVAILABLE';
}
