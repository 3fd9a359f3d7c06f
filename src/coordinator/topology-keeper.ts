/**
 * The topology that this coordinator works with: kept in step with the store, changed only through it,
 * and told on to whoever follows it.
 */
import { AnnulusError, type ErrorCode, type ErrorReason } from '../base/errors.js';
import { type CollectionEntry, collectionByName, type Topology } from './topology/topology.js';
import { updateTopology } from './topology/topology-editor.js';
import type { TopologyStore } from './topology/topology-store.js';
import type { RefusalReason, Transition } from './topology/topology-transitions.js';

export type TopologyListener = (topology: Topology) => void;

export class TopologyKeeper {
  readonly #store: TopologyStore;
  readonly #listeners = new Set<TopologyListener>();
  readonly #stopWatching: () => void;
  #current: Topology;

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
   * `AnnulusError` when the transition is refused.
   */
  async update(transition: Transition): Promise<Topology> {
    const result = await updateTopology(this.#store, transition);
    if (result.kind === 'refused') throw refusal(result.reason, result.message);
    this.#advance(result.topology);
    return result.topology;
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
};

function refusal(reason: RefusalReason, message: string): AnnulusError {
  const [code, errorReason] = refusals[reason];
  return new AnnulusError(code, errorReason, message);
}
