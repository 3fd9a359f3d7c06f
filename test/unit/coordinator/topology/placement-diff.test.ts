import { expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { countMoves, diffPlacement } from '../../../../src/coordinator/topology/placement-diff.js';

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(nodeId) as [
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
];

it('names what each partition gains and loses, and leaves out those that only changed order', () => {
  const before = [[a, b], [b, c], [a], []];
  const after = [[b, a], [d, b], [], [c, a]];
  expect(diffPlacement(before, after)).toEqual([
    { partition: 1, added: [d], removed: [c] },
    { partition: 2, added: [], removed: [a] },
    { partition: 3, added: [c, a], removed: [] },
  ]);
  expect(countMoves(before, after)).toBe(3);
});

it('takes a partition that one side does not have for an empty one', () => {
  expect(diffPlacement([[a]], [[a], [b]])).toEqual([{ partition: 1, added: [b], removed: [] }]);
  expect(diffPlacement([[a], [b]], [[a]])).toEqual([{ partition: 1, added: [], removed: [b] }]);
});
