import { describe, expect, it } from 'vitest';
import { MemoryPartitionStore } from '../../../../shards/store/memory-partition-store.js';
import { SimulatedDisk } from '../../../../shards/store/simulated-disk.js';
import { makeVersion } from '../../../../src/base/version.js';
import { deletion, upsert } from '../../../contract/naive-store.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

function makeDisk() {
  const clock = new VirtualClock();
  return { clock, disk: new SimulatedDisk(clock, { syncMs: 2 }) };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await undefined;
}

/** Lets writes that were submitted reach the disk, and the disk sync them. */
async function sync(clock: VirtualClock): Promise<void> {
  await settle();
  clock.runFor(2);
  await settle();
}

describe('MemoryPartitionStore over a SimulatedDisk', () => {
  it('loses in a crash what was not synced, and keeps what was', async () => {
    const { clock, disk } = makeDisk();
    const store = new MemoryPartitionStore(disk, 2);
    const first = store.write(makeVersion(1, 0, 0), [upsert('kept', 1)]);
    await sync(clock);
    await first;
    let isSettled = false;
    const lost = store.write(makeVersion(2, 0, 0), [upsert('lost', 2), deletion('kept')]);
    void lost.finally(() => {
      isSettled = true;
    });
    await settle();
    disk.crash();
    await sync(clock);
    expect(isSettled).toBe(false);
    const reopened = new MemoryPartitionStore(disk, 2);
    expect(Array.from(reopened.list(''), (row) => row.id)).toEqual(['kept']);
    expect([reopened.documentCount, reopened.lastSeq]).toEqual([1, 1]);
  });

  it('may keep in a crash what nobody was told to be durable', async () => {
    const { disk } = makeDisk();
    const store = new MemoryPartitionStore(disk, 2);
    void store.write(makeVersion(1, 0, 0), [upsert('a', 1)]);
    await settle();
    disk.crash(true);
    expect(new MemoryPartitionStore(disk, 2).documentCount).toBe(1);
  });

  it('refuses rows while the disk is full, reads and deletes on, and recovers', async () => {
    const { clock, disk } = makeDisk();
    const store = new MemoryPartitionStore(disk, 2);
    const write = async (wallMs: number, ops: Parameters<typeof store.write>[1]) => {
      const writing = store.write(makeVersion(wallMs, 0, 0), ops);
      await sync(clock);
      return writing;
    };
    await write(1, [upsert('a', 1), upsert('b', 1)]);
    disk.isFull = true;
    const refused = store.write(makeVersion(2, 0, 0), [upsert('c', 1)]);
    void refused.catch(() => {});
    await sync(clock);
    await expect(refused).rejects.toMatchObject({ name: 'StoreError', failure: 'full' });
    await write(3, [deletion('b')]);
    expect(Array.from(store.list(''), (row) => row.id)).toEqual(['a']);
    disk.isFull = false;
    await write(4, [upsert('c', 1)]);
    expect(store.documentCount).toBe(2);
  });

  it('refuses all writes after a failed sync until it is opened again', async () => {
    const { clock, disk } = makeDisk();
    const store = new MemoryPartitionStore(disk, 2);
    disk.failNextSync();
    const failed = store.write(makeVersion(1, 0, 0), [upsert('a', 1)]);
    void failed.catch(() => {});
    await sync(clock);
    await expect(failed).rejects.toMatchObject({ failure: 'failed' });
    const later = store.write(makeVersion(2, 0, 0), [upsert('b', 1)]);
    await expect(later).rejects.toMatchObject({ failure: 'failed' });
    expect([...store.list('')]).toEqual([]);
    const reopened = new MemoryPartitionStore(disk, 2);
    const writing = reopened.write(makeVersion(2, 0, 0), [upsert('b', 1)]);
    await sync(clock);
    await writing;
    expect(reopened.documentCount).toBe(1);
  });

  it('reports a damaged row when it is read, and when the store is opened', async () => {
    const { clock, disk } = makeDisk();
    const store = new MemoryPartitionStore(disk, 2);
    const writing = store.write(makeVersion(1, 0, 0), [upsert('a', 1), upsert('b', 2)]);
    await sync(clock);
    await writing;
    disk.damageRow(1);
    expect(() => store.get('a')).toThrow(expect.objectContaining({ failure: 'corrupt' }));
    expect(store.get('b')?.seq).toBe(2);
    expect(() => new MemoryPartitionStore(disk, 2)).toThrow(
      expect.objectContaining({ failure: 'corrupt' }),
    );
  });
});
