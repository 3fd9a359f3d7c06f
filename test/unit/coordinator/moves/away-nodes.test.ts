import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { AwayNodes, type SeenNode } from '../../../../src/coordinator/moves/away-nodes.js';

const MINUTE_MS = 60_000;
const REPLACE_AFTER_MS = 10 * MINUTE_MS;
const WALL_MS = 1_700_000_000_000;

/** Three nodes; `a` is down, or not, and noted so, or not. */
function nodes(isUp: boolean, downSinceMs?: number): SeenNode[] {
  return [
    { nodeId: nodeId('a'), isUp, downSinceMs },
    { nodeId: nodeId('b'), isUp: true, downSinceMs: undefined },
    { nodeId: nodeId('c'), isUp: true, downSinceMs: undefined },
  ];
}

/** What one process finds from minute to minute; each begins with a monotonic clock of its own. */
function watch(book: AwayNodes, noted: number | undefined, fromMinute: number, minutes: number) {
  const found: boolean[] = [];
  for (let minute = 0; minute <= minutes; minute += 1) {
    const wallMs = WALL_MS + (fromMinute + minute) * MINUTE_MS;
    book.update(nodes(false, noted), minute * MINUTE_MS, wallMs);
    found.push(book.isAway(nodeId('a')));
  }
  return found;
}

describe('AwayNodes', () => {
  it('gives a node up after its time, and notes since when it is down well before that', () => {
    const book = new AwayNodes(REPLACE_AFTER_MS);
    book.update(nodes(false), 0, WALL_MS);
    expect(book.notes).toEqual([]);
    book.update(nodes(false), 10_000, WALL_MS + 10_000);
    expect(book.notes).toEqual([{ nodeId: 'a', downSinceMs: WALL_MS }]);
    book.update(nodes(false, WALL_MS), REPLACE_AFTER_MS - 1, WALL_MS + REPLACE_AFTER_MS - 1);
    expect(book.isAway(nodeId('a'))).toBe(false);
    expect(book.notes).toEqual([]);
    book.update(nodes(false, WALL_MS), REPLACE_AFTER_MS, WALL_MS + REPLACE_AFTER_MS);
    expect(book.isAway(nodeId('a'))).toBe(true);
  });

  it('goes on where the controller before it ended', () => {
    const found = watch(new AwayNodes(REPLACE_AFTER_MS), WALL_MS, 8, 3);
    expect(found).toEqual([false, false, true, true]);
  });

  it('looks for itself before it acts on a note, so that a node has time to be found', () => {
    const book = new AwayNodes(REPLACE_AFTER_MS);
    const wallMs = WALL_MS + 100 * REPLACE_AFTER_MS;
    book.update(nodes(false, WALL_MS), 0, wallMs);
    expect(book.isAway(nodeId('a'))).toBe(false);
    book.update(nodes(true, WALL_MS), 5_000, wallMs + 5_000);
    expect(book.notes).toEqual([{ nodeId: 'a', downSinceMs: undefined }]);
    book.update(nodes(false), 40_000, wallMs + 40_000);
    expect(book.isAway(nodeId('a'))).toBe(false);
  });

  it('is not misled by a wall clock that jumps while it looks', () => {
    const book = new AwayNodes(REPLACE_AFTER_MS);
    book.update(nodes(false), 0, WALL_MS);
    book.update(nodes(false, WALL_MS), MINUTE_MS, WALL_MS + 1_000 * MINUTE_MS);
    expect(book.isAway(nodeId('a'))).toBe(false);
    const early = new AwayNodes(REPLACE_AFTER_MS);
    expect(watch(early, WALL_MS + 1_000 * MINUTE_MS, 0, 9).some((isAway) => isAway)).toBe(false);
  });

  it('gives none up while more than half of all are down', () => {
    const book = new AwayNodes(REPLACE_AFTER_MS);
    const down = nodes(false).map((node, i) => ({ ...node, isUp: i === 2 }));
    book.update(down, 0, WALL_MS);
    book.update(down, 2 * REPLACE_AFTER_MS, WALL_MS + 2 * REPLACE_AFTER_MS);
    expect(book.isAway(nodeId('a'))).toBe(false);
  });
});
