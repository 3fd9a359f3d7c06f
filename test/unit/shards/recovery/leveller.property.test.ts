import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Version } from '../../../../src/base/version.js';
import type { WriteOp } from '../../../../src/wire/link-messages.js';
import { deletion, upsert } from '../../../contract/naive-store.js';
import { at, LevelWorld } from './level-world.js';

interface Write {
  version: Version;
  op: WriteOp;
}

const idArbitrary = fc.integer({ min: 0, max: 30 }).map((n) => `id-${n}`);

/** Versions are unique, so that a version tells which write it is. */
function writes(from: number, maxLength: number): fc.Arbitrary<Write[]> {
  const one = fc.record({ id: idArbitrary, isDelete: fc.boolean(), wallMs: fc.nat(1000) });
  return fc.uniqueArray(one, { maxLength, selector: ({ wallMs }) => wallMs }).map((list) =>
    list.map(({ id, isDelete, wallMs }) => ({
      version: at(from + wallMs),
      op: isDelete ? deletion(id) : upsert(id, wallMs),
    })),
  );
}

const delayArbitrary = fc.integer({ min: 0, max: 40 });

const scenario = fc.record({
  /** Acknowledged: the source has them all; the receiver those that it had before it went away. */
  past: writes(1_000, 40),
  receiverHas: fc.oneof(
    fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
    fc.constant<boolean[]>([]),
  ),
  /** Never acknowledged: only the receiver has them. */
  stray: writes(3_000, 6),
  forgotten: fc.boolean(),
  live: fc.array(
    fc.record({
      write: writes(2_500, 1),
      atMs: fc.integer({ min: 0, max: 60 }),
      sourceDelayMs: delayArbitrary,
      receiverDelayMs: delayArbitrary,
    }),
    { maxLength: 12 },
  ),
  /** Writes that the receiver holds already and that are sent to both again. */
  resent: fc.array(fc.record({ index: fc.nat(5), atMs: delayArbitrary, delayMs: delayArbitrary }), {
    maxLength: 3,
  }),
  crashesAtMs: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

async function run(plan: Scenario): Promise<LevelWorld> {
  const world = new LevelWorld();
  const { source, receiver, clock } = world;
  const seen = new Set<Version>();
  const isNew = ({ version }: Write) => !seen.has(version) && seen.add(version) !== undefined;
  for (const [i, { version, op }] of plan.past.filter(isNew).entries()) {
    void source.write(version, op);
    if (plan.receiverHas[i] === true) void receiver.write(version, op);
  }
  for (const { version, op } of plan.stray.filter(isNew)) void receiver.write(version, op);
  await world.settled();
  if (plan.forgotten) await settle(world, source.store.purgeTombstones(1_500));
  world.begin();
  for (const { write, atMs, sourceDelayMs, receiverDelayMs } of plan.live) {
    for (const { version, op } of write.filter(isNew)) {
      clock.setTimer(atMs, () => world.liveWrite(version, op, sourceDelayMs, receiverDelayMs));
    }
  }
  for (const { index, atMs, delayMs } of plan.resent) {
    const stray = plan.stray[index];
    if (stray === undefined) continue;
    clock.setTimer(atMs, () => world.liveWrite(stray.version, stray.op, delayMs, 0));
  }
  if (plan.crashesAtMs !== undefined) {
    clock.setTimer(plan.crashesAtMs, () => {
      world.crashReceiver();
      // A live write may have been lost with the process: the coordinator starts it over.
      clock.setTimer(100, () => world.startOver());
    });
  }
  await clock.runForAsync(400);
  if (!world.isEqual) world.startOver();
  await clock.runUntilTrue(() => world.isEqual);
  await world.settled();
  return world;
}

async function settle(world: LevelWorld, promise: Promise<unknown>): Promise<void> {
  let isDone = false;
  void promise.then(() => {
    isDone = true;
  });
  await world.clock.runUntilTrue(() => isDone);
}

describe('levelling a replica', () => {
  it('ends with what the source holds, whatever is written, lost or crashes meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (plan) => {
        const { source, receiver } = await run(plan);
        expect(receiver.entries()).toEqual(source.entries());
        expect(receiver.store.digest()).toEqual(source.store.digest());
        expect(receiver.store.documentCount).toBe(source.store.documentCount);
      }),
      { numRuns: 150 },
    );
  });

  it('copies little more than what the replica missed', async () => {
    const world = new LevelWorld();
    const ids = Array.from({ length: 2_000 }, (_, i) => `id-${i}`);
    const ops = ids.map((id, i) => upsert(id, i));
    await settle(world, world.source.store.write(at(1), ops));
    await settle(world, world.receiver.store.write(at(1), ops));
    await settle(world, world.source.store.write(at(2), ops.slice(0, 20)));
    world.begin();
    await world.clock.runUntilTrue(() => world.isEqual);
    expect(world.leveller?.progress.rowCount).toBe(20);
  });

  it('compares again, rather than walk over all entries, while a write is on its way', async () => {
    const world = new LevelWorld();
    const ops = Array.from({ length: 50 }, (_, i) => upsert(`id-${i}`, i));
    await settle(world, world.source.store.write(at(1), ops));
    await settle(world, world.receiver.store.write(at(1), ops));
    const asked: string[] = [];
    world.onAnswer = (answer, { kind }) => {
      asked.push(kind);
      return answer;
    };
    world.liveWrite(at(2), upsert('id-7', 100), 0, 15);
    await world.clock.runForAsync(5);
    world.begin();
    await world.clock.runUntilTrue(() => world.isEqual);
    expect(asked).toEqual(['digest', 'digest']);
  });

  it('takes back nothing that a live write may have brought, until the next generation', async () => {
    const world = new LevelWorld();
    world.begin();
    await settle(world, world.receiver.write(at(5), upsert('only-here', 1)));
    await world.clock.runForAsync(3_000);
    expect([world.isEqual, world.receiver.entries().length]).toEqual([false, 1]);
    expect(world.leveller?.progress.idleRoundCount).toBeGreaterThan(3);
    world.startOver();
    await world.clock.runUntilTrue(() => world.isEqual);
    expect(world.receiver.entries()).toEqual([]);
  });
});
