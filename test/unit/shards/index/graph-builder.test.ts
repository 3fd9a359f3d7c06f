import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  buildGraph,
  type GraphBuildOptions,
  type GraphRow,
} from '../../../../shards/index/graph-builder.js';
import { loadGraph } from '../../../../shards/index/graph-file.js';
import type { GraphSpec } from '../../../../shards/index/graph-space.js';
import { HnswIndex } from '../../../../shards/index/hnsw-index.js';
import { seededRandom } from '../../../../src/base/random.js';
import { systemClock } from '../../../../src/base/system-clock.js';
import { clusteredVectors } from '../../../support/vector-samples.js';

const spec: GraphSpec = { dimension: 8, metric: 'cosine', m: 6, efConstruction: 40 };
const vectors = clusteredVectors(seededRandom(1), 1500, 8, 10);
vectors[700] = vectors[3] as Float32Array;
const rows: GraphRow[] = vectors.map((vector, i) => ({ seq: 2 ** 32 + 3 * i, vector }));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'annulus-build-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function options(changes: Partial<GraphBuildOptions> = {}): GraphBuildOptions {
  const path = join(directory, 'graph');
  return { spec, path, rows, rowCount: 10, lastSeq: 9e9, clock: systemClock, ...changes };
}

function workerThat(body: string): URL {
  const file = join(directory, 'worker.mjs');
  writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${body}`);
  return pathToFileURL(file);
}

describe('buildGraph', () => {
  it('gives the graph that adding the rows one by one gives, saved and loaded', async () => {
    const outcome = await buildGraph(options());
    if (outcome.status !== 'built') expect.fail(JSON.stringify(outcome));
    expect(outcome.lastSeq).toBe(9e9);
    const naive = HnswIndex.create(spec);
    for (const { seq, vector } of rows) naive.add(seq, vector);
    expect([...outcome.index.labels()]).toEqual([...naive.labels()]);
    for (const query of vectors.slice(0, 20)) {
      expect(outcome.index.search(query, 10, 30)).toEqual(naive.search(query, 10, 30));
    }
    expect(await loadGraph(join(directory, 'graph'), spec)).toMatchObject({ status: 'loaded' });
  });

  it('builds an empty graph from no rows', async () => {
    const outcome = await buildGraph(options({ rows: [], rowCount: 0 }));
    if (outcome.status !== 'built') expect.fail(JSON.stringify(outcome));
    expect(outcome.index.count).toBe(0);
  });

  it('reads rows in slices, lets the event loop run between them, and stays a few blocks ahead', async () => {
    let nowMs = 0;
    let sliceCount = 0;
    let rowsInSlice = 0;
    let rowsInSliceMax = 0;
    const clock = {
      ...systemClock,
      nowMs: () => nowMs,
      defer: (callback: () => void) => {
        sliceCount += 1;
        rowsInSlice = 0;
        systemClock.defer(callback);
      },
    };
    function* slowRows(): Generator<GraphRow> {
      for (const row of rows) {
        nowMs += 0.5;
        rowsInSlice += 1;
        rowsInSliceMax = Math.max(rowsInSliceMax, rowsInSlice);
        yield row;
      }
    }
    const outcome = await buildGraph(options({ rows: slowRows(), clock }));
    expect(outcome.status).toBe('built');
    expect(rowsInSliceMax).toBeLessThanOrEqual(4);
    expect(sliceCount).toBeGreaterThanOrEqual(rows.length / 4 - 1);
  });

  it('can be cancelled: the rows are closed, no file appears, the old graph stays', async () => {
    await buildGraph(options({ rows: rows.slice(0, 10), lastSeq: 9_000_000_010 }));
    const abort = new AbortController();
    let isClosed = false;
    function* endlessRows(): Generator<GraphRow> {
      try {
        for (let seq = 1; ; seq += 1) {
          if (seq === 3000) abort.abort();
          const vector = Float32Array.from({ length: 8 }, (_, i) => Math.sin(seq * (i + 1)));
          yield { seq, vector };
        }
      } finally {
        isClosed = true;
      }
    }
    const outcome = await buildGraph(options({ rows: endlessRows(), signal: abort.signal }));
    expect(outcome).toEqual({ status: 'cancelled' });
    expect(isClosed).toBe(true);
    expect(readdirSync(directory).sort()).toEqual(['graph', 'graph.1.hnsw']);
    expect(await loadGraph(join(directory, 'graph'), spec)).toMatchObject({
      lastSeq: 9_000_000_010,
    });
    const again = await buildGraph(options({ signal: abort.signal }));
    expect(again).toEqual({ status: 'cancelled' });
  });

  it('fails as a value, with its cause, when a row cannot be read', async () => {
    const cause = new Error('row 5 is damaged');
    function* damagedRows(): Generator<GraphRow> {
      yield* rows.slice(0, 600);
      throw cause;
    }
    const outcome = await buildGraph(options({ rows: damagedRows() }));
    expect(outcome).toMatchObject({ status: 'failed', detail: expect.stringContaining('row 5') });
    expect(outcome).toHaveProperty('cause', cause);
    expect(existsSync(join(directory, 'graph'))).toBe(false);
  });

  const failures: [string, string, string][] = [
    ['cannot start', 'throw new Error("no native code");', 'no native code'],
    [
      'throws',
      'parentPort.on("message", () => { throw new Error("native trouble"); });',
      'trouble',
    ],
    ['exits', 'parentPort.on("message", () => process.exit(3));', 'exited with 3'],
    [
      'runs out of memory',
      'parentPort.on("message", () => { const all = []; for (;;) all.push(new Array(1000).fill({})); });',
      'memory',
    ],
    [
      'loses vectors',
      `parentPort.on("message", (m) => {
        if (m.kind === 'stop') parentPort.close();
        else parentPort.postMessage(m.kind === 'write' ? { kind: 'written', count: 3 } : { kind: 'added' });
      });`,
      'wrote 3 nodes',
    ],
  ];
  it.each(failures)('fails as a value when the worker %s', async (_name, body, detail) => {
    const outcome = await buildGraph(options({ workerEntry: workerThat(body) }));
    expect(outcome).toMatchObject({ status: 'failed', detail: expect.stringContaining(detail) });
    expect(readdirSync(directory)).toEqual(['worker.mjs']);
  });
});
