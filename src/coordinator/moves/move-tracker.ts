/**
 * How far moves are, how fast, and how long they will take, from what nodes report of the replicas
 * that they copy. Bytes are the copied documents' as they travel; how many there will be follows from
 * the number of documents and the mean size of those copied so far, here or before.
 */
import type { Clock } from '../../base/clock.js';
import type { CollectionId, NodeId } from '../../base/ids.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import { refKey } from '../replication/recovery-controller.js';
import { parentPartition, type ReplicaRef } from '../topology/replica-transitions.js';
import type { CollectionEntry, MoveCause, PartitionEntry, Topology } from '../topology/topology.js';
import type { MoveDecision, WantedMove } from './move-controller.js';
import type { WaitReason } from './move-waits.js';

export type MoveState = 'waiting' | 'copying' | 'in_sync';

export interface MoveReport {
  /** Of the new replica; without {@link hasTarget}, of the one that is to go. */
  ref: ReplicaRef;
  collection: string;
  from: NodeId | undefined;
  cause: MoveCause;
  state: MoveState;
  /** Why it does not go on; undefined: it does. */
  waitReason: WaitReason | undefined;
  /** 0..1. */
  progressRatio: number;
  documentsTotal: number;
  bytesMoved: number;
  bytesTotal: number;
  bytesPerSecond: number;
  /** Undefined while nothing is known. */
  etaMs: number | undefined;
}

export type ReportOf = (ref: ReplicaRef) => ReplicaReport | undefined;

export interface MoveCounters {
  readonly begun: ReadonlyMap<MoveCause, number>;
  readonly finished: ReadonlyMap<MoveCause, number>;
  readonly cancelled: ReadonlyMap<MoveCause, number>;
}

interface Tracked {
  ref: ReplicaRef;
  cause: MoveCause;
  /** Of the last report that said something new. */
  byteCount: number;
  atMs: number;
  bytesPerSecond: number;
}

/** What a document weighs beside its vector, before any was seen: id, version, some text. */
const OVERHEAD_BYTES = 64;
/** Weight of the newest measurement. */
const RATE_WEIGHT = 0.3;
/** What is believed before anything was copied. */
const BYTES_PER_SECOND_GUESS = 16 * 1024 * 1024;
const COPIED_RATIO_MAX = 0.99;

