import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GraphInbox, GraphLoad, SavedGraph } from '../../../../shards/graph-kit.js';
import { saveGraph } from '../../../../shards/index/graph-file.js';
import { openInbox, openParcel } from '../../../../shards/index/graph-parcel.js';
import type { GraphSpec } from '../../../../shards/index/graph-space.js';
import { HnswIndex } from '../../../../shards/index/hnsw-index.js';
import { seededRandom } from '../../../../src/base/random.js';
import { systemClock } from '../../../../src/base/system-clock.js';
import { clusteredVectors } from '../../../support/vector-samples.js';

const spec: GraphSpec = { dimension: 8, metric: 'cosine', m: 6, efConstruction: 40 };
const COUNT = 400;
const vectors = clusteredVectors(seededRandom(7), COUNT, spec.dimension, 5);
const queries = clusteredVectors(seededRandom(8), 20, spec.dimension, 5);
const isRemoved = (i: number) => i % 5 === 0;

let root: string;
let there: string;
let here: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'annulus-parcel-'));
  for (const name of ['there', 'here']) mkdirSync(join(root, name));
  there = join(root, 'there', 'graph');
  here = join(root, 'here', 'graph');
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** The source's graph: labels of its own, every fifth removed. */
async function saveSource(count = COUNT): Promise<HnswIndex> {
  const index = HnswIndex.create(spec);
  for (let i = 0; i < count; i += 1) index.add(1000 + 3 * i, vectors[i] as Float32Array);
  for (let i = 0; i < count; i += 1) if (isRemoved(i)) index.remove(1000 + 3 * i);
  expect(await saveGraph(index, there, 1000 + 3 * count)).toMatchObject({ status: 'saved' });
  return index;
}

async function opened(): Promise<SavedGraph> {
  const parcel = await openParcel(there);
  if (parcel === undefined) throw new Error('nothing to open');
  return parcel;
}

function inboxOf(parcel: SavedGraph, of = spec): Promise<GraphInbox> {
  return openInbox(here, of, systemClock, parcel);
}

/** Sends pieces until the end, or as many as said. */
async function send(parcel: SavedGraph, inbox: GraphInbox, piecesMax = 1e9): Promise<void> {
  for (let i = 0; i < piecesMax; i += 1) {
    const bytes = await parcel.read(inbox.receivedBytes, 1000);
    if (bytes.length === 0) return;
    await inbox.append(bytes);
  }
}

function graphOf(load: GraphLoad): HnswIndex {
  if (load.status !== 'loaded') throw new Error(JSON.stringify(load));
  return load.graph as HnswIndex;
}

async function shipped(): Promise<HnswIndex> {
  const parcel = await opened();
  const inbox = await inboxOf(parcel);
  await send(parcel, inbox);
  await parcel.close();
  return graphOf(await inbox.finish());
}

