/**
 * The disk under a `MemoryPartitionStore`, for simulations and tests. It outlives the store: after
 * `crash()` a new store opened on it finds exactly what was synced. Time passes on the given clock,
 * so that a crash can fall between a write and its sync.
 */
import type { Clock, Timer } from '../../src/base/clock.js';
import { emptyDigest, toggleChanges } from './digest.js';
import type { IdRecord } from './id-record.js';
import { type Row, StoreError } from './partition-store.js';
import { EMPTY_STATE, type StoreState } from './store-state.js';
import type { WritePlan } from './write-plan.js';

export interface SimulatedDiskOptions {
  /** How long a sync takes. Default 1. */
  syncMs?: number;
}

interface Sync {
  plan: WritePlan;
  timer: Timer;
}

export class SimulatedDisk {
  /** Set: every sync that would add a row fails for want of room; deletes still succeed. */
  isFull = false;
  readonly #clock: Clock;
  readonly #syncMs: number;
  readonly #damagedSeqs = new Set<number>();
  readonly #rows = new Map<number, Row>();
  readonly #records = new Map<string, IdRecord>();
  readonly #digest = emptyDigest();
  #state: StoreState = EMPTY_STATE;
  #changeCount = 0;
  #mountCount = 0;
  #failsNextSync = false;
  #sync: Sync | undefined;

  constructor(clock: Clock, options: SimulatedDiskOptions = {}) {
    this.#clock = clock;
    this.#syncMs = options.syncMs ?? 1;
  }

  /** What is durable. */
  get state(): StoreState {
    return this.#state;
  }

  get digest(): BigUint64Array {
    return this.#digest.slice();
  }

  /** Grows with every change of what is durable. */
  get changeCount(): number {
    return this.#changeCount;
  }

  get records(): ReadonlyMap<string, IdRecord> {
    return this.#records;
  }

  /** The next sync fails, as of a dying device; nothing of it is kept. */
  failNextSync(): void {
    this.#failsNextSync = true;
  }

  /** From now on the row of this sequence number cannot be read. */
  damageRow(seq: number): void {
    this.#damagedSeqs.add(seq);
  }

  /** Some row cannot be read. */
  get isDamaged(): boolean {
    return this.#damagedSeqs.size > 0;
  }

  /** Rows that were damaged can be read again. */
  restoreRows(): void {
    this.#damagedSeqs.clear();
  }

  /** Documents whose rows cannot be read are gone; what else is damaged is nobody's any more. */
  forgetDamaged(): void {
    for (const [id, { seq }] of [...this.#records]) if (this.#damagedSeqs.has(seq)) this.forget(id);
    for (const seq of this.#damagedSeqs) this.#rows.delete(seq);
    this.#damagedSeqs.clear();
  }

  /** The device is sound again; damaged rows stay so. */
  repair(): void {
    this.isFull = false;
    this.#failsNextSync = false;
  }

  /** The document is gone, as if it had never been written: nothing notices by itself. */
  forget(id: string): void {
    const before = this.#records.get(id);
    if (before === undefined) return;
    this.#rows.delete(before.seq);
    this.#damagedSeqs.delete(before.seq);
    this.#records.delete(id);
    toggleChanges(this.#digest, new Map([[id, { before, after: undefined }]]));
    const { documentCount, tombstoneCount } = this.#state;
    this.#state =
      before.kind === 'row'
        ? { ...this.#state, documentCount: documentCount - 1 }
        : { ...this.#state, tombstoneCount: tombstoneCount - 1 };
    this.#changeCount += 1;
  }

  /**
   * The process dies: the store on this disk is cut off, and its promises never settle. What was
   * being synced is lost, unless `keepsUnsynced`: a crash after the sync, before anyone heard of it.
   */
  crash(keepsUnsynced = false): void {
    this.#mountCount += 1;
    const sync = this.#sync;
    this.#sync = undefined;
    if (sync === undefined) return;
    sync.timer.cancel();
    if (keepsUnsynced) this.#keep(sync.plan);
  }

  /** For the store: a handle that is good until the next crash or mount. */
  mount(): number {
    this.#mountCount += 1;
    return this.#mountCount;
  }

  isMounted(mount: number): boolean {
    return mount === this.#mountCount;
  }

  /** A durable row. Throws `corrupt` when it is damaged. */
  row(seq: number): Row | undefined {
    if (this.#damagedSeqs.has(seq) && this.#rows.has(seq)) {
      throw new StoreError('corrupt', `damaged: row ${seq}`);
    }
    return this.#rows.get(seq);
  }

  /** Sequence numbers of durable rows, ascending. */
  seqs(): IterableIterator<number> {
    return this.#rows.keys();
  }

  /** Resolves when the plan is durable. */
  sync(mount: number, plan: WritePlan): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isMounted(mount)) return;
      const timer = this.#clock.setTimer(this.#syncMs, () => {
        this.#sync = undefined;
        const error = this.#failureOf(plan);
        if (error !== undefined) {
          reject(error);
          return;
        }
        this.#keep(plan);
        resolve();
      });
      this.#sync = { plan, timer };
    });
  }

  #failureOf(plan: WritePlan): StoreError | undefined {
    if (this.#failsNextSync) {
      this.#failsNextSync = false;
      return new StoreError('failed', 'the simulated device failed to sync');
    }
    if (!this.isFull || plan.rows.size === 0) return undefined;
    return new StoreError('full', 'the simulated disk is full');
  }

  #keep(plan: WritePlan): void {
    for (const seq of plan.supersededSeqs) {
      this.#rows.delete(seq);
      this.#damagedSeqs.delete(seq);
    }
    for (const row of plan.rows.values()) this.#rows.set(row.seq, copyOf(row));
    for (const [id, { after }] of plan.records) {
      if (after === undefined) this.#records.delete(id);
      else this.#records.set(id, after);
    }
    toggleChanges(this.#digest, plan.records);
    this.#state = plan.state;
    this.#changeCount += 1;
  }
}

function copyOf(row: Row): Row {
  return {
    ...row,
    vector: row.vector.slice(),
    text: Uint8Array.prototype.slice.call(row.text),
    metadata: Uint8Array.prototype.slice.call(row.metadata),
  };
}
