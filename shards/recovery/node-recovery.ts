/**
 * Brings a node's recovering replicas level: one attempt for each replica that has a source, anew for
 * every generation and every source. What an attempt needs is asked for; so it may end at any point,
 * with the process or without, and the next one goes on from what the replica holds by then.
 */
import type { Clock } from '../../src/base/clock.js';
import type { CollectionId, NodeId } from '../../src/base/ids.js';
import type { Logger } from '../../src/base/logger.js';
import { TOMBSTONE_GRACE_MS, tombstoneHorizon } from '../../src/base/tombstone-horizon.js';
import type { Version } from '../../src/base/version.js';
import type { RecoveryReport, ReplicaReport } from '../../src/wire/link-messages.js';
import {
  type ConnectRecoveryPeer,
  type MergeQuestion,
  type RecoveryAnswer,
  type RecoveryPeer,
  type RecoveryQuestion,
  type RecoveryTarget,
  refusedAs,
} from '../../src/wire/recovery-messages.js';
import type { ReplicaAssignment } from '../link-handler.js';
import type { Partition } from '../partition.js';
import { type FencedReplica, type ReplicaSet, replicaName } from '../replica-set.js';
import { StoreError } from '../store/partition-store.js';
import { BucketSet } from './bucket-set.js';
import type { GraphCopyEnd } from './graph-copy.js';
import { Leveller } from './leveller.js';
import { RecoverySource } from './recovery-source.js';
import { type ReceivedTotals, RecoveryTotals } from './recovery-totals.js';

export interface NodeRecoveryOptions {
  /**
   * Most bytes of documents and graphs a second that one replica copies; 0: as many as come.
   * Default 64 MiB.
   */
  bytesPerSecond: number;
  /**
   * The source's graph is copied when at least so many documents, and a quarter of all, are missing.
   * Default 2,000.
   */
  graphRowsMin: number;
  /**
   * How long tombstones are kept. A replica that was out of sync for longer is made anew.
   * Default 24 h.
   */
  tombstoneGraceMs: number;
}

export const nodeRecoveryDefaults: NodeRecoveryOptions = {
  bytesPerSecond: 64 * 1024 * 1024,
  graphRowsMin: 2000,
  tombstoneGraceMs: TOMBSTONE_GRACE_MS,
};

export interface NodeRecoveryParts {
  nodeId: NodeId;
  clusterId(): string | undefined;
  replicas: ReplicaSet;
  clock: Clock;
  logger: Logger;
  connect: ConnectRecoveryPeer;
  options: NodeRecoveryOptions;
  /** A replica turned out to be damaged while it recovered: it is to be made anew. */
  onDamaged(): void;
}

interface Attempt {
  /** What is brought level: another one takes its place when it is made anew. */
  partition: Partition;
  generation: number;
  sourceAddress: string;
  relievedCollection: CollectionId | undefined;
  leveller: Leveller;
  peer: RecoveryPeer;
}

export class NodeRecovery {
  readonly #parts: NodeRecoveryParts;
  readonly #source: RecoverySource;
  readonly #attempts = new Map<string, Attempt>();
  readonly #totals = new RecoveryTotals();
  #isStopped = false;

  constructor(parts: NodeRecoveryParts) {
    this.#parts = parts;
    this.#source = new RecoverySource(parts);
  }

  /** From other nodes, since the start. */
  get received(): ReceivedTotals {
    return this.#totals.received;
  }

  answer(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    return question.kind === 'merge' ? this.#merge(question) : this.#source.answer(question);
  }

