/**
 * What a node was assigned, and keeps to: carried out one after the other, remembered durably, tried
 * again when a disk failed, and handed to the recovery of those replicas that are not in sync.
 */
import type { Clock } from '../src/base/clock.js';
import type { Epoch } from '../src/base/ids.js';
import type { Logger } from '../src/base/logger.js';
import { checkAssignments, checkFence } from './assignment-check.js';
import type { ReplicaAssignment } from './link-handler.js';
import type { NodeRecord } from './node-record.js';
import { outdatedReplicas, refreshed } from './recovery/replica-freshness.js';
import type { ReplicaSet } from './replica-set.js';

export interface NodeAssignmentsOptions {
  clock: Clock;
  logger: Logger;
  replicas: ReplicaSet;
  /** What the node remembered from before. */
  record: NodeRecord;
  /** Keeps it, durably. */
  saveRecord(record: NodeRecord): void;
  /** A recovering replica that was out of sync for longer is made anew. */
  tombstoneGraceMs: number;
  /** Replicas were opened, made, or have another generation. */
  onChanged(): void;
}

const REOPEN_INTERVAL_MS = 5000;
const REOPEN_DAMAGED_MS = 1000;
const REFRESH_INTERVAL_MS = 60_000;

export class NodeAssignments {
  readonly #options: NodeAssignmentsOptions;
  #record: NodeRecord;
  #refreshedAtMs: number;
  #isStopping = false;
  #willReopen = false;
  /** Changes of the replicas follow one another. */
  #changes: Promise<unknown> = Promise.resolve();

  constructor(options: NodeAssignmentsOptions) {
    this.#options = options;
    this.#record = options.record;
    this.#refreshedAtMs = options.clock.nowMs();
  }

  get record(): NodeRecord {
    return this.#record;
  }

  /** Opens the replicas that the node was assigned before; resolves when all are open, or cannot be. */
  reopen(): Promise<void> {
    // What is held is looked at when its turn comes: a newer assignment may be carried out before.
    return this.#change(() =>
      this.#open(this.#record.replicas.map((replica) => ({ ...replica, create: false }))),
    );
  }

  carryOut(clusterId: string, epoch: Epoch, replicas: readonly ReplicaAssignment[]): Promise<void> {
    const { clock, tombstoneGraceMs } = this.#options;
    return this.#change(async () => {
      checkFence(this.#record, clusterId, epoch);
      checkAssignments(replicas);
      // First the epoch: after a crash half-way an older assignment must still be refused.
      this.#remember({ ...this.#record, clusterId, epoch });
      await this.#options.replicas.removeUnlisted(replicas);
      const fresh = this.#record.freshAtMs ?? {};
      const wallMs = clock.wallMs();
      const outdated = outdatedReplicas(fresh, replicas, wallMs, tombstoneGraceMs);
      await this.#open(replicas, true, outdated);
      const held = replicas.map((replica) => ({ ...replica, create: false }));
      const freshAtMs = refreshed(fresh, replicas, outdated, wallMs);
      this.#remember({ ...this.#record, replicas: held, freshAtMs });
    });
  }

  /** A coordinator is there, so what it assigned last still holds. */
  refresh(nowMs: number): void {
    this.reopenFailed();
    if (nowMs - this.#refreshedAtMs < REFRESH_INTERVAL_MS) return;
    this.#refreshedAtMs = nowMs;
    const { replicas, freshAtMs = {} } = this.#record;
    const wallMs = this.#options.clock.wallMs();
    this.#remember({
      ...this.#record,
      freshAtMs: refreshed(freshAtMs, replicas, new Set(), wallMs),
    });
  }

  /** What failed for a reason that may pass is tried again, after a while, until it is open. */
  reopenFailed(): void {
    if (this.#willReopen || this.#isStopping || !this.#options.replicas.hasFailed) return;
    this.#willReopen = true;
    this.#options.clock.setTimer(REOPEN_INTERVAL_MS, () => {
      this.#willReopen = false;
      if (!this.#isStopping) void this.reopen();
    });
  }

  /** A recovering replica failed on the way: it is opened anew, and made anew if it is damaged. */
  makeDamagedAnew(): void {
    this.#options.clock.setTimer(REOPEN_DAMAGED_MS, () => {
      if (!this.#isStopping) void this.#change(() => this.#open(this.#record.replicas, true));
    });
  }

  /** Begins nothing more; resolves when what was begun is done. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#changes;
  }

  async #open(
    assignments: readonly ReplicaAssignment[],
    mayWipe = false,
    outdated: ReadonlySet<string> = new Set(),
  ): Promise<void> {
    await this.#options.replicas.open(assignments, mayWipe, outdated);
    this.#options.onChanged();
    this.reopenFailed();
  }

  #remember(record: NodeRecord): void {
    if (JSON.stringify(record) === JSON.stringify(this.#record)) return;
    this.#options.saveRecord(record);
    this.#record = record;
  }

  #change<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#changes.then(change);
    this.#changes = changed.catch((error: unknown) => {
      this.#options.logger.warn({ error: String(error) }, 'assignment not carried out');
    });
    return changed;
  }
}