describe('a graph that is sent to another replica', () => {
  it('finds nothing until rows come, and with them, in any order, what the first one found', async () => {
    const source = await saveSource();
    const graph = await shipped();
    const [query] = queries as [Float32Array];
    expect([graph.count, graph.removedCount, graph.hasReserve]).toEqual([0, 0, true]);
    expect(graph.search(query, 10, 50)).toEqual([]);
    // Rows have other numbers here: the last come first.
    const rows = vectors.map((_, i) => COUNT - 1 - i).filter((i) => !isRemoved(i));
    rows.forEach((i, at) => {
      graph.add(at + 1, vectors[i] as Float32Array);
    });
    for (const one of queries) {
      const found = graph.search(one, 10, 60).map(({ label }) => rows[label - 1]);
      const expected = source.search(one, 10, 60).map(({ label }) => (label - 1000) / 3);
      expect(new Set(found)).toEqual(new Set(expected));
    }
  });

  it('costs no insertion for rows that it has, and takes others as any graph does', async () => {
    await saveSource(300);
    const graph = await shipped();
    vectors.forEach((vector, i) => {
      graph.add(i + 1, vector);
    });
    expect([graph.count, graph.removedCount]).toEqual([COUNT, 0]);
    vectors.forEach((vector, i) => {
      expect(graph.search(vector, 1, 60)).toMatchObject([{ label: i + 1 }]);
    });
    // Saved again, it holds each vector once: none was inserted a second time.
    expect(await saveGraph(graph, here, COUNT)).toMatchObject({ status: 'saved' });
    expect(graph.removedCount).toBe(0);
  });

  it('counts what waits for rows as removed only when none are to come', async () => {
    await saveSource();
    const graph = await shipped();
    for (let i = 0; i < 100; i += 1) graph.add(i + 1, vectors[i] as Float32Array);
    graph.remove(1);
    expect([graph.count, graph.removedCount]).toEqual([99, 1]);
    graph.dropReserve();
    expect([graph.removedCount, graph.hasReserve]).toEqual([COUNT - 99, false]);
  });

  it('goes on where it was interrupted, also in another process', async () => {
    await saveSource();
    const parcel = await opened();
    let sentBytes = 0;
    for (let pieces = 0; sentBytes < sizeOf(parcel); pieces += 1) {
      const inbox = await inboxOf(parcel);
      expect(inbox.receivedBytes).toBe(sentBytes);
      await send(parcel, inbox, 1);
      sentBytes = inbox.receivedBytes;
      expect(sentBytes).toBeGreaterThan(pieces * 500);
      await inbox.close();
    }
    const inbox = await inboxOf(parcel);
    expect(graphOf(await inbox.finish()).hasReserve).toBe(true);
    await inbox.discard();
    expect(readdirSync(join(root, 'here'))).toEqual([]);
    await parcel.close();
  });

  it('can be read to its end although newer graphs have taken its place', async () => {
    await saveSource();
    const parcel = await opened();
    const inbox = await inboxOf(parcel);
    await send(parcel, inbox, 5);
    await saveSource(50);
    await saveSource(60);
    await send(parcel, inbox);
    expect(graphOf(await inbox.finish()).hasReserve).toBe(true);
    const newer = await opened();
    expect(newer.graphId).not.toBe(parcel.graphId);
    for (const one of [parcel, newer]) await one.close();
  });

  it('leaves nothing of another graph that was begun before', async () => {
    await saveSource();
    const first = await opened();
    const begun = await inboxOf(first);
    await send(first, begun, 30);
    await begun.close();
    await saveSource(200);
    const second = await opened();
    const inbox = await inboxOf(second);
    expect(inbox.receivedBytes).toBe(0);
    expect(readdirSync(join(root, 'here')).every((name) => name.includes(second.graphId))).toBe(
      true,
    );
    for (const one of [inbox, first, second]) await one.close();
  });

  it('is found out wherever a byte of it is wrong or missing', async () => {
    await saveSource(40);
    const parcel = await opened();
    const size = sizeOf(parcel);
    const check = async (at: number, isCut: boolean) => {
      const inbox = await inboxOf(parcel);
      await send(parcel, inbox);
      for (const name of readdirSync(join(root, 'here'))) {
        const isManifest = name.endsWith('manifest');
        const start = isManifest ? 0 : parcel.manifestBytes;
        const bytes = readFileSync(join(root, 'here', name));
        if (at < start || at >= start + bytes.length) continue;
        if (!isCut) bytes[at - start] = (bytes[at - start] as number) ^ 1;
        const kept = isCut ? bytes.subarray(0, at - start) : bytes;
        writeFileSync(join(root, 'here', name), kept);
      }
      expect((await inbox.finish()).status).toMatch(/damaged|mismatch/);
      await inbox.discard();
    };
    await fc.assert(fc.asyncProperty(fc.nat(size - 1), fc.boolean(), check), { numRuns: 60 });
    await parcel.close();
  });

  it('is not taken by a collection made otherwise', async () => {
    await saveSource(40);
    const parcel = await opened();
    const inbox = await inboxOf(parcel, { ...spec, m: 7 });
    await send(parcel, inbox);
    expect((await inbox.finish()).status).toBe('mismatch');
    await parcel.close();
  });

  it('is not there before one was saved, nor without its second file', async () => {
    expect(await openParcel(there)).toBeUndefined();
    await saveSource(40);
    for (const name of readdirSync(join(root, 'there'))) {
      if (name.endsWith('hnsw')) rmSync(join(root, 'there', name));
    }
    expect(await openParcel(there)).toBeUndefined();
  });
});

function sizeOf({ manifestBytes, payloadBytes }: SavedGraph): number {
  return manifestBytes + payloadBytes;
}
