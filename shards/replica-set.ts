/**
 * The replicas that a node holds: opened, made and removed as the coordinator assigns them. Changes
 * are made one after the other; requests meanwhile see each replica as it is at that moment.
 */
import type { CollectionId, Generation, Partition as PartitionNumber } from '../src/base/ids.js';
import type { Logger } from '../src/base/logger.js';
import type { ReplicaCondition, ReplicaReport } from '../src/wire/link-messages.js';
import type { RecoveryRefusalStatus } from '../src/wire/recovery-messages.js';
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
  /** Makes a damaged replica, which is not open, anew from what can be read of it; else removes it. */
  salvage(assignment: ReplicaAssignment): Promise<void>;
}

interface Replica {
  assignment: ReplicaAssignment;
  /** Absent while it is being opened, and when it cannot be. */
  partition: Partition | undefined;
  condition: ReplicaCondition;
  /** Why it is not open. */
  detail: string;
  /** No write of an older generation is under way. */
  fencedGeneration: Generation;
}

/** A replica that is open and whose present generation is fenced. */
export interface FencedReplica {
  name: string;
  assignment: ReplicaAssignment;
  partition: Partition;
}

/** What a request finds: the replica, or how its part of the request ends. */
export type ReplicaLookup =
  | { status: 'ok'; partition: Partition }
  | {
      status: 'missing' | 'corrupt' | 'unavailable' | 'stale_generation' | 'unknown_generation';
    };