export class MoveTracker {
  readonly #clock: Clock;
  readonly #tracked = new Map<string, Tracked>();
  readonly #documentBytes = new Map<CollectionId, number>();
  readonly #counts = {
    begun: new Map<MoveCause, number>(),
    finished: new Map<MoveCause, number>(),
    cancelled: new Map<MoveCause, number>(),
  };
  #reportOf: ReportOf = () => undefined;
  #topology: Topology | undefined;
  #typicalBytesPerSecond = BYTES_PER_SECOND_GUESS;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get counters(): MoveCounters {
    return this.#counts;
  }

  /** What one copy has been moving per second, lately. */
  get bytesPerSecond(): number {
    return this.#typicalBytesPerSecond;
  }

  update(topology: Topology, reportOf: ReportOf): void {
    this.#reportOf = reportOf;
    this.#topology = topology;
    const seen = new Set<string>();
    for (const { id: collectionId, partitions } of topology.collections.values()) {
      for (const [partition, { replicas }] of partitions.entries()) {
        for (const { nodeId, move } of replicas) {
          if (move === undefined) continue;
          const ref = { collectionId, partition, nodeId };
          seen.add(refKey(ref));
          this.#follow(ref, move.cause);
        }
      }
    }
    for (const [key, { ref, cause }] of this.#tracked) {
      if (seen.has(key)) continue;
      this.#tracked.delete(key);
      count(isThere(topology, ref) ? this.#counts.finished : this.#counts.cancelled, cause);
    }
  }

  /** Moves under way in the order of collections and partitions, then those that wait. */
  reports(
    topology: Topology,
    { waiting, held }: Pick<MoveDecision, 'waiting' | 'held'>,
  ): MoveReport[] {
    const reports: MoveReport[] = [];
    for (const collection of topology.collections.values()) {
      for (const [partition, entry] of collection.partitions.entries()) {
        for (const { nodeId, state, move } of entry.replicas) {
          if (move === undefined) continue;
          const ref = { collectionId: collection.id, partition, nodeId };
          const base = { ref, cause: move.cause, from: move.from };
          reports.push({
            ...this.#progress(collection, entry, base),
            waitReason: held.get(refKey(ref)) ?? this.#fullReason(ref),
            ...(state === 'in_sync' ? { state, progressRatio: 1, etaMs: 0 } : {}),
          });
        }
      }
    }
    for (const { reason, ...move } of waiting) {
      const collection = topology.collections.get(move.ref.collectionId);
      const entry = collection?.partitions[move.ref.partition];
      if (collection === undefined || entry === undefined) continue;
      const sized = this.#progress(collection, entry, move);
      reports.push({ ...sized, state: 'waiting', waitReason: reason, etaMs: undefined });
    }
    return reports;
  }

  #fullReason(ref: ReplicaRef): WaitReason | undefined {
    return this.#reportOf(ref)?.condition === 'full' ? 'target_full' : undefined;
  }

  /** Of a partition, as its fullest replica last said; of one that fills, what there will be. */
  documentCount(collection: CollectionEntry, partition: number, entry: PartitionEntry): number {
    const { id, splitOf, partitions } = collection;
    const counts = entry.replicas.map(({ nodeId }) => {
      return this.#reportOf({ collectionId: id, partition, nodeId })?.documentCount ?? 0;
    });
    const fullest = Math.max(0, ...counts);
    const split = splitOf && this.#topology?.collections.get(splitOf);
    if (split === undefined) return fullest;
    const parent = parentPartition(partition, split, collection);
    const relieved = split.partitions[parent];
    if (relieved === undefined) return fullest;
    const whole = this.documentCount(split, parent, relieved);
    return Math.max(fullest, Math.round((whole * split.partitions.length) / partitions.length));
  }

  documentBytes({ id, dimension }: CollectionEntry): number {
    return this.#documentBytes.get(id) ?? 4 * dimension + OVERHEAD_BYTES;
  }

  #follow(ref: ReplicaRef, cause: MoveCause): void {
    const key = refKey(ref);
    const nowMs = this.#clock.nowMs();
    const recovery = this.#reportOf(ref)?.recovery;
    const known = this.#tracked.get(key);
    if (known === undefined) {
      count(this.#counts.begun, cause);
      const byteCount = recovery?.byteCount ?? 0;
      this.#tracked.set(key, { ref, cause, byteCount, atMs: nowMs, bytesPerSecond: 0 });
      return;
    }
    if (recovery === undefined || recovery.byteCount === known.byteCount) return;
    if (recovery.rowCount > 0) {
      this.#documentBytes.set(ref.collectionId, recovery.byteCount / recovery.rowCount);
    }
    const seconds = (nowMs - known.atMs) / 1000;
    const rate = (recovery.byteCount - known.byteCount) / Math.max(seconds, 0.001);
    // A recovery that starts over counts from zero.
    if (rate > 0) {
      known.bytesPerSecond = blend(known.bytesPerSecond || rate, rate);
      this.#typicalBytesPerSecond = blend(this.#typicalBytesPerSecond, rate);
    }
    known.byteCount = recovery.byteCount;
    known.atMs = nowMs;
  }

  #progress(
    collection: CollectionEntry,
    entry: PartitionEntry,
    { ref, from, cause }: WantedMove,
  ): MoveReport {
    const documentsTotal = this.documentCount(collection, ref.partition, entry);
    const report = this.#reportOf(ref);
    const tracked = this.#tracked.get(refKey(ref));
    const held = tracked === undefined ? 0 : (report?.documentCount ?? 0);
    const isEqual = report?.recovery?.phase === 'equal';
    const copied = documentsTotal === 0 ? 0 : Math.min(COPIED_RATIO_MAX, held / documentsTotal);
    const progressRatio = isEqual ? COPIED_RATIO_MAX : copied;
    const bytesMoved = report?.recovery?.byteCount ?? 0;
    const bytesTotal = Math.max(bytesMoved, documentsTotal * this.documentBytes(collection));
    const bytesPerSecond = tracked?.bytesPerSecond ?? 0;
    const bytesLeft = bytesTotal * (1 - progressRatio);
    return {
      ref,
      collection: collection.name,
      from,
      cause,
      state: 'copying',
      waitReason: undefined,
      progressRatio,
      documentsTotal,
      bytesMoved,
      bytesTotal: Math.round(bytesTotal),
      bytesPerSecond: Math.round(bytesPerSecond),
      etaMs: bytesPerSecond > 0 ? Math.round((bytesLeft / bytesPerSecond) * 1000) : undefined,
    };
  }
}

function isThere(topology: Topology, { collectionId, partition, nodeId }: ReplicaRef): boolean {
  const entry = topology.collections.get(collectionId)?.partitions[partition];
  return entry?.replicas.some((replica) => replica.nodeId === nodeId) ?? false;
}

function count(counts: Map<MoveCause, number>, cause: MoveCause): void {
  counts.set(cause, (counts.get(cause) ?? 0) + 1);
}

function blend(before: number, newest: number): number {
  return before * (1 - RATE_WEIGHT) + newest * RATE_WEIGHT;
}
