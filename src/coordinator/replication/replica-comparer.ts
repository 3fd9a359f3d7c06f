/**
 * Compares the replicas in sync of each partition by their digests, in the background and on demand.
 * Writes are under way, so replicas may differ at any one moment: a bucket counts as divergent only
 * when it differs at every one of several looks.
 *
 * In the background, what is found is healed: each replica takes over what is newer at each other one.
 * All of them hold every acknowledged write, so none is the truth, and nothing is taken back: a row
 * that one of them lost comes back, and a write that was never acknowledged reaches all.
 */
import { type Clock, delay, type Timer } from '../../base/clock.js';
import { DIGEST_BUCKET_COUNT } from '../../base/hash64.js';
import type { NodeId, Partition } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import { TOMBSTONE_GRACE_MS, tombstoneHorizon } from '../../base/tombstone-horizon.js';
import type { Version } from '../../base/version.js';
import type { ConnectRecoveryPeer, RecoveryPeer } from '../../wire/recovery-messages.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { CollectionEntry, Topology } from '../topology/topology.js';
import { type ReplicaDigest, summarize } from './digest-comparison.js';

export interface ReplicaComparerOptions {
  /** How often each partition is compared, in milliseconds; 0: never. Default 60,000. */
  intervalMs: number;
  /** As the nodes have it. Default 24 h. */
  tombstoneGraceMs: number;
}

export interface PartitionComparison {
  partition: Partition;
  bucketsDiffering: number;
  replicas: { nodeId: NodeId; documentCount: number; bucketsDiffering: number }[];
}

export interface DivergenceSample {
  collection: string;
  partition: Partition;
  bucketCount: number;
}

export interface ReplicaComparerParts {
  topology: { readonly current: Topology };
  nodes: NodeRegistry;
  /** Only the controller compares in the background. */
  isController(): boolean;
  connectPeer: ConnectRecoveryPeer;
  clock: Clock;
  logger: Logger;
  options: ReplicaComparerOptions;
}

const LOOKS_MAX = 5;
const LOOK_PAUSE_MS = 200;
const STEP_MS_MIN = 20;

interface Comparison extends PartitionComparison {
  /** The buckets that differ, as bits. */
  bits: Uint8Array;
}