  /** Follows the assignment: begins, and ends, attempts. */
  follow(): void {
    if (this.#isStopped) return;
    const wanted = new Map<string, FencedReplica>();
    for (const replica of this.#parts.replicas.fencedReplicas()) {
      const { state, source } = replica.assignment;
      if (state === 'recovering' && source !== undefined) wanted.set(replica.name, replica);
    }
    for (const [name, attempt] of this.#attempts) {
      const { assignment, partition } = wanted.get(name) ?? {};
      // A newer generation of a partition that is relieved changes nothing: what it was copied from
      // refuses the writes of the one before.
      const isSame =
        partition === attempt.partition &&
        assignment?.generation === attempt.generation &&
        assignment.source?.address === attempt.sourceAddress &&
        assignment.source.relieved?.collection === attempt.relievedCollection;
      if (!isSame) this.#end(name, attempt);
    }
    for (const [name, replica] of wanted) {
      if (!this.#attempts.has(name)) this.#begin(name, replica);
    }
  }

  /** The reports, with how far those that recover are. */
  complete(reports: readonly ReplicaReport[]): ReplicaReport[] {
    const present = new Map<string, Partition>();
    for (const { name, partition } of this.#parts.replicas.fencedReplicas()) {
      present.set(name, partition);
    }
    return reports.map((report) => {
      const name = replicaName(report.collection, report.partition);
      const attempt = this.#attempts.get(name);
      const isOfIt = attempt !== undefined && attempt.partition === present.get(name);
      return isOfIt ? { ...report, recovery: reportOf(attempt) } : report;
    });
  }

  stop(): void {
    this.#isStopped = true;
    for (const [name, attempt] of this.#attempts) this.#end(name, attempt);
  }

  #begin(name: string, { assignment, partition }: FencedReplica): void {
    const { clock, logger, connect, options } = this.#parts;
    const { generation, source } = assignment;
    const clusterId = this.#parts.clusterId();
    if (source === undefined || clusterId === undefined) return;
    const peer = connect(source.address);
    const { contents } = partition;
    const leveller = new Leveller({
      peer,
      source: { clusterId, nodeId: source.nodeId, ...copiedPartition(assignment) },
      replica: contents,
      rules: {
        mode: 'mirror',
        horizon: this.#horizon(),
        mayBeLive: (id, sourceVersion) => contents.mayBeLive(id, sourceVersion),
      },
      clock,
      bytesPerSecond: options.bytesPerSecond,
      graphRowsMin: options.graphRowsMin,
      buckets: BucketSet.all(),
      onGraphCopied: (end) => this.#onGraphCopied(name, end),
    });
    const relievedCollection = source.relieved?.collection;
    const attempt = {
      partition,
      generation,
      sourceAddress: source.address,
      relievedCollection,
      leveller,
      peer,
    };
    this.#attempts.set(name, attempt);
    const fields = { replica: name, generation, source: source.nodeId };
    logger.info(fields, 'recovery begins');
    const run = leveller.run();
    this.#totals.watch(leveller, run);
    run.then(
      () => {
        logger.info({ ...fields, ...leveller.progress }, 'recovery ended');
        peer.close();
      },
      (error: unknown) => this.#onFailure(name, attempt, error),
    );
  }

  #onGraphCopied(replica: string, { status, detail }: GraphCopyEnd): void {
    const level = status === 'failed' ? 'warn' : 'info';
    this.#parts.logger[level]({ replica, status, detail }, 'copy of the graph ended');
  }

  #onFailure(name: string, attempt: Attempt, error: unknown): void {
    attempt.peer.close();
    if (!(error instanceof StoreError)) throw error;
    const { logger, onDamaged } = this.#parts;
    logger.error({ replica: name, error: error.message }, 'recovery failed');
    if (this.#attempts.get(name) === attempt) this.#attempts.delete(name);
    if (!this.#isStopped) onDamaged();
  }

  #end(name: string, attempt: Attempt): void {
    attempt.leveller.stop();
    attempt.peer.close();
    this.#attempts.delete(name);
  }

  /** Both replicas are in sync: what is newer there is taken over, nothing is taken back. */
  async #merge(question: MergeQuestion): Promise<RecoveryAnswer> {
    const { replicas, connect, clock, options } = this.#parts;
    const { target, horizon, sourceNodeId, sourceAddress } = question;
    const checked = await this.#source.answer({ kind: 'digest', target, horizon });
    if (checked.kind === 'refused') return checked;
    const found = replicas.findSource(target.collection, target.partition, target.generation);
    if (found.status !== 'ok') return refusedAs(found.status, 'the replica changed');
    const peer = connect(sourceAddress);
    const leveller = new Leveller({
      peer,
      source: { ...target, nodeId: sourceNodeId },
      replica: found.partition.contents,
      rules: { mode: 'merge', horizon, mayBeLive: () => true },
      clock,
      bytesPerSecond: options.bytesPerSecond,
      graphRowsMin: options.graphRowsMin,
      buckets: new BucketSet(question.buckets),
    });
    try {
      const copy = leveller.copyOnce();
      this.#totals.watch(leveller, copy);
      const isWhole = await copy;
      if (!isWhole) return refusedAs('unavailable', `${sourceNodeId} gave no answer`);
      return { kind: 'merge', rowCount: leveller.progress.rowCount };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return refusedAs('unavailable', error.message);
    } finally {
      peer.close();
    }
  }

  #horizon(): Version {
    return tombstoneHorizon(this.#parts.clock.wallMs(), this.#parts.options.tombstoneGraceMs);
  }
}

function reportOf({ generation, leveller }: Attempt): RecoveryReport {
  const { phase, rowCount, byteCount, idleRoundCount } = leveller.progress;
  return { generation, phase, rowCount, byteCount, idleRoundCount };
}

/** What is asked of the source: its replica of the same partition, or a slice of another one. */
function copiedPartition(
  assignment: ReplicaAssignment,
): Omit<RecoveryTarget, 'clusterId' | 'nodeId'> {
  const { collection, partition, generation, source } = assignment;
  if (source?.relieved === undefined) return { collection, partition, generation };
  const { partitionCount, ...relieved } = source.relieved;
  return { ...relieved, slice: { partition, partitionCount } };
}
