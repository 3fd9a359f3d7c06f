import { pbkdf2 } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  loadGraph,
  removeGraph,
  type SaveStep,
  saveGraph,
  saveGraphWith,
} from '../../../../shards/index/graph-file.js';
import type { GraphSpec } from '../../../../shards/index/graph-space.js';
import { HnswIndex } from '../../../../shards/index/hnsw-index.js';
import { seededRandom } from '../../../../src/base/random.js';
import { clusteredVectors } from '../../../support/vector-samples.js';

const spec: GraphSpec = { dimension: 8, metric: 'dot', m: 6, efConstruction: 40 };
const [queryVector] = clusteredVectors(seededRandom(99), 1, 8, 1) as [Float32Array];

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'annulus-graph-'));
  mkdirSync(join(root, 'replica'));
  path = join(root, 'replica', 'graph');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Vectors with labels beyond 32 bits, some equal, every fifth removed. */
/** Above every label of the samples, which are beyond 32 bits themselves. */
const SEQ = 2 ** 34;

function sampleIndex(count: number, of: GraphSpec = spec): HnswIndex {
  const index = HnswIndex.create(of);
  const vectors = clusteredVectors(seededRandom(count), count, of.dimension, 5);
  vectors.forEach((vector, i) => {
    index.add(2 ** 33 + 2 * i, i % 7 === 3 ? (vectors[0] as Float32Array) : vector);
  });
  for (let i = 0; i < count; i += 5) index.remove(2 ** 33 + 2 * i);
  return index;
}

const answers = (index: HnswIndex) => [
  index.count,
  index.removedCount,
  [...index.labels()],
  index.search(queryVector, 20, 40),
];

async function loaded(at = path): Promise<{ index: HnswIndex; lastSeq: number }> {
  const outcome = await loadGraph(at, spec);
  if (outcome.status !== 'loaded') expect.fail(JSON.stringify(outcome));
  return outcome;
}

describe('a saved graph', () => {
  it.each([0, 1, 2, 300])('of %i vectors answers as before and goes on growing', async (count) => {
    const index = sampleIndex(count);
    expect(await saveGraph(index, path, SEQ + 12345)).toMatchObject({ status: 'saved' });
    const copy = await loaded();
    expect(copy.lastSeq).toBe(SEQ + 12345);
    expect(answers(copy.index)).toEqual(answers(index));
    const label = 2 ** 40;
    copy.index.add(label, queryVector);
    copy.index.add(label + 1, queryVector);
    expect(copy.index.has(label)).toBe(true);
    expect(copy.index.remove(label)).toBe(true);
    expect(copy.index.count).toBe(index.count + 1);
  });

  it('says what it contains when rows were inserted after the save was asked for', async () => {
    const index = sampleIndex(50);
    const label = SEQ + 1_000;
    const saving = saveGraph(index, path, SEQ + 50);
    index.add(label, queryVector);
    expect(await saving).toMatchObject({ status: 'saved' });
    const copy = await loaded();
    expect(copy.index.has(label)).toBe(true);
    expect(copy.lastSeq).toBe(label);
    copy.index.add(copy.lastSeq + 1, queryVector);
  });

  it('is the graph as it was when the save began, whatever was removed meanwhile', async () => {
    const index = sampleIndex(300);
    const before = answers(index);
    const saving = saveGraphWith(
      (payload) => {
        keepThreadPoolBusy(); // So that hnswlib begins to write after the removals.
        const written = index.writeNative(payload);
        for (const { label } of index.search(queryVector, 100, 300)) index.remove(label);
        return written;
      },
      spec,
      path,
      300,
    );
    expect(await saving).toMatchObject({ status: 'saved' });
    expect(answers((await loaded()).index)).toEqual(before);
    expect(index.count).toBe((before[0] as number) - 100);
  });

  it('says absent when there is none, and when it was removed', async () => {
    expect(await loadGraph(path, spec)).toEqual({ status: 'absent' });
    await saveGraph(sampleIndex(10), path, SEQ + 1);
    await removeGraph(path);
    expect(await loadGraph(path, spec)).toEqual({ status: 'absent' });
    expect(readdirSync(join(root, 'replica'))).toEqual([]);
  });

  it('is not loaded for a collection made otherwise', async () => {
    await saveGraph(sampleIndex(20), path, SEQ + 1);
    const others: Partial<GraphSpec>[] = [
      { dimension: 9 },
      { metric: 'l2' },
      { m: 7 },
      { efConstruction: 41 },
    ];
    for (const other of others) {
      const [key] = Object.keys(other) as [keyof GraphSpec];
      expect(await loadGraph(path, { ...spec, ...other })).toEqual({
        status: 'mismatch',
        detail: `${key} is ${spec[key]}, not ${other[key]}`,
      });
    }
  });

  it('is replaced by the next one, with nothing left of the first', async () => {
    await saveGraph(sampleIndex(50), path, SEQ + 50);
    const next = sampleIndex(80);
    await saveGraph(next, path, SEQ + 80);
    expect(readdirSync(join(root, 'replica')).sort()).toEqual(['graph', 'graph.2.hnsw']);
    const copy = await loaded();
    expect(copy.lastSeq).toBe(SEQ + 80);
    expect(answers(copy.index)).toEqual(answers(next));
  });
});

