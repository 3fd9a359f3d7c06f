/**
 * What every `PartitionStore` does with entries that come from another replica, each with its own
 * version. The oracle is a map from ids to the entry that counts.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdRecord } from '../../shards/store/id-record.js';
import type { AbsorbedEntry, PartitionStore } from '../../shards/store/partition-store.js';
import { makeVersion, NO_VERSION, type Version } from '../../src/base/version.js';
import { deletion, upsert } from './naive-store.js';
import type { StorePlace } from './partition-store.contract.js';

export function describeAbsorbing(
  name: string,
  makePlace: () => StorePlace,
  propertyRuns: number,
): void {
  describe(`${name} absorbs entries of another replica:`, () => {
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

    it('tells its watcher what becomes known of ids, once it is durable', async () => {
      const told: string[] = [];
      const textOf = (record: IdRecord | undefined) =>
        record === undefined ? '-' : `${record.kind} ${record.version}`;
      store.watch((changes) => {
        for (const [id, { before, after }] of changes) {
          told.push(`${id}: ${textOf(before)}, ${textOf(after)}`);
          expect(store.record(id)).toEqual(after);
        }
      });
      await store.write(at(5), [upsert('a', 1), deletion('b')]);
      await store.write(at(4), [upsert('a', 1)]);
      await store.absorb([{ kind: 'absence', id: 'a', replaces: at(5) }]);
      await store.purgeTombstones(6);
      expect(told).toEqual([
        `a: -, row ${at(5)}`,
        `b: -, tombstone ${at(5)}`,
        `a: row ${at(5)}, -`,
        `b: tombstone ${at(5)}, -`,
      ]);
    });

    it('keeps the version of each, of documents and of tombstones', async () => {
      const outcome = await store.absorb([document('a', 3), tombstone('b', 5), document('c', 4)]);
      expect(outcome.results.every(({ isApplied }) => isApplied)).toBe(true);
      expect(outcome.changes.map(({ added }) => added?.seq)).toEqual([1, 2]);
      await store.close();
      store = await place.open();
      expect([...store.entries('')]).toEqual([
        { id: 'a', kind: 'document', version: at(3) },
        { id: 'b', kind: 'tombstone', version: at(5) },
        { id: 'c', kind: 'document', version: at(4) },
      ]);
      expect([store.documentCount, store.highestVersion]).toEqual([2, at(5)]);
    });

    it('lets the newer version win, whichever came first', async () => {
      await store.write(at(5), [upsert('a', 5), upsert('b', 5)]);
      const outcome = await store.absorb([document('a', 4), tombstone('b', 6), tombstone('a', 5)]);
      expect(outcome.results).toEqual([
        { isApplied: false, existed: true, version: at(5) },
        { isApplied: true, existed: true, version: at(6) },
        { isApplied: true, existed: true, version: at(5) },
      ]);
      expect(outcome.changes).toEqual([{ removedSeq: 2 }]);
      expect(store.get('a')?.vector[0]).toBe(5);
      const late = await store.write(at(5), [upsert('b', 9)]);
      expect(late.results[0]).toEqual({ isApplied: false, existed: false, version: at(6) });
    });

    it('takes back exactly the version that an entry replaces', async () => {
      await store.write(at(9), [upsert('a', 9), upsert('b', 9), deletion('c')]);
      const outcome = await store.absorb([
        { ...document('a', 4), replaces: at(9) },
        { ...document('b', 4), replaces: at(8) },
        { ...document('c', 4), replaces: at(9) },
      ]);
      expect(outcome.results.map(({ isApplied }) => isApplied)).toEqual([true, false, true]);
      expect(outcome.changes).toMatchObject([{ removedSeq: 1 }, { added: { seq: 4 } }]);
      expect(Array.from(store.list(''), (row) => row.version)).toEqual([at(4), at(9), at(4)]);
    });

    it('forgets an id that is absent elsewhere, unless it changed meanwhile', async () => {
      await store.write(at(1), [upsert('a', 1), deletion('b'), upsert('c', 1)]);
      await store.write(at(2), [upsert('c', 2)]);
      const outcome = await store.absorb(
        ['a', 'b', 'c', 'd'].map((id) => ({ kind: 'absence', id, replaces: at(1) })),
      );
      expect(outcome.results).toEqual([
        { isApplied: true, existed: true, version: NO_VERSION },
        { isApplied: true, existed: false, version: NO_VERSION },
        { isApplied: false, existed: true, version: at(2) },
        { isApplied: true, existed: false, version: NO_VERSION },
      ]);
      expect(outcome.changes).toEqual([{ removedSeq: 1 }]);
      expect(Array.from(store.entries(''), ({ id }) => id)).toEqual(['c']);
      const again = await store.write(at(1), [upsert('b', 1)]);
      expect(again.results[0]?.isApplied).toBe(true);
    });

    it('keeps its place among writes that are made at once', async () => {
      await store.write(at(9), [upsert('a', 9)]);
      await Promise.all([
        store.absorb([{ kind: 'absence', id: 'a', replaces: at(9) }]),
        store.write(at(3), [upsert('a', 3)]),
        store.absorb([document('a', 2)]),
      ]);
      expect(store.get('a')?.version).toBe(at(3));
    });

    it('has a digest without the tombstones that are older than asked for', async () => {
      await store.absorb([tombstone('old', 10), tombstone('young', 20), document('kept', 5)]);
      const before = store.digest();
      expect(store.digest(at(10))).toEqual(before);
      const cut = store.digest(at(15));
      await store.purgeTombstones(15);
      expect(store.digest()).toEqual(cut);
      expect(store.digest(at(15))).toEqual(cut);
    });

    it('lists entries in the order of their ids from any point on', async () => {
      await store.absorb(['b', 'a', 'é', 'c'].map((id, i) => tombstone(id, i + 1)));
      expect(Array.from(store.entries(''), ({ id }) => id)).toEqual(['a', 'b', 'c', 'é']);
      expect(Array.from(store.entries('b'), ({ id }) => id)).toEqual(['c', 'é']);
    });

    it('equals a map after any entries, in any groups', async () => {
      await fc.assert(
        fc.asyncProperty(groupsArbitrary, async (groups) => {
          const fresh = makePlace();
          const opened = await fresh.open();
          const twin = new Map<string, AbsorbedEntry & { version: Version }>();
          await Promise.all(groups.map((entries) => opened.absorb(entries)));
          for (const entry of groups.flat()) follow(twin, entry);
          const expected = [...twin.values()]
            .map(({ id, kind, version }) => ({ id, kind, version }))
            .sort((a, b) => (a.id < b.id ? -1 : 1));
          const held = Array.from(opened.entries(''), ({ id, kind, version }) => ({
            id,
            kind: kind === 'document' ? 'upsert' : 'delete',
            version,
          }));
          expect(held).toEqual(expected);
          expect(opened.documentCount).toBe(held.filter(({ kind }) => kind === 'upsert').length);
          await opened.close();
          await fresh.dispose();
        }),
        { numRuns: propertyRuns },
      );
    });
  });
}

function follow(
  twin: Map<string, AbsorbedEntry & { version: Version }>,
  entry: AbsorbedEntry,
): void {
  const held = twin.get(entry.id);
  const isReplacing = held !== undefined && held.version === entry.replaces;
  if (entry.kind === 'absence') {
    if (isReplacing) twin.delete(entry.id);
  } else if (held === undefined || entry.version > held.version) {
    twin.set(entry.id, entry);
  } else if (isReplacing && entry.version < held.version) {
    twin.set(entry.id, entry);
  }
}

const idArbitrary = fc.constantFrom('a', 'b', 'c');
const versionArbitrary = fc.integer({ min: 1, max: 6 });
const replacesArbitrary = fc.option(versionArbitrary, { nil: undefined });
const entryArbitrary: fc.Arbitrary<AbsorbedEntry> = fc
  .tuple(
    fc.constantFrom('document', 'tombstone', 'absence'),
    idArbitrary,
    versionArbitrary,
    replacesArbitrary,
  )
  .map(([kind, id, version, replaces]) => {
    if (kind === 'absence') return { kind: 'absence', id, replaces: at(version) };
    const entry = kind === 'document' ? document(id, version) : tombstone(id, version);
    return replaces === undefined ? entry : { ...entry, replaces: at(replaces) };
  });
const groupsArbitrary = fc.array(fc.array(entryArbitrary, { maxLength: 6 }), { maxLength: 6 });

function document(id: string, version: number): AbsorbedEntry & { kind: 'upsert' } {
  return { ...upsert(id, version), version: at(version) };
}

function tombstone(id: string, version: number): AbsorbedEntry & { kind: 'delete' } {
  return { kind: 'delete', id, version: at(version) };
}

function at(wallMs: number): Version {
  return makeVersion(wallMs, 0, 0);
}
