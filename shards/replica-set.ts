/**
 * The replicas that a node holds: opened, made and removed as the coordinator assigns them. Changes
 * are made one after the other; requests meanwhile see each replica as it is at that moment.
 */
import type { CollectionId, Generation, Partition as PartitionNumber } from '../src/base/ids.js';
import type { Logger } from '../src/base/logger.js';
import type { ReplicaCondition, ReplicaReport } from '../src/wire/link-messages.js';
import type { ReplicaAssignment } from './link-handler.js';
import type { Partition } from './partition.js';
import { StoreError } from './store/partition-store.js';

/** Where replicas live. */
export interface ReplicaHome {
  /** Opens a replica, or makes it, empty, where there is none and `create` says so. */
  open(assignment: ReplicaAssignment): Promise<Partition>;
  /** Names ({@link replicaName}) of all replicas that there is anything of. */
  names(): string[];
  remove(name: string): void;
}

interface Replica {
  assignment: ReplicaAssignment;
  /** Absent while it is being opened, and when it cannot be. */
  partition: Partition | undefined;
  condition: ReplicaCondition;
}

/** What a request finds: the replica, or how its part of the request ends. */
export type ReplicaLookup =
  | { status: 'ok'; partition: Partition }
  | {
      status: 'missing' | 'corrupt' | 'unavailable' | 'stale_generation' | 'unknown_generation';
    };

export class ReplicaSet {
  readonly #home: ReplicaHome;
  readonly #logger: Logger;
  readonly #replicas = new Map<string, Replica>();

  constructor(home: ReplicaHome, logger: Logger) {
    this.#home = home;
    this.#logger = logger;
  }

  find(
    collection: CollectionId,
    partition: PartitionNumber,
    generation: Generation,
  ): ReplicaLookup {
    const replica = this.#replicas.get(replicaName(collection, partition));
    if (replica === undefined) return { status: 'missing' };
    const known = replica.assignment.generation;
    if (generation < known) return { status: 'stale_generation' };
    // This node has yet to hear of the newer replica set, and so of what it must refuse.
    if (generation > known) return { status: 'unknown_generation' };
    if (replica.partition !== undefined) return { status: 'ok', partition: replica.partition };
    const { condition } = replica;
    return {
      status: condition === 'missing' || condition === 'corrupt' ? condition : 'unavailable',
    };
  }

  *partitions(): IterableIterator<Partition> {
    for (const { partition } of this.#replicas.values()) {
      if (partition !== undefined) yield partition;
    }
  }

  reports(): ReplicaReport[] {
    return Array.from(this.#replicas.values(), ({ assignment, partition, condition }) => ({
      collection: assignment.collection,
      partition: assignment.partition,
      condition: partition?.condition ?? condition,
      documentCount: partition?.documentCount ?? 0,
    }));
  }

  /** True when some replica must be opened, or opened anew, for a reason that may pass. */
  get hasFailed(): boolean {
    return [...this.#replicas.values()].some(
      ({ partition, condition }) => partition?.hasFailed ?? condition === 'loading',
    );
  }

  /**
   * Opens what is listed and not open, or failed since, and takes over the generations. Once it
   * resolves, no write of an older generation is under way any more: what it finds in a replica then
   * is all there will be.
   */
  async open(assignments: readonly ReplicaAssignment[]): Promise<void> {
    const unopened: { replica: Replica; failed: Partition | undefined }[] = [];
    const fences: Promise<void>[] = [];
    for (const assignment of assignments) {
      const name = replicaName(assignment.collection, assignment.partition);
      const known = this.#replicas.get(name);
      const isNewer = known !== undefined && assignment.generation > known.assignment.generation;
      if (known !== undefined) known.assignment = assignment;
      const failed = known?.partition?.hasFailed === true ? known.partition : undefined;
      if (known?.partition !== undefined && failed === undefined) {
        if (isNewer) fences.push(known.partition.fence());
        continue;
      }
      if (known?.condition === 'corrupt') continue;
      const replica: Replica = { assignment, partition: undefined, condition: 'loading' };
      this.#replicas.set(name, replica);
      unopened.push({ replica, failed });
    }
    for (const { replica, failed } of unopened) {
      await failed?.close(false);
      await this.#openOne(replica);
    }
    await Promise.all(fences);
  }

  /** Closes and deletes what is not listed. */
  async removeUnlisted(assignments: readonly ReplicaAssignment[]): Promise<void> {
    const listed = new Set(
      assignments.map(({ collection, partition }) => replicaName(collection, partition)),
    );
    for (const [name, { partition }] of this.#replicas) {
      if (listed.has(name)) continue;
      this.#replicas.delete(name);
      await partition?.close(false);
    }
    for (const name of this.#home.names()) {
      if (listed.has(name)) continue;
      this.#logger.info({ replica: name }, 'replica removed');
      this.#home.remove(name);
    }
  }

  /** Closes all, saving the graphs that changed. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.partitions(), (partition) => partition.close(true)));
  }

  async #openOne(replica: Replica): Promise<void> {
    const { collection, partition } = replica.assignment;
    try {
      replica.partition = await this.#home.open(replica.assignment);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { failure, message } = error;
      replica.condition = failure === 'missing' || failure === 'corrupt' ? failure : 'loading';
      this.#logger.error({ collection, partition, failure, error: message }, 'replica not opened');
    }
  }
}

/** The replica's folder. Collection ids are hexadecimal, so it is never made of anyone's input. */
export function replicaName(collection: CollectionId, partition: PartitionNumber): string {
  return `${collection}-${partition}`;
}

const REPLICA_NAME = /^[0-9a-f]{1,64}-[0-9]{1,4}$/;

export function isReplicaName(name: string): boolean {
  return REPLICA_NAME.test(name);
}
