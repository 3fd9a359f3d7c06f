/**
 * The topology that this coordinator works with: kept in step with the store, changed only through it,
 * and told on to whoever follows it.
 */
import { AnnulusError, type ErrorCode, type ErrorReason } from '../base/errors.js';
import { type CollectionEntry, collectionByName, type Topology } from './topology/topology.js';
import { updateTopology } from './topology/topology-editor.js';
import { type TopologyStore, TopologyStoreError } from './topology/topology-store.js';
import type { RefusalReason, Transition } from './topology/topology-transitions.js';

export type TopologyListener = (topology: Topology) => void;

export class TopologyKeeper {
  readonly #store: TopologyStore;
  readonly #listeners = new Set<TopologyListener>();
  readonly #stopWatching: () => void;
  #current: Topology;
  /** A look at a shared store that is under way, and the one that follows it. */
  #looking: Promise<boolean> | undefined;
  #nextLook: Promise<boolean> | undefined;

  constructor(store: TopologyStore, initial: Topology) {
    this.#store = store;
    this.#current = initial;
    this.#stopWatching = store.watch((topology) => this.#advance(topology));
  }

  get current(): Topology {
    return this.#current;
  }

  /** Throws `NOT_FOUND` unless there is such a collection, ready for use. */
  collection(name: string): CollectionEntry {
    const collection = collectionByName(this.#current, name);
    if (collection === undefined || collection.state !== 'ready') {
      throw new AnnulusError('NOT_FOUND', 'COLLECTION_NOT_FOUND', `no collection ${name}`, {
        metadata: { collection: name },
      });
    }
    return collection;
  }

  /**
   * Applies a transition to the newest topology, in the store first, then here. Rejects with an
   * `AnnulusError` when the transition is refused, or the store cannot be reached.
   */
  async update(transition: Transition): Promise<Topology> {
    const result = await updateTopology(this.#store, transition).catch((error: unknown) => {
      throw isAway(error) ? topologyUnavailable(error) : error;
    });
    if (result.kind === 'refused') throw refusal(result.reason, result.message);
    this.#advance(result.topology);
    return result.topology;
  }

  /**
   * Looks whether another coordinator has changed the topology. Resolves to true when `current` is
   * as new as the call; to false where there is no other coordinator, or the store is away.
   */
  refresh(): Promise<boolean> {
    if (!this.#store.isShared) return Promise.resolve(false);
    if (this.#looking === undefined) return this.#look();
    // The one under way may have been answered before; all who come meanwhile share the next.
    this.#nextLook ??= this.#looking.then(() => {
      this.#nextLook = undefined;
      return this.#look();
    });
    return this.#nextLook;
  }

  /** Calls `listener` with each newer topology; the result stops that. */
  onChange(listener: TopologyListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopWatching();
    this.#listeners.clear();
  }

  #look(): Promise<boolean> {
    const looking = this.#store.load().then(
      (found) => {
        if (found !== undefined) this.#advance(found);
        return true;
      },
      () => false,
    );
    this.#looking = looking;
    void looking.then(() => {
      if (this.#looking === looking) this.#looking = undefined;
    });
    return looking;
  }

  #advance(topology: Topology): void {
    if (topology.epoch <= this.#current.epoch) return;
    this.#current = topology;
    for (const listener of this.#listeners) listener(topology);
  }
}

const refusals: Record<RefusalReason, [ErrorCode, ErrorReason]> = {
  collection_exists: ['ALREADY_EXISTS', 'COLLECTION_EXISTS'],
  collection_not_found: ['NOT_FOUND', 'COLLECTION_NOT_FOUND'],
  node_not_found: ['NOT_FOUND', 'NODE_NOT_FOUND'],
  node_holds_replicas: ['FAILED_PRECONDITION', 'NODE_CONFLICT'],
  not_enough_nodes: ['FAILED_PRECONDITION', 'NOT_ENOUGH_REPLICAS'],
  partition_not_found: ['NOT_FOUND', 'PARTITION_UNAVAILABLE'],
  replica_exists: ['ALREADY_EXISTS', 'STALE_TOPOLOGY'],
  replica_not_found: ['NOT_FOUND', 'STALE_TOPOLOGY'],
  last_in_sync_replica: ['FAILED_PRECONDITION', 'PARTITION_UNAVAILABLE'],
  split_impossible: ['FAILED_PRECONDITION', 'SPLIT_IMPOSSIBLE'],
};

function refusal(reason: RefusalReason, message: string): AnnulusError {
  const [code, errorReason] = refusals[reason];
  return new AnnulusError(code, errorReason, message);
}

function isAway(error: unknown): error is TopologyStoreError {
  return error instanceof TopologyStoreError && error.failure === 'unavailable';
}

/** The change may have been made all the same. */
function topologyUnavailable(cause: TopologyStoreError): AnnulusError {
  const message = `the topology cannot be changed now: ${cause.message}`;
  return new AnnulusError('UNAVAILABLE', 'TOPOLOGY_UNAVAILABLE', message, { cause });
}
