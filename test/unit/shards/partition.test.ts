import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/base/random.js';
import type { WriteOp } from '../../../src/wire/link-messages.js';
import {
  idsAndDistances,
  PartitionWorld,
  smallLimits,
  upsert,
} from '../../support/partition-world.js';

const random = seededRandom(3);
const ORIGIN = Float32Array.of(0, 0, 0);

function documents(from: number, count: number): WriteOp[] {
  return Array.from({ length: count }, (_, i) =>
    upsert(
      `d${from + i}`,
      Float32Array.from({ length: 3 }, () => random.next()),
    ),
  );
}

async function openWith(documentCount: number): Promise<PartitionWorld> {
  const world = new PartitionWorld();
  await world.open();
  for (let from = 0; from < documentCount; from += 100) {
    await world.settled(world.write(documents(from, Math.min(100, documentCount - from))));
  }
  return world;
}

function expectRight(world: PartitionWorld, k = 20): void {
  expect(idsAndDistances(world.search(ORIGIN, k))).toEqual(world.expected(ORIGIN, k));
}

describe('Partition', () => {
  it('keeps rows that come in numbers for a graph of them all, and then finds them', async () => {
    const world = await openWith(150);
    const { graphs } = world.partition.contents;
    expect([graphs.beginBulk(), graphs.beginBulk()]).toEqual([true, false]);
    await world.settled(world.write(documents(100, 600)));
    await world.settled(world.write([{ kind: 'delete', id: 'd120' }, ...documents(20, 5)]));
    expect(world.partition.condition).toBe('loading');
    graphs.endBulk();
    const late = world.write([{ kind: 'delete', id: 'd600' }, ...documents(700, 50)]);
    await world.settled(late);
    await world.clock.runUntilTrue(() => world.partition.condition === 'open');
    expectRight(world, 1_000);
  });

  it('shows all of a write at the moment it is acknowledged, and none of it before', async () => {
    const world = await openWith(0);
    const seen: number[] = [];
    const written = world.write(documents(0, 60)).then(() => seen.push(-1));
    const look = () => {
      seen.push(world.search(ORIGIN, 100).length);
      world.clock.setTimer(0.1, look);
    };
    look();
    await world.settled(written);
    expect(seen.at(-1)).toBe(-1);
    expect(new Set(seen)).toEqual(new Set([0, -1]));
    expectRight(world);
  });

  it('makes writes wait when more rows than it may hold are not in the graph yet', async () => {
    const world = await openWith(0);
    // The flat buffer holds 256 rows; the graph takes 5 rows a millisecond.
    const writes = [0, 100, 200, 300, 400].map((from) => world.write(documents(from, 100)));
    const startedAtMs = world.clock.nowMs();
    const ends = await world.settled(Promise.all(writes));
    expect(ends.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(world.clock.nowMs() - startedAtMs).toBeGreaterThan(40);
    expectRight(world, 500);
  });

  it('takes a write of more rows than the flat buffer should hold when nothing else waits', async () => {
    const world = await openWith(0);
    expect((await world.settled(world.write(documents(0, 700)))).status).toBe('ok');
    expect((await world.settled(world.write(documents(700, 700)))).status).toBe('ok');
    expectRight(world, 50);
  });

  it('refuses, unstarted, a write that waits for room for most of its time', async () => {
    const world = await openWith(0);
    const first = world.write(documents(0, 250));
    const late = world.write(documents(250, 250), world.clock.nowMs() + 40);
    const patient = world.write(documents(500, 10));
    expect((await world.settled(first)).status).toBe('ok');
    expect(await world.settled(late)).toMatchObject({ status: 'rejected' });
    expect((await world.settled(patient)).status).toBe('ok');
    expect(world.partition.documentCount).toBe(260);
  });

  it('a fence refuses what has not begun and waits for what has', async () => {
    const world = await openWith(0);
    const begun = world.write(documents(0, 250));
    const waiting = world.write(documents(250, 250));
    await world.settled(new Promise<void>((done) => world.clock.setTimer(0.05, done)));
    let isFenced = false;
    const fence = world.partition.fence().then(() => {
      isFenced = true;
    });
    expect(await world.settled(waiting)).toMatchObject({ status: 'stale_generation' });
    expect((await world.settled(begun)).status).toBe('ok');
    await world.settled(fence);
    expect(isFenced).toBe(true);
    expect((await world.settled(world.write(documents(500, 1)))).status).toBe('ok');
    expect(world.partition.documentCount).toBe(251);
  });

  it('keeps the order of the writes of one document', async () => {
    const world = await openWith(0);
    const writes = Array.from({ length: 30 }, (_, i) =>
      world.write([upsert('same', Float32Array.of(i, 0, 0))]),
    );
    await world.settled(Promise.all(writes));
    expect(idsAndDistances(world.search(ORIGIN, 5))).toEqual([['same', 29 * 29]]);
  });

  it('is loading after a start without a graph, but for exact searches, and then is open', async () => {
    const world = await openWith(600);
    world.crash();
    world.graphFile = {};
    await world.open();
    expect(world.partition.condition).toBe('loading');
    expect(() => world.search(ORIGIN, 5)).toThrow('loading');
    const exact = await world.settled(world.searchExactly(ORIGIN, 20));
    expect(idsAndDistances(exact.hits)).toEqual(world.expected(ORIGIN, 20));
    const written = world.write(documents(590, 30));
    await world.atRest();
    expect((await world.settled(written)).status).toBe('ok');
    expectRight(world, 700);
  });

  it('can be searched at once after a start when the graph lacks few rows', async () => {
    const world = await openWith(600);
    await world.atRest();
    await world.settled(world.partition.close(true));
    await world.open();
    await world.settled(world.write(documents(600, 100)));
    world.crash();
    await world.open();
    expect(world.partition.condition).toBe('open');
    expectRight(world, 700);
  });

  it('can be searched at once when its graph is lost, and has it built of all rows', async () => {
    const limits = { ...smallLimits, openingFlatFloatsMax: 6000, buildPendingCountMin: 300 };
    const world = new PartitionWorld(limits);
    await world.open();
    for (const from of [0, 200, 400]) await world.settled(world.write(documents(from, 200)));
    world.crash();
    world.graphFile = {};
    await world.open();
    expect(world.partition.condition).toBe('open');
    expectRight(world, 700);
    // What is written, replaced and removed while the graph is built is neither lost nor doubled.
    await world.settled(world.write(documents(590, 300)));
    await world.settled(world.write([{ kind: 'delete', id: 'd3' }]));
    expect(world.partition.pendingCount).toBeGreaterThan(256);
    expectRight(world, 1000);
    await world.clock.runUntilTrue(() => world.partition.pendingCount < 600);
    expectRight(world, 1000);
    await world.atRest();
    expect(world.partition.pendingCount).toBe(0);
    expectRight(world, 1000);
  });

  it('saves a graph once a load has settled, so that little is to be inserted again', async () => {
    const world = new PartitionWorld({ ...smallLimits, saveChangeCountMin: 10_000 });
    await world.open();
    for (let from = 0; from < 600; from += 100) {
      await world.settled(world.write(documents(from, 100)));
    }
    await world.clock.runForAsync(8000);
    world.crash();
    await world.open();
    expect(world.partition.condition).toBe('open');
    expect(world.partition.pendingCount).toBe(0);
    expectRight(world, 700);
  });

  it('does not trust a saved graph that knows rows of which it says it has none', async () => {
    const world = await openWith(600);
    await world.atRest();
    await world.settled(world.partition.close(true));
    const { saved } = world.graphFile;
    if (saved === undefined) throw new Error('nothing was saved');
    saved.lastSeq -= 2;
    await world.open();
    await world.atRest();
    await world.settled(world.write(documents(600, 100)));
    await world.atRest();
    expectRight(world, 700);
  });

  it('builds a graph anew when much of it is dead, and misses nothing written meanwhile', async () => {
    const world = await openWith(300);
    await world.atRest();
    const before = world.graphFile.saved;
    await world.settled(world.write(documents(0, 120)));
    for (let i = 0; i < 12; i += 1) {
      void world.write(documents(i * 25, 10));
      await world.clock.runForAsync(7);
      expect(world.partition.condition).toBe('open');
      expectRight(world, 400);
    }
    await world.atRest();
    expect(world.graphFile.saved).not.toBe(before);
    expectRight(world, 400);
  });

  it('saves its graph after enough changes, and takes writes while it does', async () => {
    const world = await openWith(90);
    await world.atRest();
    expect(world.graphFile.saved).toBeUndefined();
    await world.settled(world.write(documents(90, 30)));
    await world.clock.runUntilTrue(() => world.partition.pendingCount === 0);
    await world.settled(world.write(documents(120, 30)));
    expectRight(world, 200);
    await world.atRest();
    expect(world.graphFile.saved?.rows.length).toBeGreaterThanOrEqual(100);
  });

  it('shares one pass over the rows among exact searches that wait together', async () => {
    const world = await openWith(200);
    await world.atRest();
    const startedAtMs = world.clock.nowMs();
    await world.settled(world.searchExactly(ORIGIN, 5));
    const oneTookMs = world.clock.nowMs() - startedAtMs;
    const manyStartedAtMs = world.clock.nowMs();
    const many = Array.from({ length: 20 }, () => world.searchExactly(ORIGIN, 5));
    const ends = await world.settled(Promise.all(many));
    expect(world.clock.nowMs() - manyStartedAtMs).toBeLessThan(oneTookMs * 1.5);
    for (const { hits } of ends) {
      expect(idsAndDistances(hits)).toEqual(world.expected(ORIGIN, 5));
    }
  });

  it('becomes corrupt when an exact search meets a damaged row, and ends all that wait', async () => {
    const world = await openWith(200);
    world.disk.damageRow(150);
    const ends = await world.settled(
      Promise.all([world.searchExactly(ORIGIN, 5), world.searchExactly(ORIGIN, 5)]),
    );
    expect(ends.map(({ status }) => status)).toEqual(['corrupt', 'corrupt']);
    expect(world.partition.condition).toBe('corrupt');
    expect(world.partition.detail).toContain('row 150');
    expect(await world.settled(world.write(documents(0, 1)))).toMatchObject({ status: 'corrupt' });
  });

  it('acknowledges nothing that the disk failed to keep', async () => {
    const world = await openWith(50);
    world.disk.failNextSync();
    const end = await world.settled(world.write(documents(50, 10)));
    expect(end).toMatchObject({ status: 'unavailable', detail: expect.stringMatching('failed') });
    expect(world.partition.documentCount).toBe(50);
    expectRight(world, 100);
  });

  it('when it closes refuses what has not begun and finishes the rest', async () => {
    const world = await openWith(0);
    const begun = world.write(documents(0, 250));
    const unstarted = world.write(documents(250, 250));
    await world.clock.runForAsync(4);
    await world.settled(world.partition.close(true));
    expect((await begun).status).toBe('ok');
    expect((await unstarted).status).toBe('unavailable');
    await world.open();
    expect(world.partition.documentCount).toBe(250);
  });

  it('saves a changed graph now and then, however little changed', async () => {
    const world = new PartitionWorld({ ...smallLimits, saveIntervalMs: 60_000 });
    await world.open();
    await world.settled(world.write(documents(0, 5)));
    await world.atRest();
    expect(world.graphFile.saved).toBeUndefined();
    await world.clock.runForAsync(75_000);
    expect(world.graphFile.saved?.rows).toHaveLength(5);
  });
});
