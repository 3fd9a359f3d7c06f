/**
 * What every `PartitionStore` does, whatever it keeps its rows in. The oracle is a map from ids to
 * the last write by version, and digests made from scratch.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartitionStore, Row, WriteOutcome } from '../../shards/store/partition-store.js';
import { systemClock } from '../../src/base/system-clock.js';
import { makeVersion, type Version } from '../../src/base/version.js';
import { deletion, naiveStore, type StoreStep, stepsArbitrary, upsert } from './naive-store.js';

/** A place for one store, which outlives it. */
export interface StorePlace {
  /** 2 dimensions; made when it is not there. One store of a place is open at a time. */
  open(): Promise<PartitionStore>;
  dispose(): Promise<void>;
}

export function describePartitionStore(
  name: string,
  makePlace: () => StorePlace,
  propertyRuns: number,
): void {
  describe(`${name} keeps the contract of partition stores:`, () => {
    let place: StorePlace;
    let store: PartitionStore;

    beforeEach(async () => {
      place = makePlace();
      store = await place.open();
    });

    afterEach(async () => {
      await store.close();
      await place.dispose();
    });

    async function reopen(): Promise<void> {
      await store.close();
      store = await place.open();
    }

    it('begins empty', () => {
      expect([store.documentCount, store.lastSeq, store.highestVersion]).toEqual([0, 0, 0n]);
      expect(store.get('a')).toBeUndefined();
      expect([...store.scan(0), ...store.list('')]).toEqual([]);
      expect(store.digest().every((bucket) => bucket === 0n)).toBe(true);
    });

    it('returns a document as it was written, also after it was opened again', async () => {
      const outcome = await store.write(at(7), [upsert('ä', 3)]);
      expect(outcome.results).toEqual([{ isApplied: true, existed: false, version: at(7) }]);
      expect(outcome.changes).toEqual([{ added: { seq: 1, vector: Float32Array.of(3, 0.5) } }]);
      for (const look of [async () => {}, reopen]) {
        await look();
        expect(plain(store.get('ä'))).toEqual({
          seq: 1,
          id: 'ä',
          version: at(7),
          vector: [3, 0.5],
          text: 'text 3',
          metadata: 'metadata 3',
        });
        expect(store.row(1)).toEqual(store.get('ä'));
        expect(readRow(store, 1)).toEqual(plain(store.get('ä')));
        expect([store.documentCount, store.lastSeq, store.highestVersion]).toEqual([1, 1, at(7)]);
      }
    });

    it('keeps empty text and metadata, and ids of 512 bytes', async () => {
      const id = 'é'.repeat(256);
      const nothing = new Uint8Array(0);
      const op = { ...upsert(id, 1), text: nothing, metadata: nothing };
      await store.write(at(1), [op]);
      await reopen();
      expect(store.get(id)?.text.byteLength).toBe(0);
      expect([...store.list('')].map((row) => row.id)).toEqual([id]);
    });

    it('keeps documents larger than a page', async () => {
      const text = Buffer.alloc(300_000, 'long text ');
      await store.write(at(1), [{ ...upsert('big', 1), text }]);
      await reopen();
      expect(Buffer.from(store.get('big')?.text ?? []).equals(text)).toBe(true);
      expect(readRow(store, 1)).toEqual(plain(store.get('big')));
    });

    it('skips operations that a newer version precedes, and says which one', async () => {
      await store.write(at(5), [upsert('a', 1)]);
      const older = await store.write(at(4), [upsert('a', 2), deletion('b')]);
      expect(older.results).toEqual([
        { isApplied: false, existed: true, version: at(5) },
        { isApplied: true, existed: false, version: at(4) },
      ]);
      expect(older.changes).toEqual([]);
      expect(store.get('a')?.vector[0]).toBe(1);
    });

    it('counts a write that is sent again as applied, and changes nothing', async () => {
      const ops = [upsert('a', 1), deletion('b')];
      await store.write(at(5), ops);
      const before = store.digest();
      const again = await store.write(at(5), ops);
      expect(again.results.map((result) => result.isApplied)).toEqual([true, true]);
      expect(again.changes).toEqual([]);
      expect([store.lastSeq, store.digest()]).toEqual([1, before]);
    });

    it('lets the last of several operations on one id win', async () => {
      const ops = [upsert('a', 1), upsert('b', 2), upsert('a', 3), deletion('b')];
      const outcome = await store.write(at(1), ops);
      expect(outcome.results.every((result) => result.isApplied && !result.existed)).toBe(true);
      expect(outcome.changes).toHaveLength(1);
      expect(store.get('a')?.vector[0]).toBe(3);
      expect(store.get('b')).toBeUndefined();
      expect(store.documentCount).toBe(1);
    });

    it('reports the row that a write supersedes, and shows it no longer', async () => {
      await store.write(at(1), [upsert('a', 1)]);
      const update = await store.write(at(2), [upsert('a', 2)]);
      expect(update.changes).toEqual([
        { added: { seq: 2, vector: Float32Array.of(2, 0.5) }, removedSeq: 1 },
      ]);
      const removal = await store.write(at(3), [deletion('a')]);
      expect(removal.results[0]).toEqual({ isApplied: true, existed: true, version: at(3) });
      expect(removal.changes).toEqual([{ removedSeq: 2 }]);
      expect([store.row(1), store.row(2), store.get('a')]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect([1, 2].map((seq) => readRow(store, seq))).toEqual([undefined, undefined]);
      await reopen();
      expect([store.row(1), store.row(2), store.get('a')]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect([...store.scan(0)]).toEqual([]);
      expect(store.lastSeq).toBe(2);
    });

    it('applies calls made at once in their order, each with its own outcome', async () => {
      const outcomes = await Promise.all(
        [1, 2, 3].map((n) => store.write(at(n), [upsert('a', n), upsert(`own-${n}`, n)])),
      );
      expect(outcomes.map((outcome) => outcome.changes[0])).toEqual([
        { added: { seq: 1, vector: Float32Array.of(1, 0.5) } },
        { added: { seq: 3, vector: Float32Array.of(2, 0.5) }, removedSeq: 1 },
        { added: { seq: 5, vector: Float32Array.of(3, 0.5) }, removedSeq: 3 },
      ]);
      expect(Array.from(store.scan(0), (row) => row.seq)).toEqual([2, 4, 5, 6]);
    });

    it('shows the state before a write until the write is durable', async () => {
      await store.write(at(1), [upsert('a', 0), upsert('gone', 0)]);
      for (let round = 1; round <= 20; round += 1) {
        const before = seen(store);
        let isDone = false;
        const ops = [upsert('a', round), deletion('gone'), upsert(`new-${round}`, round)];
        const writing = store.write(at(round + 1), ops).then(() => {
          isDone = true;
        });
        while (!isDone) {
          expect(seen(store)).toEqual(before);
          await new Promise<void>((resume) => {
            systemClock.defer(resume);
          });
        }
        await writing;
        expect(store.get('a')?.vector[0]).toBe(round);
        expect(store.documentCount).toBe(round + 1);
      }
    });

    it('lists ids in the order of their UTF-8 bytes, from any point on', async () => {
      const ids = ['\u{10000}', '\uffff', 'b', 'a', 'a\0', '\0', 'ab', 'é'];
      await store.write(
        at(1),
        ids.map((id, i) => upsert(id, i)),
      );
      const sorted = ['\0', 'a', 'a\0', 'ab', 'b', 'é', '\uffff', '\u{10000}'];
      expect(Array.from(store.list(''), (row) => row.id)).toEqual(sorted);
      expect(Array.from(store.list('a'), (row) => row.id)).toEqual(sorted.slice(2));
      expect(Array.from(store.list('aa'), (row) => row.id)).toEqual(sorted.slice(3));
      expect([...store.list('\u{10001}')]).toEqual([]);
    });

    it('scans and lists everything that stays while writes go on in between', async () => {
      const ids = Array.from({ length: 300 }, (_, i) => `id-${String(i).padStart(3, '0')}`);
      await store.write(
        at(1),
        ids.map((id, i) => upsert(id, i)),
      );
      for (const rows of [store.scan(0), store.list('')]) {
        const found: string[] = [];
        let version = 2;
        for (const row of rows) {
          found.push(row.id);
          if (found.length % 100 !== 50) continue;
          await store.write(at(version), [upsert('id-299', version), upsert(`z-${version}`, 1)]);
          version += 1;
        }
        const kept = found.filter((id) => id !== 'id-299' && !id.startsWith('z-'));
        expect(kept).toEqual(ids.slice(0, 299));
      }
    });

    it('forgets tombstones that are older than asked for, and no others', async () => {
      await store.write(makeVersion(1_000, 0, 0), [deletion('old'), upsert('kept', 1)]);
      await store.write(makeVersion(2_000, 0, 0), [deletion('young')]);
      const empty = store.digest().filter((bucket) => bucket !== 0n).length;
      expect(empty).toBe(3);
      expect(await store.purgeTombstones(2_000)).toBe(1);
      expect(await store.purgeTombstones(2_000)).toBe(0);
      expect(store.digest().filter((bucket) => bucket !== 0n)).toHaveLength(2);
      await reopen();
      expect(store.highestVersion).toBe(makeVersion(2_000, 0, 0));
      const late = await store.write(makeVersion(1_500, 0, 0), [
        upsert('old', 1),
        upsert('young', 1),
      ]);
      expect(late.results.map((result) => result.isApplied)).toEqual([true, false]);
    });

    it('purges more tombstones than fit one commit', async () => {
      const ids = Array.from({ length: 2_500 }, (_, i) => deletion(`id-${i}`));
      await store.write(at(1), ids);
      expect(await store.purgeTombstones(10)).toBe(2_500);
      expect(store.digest().every((bucket) => bucket === 0n)).toBe(true);
    });

    it('answers an empty write at once', async () => {
      expect(await store.write(at(9), [])).toEqual({ results: [], changes: [] });
      expect(store.highestVersion).toBe(0n);
    });

    it('waits for writes under way before it closes, and refuses later ones', async () => {
      const writing = store.write(at(1), [upsert('a', 1)]);
      await store.close();
      expect((await writing).results).toHaveLength(1);
      await expect(store.write(at(2), [upsert('a', 1)])).rejects.toMatchObject({
        failure: 'failed',
      });
      store = await place.open();
      expect(store.documentCount).toBe(1);
    });

    it('equals a map of the last writes after any steps, restarts included', async () => {
      await fc.assert(
        fc.asyncProperty(stepsArbitrary, async (steps) => {
          const fresh = makePlace();
          try {
            await runSteps(fresh, steps);
          } finally {
            await fresh.dispose();
          }
        }),
        { numRuns: propertyRuns },
      );
    });

    it('has one digest for the same writes in any order', async () => {
      const writes = [1, 2, 3, 4].flatMap((n) => [
        { version: at(n), op: upsert('a', n) },
        { version: at(10 * n), op: n % 2 === 0 ? deletion('b') : upsert('b', n) },
        { version: at(100 - n), op: upsert(`c-${n}`, n) },
      ]);
      for (const { version, op } of writes) await store.write(version, [op]);
      const other = makePlace();
      const otherStore = await other.open();
      await Promise.all(writes.reverse().map(({ version, op }) => otherStore.write(version, [op])));
      expect(otherStore.digest()).toEqual(store.digest());
      await otherStore.close();
      await other.dispose();
    });
  });
}

async function runSteps(place: StorePlace, steps: readonly StoreStep[]): Promise<void> {
  const twin = naiveStore();
  let store = await place.open();
  for (const step of steps) {
    if (step.kind === 'reopen') {
      await store.close();
      store = await place.open();
    } else if (step.kind === 'purge') {
      expect(await store.purgeTombstones(step.beforeWallMs)).toBe(twin.purge(step.beforeWallMs));
    } else {
      const outcomes: WriteOutcome[] = await Promise.all(
        step.calls.map(({ version, ops }) => store.write(version, ops)),
      );
      const expected = step.calls.map(({ version, ops }) => twin.write(version, ops));
      expect(outcomes.map((outcome) => outcome.results)).toEqual(expected);
    }
    expect(Array.from(store.list(''), documentOf)).toEqual(twin.documents());
    expect(store.digest()).toEqual(twin.digest());
    expect(store.documentCount).toBe(twin.documents().length);
  }
  const rows = [...store.scan(0)];
  expect(rows.map((row) => row.seq)).toEqual(rows.map((row) => row.seq).sort((a, b) => a - b));
  expect(rows.map((row) => row.id).sort()).toEqual(
    twin
      .documents()
      .map((d) => d.id)
      .sort(),
  );
  for (const row of rows) {
    expect(store.get(row.id)).toEqual(row);
    expect(readRow(store, row.seq)).toEqual(plain(row));
    expect([...store.scan(row.seq - 1)][0]).toEqual(row);
  }
  await store.close();
}

function at(wallMs: number): Version {
  return makeVersion(wallMs, 0, 0);
}

/** What is seen of a row on the spot. */
function readRow(store: PartitionStore, seq: number): unknown {
  let seen: unknown;
  store.readRow(seq, (row) => {
    seen = plain(row);
  });
  return seen;
}

function plain(row: Row | undefined): unknown {
  if (row === undefined) return undefined;
  const { seq, id, version, vector, text, metadata } = row;
  const [textShown, metadataShown] = [
    Buffer.from(text).toString(),
    Buffer.from(metadata).toString(),
  ];
  return { seq, id, version, vector: [...vector], text: textShown, metadata: metadataShown };
}

function documentOf(row: Row): { id: string; version: Version; value: number } {
  return { id: row.id, version: row.version, value: row.vector[0] as number };
}

/** All that the store shows. */
function seen(store: PartitionStore): unknown {
  return {
    rows: Array.from(store.scan(0), plain),
    listed: Array.from(store.list(''), plain),
    got: ['a', 'gone', 'new-1'].map((id) => plain(store.get(id))),
    digest: store.digest(),
    counters: [store.documentCount, store.lastSeq, store.highestVersion],
  };
}