describe('a damaged graph', () => {
  it('is found out wherever a byte is flipped or the file ends', async () => {
    await saveGraph(sampleIndex(60), path, SEQ + 7);
    const names = ['graph', 'graph.1.hnsw'];
    const whole = new Map(names.map((name) => [name, readFileSync(join(root, 'replica', name))]));
    const damage = fc.record({
      name: fc.constantFrom(...names),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      kind: fc.constantFrom('flip', 'truncate', 'zeros', 'append'),
    });
    const property = fc.asyncProperty(damage, async ({ name, at, kind }) => {
      const file = join(root, 'replica', name);
      const bytes = whole.get(name) as Buffer;
      writeFileSync(file, damaged(bytes, Math.floor(at * bytes.length), kind));
      const outcome = await loadGraph(path, spec);
      writeFileSync(file, bytes);
      expect(outcome).toMatchObject({ status: 'damaged', detail: expect.any(String) });
    });
    const corners = names.flatMap((name) =>
      [0, 1 - 1e-9].flatMap((at) =>
        (['flip', 'truncate', 'append'] as const).map((kind) => [{ name, at, kind }] as const),
      ),
    );
    await fc.assert(property, { numRuns: 150, examples: corners.map(([one]) => [one]) });
    await loaded();
  });

  it('is found out when hnswlib’s file is missing, or unreadable, or another graph’s', async () => {
    await saveGraph(sampleIndex(60), path, SEQ + 7);
    const payload = `${path}.1.hnsw`;
    rmSync(payload);
    expect(await loadGraph(path, spec)).toMatchObject({ status: 'damaged' });
    mkdirSync(payload);
    expect(await loadGraph(path, spec)).toMatchObject({ status: 'damaged' });
    rmSync(payload, { recursive: true });
    const other = join(root, 'other');
    await saveGraph(sampleIndex(61), other, SEQ + 7);
    cpSync(`${other}.1.hnsw`, payload);
    expect(await loadGraph(path, spec)).toMatchObject({ status: 'damaged' });
  });
});

function damaged(bytes: Buffer, at: number, kind: string): Buffer {
  if (kind === 'truncate') return bytes.subarray(0, at);
  if (kind === 'append') return Buffer.concat([bytes, bytes.subarray(0, at + 1)]);
  const copy = Buffer.from(bytes);
  if (kind === 'flip') copy[at] = (copy[at] as number) ^ 0x10;
  else copy.fill(copy[at] === 0 ? 1 : 0, at, at + 1);
  return copy;
}

