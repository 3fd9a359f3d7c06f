import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartitionLimits } from '../../../shards/partition-limits.js';
import type { WriteOp } from '../../../src/wire/link-messages.js';
import {
  idsAndDistances,
  PartitionWorld,
  smallLimits,
  upsert,
} from '../../support/partition-world.js';

type Step =
  | { kind: 'write'; ops: { id: number; at: number | undefined }[]; waits: boolean }
  | { kind: 'bulk'; from: number; count: number; at: number }
  | { kind: 'remove'; from: number; count: number }
  | { kind: 'pass'; ms: number }
  | { kind: 'search'; at: number; k: number }
  | { kind: 'exact'; at: number; writesDuring: number }
  | { kind: 'install' }
  | { kind: 'restart'; how: 'stop' | 'crash' | 'lose graph' };

const id = fc.nat({ max: 299 });
const at = fc.integer({ min: -9, max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      ops: fc.array(fc.record({ id, at: fc.option(at, { nil: undefined }) }), { maxLength: 12 }),
      waits: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('bulk' as const),
      from: id,
      count: fc.integer({ min: 50, max: 200 }),
      at,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      from: id,
      count: fc.integer({ min: 20, max: 100 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 60 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('search' as const),
      at,
      k: fc.integer({ min: 1, max: 400 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('exact' as const),
      at,
      writesDuring: fc.nat({ max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'install' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      how: fc.constantFrom('stop' as const, 'crash' as const, 'lose graph' as const),
    }),
  },
);

/** Vectors on a grid, spread by id so that ties occur but are not the rule. */
function place(documentId: number, around: number): Float32Array {
  return Float32Array.of(around, (documentId % 17) / 4, (documentId % 5) - around);
}

/** With room for lost graphs' rows, or without. */
const limitsArbitrary = fc.constantFrom(smallLimits, {
  ...smallLimits,
  openingFlatFloatsMax: 900,
  buildPendingCountMin: 30,
});

class Run {
  readonly world: PartitionWorld;
  #inFlight: Promise<unknown>[] = [];

  constructor(limits: PartitionLimits) {
    this.world = new PartitionWorld(limits);
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'write': {
        const ops = step.ops.map((op): WriteOp => {
          if (op.at === undefined) return { kind: 'delete', id: `d${op.id}` };
          return upsert(`d${op.id}`, place(op.id, op.at));
        });
        this.#inFlight.push(this.world.write(ops));
        if (step.waits) await this.settle();
        return;
      }
      case 'bulk':
        return this.writeMany(step.from, step.count, (n) => upsert(`d${n}`, place(n, step.at)));
      case 'remove':
        return this.writeMany(step.from, step.count, (n) => ({ kind: 'delete', id: `d${n}` }));
      case 'pass':
        return this.world.clock.runForAsync(step.ms);
      case 'search':
        return this.search(step.at, step.k);
      case 'exact':
        return this.searchDuringWrites(step.at, step.writesDuring);
      case 'install':
        // Another replica's graph: whatever it has, all rows here must be found.
        this.#inFlight.push(this.world.installGraph());
        return;
      case 'restart':
        return this.restart(step.how);
    }
  }

  async writeMany(from: number, count: number, op: (n: number) => WriteOp): Promise<void> {
    const ops = Array.from({ length: count }, (_, i) => op((from + i) % 300));
    this.#inFlight.push(this.world.write(ops));
    await this.settle();
  }

  async settle(): Promise<void> {
    await this.world.settled(Promise.all(this.#inFlight));
    this.#inFlight = [];
  }

  async search(around: number, k: number): Promise<void> {
    await this.settle();
    const { world } = this;
    const query = place(3, around);
    if (world.partition.condition === 'loading') {
      expect(() => world.search(query, k)).toThrow('loading');
      return;
    }
    const hits = world.search(query, k);
    // Which of several documents at the same distance is the last hit is left open.
    const distances = world.expected(query, k).map(([, distance]) => distance);
    expect(hits.map((hit) => hit.distance)).toEqual(distances);
    expect(new Set(hits.map((hit) => hit.id)).size).toBe(hits.length);
    for (const hit of hits) expect(hit.version).toBe(world.twin.get(hit.id)?.version);
  }

  /** Documents that nobody touched are found as they were, the others once, or not if deleted. */
  async searchDuringWrites(around: number, writeCount: number): Promise<void> {
    await this.settle();
    const { world } = this;
    const before = new Map(world.twin);
    const search = world.searchExactly(place(3, around), 1000);
    const deleted = new Set<string>();
    for (let i = 0; i < writeCount; i += 1) {
      await world.clock.runForAsync(2 + i);
      const ops = Array.from({ length: 20 }, (_, j): WriteOp => {
        const n = (i * 37 + j * 13) % 300;
        if (j % 5 > 0) return upsert(`d${n}`, place(n, around + i));
        deleted.add(`d${n}`);
        return { kind: 'delete', id: `d${n}` };
      });
      this.#inFlight.push(world.write(ops));
    }
    const { status, hits } = await world.settled(search);
    expect(status).toBe('ok');
    await this.settle();
    const found = new Map(hits.map((hit) => [hit.id, hit]));
    expect(found.size).toBe(hits.length);
    for (const [documentId, { version }] of before) {
      const now = world.twin.get(documentId)?.version;
      const seen = found.get(documentId)?.version;
      if (now === version) expect(seen).toBe(version);
      else if (!deleted.has(documentId)) expect(seen).toBeGreaterThanOrEqual(version);
    }
    if (writeCount === 0) {
      const expected = world.expected(place(3, around), 1000);
      expect(idsAndDistances(hits)).toEqual(expected);
    }
  }

  async restart(how: 'stop' | 'crash' | 'lose graph'): Promise<void> {
    await this.settle();
    const { world } = this;
    if (how === 'crash') world.crash();
    else await world.settled(world.partition.close(true));
    if (how === 'lose graph') world.graphFile = {};
    await world.open();
    expect(world.partition.documentCount).toBe(world.twin.size);
  }
}

describe('Partition', () => {
  it('finds what its naive twin finds, whatever is written, removed, rebuilt and restarted', async () => {
    await fc.assert(
      fc.asyncProperty(
        limitsArbitrary,
        fc.array(step, { minLength: 3, maxLength: 25 }),
        async (limits, steps) => {
          const run = new Run(limits);
          await run.world.open();
          for (const one of steps) await run.take(one);
          await run.settle();
          await run.world.atRest();
          await run.search(0, 300);
          await run.searchDuringWrites(1, 0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
