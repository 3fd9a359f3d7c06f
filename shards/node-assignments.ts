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
import type { OpenOptions, ReplicaSet } from './replica-set.js';

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
/** Verifying reads all that there is, so it becomes rarer while it finds the same. */
const VERIFY_MS_MIN = 10_000;
const VERIFY_MS_MAX = 600_000;
const REFRESH_INTERVAL_MS = 60_000;

export class NodeAssignments {
  readonly #options: NodeAssignmentsOptions;
  #record: NodeRecord;
  #refreshedAtMs: number;
  #isStopping = false;
  #willReopen = false;
  #willVerify = false;
  #verifyMs = VERIFY_MS_MIN;
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
      await this.#open(replicas, { mayWipe: true, wiped: outdated });
      const held = replicas.map((replica) => ({ ...replica, create: false }));
      const freshAtMs = refreshed(fresh, replicas, outdated, wallMs);
      this.#remember({ ...this.#record, replicas: held, freshAtMs });
    });
  }

  /** A coordinator is there, so what it assigned last still holds. */
  refresh(nowMs: number): void {
    this.reopenFailed();
    this.#verifyDamaged();
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
      if (!this.#isStopping)
        void this.#change(() => this.#open(this.#record.replicas, { mayWipe: true }));
    });
  }

  /** Begins nothing more; resolves when what was begun is done. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#changes;
  }

  /**
   * What was found damaged, and is not made anew because it is the last of its kind, is looked at
   * again: it answers nothing, and nobody else may be able to bring back what it has.
   */
  #verifyDamaged(): void {
    const { replicas, clock } = this.#options;
    if (this.#willVerify || this.#isStopping) return;
    if (!replicas.hasDamaged) {
      this.#verifyMs = VERIFY_MS_MIN;
      return;
    }
    this.#willVerify = true;
    clock.setTimer(this.#verifyMs, () => {
      this.#willVerify = false;
      this.#verifyMs = Math.min(2 * this.#verifyMs, VERIFY_MS_MAX);
      if (this.#isStopping) return;
      void this.#change(() => this.#open(this.#record.replicas, { verifiesDamaged: true }));
    });
  }

  async #open(assignments: readonly ReplicaAssignment[], options?: OpenOptions): Promise<void> {
    await this.#options.replicas.open(assignments, options);
    this.#options.onChanged();
    this.reopenFailed();
    this.#verifyDamaged();
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
