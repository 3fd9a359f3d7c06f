import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphTable } from '../../../../shards/index/graph-table.js';
import { HashTable } from '../../../../shards/index/hash-table.js';
import { lowerBound } from '../../../../shards/index/lower-bound.js';

type Step = { kind: 'add'; hash: number } | { kind: 'remove'; pick: number };

const stepArb: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add'), hash: fc.nat({ max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove'), pick: fc.nat() }) },
);

/** The naive twin: labels to hashes, and every hash ever seen in the order of its first label. */
class NaiveTable {
  readonly hashes = new Map<number, bigint>();
  readonly seen: bigint[] = [];

  labelsOf(hash: bigint): number[] {
    return [...this.hashes].filter(([, other]) => other === hash).map(([label]) => label);
  }
}

function add(table: GraphTable, naive: NaiveTable, label: number, hash: bigint): void {
  const known = table.nodeOf(hash);
  expect(known).toBe(naive.seen.indexOf(hash));
  if (known < 0) naive.seen.push(hash);
  table.append(label, known < 0 ? table.addNode(hash) : known);
  naive.hashes.set(label, hash);
}

function remove(table: GraphTable, naive: NaiveTable, label: number): void {
  const hash = naive.hashes.get(label) as bigint;
  naive.hashes.delete(label);
  const isLast = naive.labelsOf(hash).length === 0;
  expect(table.remove(label)).toEqual(
    isLast ? { status: 'died', node: naive.seen.indexOf(hash) } : { status: 'shared' },
  );
  expect(table.remove(label)).toEqual({ status: 'absent' });
}

function expectSame(table: GraphTable, naive: NaiveTable): void {
  expect(table.count).toBe(naive.hashes.size);
  expect([...table.labels()]).toEqual([...naive.hashes.keys()]);
  expect(table.nodeCount).toBe(naive.seen.length);
  const dead = naive.seen.filter((hash) => naive.labelsOf(hash).length === 0);
  expect(table.deadNodeCount).toBe(dead.length);
  naive.seen.forEach((hash, node) => {
    const labels: number[] = [];
    table.eachLabelOf(node, 1000, (label) => labels.push(label));
    expect(labels).toEqual(naive.labelsOf(hash));
    expect(table.isDead(node)).toBe(dead.includes(hash));
  });
}

describe('GraphTable', () => {
  it('agrees with plain maps about labels and nodes, also after a snapshot was taken in', () => {
    const stepsArb = fc.array(stepArb, { maxLength: 120, size: 'max' });
    fc.assert(
      fc.property(stepsArb, (steps) => {
        const table = new GraphTable();
        const naive = new NaiveTable();
        steps.forEach((step, i) => {
          const labels = [...naive.hashes.keys()];
          if (step.kind === 'add') add(table, naive, 7 * i + 1, BigInt(step.hash) << 33n);
          else if (labels.length > 0) {
            remove(table, naive, labels[step.pick % labels.length] as number);
          }
        });
        expectSame(table, naive);
        expectSame(new GraphTable(table.snapshot()), naive);
      }),
    );
  });

  it('reuses the slots of removed labels when documents are rewritten for ever', () => {
    const table = new GraphTable();
    const nodes = Array.from({ length: 500 }, (_, i) => table.addNode(BigInt(i)));
    let label = 0;
    for (let round = 0; round < 40; round += 1) {
      for (const node of nodes) {
        label += 1;
        table.append(label, node);
        if (round > 0) expect(table.remove(label - nodes.length).status).toBe('shared');
      }
    }
    expect([table.count, table.deadNodeCount]).toEqual([500, 0]);
    expect([...table.labels()]).toEqual(nodes.map((_, i) => label - 499 + i));
    expect(nodes.every((node) => !table.isDead(node))).toBe(true);
  });

  it('hands out no more labels of a node than asked for', () => {
    const table = new GraphTable();
    const node = table.addNode(5n);
    for (let label = 1; label <= 9; label += 1) table.append(label, node);
    const labels: number[] = [];
    table.eachLabelOf(node, 4, (label) => labels.push(label));
    expect(labels).toEqual([1, 2, 3, 4]);
  });

  it('refuses a label that does not come after the last one, even a removed one', () => {
    const table = new GraphTable();
    const node = table.addNode(1n);
    table.append(7, node);
    table.remove(7);
    expect(() => table.append(7, node)).toThrow('does not come after');
    expect(() => table.append(8, 3)).toThrow('no node 3');
    table.append(8, node);
    expect(() => new GraphTable(table.snapshot()).append(8, node)).toThrow('does not come after');
  });
});

describe('HashTable', () => {
  it('numbers hashes in order and finds each, through growth and a snapshot', () => {
    const hashes = fc.uniqueArray(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 200 });
    fc.assert(
      fc.property(hashes, fc.integer({ min: 1, max: 12 }), (sample, spread) => {
        const all = sample.flatMap((hash) =>
          Array.from({ length: spread }, (_, i) => BigInt.asUintN(64, hash + (BigInt(i) << 40n))),
        );
        const unique = [...new Set(all)];
        const table = new HashTable();
        unique.forEach((hash, number) => {
          expect(table.find(hash)).toBe(-1);
          expect(table.append(hash)).toBe(number);
        });
        const again = new HashTable(table.snapshot());
        for (const one of [table, again]) {
          expect(one.length).toBe(unique.length);
          expect(unique.map((hash) => one.find(hash))).toEqual(unique.map((_, i) => i));
        }
      }),
      { numRuns: 30 },
    );
  });
});

it('lowerBound finds the first element that is not smaller, within its bounds', () => {
  const elements = Float64Array.from([1, 3, 3, 8, 9]);
  expect([0, 1, 2, 3, 4, 9, 10].map((value) => lowerBound(elements, 0, 5, value))).toEqual([
    0, 0, 1, 1, 3, 4, 5,
  ]);
  expect(lowerBound(elements, 2, 4, 1)).toBe(2);
  expect(lowerBound(elements, 2, 4, 100)).toBe(4);
});
