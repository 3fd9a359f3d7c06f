import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SliceDigests } from '../../../../shards/recovery/slice-digests.js';
import { addToDigest, emptyDigest } from '../../../../shards/store/digest.js';
import { MemoryPartitionStore } from '../../../../shards/store/memory-partition-store.js';
import type { StoreEntry } from '../../../../shards/store/partition-store.js';
import { SimulatedDisk } from '../../../../shards/store/simulated-disk.js';
import { partitionOf } from '../../../../src/base/hash64.js';
import { NO_VERSION } from '../../../../src/base/version.js';
import { deletion, upsert } from '../../../contract/naive-store.js';
import { VirtualClock } from '../../../support/virtual-clock.js';
import { at } from './level-world.js';

const COUNT = 4;

const change = fc.record({
  id: fc.integer({ min: 0, max: 30 }).map((number) => `id-${number}`),
  kind: fc.constantFrom('upsert', 'delete', 'forget'),
  /** Entries that the pass looks at before. */
  stepCount: fc.nat(6),
});
const plan = fc.record({
  before: fc.array(change, { maxLength: 30 }),
  meanwhile: fc.array(change, { maxLength: 30 }),
  after: fc.array(change, { maxLength: 10 }),
  /** Entries are read so many at once, ahead of the pass. */
  readCount: fc.integer({ min: 1, max: 8 }),
});

class World {
  readonly #clock = new VirtualClock();
  readonly store = new MemoryPartitionStore(new SimulatedDisk(this.#clock), 2);
  #wallMs = 0;

  async make({ id, kind }: { id: string; kind: string }): Promise<void> {
    const held = this.store.record(id);
    this.#wallMs += 1;
    if (kind === 'upsert') void this.store.write(at(this.#wallMs), [upsert(id, 1)]);
    else if (kind === 'delete') void this.store.write(at(this.#wallMs), [deletion(id)]);
    else if (held !== undefined) {
      void this.store.absorb([{ kind: 'absence', id, replaces: held.version }]);
    }
    await this.#clock.runForAsync(5);
  }

  /** What the store holds now, slice by slice, made from nothing. */
  twins(horizon = NO_VERSION) {
    return Array.from({ length: COUNT }, (_, partition) => {
      const entries = [...this.store.entries('')].filter(({ id, kind, version }) => {
        const isWanted = kind === 'document' || version >= horizon;
        return isWanted && partitionOf(id, COUNT) === partition;
      });
      const digest = emptyDigest();
      for (const entry of entries) addToDigest(digest, entry);
      return textOf(digest);
    });
  }
}

function* readAhead(entries: Iterable<StoreEntry>, readCount: number): Generator<StoreEntry> {
  let read: StoreEntry[] = [];
  for (const entry of entries) {
    read.push(entry);
    if (read.length < readCount) continue;
    yield* read;
    read = [];
  }
  yield* read;
}

function answers(digests: SliceDigests, store: MemoryPartitionStore, horizon = NO_VERSION) {
  return Array.from({ length: COUNT }, (_, partition) => {
    const { digest, documentCount } = digests.answer(partition, horizon, store);
    return { text: textOf(digest), documentCount };
  });
}

function textOf(digest: BigUint64Array): string {
  return Buffer.from(digest.buffer).toString('base64');
}

describe('SliceDigests', () => {
  it('are those of what is held, whatever changes during the pass and after it', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ before, meanwhile, after, readCount }) => {
        const world = new World();
        const { store } = world;
        for (const one of before) await world.make(one);
        const digests = new SliceDigests(COUNT);
        store.watch((changes) => digests.follow(changes));
        const pass = digests.make(readAhead(store.entries(''), readCount));
        for (const one of meanwhile) {
          for (let i = 0; i < one.stepCount; i += 1) pass.next();
          await world.make(one);
        }
        while (pass.next().done !== true);
        for (const one of after) {
          expect(answers(digests, store).map(({ text }) => text)).toEqual(world.twins());
          await world.make(one);
        }
        const horizon = at(20);
        const cut = answers(digests, store, horizon);
        expect(cut.map(({ text }) => text)).toEqual(world.twins(horizon));
        const documentCount = cut.reduce((sum, one) => sum + one.documentCount, 0);
        expect(documentCount).toBe(store.documentCount);
      }),
      { numRuns: 100 },
    );
  });

  it('are complete once the pass is', () => {
    const digests = new SliceDigests(COUNT);
    const pass = digests.make([{ id: 'a', kind: 'document', version: at(1) }]);
    pass.next();
    expect(digests.isComplete).toBe(false);
    pass.next();
    expect(digests.isComplete).toBe(true);
  });
});
