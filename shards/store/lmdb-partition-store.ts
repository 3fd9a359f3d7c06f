/**
 * The partition store on disk: one LMDB environment per replica. Where the bytes are is in
 * `key-layout.ts`, what a write does in `write-plan.ts`, who waits for which commit in
 * `group-commit.ts`; here plans become transactions, and reads hide what is not announced yet.
 *
 * LMDB shows a transaction as soon as it is on disk, which is a little before our own counters know
 * of it. So while a commit is under way, reads of the ids it touches use the records from before it,
 * and rows above `lastSeq` do not exist. Superseded rows, which such reads show, stay for one commit.
 */
import { invariant } from '../../src/base/invariant.js';
import { makeVersion, NO_VERSION, type Version } from '../../src/base/version.js';
import type { WriteOp } from '../../src/wire/link-messages.js';
import { digestFrom, toggleChanges } from './digest.js';
import { type CommitTarget, GroupCommit } from './group-commit.js';
import { entryOf, type IdRecord, type RecordChanges } from './id-record.js';
import * as layout from './key-layout.js';
import { changesOf, commitChanges } from './lmdb-changes.js';
import { closeEnvironment, type LmdbEnvironment, readingOf } from './lmdb-environment.js';
import { LmdbRows } from './lmdb-rows.js';
import type { VerifiedStore } from './lmdb-verify.js';
import {
  type AbsorbedEntry,
  damaged,
  type PartitionStore,
  type Row,
  type StoreEntry,
  StoreError,
  type WriteOutcome,
} from './partition-store.js';
import { checkOps } from './store-limits.js';
import type { StoreState } from './store-state.js';
import { type PlanView, planWrites, type StoreRequest, type WritePlan } from './write-plan.js';

export class LmdbPartitionStore implements PartitionStore, PlanView, CommitTarget {
  readonly #environment: LmdbEnvironment;
  readonly #directory: string;
  readonly #dimension: number;
  readonly #rows: LmdbRows;
  readonly #onClose: () => void;
  readonly #commits: GroupCommit;
  readonly #digest: BigUint64Array;
  #state: StoreState;
  /** Superseded rows that are still stored; the next commit removes them. */
  #garbage: Set<number>;
  /** The commit under way. */
  #pending: WritePlan | undefined;
  #isClosed = false;

  /** Use `openPartitionStore`. */
  constructor(
    environment: LmdbEnvironment,
    directory: string,
    dimension: number,
    verified: VerifiedStore,
    onClose: () => void,
  ) {
    this.#environment = environment;
    this.#directory = directory;
    this.#dimension = dimension;
    this.#rows = new LmdbRows(environment, directory, dimension);
    this.#state = verified.state;
    this.#digest = verified.digest;
    this.#garbage = verified.garbage;
    this.#onClose = onClose;
    this.#commits = new GroupCommit(this);
  }

  get state(): StoreState {
    return this.#state;
  }

  get documentCount(): number {
    return this.#state.documentCount;
  }

  get lastSeq(): number {
    return this.#state.lastSeq;
  }

  get highestVersion(): Version {
    return this.#state.highestVersion;
  }

