/**
 * The partition store without files: the same decisions (`write-plan.ts`, `group-commit.ts`) over a
 * {@link SimulatedDisk}, for simulations and tests. What is durable is what the disk has synced.
 */
import { invariant } from '../../src/base/invariant.js';
import { makeVersion, NO_VERSION, type Version } from '../../src/base/version.js';
import type { WriteOp } from '../../src/wire/link-messages.js';
import { digestFrom } from './digest.js';
import { type CommitTarget, GroupCommit } from './group-commit.js';
import { entryOf, type IdRecord, type RecordChanges } from './id-record.js';
import type {
  AbsorbedEntry,
  PartitionStore,
  Row,
  StoreEntry,
  WriteOutcome,
} from './partition-store.js';
import type { SimulatedDisk } from './simulated-disk.js';
import { checkOps } from './store-limits.js';
import type { StoreState } from './store-state.js';
import { type PlanView, planWrites, type StoreRequest, type WritePlan } from './write-plan.js';

export class MemoryPartitionStore implements PartitionStore, PlanView, CommitTarget {
  readonly #disk: SimulatedDisk;
  readonly #mount: number;
  readonly #dimension: number;
  readonly #commits: GroupCommit;
  /** Ids in byte order, as of the disk's `changeCount`. */
  #sortedIds: readonly string[] = [];
  #sortedAtChange = -1;
  #isClosed = false;

  /** Opens what is on the disk. Throws a `StoreError` `corrupt` when a row is damaged. */
  constructor(disk: SimulatedDisk, dimension: number) {
    this.#disk = disk;
    this.#dimension = dimension;
    for (const seq of disk.seqs()) disk.row(seq);
    this.#mount = disk.mount();
    this.#commits = new GroupCommit(this);
  }

  get state(): StoreState {
    return this.#disk.state;
  }

  get documentCount(): number {
    return this.state.documentCount;
  }

  get lastSeq(): number {
    return this.state.lastSeq;
  }

  get highestVersion(): Version {
    return this.state.highestVersion;
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
    return record?.kind === 'row' ? this.row(record.seq) : undefined;
  }

  row(seq: number): Row | undefined {
    this.#expectOpen();
    return this.#disk.row(seq);
  }

  readRow(seq: number, read: (row: Row) => void): void {
    const row = this.row(seq);
    if (row !== undefined) read(row);
  }

  *scan(afterSeq: number): IterableIterator<Row> {
    this.#expectOpen();
    for (const seq of [...this.#disk.seqs()]) {
      const row = seq > afterSeq ? this.row(seq) : undefined;
      if (row !== undefined) yield row;
    }
  }

  *list(afterId: string): IterableIterator<Row> {
    this.#expectOpen();
    const ids = this.#idsInOrder();
    for (let i = firstAfter(ids, afterId); i < ids.length; i += 1) {
      const row = this.get(ids[i] as string);
      if (row !== undefined) yield row;
    }
  }

  *entries(afterId: string): IterableIterator<StoreEntry> {
    this.#expectOpen();
    const ids = this.#idsInOrder();
    for (let i = firstAfter(ids, afterId); i < ids.length; i += 1) {
      const id = ids[i] as string;
      const record = this.record(id);
      if (record !== undefined) yield entryOf(id, record);
    }
  }

  digest(horizon: Version = NO_VERSION): BigUint64Array {
    return digestFrom(this.#disk.digest, horizon, this);
  }

  async close(): Promise<void> {
    await this.#commits.close();
    this.#isClosed = true;
  }

  record(id: string): IdRecord | undefined {
    this.#expectOpen();
    return this.#disk.records.get(id);
  }

  tombstonesBefore(before: Version, limit: number): string[] {
    const old: { id: string; version: Version }[] = [];
    for (const [id, { kind, version }] of this.#disk.records) {
      if (kind === 'tombstone' && version < before) old.push({ id, version });
    }
    old.sort((a, b) => (a.version < b.version ? -1 : a.version > b.version ? 1 : 0));
    return old.slice(0, limit).map(({ id }) => id);
  }

  plan(requests: readonly StoreRequest[]): WritePlan {
    return planWrites(this, requests);
  }

  commit(plan: WritePlan): Promise<void> {
    return this.#disk.sync(this.#mount, plan);
  }

  apply(): void {
    // The disk has it.
  }

  #idsInOrder(): readonly string[] {
    if (this.#sortedAtChange !== this.#disk.changeCount) {
      this.#sortedIds = [...this.#disk.records.keys()].sort(compareUtf8);
      this.#sortedAtChange = this.#disk.changeCount;
    }
    return this.#sortedIds;
  }

  #expectOpen(): void {
    invariant(!this.#isClosed, 'a closed store is not read');
    invariant(this.#disk.isMounted(this.#mount), 'a store is not read after its crash');
  }
}

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function firstAfter(ids: readonly string[], afterId: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareUtf8(ids[middle] as string, afterId) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
