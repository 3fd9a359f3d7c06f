import { expect, it } from 'vitest';
import { DocumentTruth } from '../../../bench/acceptance/document-truth.js';
import { createVectorSet, rowOf } from '../../../bench/datasets/vector-set.js';
import { seededRandom } from '../../../src/base/random.js';

it('hands vectors round among updated documents and drops deleted ones, ids ascending', () => {
  const rows = createVectorSet(100, 1);
  for (let row = 0; row < rows.count; row += 1) rowOf(rows, row).fill(row);
  const truth = new DocumentTruth(rows);
  const random = seededRandom(1);
  const before = new Map([...truth.documents()].map(({ id, vector }) => [id, vector[0]]));

  const updated = truth.update(0.3, random);
  expect(updated.length).toBe(30);
  for (const { id, vector } of updated) expect(vector[0]).not.toBe(before.get(id));
  const deleted = new Set(truth.delete(0.2, random));
  expect(deleted.size).toBe(20);

  const { vectors, ids } = truth.snapshot();
  expect(ids).toEqual([...before.keys()].filter((id) => !deleted.has(id)));
  const after = new Map([...before, ...updated.map(({ id, vector }) => [id, vector[0]] as const)]);
  expect(Array.from(vectors.values)).toEqual(ids.map((id) => after.get(id)));
  expect(truth.count).toBe(80);
});
