/**
 * Makes and drops collections. Making one takes three steps, each safe to die after: it is entered in
 * the topology as `creating`, its replicas are made on their nodes, and it becomes `ready`. One that
 * is found in the first state by a coordinator that starts is taken out again: nobody was told of it.
 */
import type { Clock } from '../../base/clock.js';
import { AnnulusError, invalidField } from '../../base/errors.js';
import { collectionId } from '../../base/ids.js';
import { invariant } from '../../base/invariant.js';
import type { Logger } from '../../base/logger.js';
import { type Random, randomHex } from '../../base/random.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { WantedCollection } from '../requests/collection-request.js';
import {
  defaultPartitionCount,
  defaultReplicationFactor,
  placeNew,
} from '../topology/ring-placement.js';
import {
  activeNodes,
  type CollectionEntry,
  collectionByName,
  type NodeEntry,
  type Topology,
} from '../topology/topology.js';
import {
  createCollection,
  defaultMinInSync,
  dropCollection,
  forgetCollection,
  markCollectionReady,
  type NewCollection,
} from '../topology/topology-transitions.js';
import type { TopologyKeeper } from '../topology-keeper.js';

export class CollectionAdmin {
  readonly #topology: TopologyKeeper;
  readonly #nodes: NodeRegistry;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;

  constructor(
    topology: TopologyKeeper,
    nodes: NodeRegistry,
    clock: Clock,
    random: Random,
    logger: Logger,
  ) {
    this.#topology = topology;
    this.#nodes = nodes;
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger;
  }

  async create(wanted: WantedCollection): Promise<CollectionEntry> {
    const id = collectionId(randomHex(this.#random, 8));
    const topology = await this.#topology.update((current) =>
      createCollection(current, this.#place(current, id, wanted)),
    );
    const created = topology.collections.get(id);
    invariant(created !== undefined, `collection ${wanted.name} was not entered`);
    try {
      await this.#makeReplicas(created);
    } catch (error) {
      await this.#rollBack(created);
      throw error;
    }
    const ready = await this.#topology.update((current) => markCollectionReady(current, id));
    const entry = ready.collections.get(id);
    if (entry === undefined) {
      throw new AnnulusError('ABORTED', 'COLLECTION_NOT_FOUND', `${wanted.name} was dropped`);
    }
    return entry;
  }

  /** Nodes remove the replicas when they learn of it; one that is away, when it comes back. */
  async drop(collection: CollectionEntry): Promise<void> {
    await this.#topology.update((current) => {
      const named = collectionByName(current, collection.name);
      const dropped = dropCollection(current, collection.name);
      if (dropped.kind === 'refused' || named === undefined) return dropped;
      return forgetCollection(dropped.topology, named.id);
    });
  }

  /** Takes out what a coordinator that died was in the middle of making. */
  async dropUnfinished(): Promise<void> {
    for (const collection of this.#topology.current.collections.values()) {
      if (collection.state === 'creating') await this.drop(collection);
    }
  }

  #place(topology: Topology, id: CollectionEntry['id'], wanted: WantedCollection): NewCollection {
    const candidates = this.#placeableNodes(topology);
    if (candidates.length === 0) {
      throw new AnnulusError(
        'FAILED_PRECONDITION',
        'NO_NODES',
        'no shard node is up; start one with: annulus shard --data DIR --join HOST:PORT',
      );
    }
    const replicationFactor =
      wanted.replicationFactor ?? defaultReplicationFactor(candidates.length);
    if (replicationFactor > candidates.length) {
      throw invalidField(
        'replication_factor',
        replicationFactor,
        `at most ${candidates.length}, the number of shard nodes that are up`,
      );
    }
    const minInSync = wanted.minInSync ?? defaultMinInSync(replicationFactor);
    if (minInSync > replicationFactor) {
      throw invalidField(
        'min_in_sync',
        minInSync,
        `at most ${replicationFactor}, the replication_factor`,
      );
    }
    const partitionCount = wanted.partitionCount ?? defaultPartitionCount(candidates.length);
    const placed = placeNew({
      collectionId: id,
      partitionCount,
      replicationFactor,
      nodes: candidates,
    });
    invariant(placed.kind === 'placed', 'there are nodes enough');
    return {
      id,
      name: wanted.name,
      dimension: wanted.dimension,
      metric: wanted.metric,
      m: wanted.m,
      efConstruction: wanted.efConstruction,
      ...(wanted.balancingPolicy === undefined ? {} : { balancingPolicy: wanted.balancingPolicy }),
      replicationFactor,
      minInSync,
      placement: placed.placement,
      createdAtMs: this.#clock.wallMs(),
    };
  }

  #placeableNodes(topology: Topology): NodeEntry[] {
    return activeNodes(topology).filter(
      ({ nodeId }) => this.#nodes.get(nodeId)?.health.state === 'up',
    );
  }

  async #makeReplicas(collection: CollectionEntry): Promise<void> {
    const nodeIds = new Set(
      collection.partitions.flatMap(({ replicas }) => replicas.map((replica) => replica.nodeId)),
    );
    await Promise.all(
      [...nodeIds].map(async (nodeId) => {
        if (this.#nodes.get(nodeId) === undefined) {
          const message = `node ${nodeId}, which was to hold a part of it, was removed; try again`;
          throw new AnnulusError('UNAVAILABLE', 'PARTITION_UNAVAILABLE', message);
        }
        const reports = await this.#nodes.assign(nodeId);
        const failed = reports.find(
          (report) => report.collection === collection.id && report.condition !== 'open',
        );
        if (failed === undefined) return;
        throw new AnnulusError(
          'UNAVAILABLE',
          'PARTITION_UNAVAILABLE',
          `node ${nodeId} could not make partition ${failed.partition}: ` +
            `it is ${failed.condition}: ${failed.detail}`,
        );
      }),
    );
  }

  async #rollBack(collection: CollectionEntry): Promise<void> {
    try {
      await this.drop(collection);
    } catch (error) {
      this.#logger.warn(
        { collection: collection.name, error: String(error) },
        'unfinished collection left behind; it is dropped at the next start',
      );
    }
  }
}
