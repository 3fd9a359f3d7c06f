/**
 * What the callers know: every write that they began, how it ended, and with which versions it was
 * sent. From that follows what a read may show. A write that was not acknowledged is indeterminate for
 * ever: it may have happened, or happen yet, until a newer one is acknowledged.
 *
 * Time is counted in ticks, one per beginning or end of a request, so that no two fall together.
 */
import type { Version } from '../../src/base/version.js';
import type { WriteOp } from '../../src/wire/link-messages.js';

export interface WriteRecord {
  kind: WriteOp['kind'];
  id: string;
  /** The text of an upsert: no two are the same. */
  token: string;
  vector: Float32Array;
  beganTick: number;
  state: 'pending' | 'acknowledged' | 'indeterminate';
  endedTick: number;
  /** As it was sent, oldest first: stamped again, it has several. */
  versions: Version[];
}

/** What a read may find of one id. */
export interface Possible {
  /** Every state with a version below this one is out of date. */
  floor: Version;
  upserts: WriteRecord[];
  mayBeAbsent: boolean;
}

/** Of one id, before those are forgotten that do not matter any more. */
const WRITES_KEPT = 24;

export class History {
  /** The highest version that a write was first given, by coordinator. */
  readonly highestFirst = new Map<number, Version>();
  readonly #byId = new Map<string, WriteRecord[]>();
  readonly #byToken = new Map<string, WriteRecord>();
  readonly #byVersion = new Map<string, Map<Version, WriteRecord>>();
  /** When the reads that are under way began, oldest first, and at which coordinator. */
  readonly #reads = new Map<number, number>();
  /** Reads may yet begin that count as begun by then. */
  oldestTickNeeded: () => number = () => Number.POSITIVE_INFINITY;
  /** The writes whose first sending is under way: stamps are theirs. */
  #beginning: Map<string, WriteRecord> | undefined;
  #tick = 0;

  nextTick(): number {
    this.#tick += 1;
    return this.#tick;
  }

  /** A read begins; what it may find is remembered until {@link endRead}. */
  beginRead(coordinator: number): number {
    const tick = this.nextTick();
    this.#reads.set(tick, coordinator);
    return tick;
  }

  endRead(beganTick: number): void {
    this.#reads.delete(beganTick);
  }

  /** The reads under way at a coordinator will never end: it died. */
  forgetReads(coordinator: number): void {
    for (const [tick, owner] of this.#reads) if (owner === coordinator) this.#reads.delete(tick);
  }

  ids(): string[] {
    return [...this.#byId.keys()];
  }

  writesOf(id: string): readonly WriteRecord[] {
    return this.#byId.get(id) ?? [];
  }

  /** Notes the writes, and lets `send` send them: it must have stamped them when it returns. */
  begin(writes: WriteRecord[], send: () => void): void {
    for (const write of writes) {
      const list = this.#byId.get(write.id);
      if (list === undefined) this.#byId.set(write.id, [write]);
      else list.push(write);
      if (write.kind === 'upsert') this.#byToken.set(write.token, write);
    }
    this.#beginning = new Map(writes.map((write) => [write.id, write]));
    send();
    this.#beginning = undefined;
  }

  /** The write ends well; what nobody can read any more is forgotten. */
  acknowledge(write: WriteRecord): void {
    write.state = 'acknowledged';
    write.endedTick = this.nextTick();
    const writes = this.#byId.get(write.id) ?? [];
    if (writes.length >= WRITES_KEPT) this.#byId.set(write.id, this.#readable(writes));
  }

  /** The coordinator sends an operation, with this version, to some replica. */
  stamped(op: WriteOp, version: Version): void {
    const first = this.#beginning?.get(op.id);
    if (first !== undefined) this.#addVersion(first, version);
    else if (op.kind === 'upsert') {
      const write = this.#byToken.get(Buffer.from(op.text).toString());
      if (write !== undefined) this.#addVersion(write, version);
    } else {
      const deletes = this.writesOf(op.id).filter((write) => write.kind === 'delete');
      // Sent again as it was, to another replica or for a newer replica set.
      if (deletes.some((write) => write.versions.includes(version))) return;
      // Which of several deletes of one id was stamped again cannot be told: it may be any. A lower
      // version is of one that is forgotten here, and sent on to a replica that came late.
      for (const write of deletes) {
        const last = write.versions.at(-1) ?? 0n;
        if (write.state === 'pending' && version > last) this.#addVersion(write, version);
      }
    }
  }

  /** What a read that began and ended at these ticks may find of an id. */
  possible(id: string, beganTick: number, endedTick: number): Possible {
    const writes = this.writesOf(id);
    let floor = 0n;
    let mayBeAbsent = true;
    for (const write of writes) {
      if (write.state !== 'acknowledged' || write.endedTick > beganTick) continue;
      if (write.beganTick >= endedTick) continue;
      const version = floorOf(write);
      if (version <= floor) continue;
      floor = version;
      mayBeAbsent = write.kind === 'delete';
    }
    const upserts: WriteRecord[] = [];
    for (const write of writes) {
      if (write.beganTick >= endedTick || !hasReached(write, floor)) continue;
      if (write.kind === 'upsert') upserts.push(write);
      else mayBeAbsent = true;
    }
    return { floor, upserts, mayBeAbsent };
  }

  /** What a read that begins now may find. */
  possibleNow(id: string): Possible {
    return this.possible(id, this.#tick, this.#tick);
  }

  /** The upsert that a document of this version came from. */
  upsertOf(id: string, version: Version): WriteRecord | undefined {
    return this.#byVersion.get(id)?.get(version);
  }

  /** Those that some read, of now or later, may find, and those whose end is open. */
  #readable(writes: readonly WriteRecord[]): WriteRecord[] {
    const [oldestTick = Number.POSITIVE_INFINITY] = this.#reads.keys();
    const oldestReadTick = Math.min(oldestTick, this.oldestTickNeeded());
    let floor = 0n;
    for (const { state, endedTick, ...write } of writes) {
      if (state !== 'acknowledged' || endedTick >= oldestReadTick) continue;
      if (floorOf(write) > floor) floor = floorOf(write);
    }
    return writes.filter((write) => write.state === 'pending' || hasReached(write, floor));
  }

  #addVersion(write: WriteRecord, version: Version): void {
    if (!write.versions.includes(version)) write.versions.push(version);
    if (write.kind !== 'upsert') return;
    const known = this.#byVersion.get(write.id);
    if (known === undefined) this.#byVersion.set(write.id, new Map([[version, write]]));
    else known.set(version, write);
  }
}

/** It was given the version, or a newer one. */
function hasReached({ versions }: WriteRecord, floor: Version): boolean {
  for (const version of versions) if (version >= floor) return true;
  return false;
}

/** A replica has the write with this version, or a newer one. */
function floorOf(write: Pick<WriteRecord, 'kind' | 'versions'>): Version {
  // Stamped again, an upsert was applied with its last version; of a delete that is not certain.
  const version = write.kind === 'upsert' ? write.versions.at(-1) : write.versions[0];
  return version ?? 0n;
}
