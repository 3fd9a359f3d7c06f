/** Handlers of the operators' service: collections that get more partitions. */
import { invalidField } from '../../base/errors.js';
import type { SplitCollectionRequest__Output } from '../../wire/generated/annulus/v1/SplitCollectionRequest.js';
import type { SplitCollectionResponse } from '../../wire/generated/annulus/v1/SplitCollectionResponse.js';
import type { RequestLimits } from '../limits.js';
import type { MoveDriver } from '../moves/move-driver.js';
import { checkSplitCount, type SplitDriver } from '../splits/split-driver.js';
import { type CollectionEntry, fillingOf } from '../topology/topology.js';
import type { TopologyKeeper } from '../topology-keeper.js';

export class SplitHandlers {
  readonly #topology: TopologyKeeper;
  readonly #splits: SplitDriver;
  readonly #moves: MoveDriver;
  readonly #limits: RequestLimits;

  constructor(
    topology: TopologyKeeper,
    splits: SplitDriver,
    moves: MoveDriver,
    limits: RequestLimits,
  ) {
    this.#topology = topology;
    this.#splits = splits;
    this.#moves = moves;
    this.#limits = limits;
  }

  async split(request: SplitCollectionRequest__Output): Promise<SplitCollectionResponse> {
    const collection = this.#topology.collection(request.collection);
    if (request.cancel) {
      if (request.partitions !== 0) {
        throw invalidField('partitions', request.partitions, '0, since cancel is true');
      }
      if (!request.dryRun) await this.#splits.cancel(collection);
      return this.#response(request.collection, 0);
    }
    const count = checkSplitCount(collection, request.partitions, this.#limits.partitionsMax);
    if (request.dryRun) return this.#response(request.collection, count);
    await this.#splits.split(collection, count);
    return this.#response(request.collection, 0);
  }

  /** `wantedCount`: partitions if it were split; 0: as things are. */
  #response(name: string, wantedCount: number): SplitCollectionResponse {
    const collection = this.#topology.collection(name);
    const filling = fillingOf(this.#topology.current, collection.id);
    const { length } = collection.partitions;
    const partitionsAfter = wantedCount || (filling?.partitions.length ?? length);
    const isGrowing = partitionsAfter > length;
    return {
      partitions: length,
      partitionsAfter,
      bytesTotal: isGrowing ? this.#bytes(collection) : 0,
    };
  }

  #bytes(collection: CollectionEntry): number {
    const { tracker } = this.#moves;
    const documents = collection.partitions.reduce((sum, entry, partition) => {
      return sum + tracker.documentCount(collection, partition, entry);
    }, 0);
    return Math.round(documents * tracker.documentBytes(collection) * collection.replicationFactor);
  }
}