  async write(version: Version, ops: readonly WriteOp[]): Promise<WriteOutcome> {
    checkOps(ops, this.#dimension);
    return (await this.#commits.submit({ kind: 'write', version, ops })) as WriteOutcome;
  }

  async absorb(entries: readonly AbsorbedEntry[]): Promise<WriteOutcome> {
    checkOps(entries, this.#dimension);
    return (await this.#commits.submit({ kind: 'absorb', entries })) as WriteOutcome;
  }

  watch(watcher: (changes: RecordChanges) => void): void {
    this.#commits.watch(watcher);
  }

  purgeTombstones(beforeWallMs: number): Promise<number> {
    return this.#commits.purge(makeVersion(beforeWallMs, 0, 0));
  }

  get(id: string): Row | undefined {
    const record = this.record(id);
    return record?.kind === 'row' ? this.#currentRow(id, record) : undefined;
  }

  row(seq: number): Row | undefined {
    this.#expectOpen();
    if (seq > this.#state.lastSeq || this.#garbage.has(seq)) return undefined;
    return this.#rows.get(seq);
  }

  readRow(seq: number, read: (row: Row) => void): void {
    this.#expectOpen();
    if (seq > this.#state.lastSeq || this.#garbage.has(seq)) return;
    this.#rows.read(seq, read);
  }

  *scan(afterSeq: number): IterableIterator<Row> {
    const { lastSeq } = this.#state;
    let after = afterSeq;
    while (after < lastSeq) {
      this.#expectOpen();
      const { rows, throughSeq } = this.#rows.slice(after, lastSeq, this.#garbage);
      yield* rows;
      if (throughSeq === undefined) return;
      after = throughSeq;
    }
  }

  *list(afterId: string): IterableIterator<Row> {
    // Rows are read with their slice: later they may be superseded, and gone.
    for (const slice of this.#recordSlices(afterId)) {
      yield* slice.flatMap(([id, record]) =>
        record.kind === 'row' ? [this.#currentRow(id, record)] : [],
      );
    }
  }

  *entries(afterId: string): IterableIterator<StoreEntry> {
    for (const slice of this.#recordSlices(afterId)) {
      for (const [id, record] of slice) yield entryOf(id, record);
    }
  }

  digest(horizon: Version = NO_VERSION): BigUint64Array {
    return digestFrom(this.#digest, horizon, this);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#commits.close();
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Whatever comes of it, the directory may be opened again.
    await closeEnvironment(this.#environment, this.#directory).finally(this.#onClose);
  }

  record(id: string): IdRecord | undefined {
    this.#expectOpen();
    const change = this.#pending?.records.get(id);
    if (change !== undefined) return change.before;
    const key = layout.encodeId(id);
    const value = this.#reading(`document ${JSON.stringify(id)}`, () =>
      this.#environment.ids.getBinary(key),
    );
    return value === undefined ? undefined : this.#decodeRecord(key, value);
  }

  tombstonesBefore(before: Version, limit: number): string[] {
    const end = layout.encodeTombstoneKey(before, '');
    return this.#reading('the tombstone index', () =>
      Array.from(
        this.#environment.tombstones.getKeys({ start: Buffer.of(0), end, limit }),
        (key) => {
          const tombstone = layout.decodeTombstoneKey(key);
          if (tombstone === undefined) throw damaged('a key of the tombstone index');
          return layout.decodeId(tombstone.idKey);
        },
      ),
    );
  }

  plan(requests: readonly StoreRequest[]): WritePlan {
    return planWrites(this, requests);
  }

  async commit(plan: WritePlan): Promise<void> {
    // All is encoded before anything is queued: half a transaction could not be taken back.
    const changes = changesOf(this.#environment, plan, this.#garbage, this.#digest);
    this.#pending = plan;
    try {
      await commitChanges(this.#environment, this.#directory, changes, plan.rows.size > 0);
    } catch (error) {
      // What a commit that failed left behind must be nothing: only then may another be tried.
      if (this.#isUntouched()) this.#pending = undefined;
      else throw new StoreError('failed', 'a commit failed and left traces', error);
      throw error;
    }
  }

  apply(plan: WritePlan): void {
    toggleChanges(this.#digest, plan.records);
    this.#state = plan.state;
    this.#garbage = new Set(plan.supersededSeqs);
    this.#pending = undefined;
  }

  /** True when LMDB shows the state from before the commit that just failed. */
  #isUntouched(): boolean {
    try {
      this.#environment.root.resetReadTxn();
      const stored = this.#environment.meta.getBinary(layout.STATE_KEY);
      return stored !== undefined && layout.encodeState(this.#state).equals(stored);
    } catch {
      return false;
    }
  }

  #currentRow(id: string, record: IdRecord): Row {
    const row = this.#rows.get(record.seq);
    if (row?.id !== id || row.version !== record.version) {
      throw damaged(`row ${record.seq} of document ${JSON.stringify(id)}`);
    }
    return row;
  }

  *#recordSlices(afterId: string): IterableIterator<[string, IdRecord][]> {
    let after: Uint8Array | undefined = afterId === '' ? undefined : layout.encodeId(afterId);
    while (true) {
      this.#expectOpen();
      const slice = this.#rows.sliceOf(this.#environment.ids, after);
      const records: [string, IdRecord][] = [];
      for (const { key, value } of slice) {
        const id = layout.decodeId(key);
        const change = this.#pending?.records.get(id);
        const record = change ? change.before : this.#decodeRecord(key, value);
        if (record !== undefined) records.push([id, record]);
      }
      yield records;
      after = slice.at(-1)?.key;
      if (after === undefined) return;
    }
  }

  #decodeRecord(key: Uint8Array, value: Uint8Array): IdRecord {
    const record = layout.decodeIdRecord(key, value);
    if (record === undefined) {
      throw damaged(`the record of document ${JSON.stringify(layout.decodeId(key))}`);
    }
    return record;
  }

  #reading<T>(what: string, read: () => T): T {
    return readingOf(this.#directory, what, read);
  }

  #expectOpen(): void {
    invariant(!this.#isClosed, 'a closed store is not read');
  }
}