export interface OpenOptions {
  /** By default false. */
  mayWipe?: boolean;
  /** Names of those that are to be made anew; by default none. */
  wiped?: ReadonlySet<string>;
  /** By default false. */
  verifiesDamaged?: boolean;
}

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

  /** As `find`, for a read: a recovering replica answers none. */
  findReadable(
    collection: CollectionId,
    partition: PartitionNumber,
    generation: Generation,
  ): ReplicaLookup {
    const found = this.find(collection, partition, generation);
    const isRecovering = found.status === 'ok' && found.partition.contents.isRecovering;
    return isRecovering ? { status: 'unavailable' } : found;
  }

  /** What another replica copies from: in sync, and refusing writes older than `generation`. */
  findSource(
    collection: CollectionId,
    partition: PartitionNumber,
    generation: Generation,
  ): { status: 'ok'; partition: Partition } | { status: RecoveryRefusalStatus } {
    const replica = this.#replicas.get(replicaName(collection, partition));
    if (replica === undefined) return { status: 'missing' };
    if (replica.fencedGeneration < generation) return { status: 'not_yet' };
    if (replica.assignment.state === 'recovering') return { status: 'not_in_sync' };
    if (replica.partition === undefined) return { status: 'unavailable' };
    if (replica.partition.condition === 'corrupt') return { status: 'corrupt' };
    return { status: 'ok', partition: replica.partition };
  }

  *fencedReplicas(): IterableIterator<FencedReplica> {
    for (const [name, { assignment, partition, fencedGeneration }] of this.#replicas) {
      if (partition === undefined || fencedGeneration < assignment.generation) continue;
      yield { name, assignment, partition };
    }
  }

  *partitions(): IterableIterator<Partition> {
    for (const { partition } of this.#replicas.values()) {
      if (partition !== undefined) yield partition;
    }
  }

  reports(): ReplicaReport[] {
    return Array.from(this.#replicas.values(), ({ assignment, partition, condition, detail }) => ({
      collection: assignment.collection,
      partition: assignment.partition,
      condition: partition?.condition ?? condition,
      detail: partition?.detail ?? detail,
      documentCount: partition?.documentCount ?? 0,
    }));
  }

  /** True when some replica must be opened, or opened anew, for a reason that may pass. */
  get hasFailed(): boolean {
    return [...this.#replicas.values()].some(
      ({ partition, condition }) => partition?.hasFailed ?? condition === 'failed',
    );
  }

  /** True when some replica is not believed, for what was found in it. */
  get hasDamaged(): boolean {
    return [...this.#replicas.values()].some(isDamaged);
  }

  /**
   * Opens what is listed and not open, or failed since, and takes over the generations. A recovering
   * replica that is missing is made; one that is damaged or in `wiped` is made anew, if `mayWipe`.
   * Others that are damaged are verified again if `verifiesDamaged`, and stay as they are otherwise:
   * what was damaged may have been mended, or be read right this time. Once it resolves, no write of
   * an older generation is under way any more: what it finds in a replica then is all there will be.
   */
  async open(
    assignments: readonly ReplicaAssignment[],
    { mayWipe = false, wiped, verifiesDamaged = false }: OpenOptions = {},
  ): Promise<void> {
    const unopened: {
      replica: Replica;
      former: Partition | undefined;
      isWiped: boolean;
      isKept: boolean;
    }[] = [];
    const fences: Promise<void>[] = [];
    for (const assignment of assignments) {
      const name = replicaName(assignment.collection, assignment.partition);
      const known = this.#replicas.get(name);
      const isNewer = known !== undefined && assignment.generation > known.assignment.generation;
      if (known !== undefined) known.assignment = assignment;
      const isRecovering = assignment.state === 'recovering';
      const damage = known !== undefined && isDamaged(known) ? known : undefined;
      const isLost = damage !== undefined || wiped?.has(name) === true;
      const isWiped = mayWipe && isRecovering && isLost;
      const isVerified = damage !== undefined && verifiesDamaged;
      const mustReopen = isWiped || isVerified || known?.partition?.hasFailed === true;
      if (known?.partition !== undefined && !mustReopen) {
        if (isNewer || !isRecovering) markRecovering(known, isNewer);
        if (isNewer) fences.push(this.#fence(known, known.partition));
        continue;
      }
      if (damage !== undefined && !mustReopen) continue;
      const replica: Replica = {
        assignment,
        partition: undefined,
        // It counts as damaged until it was found to be whole.
        condition: isVerified && !isWiped ? 'corrupt' : 'loading',
        detail: isVerified && !isWiped ? detailOf(damage) : '',
        fencedGeneration: 0,
      };
      this.#replicas.set(name, replica);
      const isKept = damage !== undefined && assignment.keepsReadable === true;
      unopened.push({ replica, former: known?.partition, isWiped, isKept });
    }
    for (const { replica, former, isWiped, isKept } of unopened) {
      await former?.close(false);
      if (isWiped && !isKept) this.#wipe(replica);
      await this.#openOne(replica, isWiped && isKept, mayWipe);
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

  #wipe({ assignment: { collection, partition } }: Replica): void {
    this.#logger.warn({ collection, partition }, 'replica wiped, to be recovered');
    this.#home.remove(replicaName(collection, partition));
  }

  async #openOne(replica: Replica, isSalvaged: boolean, mayMake: boolean): Promise<void> {
    const { assignment } = replica;
    const { collection, partition, generation, state } = assignment;
    const name = replicaName(collection, partition);
    const isNew = !this.#home.names().includes(name);
    const create = assignment.create || (mayMake && state === 'recovering');
    try {
      if (isSalvaged) await this.#home.salvage(assignment);
      replica.partition = await this.#home.open({ ...assignment, create });
      replica.fencedGeneration = generation;
      markRecovering(replica, isNew);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { failure, message } = error;
      replica.condition = failure === 'missing' || failure === 'corrupt' ? failure : 'failed';
      replica.detail = message;
      this.#logger.error({ collection, partition, failure, error: message }, 'replica not opened');
    }
  }

  async #fence(replica: Replica, partition: Partition): Promise<void> {
    const { generation } = replica.assignment;
    await partition.fence();
    replica.fencedGeneration = generation;
  }
}

function isDamaged({ partition, condition }: Replica): boolean {
  return (partition?.condition ?? condition) === 'corrupt';
}

function detailOf({ partition, detail }: Replica): string {
  return partition?.detail ?? detail;
}

/** From here on writes are live ones; `isComplete`: all of this generation, none came before. */
function markRecovering({ assignment, partition }: Replica, isComplete: boolean): void {
  if (assignment.state === 'recovering') partition?.contents.beginRecovery(isComplete);
  else partition?.contents.endRecovery();
}

/** The replica's folder. Collection ids are hexadecimal, so it is never made of anyone's input. */
export function replicaName(collection: CollectionId, partition: PartitionNumber): string {
  return `${collection}-${partition}`;
}

const REPLICA_NAME = /^[0-9a-f]{1,64}-[0-9]{1,4}$/;

export function isReplicaName(name: string): boolean {
  return REPLICA_NAME.test(name);
}