export class ReplicaComparer {
  readonly #parts: ReplicaComparerParts;
  readonly #divergence = new Map<string, DivergenceSample>();
  #next = 0;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(parts: ReplicaComparerParts) {
    this.#parts = parts;
    if (parts.options.intervalMs > 0) this.#schedule();
  }

  /** As of the last look at each partition. */
  divergence(): DivergenceSample[] {
    return [...this.#divergence.values()];
  }

  /** All partitions of a collection, one after the other. */
  async compare(collection: CollectionEntry): Promise<PartitionComparison[]> {
    const comparisons: PartitionComparison[] = [];
    for (const partition of collection.partitions.keys()) {
      comparisons.push(await this.#comparePartition(collection, partition));
    }
    return comparisons;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    const { topology, clock, options } = this.#parts;
    let partitionCount = 1;
    for (const { partitions } of topology.current.collections.values()) {
      partitionCount += partitions.length;
    }
    const stepMs = Math.max(STEP_MS_MIN, options.intervalMs / partitionCount);
    this.#timer = clock.setTimer(stepMs, () => {
      void this.#step().finally(() => {
        if (!this.#isClosed) this.#schedule();
      });
    });
  }

  async #step(): Promise<void> {
    if (!this.#parts.isController()) {
      this.#divergence.clear();
      return;
    }
    const all = [...this.#parts.topology.current.collections.values()]
      .filter(({ state }) => state === 'ready')
      .flatMap((collection) =>
        [...collection.partitions.keys()].map((partition) => ({ collection, partition })),
      );
    this.#forgetOthers(
      new Set(all.map(({ collection, partition }) => `${collection.id}/${partition}`)),
    );
    this.#next = this.#next < all.length ? this.#next : 0;
    const chosen = all[this.#next];
    this.#next += 1;
    if (chosen === undefined) return;
    const { collection, partition } = chosen;
    const found = await this.#comparePartition(collection, partition);
    if (found.bucketsDiffering > 0) await this.#heal(collection, found);
  }

  async #comparePartition(collection: CollectionEntry, partition: Partition): Promise<Comparison> {
    const horizon = this.#horizon();
    const peers = this.#peersOf(collection, partition);
    let differing: Set<number> | undefined;
    let digests: ReplicaDigest[] = [];
    try {
      for (let look = 0; look < LOOKS_MAX && differing?.size !== 0; look += 1) {
        if (look > 0) await delay(this.#parts.clock, LOOK_PAUSE_MS);
        digests = await this.#digestsOf(collection, partition, peers, horizon);
        const now = summarize(digests).differing;
        const before = differing;
        differing = before === undefined ? now : new Set([...before].filter((b) => now.has(b)));
      }
    } finally {
      for (const peer of peers.values()) peer.close();
    }
    return this.#noted(collection, partition, digests, differing ?? new Set());
  }

  #noted(
    collection: CollectionEntry,
    partition: Partition,
    digests: readonly ReplicaDigest[],
    differing: ReadonlySet<number>,
  ): Comparison {
    const bits = new Uint8Array(DIGEST_BUCKET_COUNT / 8);
    for (const bucket of differing) {
      bits[bucket >> 3] = (bits[bucket >> 3] as number) | (1 << (bucket & 7));
    }
    this.#divergence.set(`${collection.id}/${partition}`, {
      collection: collection.name,
      partition,
      bucketCount: differing.size,
    });
    const replicas = summarize(digests, differing).replicas;
    return { partition, bucketsDiffering: differing.size, replicas, bits };
  }

  async #digestsOf(
    { id, partitions }: CollectionEntry,
    partition: Partition,
    peers: ReadonlyMap<NodeId, RecoveryPeer>,
    horizon: Version,
  ): Promise<ReplicaDigest[]> {
    const { clusterId } = this.#parts.topology.current;
    const generation = partitions[partition]?.generation ?? 0;
    const digests = await Promise.all(
      [...peers].map(async ([nodeId, peer]) => {
        const target = { clusterId, nodeId, collection: id, partition, generation };
        const answer = await peer.ask({ kind: 'digest', target, horizon });
        return answer.kind === 'digest' ? [{ nodeId, ...answer }] : [];
      }),
    );
    return digests.flat();
  }

  /** Every replica in sync learns from every other one. */
  async #heal(collection: CollectionEntry, found: Comparison): Promise<void> {
    const { topology, nodes, connectPeer, logger } = this.#parts;
    const { partition, bits } = found;
    const generation = collection.partitions[partition]?.generation ?? 0;
    const { clusterId } = topology.current;
    for (const { nodeId } of found.replicas) {
      const address = nodes.get(nodeId)?.entry.address;
      for (const other of found.replicas) {
        const sourceAddress = nodes.get(other.nodeId)?.entry.address;
        if (other.nodeId === nodeId || address === undefined || sourceAddress === undefined)
          continue;
        const peer = connectPeer(address);
        const answer = await peer.ask({
          kind: 'merge',
          target: { clusterId, nodeId, collection: collection.id, partition, generation },
          horizon: this.#horizon(),
          buckets: bits,
          sourceNodeId: other.nodeId,
          sourceAddress,
        });
        peer.close();
        const outcome = answer.kind === 'merge' ? { rowCount: answer.rowCount } : answer;
        logger.warn(
          { collection: collection.name, partition, nodeId, source: other.nodeId, ...outcome },
          'replicas in sync differed',
        );
      }
    }
  }

  #peersOf({ partitions }: CollectionEntry, partition: Partition): Map<NodeId, RecoveryPeer> {
    const { nodes, connectPeer } = this.#parts;
    const peers = new Map<NodeId, RecoveryPeer>();
    for (const { nodeId, state } of partitions[partition]?.replicas ?? []) {
      const node = nodes.get(nodeId);
      if (state !== 'in_sync' || node === undefined || !node.link.isConnected) continue;
      peers.set(nodeId, connectPeer(node.entry.address));
    }
    return peers;
  }

  #forgetOthers(keys: ReadonlySet<string>): void {
    for (const key of this.#divergence.keys()) if (!keys.has(key)) this.#divergence.delete(key);
  }

  #horizon(): Version {
    return tombstoneHorizon(this.#parts.clock.wallMs(), this.#parts.options.tombstoneGraceMs);
  }
}

export const defaultReplicaComparerOptions: ReplicaComparerOptions = {
  intervalMs: 60_000,
  tombstoneGraceMs: TOMBSTONE_GRACE_MS,
};
