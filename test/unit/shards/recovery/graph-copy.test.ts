import { describe, expect, it } from 'vitest';
import type { WriteOp } from '../../../../src/wire/link-messages.js';
import { refusedAs } from '../../../../src/wire/recovery-messages.js';
import { upsert } from '../../../contract/naive-store.js';
import { at, LevelWorld } from './level-world.js';

const COUNT = 600;
const ops: WriteOp[] = Array.from({ length: COUNT }, (_, i) => upsert(`id-${i}`, i));

/** A source with documents and a saved graph of them; the receiver has the first `heldCount`. */
async function worldWith(heldCount = 0): Promise<LevelWorld> {
  const world = new LevelWorld();
  const { source, receiver } = world;
  await settle(world, source.store.write(at(1), ops));
  if (heldCount > 0) await settle(world, receiver.store.write(at(1), ops.slice(0, heldCount)));
  saveGraphOf(world);
  return world;
}

function saveGraphOf({ source }: LevelWorld): void {
  const rows = Array.from(source.store.scan(0), ({ seq, vector }) => ({ seq, vector }));
  source.graphFile.saved = { rows, lastSeq: source.store.lastSeq };
}

async function settle(world: LevelWorld, promise: Promise<unknown>): Promise<void> {
  let isDone = false;
  void promise.then(() => {
    isDone = true;
  });
  await world.clock.runUntilTrue(() => isDone);
}

async function levelled(world: LevelWorld): Promise<void> {
  world.begin();
  await untilLevel(world);
}

async function untilLevel(world: LevelWorld): Promise<void> {
  await world.clock.runUntilTrue(() => world.isEqual);
  expect(world.receiver.entries()).toEqual(world.source.entries());
}

describe('a replica that lacks much', () => {
  it('gets the graph, and each document once', async () => {
    const world = await worldWith();
    await levelled(world);
    expect(world.graphEnds).toEqual(['installed']);
    expect(world.receiver.keeping.installed).toBeDefined();
    expect(world.receiver.graphFile.received).toBeUndefined();
    expect(world.leveller?.progress).toMatchObject({ rowCount: COUNT, sentCount: COUNT });
    expect(world.leveller?.progress.graphBytes).toBeGreaterThan(1000);
  });

  it('gets the graph also when it is found out on the way how much it lacks', async () => {
    const world = await worldWith(COUNT);
    const changed = Array.from({ length: 300 }, (_, i) => upsert(`id-${i}`, i + 0.5));
    await settle(world, world.source.store.write(at(2), changed));
    saveGraphOf(world);
    await levelled(world);
    expect(world.graphEnds).toEqual(['installed']);
    expect(world.leveller?.progress).toMatchObject({ rowCount: 300, sentCount: 300 });
  });

  it('does without when little is missing, or the source has none', async () => {
    const little = await worldWith(COUNT - 20);
    await levelled(little);
    expect(little.graphEnds).toEqual([]);
    expect(little.leveller?.progress.sentCount).toBe(20);
    const none = await worldWith();
    delete none.source.graphFile.saved;
    await levelled(none);
    expect(none.graphEnds).toEqual(['none']);
  });

  it('waits for a graph that is being saved, but not for ever', async () => {
    const soon = await worldWith();
    soon.source.keeping.savingCount = 5;
    await levelled(soon);
    expect(soon.graphEnds).toEqual(['installed']);
    const never = await worldWith();
    never.source.keeping.savingCount = 1e9;
    await levelled(never);
    expect(never.graphEnds).toEqual(['failed']);
  });

  it('goes on after the last piece when the source fell silent', async () => {
    const world = await worldWith();
    let pieces = 0;
    let silence = 0;
    world.onAnswer = (answer) => {
      if (answer.kind !== 'graph_bytes') return answer;
      pieces += 1;
      if (pieces % 2 === 1) return answer;
      silence += 1;
      return refusedAs('unavailable', 'no answer in time');
    };
    await levelled(world);
    expect(world.graphEnds).toEqual(['installed']);
    const { graphBytes } = world.leveller?.progress ?? { graphBytes: 0 };
    expect(silence).toBeGreaterThan(0);
    expect(graphBytes).toBe(world.graphBytesOfSource());
  });

  it('goes on after the last piece when it died itself', async () => {
    const world = await worldWith();
    const offsets: number[] = [];
    world.onAnswer = (answer, question) => {
      if (question.kind !== 'graph_bytes') return answer;
      offsets.push(question.offset);
      if (offsets.length === 3) world.crashReceiver();
      return answer;
    };
    world.begin();
    await world.clock.runUntilTrue(() => offsets.length === 3);
    const [, , third] = offsets;
    await world.clock.runUntilTrue(() => world.isEqual);
    expect(world.receiver.entries()).toEqual(world.source.entries());
    expect(offsets[3]).toBeGreaterThanOrEqual(third as number);
    expect(world.graphEnds).toContain('installed');
  });

  it('asks again for a graph that the source let go of', async () => {
    const world = await worldWith();
    let hasGone = false;
    world.onAnswer = (answer) => {
      if (answer.kind !== 'graph_bytes' || hasGone) return answer;
      hasGone = true;
      return refusedAs('gone', 'that graph is not lent any more');
    };
    await levelled(world);
    expect(world.graphEnds).toEqual(['installed']);
  });

  it('takes no damaged graph, and becomes level without one', async () => {
    const world = await worldWith();
    let damagedCount = 0;
    world.onAnswer = (answer) => {
      if (answer.kind !== 'graph_bytes' || answer.bytes.length === 0) return answer;
      damagedCount += 1;
      const bytes = Buffer.from(answer.bytes);
      bytes[0] = (bytes[0] as number) ^ 1;
      return { ...answer, bytes };
    };
    await levelled(world);
    expect(damagedCount).toBeGreaterThanOrEqual(3);
    expect(world.graphEnds).toEqual(['failed']);
    expect(world.receiver.keeping.installed).toBeUndefined();
    expect(world.receiver.graphFile.received).toBeUndefined();
  });

  it('is compared when the source stops answering in the middle of its rows', async () => {
    const world = await worldWith();
    let scans = 0;
    world.onAnswer = (answer) => {
      if (answer.kind === 'scan') scans += 1;
      return answer.kind === 'scan' && scans > 2 ? refusedAs('unavailable', 'gone') : answer;
    };
    await levelled(world);
    expect(world.leveller?.progress.sentCount).toBe(COUNT);
  });
});
