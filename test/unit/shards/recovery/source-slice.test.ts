import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionOf } from '../../../../src/base/hash64.js';
import { NO_VERSION, type Version } from '../../../../src/base/version.js';
import type { WriteOp } from '../../../../src/wire/link-messages.js';
import type { PartitionSlice } from '../../../../src/wire/recovery-messages.js';
import { deletion, upsert } from '../../../contract/naive-store.js';
import { at, LevelWorld } from './level-world.js';

const plan = fc.record({
  slice: fc
    .integer({ min: 0, max: 3 })
    .chain((bits) =>
      fc.nat({ max: 2 ** bits - 1 }).map((partition) => ({ partition, partitionCount: 2 ** bits })),
    ),
  /** What the source has, an id and a wall-clock instant each; some of them deletions. */
  past: fc.uniqueArray(fc.tuple(fc.nat(60), fc.nat(900), fc.boolean()), {
    maxLength: 60,
    selector: ([, wallMs]) => wallMs,
  }),
  live: fc.uniqueArray(fc.tuple(fc.nat(60), fc.nat(900), fc.boolean(), fc.nat(30), fc.nat(30)), {
    maxLength: 10,
    selector: ([, wallMs]) => wallMs,
  }),
  hasGraphs: fc.boolean(),
});

function opOf(id: number, wallMs: number, isDelete: boolean): WriteOp {
  return isDelete ? deletion(`id-${id}`) : upsert(`id-${id}`, wallMs);
}

function isIn({ partition, partitionCount }: PartitionSlice, id: string): boolean {
  return partitionOf(id, partitionCount) === partition;
}

async function written(world: LevelWorld, version: Version, ops: WriteOp[]): Promise<void> {
  await world.source.store.write(version, ops);
}

describe('a replica that is filled from a slice of another', () => {
  it('ends with exactly what belongs to it, whatever is written meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ slice, past, live, hasGraphs }) => {
        const world = new LevelWorld();
        world.slice = slice;
        world.graphRowsMin = hasGraphs ? 4 : 1_000;
        for (const [id, wallMs, isDelete] of past) {
          void written(world, at(1_000 + wallMs), [opOf(id, wallMs, isDelete)]);
        }
        await world.settled();
        world.begin();
        for (const [id, wallMs, isDelete, sourceMs, receiverMs] of live) {
          const op = opOf(id, wallMs, isDelete);
          const version = at(2_000 + wallMs);
          if (isIn(slice, op.id)) world.liveWrite(version, op, sourceMs, receiverMs);
          else world.clock.setTimer(sourceMs, () => void written(world, version, [op]));
        }
        await world.clock.runUntilTrue(() => world.isEqual);
        await world.settled();
        const twin = world.source.entries().filter((entry) => {
          return isIn(slice, entry.split(' ')[0] as string);
        });
        expect(world.receiver.entries()).toEqual(twin);
        expect(world.receiver.graphFile).toEqual({});
        const { bulks } = world.receiver.keeping;
        expect(bulks.filter((bulk) => bulk === 'begun')).toHaveLength(bulks.length / 2);
      }),
      { numRuns: 60 },
    );
  });

  it('shares one pass over the source with those that are filled from its other slices', async () => {
    const world = new LevelWorld();
    const ids = Array.from({ length: 40 }, (_, i) => `id-${i}`);
    void written(
      world,
      at(1_000),
      ids.map((id) => upsert(id, 1)),
    );
    await world.settled();
    const digestOf = (partition: number) =>
      world.source.contents.digestOfSlice({ partition, partitionCount: 4 }, NO_VERSION);
    expect(digestOf(0)).toBeUndefined();
    await world.settled();
    const counts = [0, 1, 2, 3].map((partition) => digestOf(partition)?.documentCount);
    const twins = [0, 1, 2, 3].map((partition) => {
      return ids.filter((id) => isIn({ partition, partitionCount: 4 }, id)).length;
    });
    expect(counts).toEqual(twins);
  });
});
