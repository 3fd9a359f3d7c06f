/** Bugs of stores and of the disks below them. */
import { MemoryPartitionStore } from '../../../shards/store/memory-partition-store.js';
import type { Row } from '../../../shards/store/partition-store.js';
import { SimulatedDisk } from '../../../shards/store/simulated-disk.js';
import type { WritePlan } from '../../../shards/store/write-plan.js';
import type { Clock } from '../../../src/base/clock.js';
import type { StoreParts } from '../sim-replica-home.js';

export type StoreClass = new (disk: SimulatedDisk, dimension: number) => MemoryPartitionStore;

export function storesOf(Store: StoreClass): Pick<StoreParts, 'makeStore'> {
  return { makeStore: (disk, dimension) => new Store(disk, dimension) };
}

/** What a store with a wrong idea of what it holds decides wrongly; reads are as they were. */
abstract class MisledStore extends MemoryPartitionStore {
  #isPlanning = false;
  #version = 0n;

  protected abstract misled(
    record: ReturnType<MemoryPartitionStore['record']>,
    version: bigint,
  ): ReturnType<MemoryPartitionStore['record']>;

  override record(id: string): ReturnType<MemoryPartitionStore['record']> {
    const record = super.record(id);
    return this.#isPlanning ? this.misled(record, this.#version) : record;
  }

  override plan(requests: Parameters<MemoryPartitionStore['plan']>[0]): WritePlan {
    const [first] = requests;
    this.#version = first?.kind === 'write' ? first.version : 0n;
    this.#isPlanning = true;
    try {
      return super.plan(requests);
    } finally {
      this.#isPlanning = false;
    }
  }
}

export class OlderWinsStore extends MisledStore {
  protected override misled(record: ReturnType<MemoryPartitionStore['record']>, version: bigint) {
    if (record === undefined || record.version === version) return record;
    return { ...record, version: record.version < version ? version + 1n : 0n };
  }
}

export class LastArrivalWinsStore extends MisledStore {
  protected override misled(record: ReturnType<MemoryPartitionStore['record']>) {
    return record === undefined ? undefined : { ...record, version: 0n };
  }
}

export class TombstonelessStore extends MisledStore {
  protected override misled(record: ReturnType<MemoryPartitionStore['record']>) {
    return record?.kind === 'tombstone' ? undefined : record;
  }
}

/** A disk whose cache is not flushed: what it lately called durable is gone after a crash. */
class LyingDisk extends SimulatedDisk {
  readonly #lately: { plan: WritePlan; inverse: WritePlan }[] = [];

  override sync(mount: number, plan: WritePlan): Promise<void> {
    const inverse = this.#inverse(plan);
    return super.sync(mount, plan).then(() => {
      this.#lately.push({ plan, inverse });
      if (this.#lately.length > 3) this.#lately.shift();
    });
  }

  override crash(keepsUnsynced = false): void {
    super.crash(keepsUnsynced);
    for (const { inverse } of this.#lately.splice(0).reverse()) {
      void super.sync(this.mount(), inverse);
      super.crash(true);
    }
  }

  override seqs(): IterableIterator<number> {
    return [...super.seqs()].sort((a, b) => a - b).values();
  }

  #inverse(plan: WritePlan): WritePlan {
    const lost = plan.supersededSeqs.flatMap((seq) => this.row(seq) ?? []);
    const records = [...plan.records].map(
      ([id, { before, after }]) => [id, { before: after, after: before }] as const,
    );
    return {
      state: this.state,
      rows: new Map(lost.map((row) => [row.seq, row])),
      records: new Map(records),
      supersededSeqs: [...plan.rows.keys()],
      outcomes: [],
    };
  }
}

export function lyingDisk(clock: Clock, syncMs: number): SimulatedDisk {
  return new LyingDisk(clock, { syncMs });
}

/** Forgets tombstones long before their time. */
export class HastyPurgeStore extends MemoryPartitionStore {
  override purgeTombstones(beforeWallMs: number): Promise<number> {
    return super.purgeTombstones(beforeWallMs + 365 * 86_400_000);
  }
}

/** Takes over nothing that would take something back. */
export class ClingingStore extends MemoryPartitionStore {
  override absorb(entries: Parameters<MemoryPartitionStore['absorb']>[0]) {
    return super.absorb(entries.filter(({ replaces }) => replaces === undefined));
  }
}

/** A damaged row is not noticed: what is read is not what was written. */
class TrustingDisk extends SimulatedDisk {
  readonly #damaged = new Set<number>();

  override damageRow(seq: number): void {
    this.#damaged.add(seq);
  }

  override row(seq: number): Row | undefined {
    const row = super.row(seq);
    if (row === undefined || !this.#damaged.has(seq)) return row;
    return { ...row, text: Buffer.from('not what was written') };
  }
}

export function trustingDisk(clock: Clock, syncMs: number): SimulatedDisk {
  return new TrustingDisk(clock, { syncMs });
}