describe('a save that does not end well', () => {
  const STEPS: readonly SaveStep[] = [
    'payload_written',
    'payload_synced',
    'manifest_written',
    'manifest_renamed',
    'leftovers_removed',
  ];

  it('leaves the old or the new graph after a crash at any step, and no litter after the next', async () => {
    const before = sampleIndex(40);
    const after = sampleIndex(90);
    await saveGraph(before, path, SEQ + 40);
    await saveGraph(after, path, SEQ + 90, (step) => {
      cpSync(join(root, 'replica'), join(root, step), { recursive: true });
    });
    for (const step of STEPS) {
      const crashed = join(root, step, 'graph');
      if (step === 'payload_written') tear(`${crashed}.2.hnsw`); // It was not synced.
      const copy = await loaded(crashed);
      const isNew = step === 'manifest_renamed' || step === 'leftovers_removed';
      expect([step, copy.lastSeq]).toEqual([step, isNew ? SEQ + 90 : SEQ + 40]);
      expect(answers(copy.index)).toEqual(answers(isNew ? after : before));
      expect(readdirSync(join(root, step)).sort()).toEqual([
        'graph',
        isNew ? 'graph.2.hnsw' : 'graph.1.hnsw',
      ]);
      expect(await saveGraph(after, crashed, SEQ + 91)).toMatchObject({ status: 'saved' });
      expect((await loaded(crashed)).lastSeq).toBe(SEQ + 91);
    }
  });

  it('says absent after a crash in the very first save, and the next one succeeds', async () => {
    const crashed = join(root, 'first', 'graph');
    await saveGraph(sampleIndex(40), path, SEQ + 40, (step) => {
      if (step !== 'manifest_written') return;
      cpSync(join(root, 'replica'), join(root, 'first'), { recursive: true });
    });
    expect(readdirSync(join(root, 'first')).sort()).toEqual(['graph.1.hnsw', 'graph.tmp']);
    expect(await loadGraph(crashed, spec)).toEqual({ status: 'absent' });
    expect(await saveGraph(sampleIndex(40), crashed, SEQ + 41)).toMatchObject({ status: 'saved' });
    expect(readdirSync(join(root, 'first')).sort()).toEqual(['graph', 'graph.2.hnsw']);
  });

  it('fails as a value, keeping the old graph, when hnswlib’s file came out short', async () => {
    const index = sampleIndex(40);
    await saveGraph(index, path, SEQ + 40);
    const short = await saveGraphWith(
      async (payload) => {
        const contents = await index.writeNative(payload);
        truncateSync(payload, statSync(payload).size - 1);
        return contents;
      },
      spec,
      path,
      99,
    );
    expect(short).toMatchObject({ status: 'failed', detail: expect.stringContaining('too early') });
    expect((await loaded()).lastSeq).toBe(SEQ + 40);
    expect(readdirSync(join(root, 'replica')).sort()).toEqual(['graph', 'graph.1.hnsw']);
  });

  it('fails as a value when the directory is gone, and leaves the index usable', async () => {
    const index = sampleIndex(40);
    const nowhere = join(root, 'nowhere', 'graph');
    expect(await saveGraph(index, nowhere, SEQ + 1)).toMatchObject({ status: 'failed' });
    expect(index.isFrozen).toBe(false);
    expect(await saveGraph(index, path, SEQ + 1)).toMatchObject({ status: 'saved' });
  });

  it('keeps the new graph when only the cleaning up after it fails', async () => {
    await saveGraph(sampleIndex(40), path, SEQ + 40);
    const outcome = await saveGraph(sampleIndex(50), path, SEQ + 50, (step) => {
      if (step === 'manifest_renamed') throw new Error('disk on fire');
    });
    expect(outcome).toMatchObject({ status: 'failed' });
    expect((await loaded()).lastSeq).toBe(SEQ + 50);
  });
});

/** Gives each thread of libuv's pool some tens of milliseconds of work. */
function keepThreadPoolBusy(): void {
  for (let i = 0; i < 8; i += 1) pbkdf2('password', 'salt', 20_000, 32, 'sha256', () => {});
}

function tear(file: string): void {
  truncateSync(file, Math.floor(statSync(file).size / 3));
}
