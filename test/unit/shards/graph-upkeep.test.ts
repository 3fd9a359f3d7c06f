import { describe, expect, it } from 'vitest';
import {
  graphUpkeepDefaults,
  needsBuild,
  needsRebuild,
  needsSave,
} from '../../../shards/graph-upkeep.js';

const options = graphUpkeepDefaults;
const fresh = { changeCount: 0, sinceSaveMs: 0, sinceChangeMs: 0 };

describe('a graph is saved', () => {
  it('never while nothing changed', () => {
    const old = { changeCount: 0, sinceSaveMs: 1e9, sinceChangeMs: 1e9 };
    expect(needsSave(options, 100, old)).toBe(false);
  });

  it('after many changes, and more of them the larger it is', () => {
    expect(needsSave(options, 1000, { ...fresh, changeCount: 19_999 })).toBe(false);
    expect(needsSave(options, 1000, { ...fresh, changeCount: 20_000 })).toBe(true);
    expect(needsSave(options, 1_000_000, { ...fresh, changeCount: 20_000 })).toBe(false);
    expect(needsSave(options, 1_000_000, { ...fresh, changeCount: 200_000 })).toBe(true);
  });

  it('when a bulk load has settled, but not after every little write', () => {
    const settled = { ...fresh, sinceChangeMs: options.saveQuietMs };
    expect(needsSave(options, 1000, { ...settled, changeCount: 499 })).toBe(false);
    expect(needsSave(options, 1000, { ...settled, changeCount: 500 })).toBe(true);
    expect(needsSave(options, 1000, { ...fresh, changeCount: 500 })).toBe(false);
  });

  it('now and then, however little changed', () => {
    const late = { changeCount: 1, sinceSaveMs: options.saveIntervalMs, sinceChangeMs: 0 };
    expect(needsSave(options, 1000, late)).toBe(true);
  });
});

describe('a graph is built anew', () => {
  it('when more than a quarter of it is dead, and that is not just a few', () => {
    expect(needsRebuild(options, 3000, 1000)).toBe(false);
    expect(needsRebuild(options, 2999, 1001)).toBe(true);
    expect(needsRebuild(options, 10, 900)).toBe(false);
  });

  it('when it lacks more than half of the rows, and inserting them would take seconds', () => {
    expect(needsBuild(options, 20_000, 10_000)).toBe(false);
    expect(needsBuild(options, 20_000, 10_001)).toBe(true);
    expect(needsBuild(options, 4999, 4999)).toBe(false);
  });
});
