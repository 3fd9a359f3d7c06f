/**
 * Builds a whole graph off the event loop: rows are read here, in slices of at most 2 ms between which
 * searches run, and inserted by a worker thread that is never more than {@link BLOCKS_AHEAD_MAX}
 * blocks behind. The finished graph is saved, verified and loaded like any other.
 *
 * However the worker ends, the outcome is a value; only a bug throws. The worker is asked to stop and
 * never terminated: a thread that is stopped inside native code can take the process with it. So
 * cancel a build, and wait for its outcome, before the process exits.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../src/base/clock.js';
import { hash64Bytes } from '../../src/base/hash64.js';
import { InvariantViolation, invariant } from '../../src/base/invariant.js';
import { packVector } from '../../src/wire/vector-codec.js';
import { loadGraph, saveGraphWith } from './graph-file.js';
import { type GraphSpec, nativeSpace, writeNativeVector } from './graph-space.js';
import { GraphTable, type GraphTableContents } from './graph-table.js';
import { type HnswIndex, LEVEL_SEED } from './hnsw-index.js';
import type { RebuildReply, RebuildRequest, RebuildSetup } from './rebuild-messages.js';

const WORKER_ENTRY = new URL('./rebuild-worker.mjs', import.meta.url);
const SLICE_MS = 2;
const BLOCK_BYTES = 256 * 1024;
const BLOCK_ROWS_MAX = 512;
const BLOCKS_AHEAD_MAX = 4;
/** The worker's JavaScript heap; vectors and graph lie outside it. */
const WORKER_HEAP_MB = 64;

export interface GraphRow {
  seq: number;
  vector: Float32Array;
}

export interface GraphBuildOptions {
  spec: GraphSpec;
  /** Where the graph is saved; see `graph-file.ts`. */
  path: string;
  /** Rows to insert, in ascending order of their sequence numbers. Closed when the build ends. */
  rows: Iterable<GraphRow>;
  /** About how many rows; a wrong guess costs memory or time, nothing else. */
  rowCount: number;
  /** The graph will hold the current rows up to this sequence number. */
  lastSeq: number;
  clock: Clock;
  /** Ends the build: the node stops, or the collection is gone. */
  signal?: AbortSignal;
  /** Another worker, for tests of workers that fail. */
  workerEntry?: URL;
}

export type GraphBuildOutcome =
  | { status: 'built'; index: HnswIndex; lastSeq: number }
  | { status: 'cancelled' }
  /** `cause`: what reading the rows threw, if that is what failed. */
  | { status: 'failed'; detail: string; cause?: unknown };

export async function buildGraph(options: GraphBuildOptions): Promise<GraphBuildOutcome> {
  const { spec, path, lastSeq, signal } = options;
  if (signal?.aborted) return { status: 'cancelled' };
  const build = new GraphBuild(options);
  const cancel = () => build.stop(new Error('cancelled'));
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const saved = await saveGraphWith((payload) => build.run(payload), spec, path, lastSeq);
    if (signal?.aborted) return { status: 'cancelled' };
    if (saved.status === 'failed') return failed(saved.detail, build.rowsError);
    const loaded = await loadGraph(path, spec);
    if (signal?.aborted) return { status: 'cancelled' };
    if (loaded.status === 'loaded') return { status: 'built', index: loaded.index, lastSeq };
    return failed(loaded.status === 'absent' ? 'graph file vanished' : loaded.detail, undefined);
  } finally {
    signal?.removeEventListener('abort', cancel);
    await build.end();
  }
}

function failed(detail: string, cause: unknown): GraphBuildOutcome {
  return { status: 'failed', detail, ...(cause === undefined ? {} : { cause }) };
}

/** One worker and the rows on their way to it. */
class GraphBuild {
  /** What reading the rows threw. */
  rowsError: unknown;
  readonly #options: GraphBuildOptions;
  readonly #rows: Iterator<GraphRow>;
  readonly #worker: Worker;
  readonly #table = new GraphTable();
  readonly #blockRows: number;
  #block: Float32Array<ArrayBuffer>;
  #blockCount = 0;
  #blocksAhead = 0;
  #isSliceDue = false;
  #rowsEnded = false;
  /** Set when the build is over; read by the worker between two vectors. */
  readonly #stopFlag = new Int32Array(new SharedArrayBuffer(4));
  readonly #hasExited: Promise<void>;
  #failure: Error | undefined;
  #payloadPath = '';
  #resolve: (contents: GraphTableContents) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(options: GraphBuildOptions) {
    const { spec, rowCount } = options;
    this.#options = options;
    this.#rows = options.rows[Symbol.iterator]();
    const rowsPerBlock = Math.floor(BLOCK_BYTES / (4 * spec.dimension));
    this.#blockRows = Math.min(Math.max(rowsPerBlock, 1), BLOCK_ROWS_MAX);
    this.#block = this.#newBlock();
    const setup: RebuildSetup = {
      space: nativeSpace(spec.metric),
      dimension: spec.dimension,
      m: spec.m,
      efConstruction: spec.efConstruction,
      levelSeed: LEVEL_SEED,
      capacity: rowCount,
      stopFlag: this.#stopFlag,
    };
    this.#worker = new Worker(options.workerEntry ?? WORKER_ENTRY, {
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
    });
    this.#hasExited = new Promise((resolve) => this.#worker.once('exit', () => resolve()));
    this.#worker.on('message', (reply: RebuildReply) => this.#receive(reply));
    this.#worker.on('error', (error: Error) => this.stop(error));
    this.#worker.on('messageerror', (error: Error) => this.stop(error));
    this.#worker.on('exit', (code) => this.stop(new Error(`worker exited with ${code}`)));
  }

  /** Resolves to the table of the graph once hnswlib's file is written. Called once. */
  run(payloadPath: string): Promise<GraphTableContents> {
    this.#payloadPath = payloadPath;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#failure === undefined) this.#readSlice();
      else reject(this.#failure);
    });
  }

  /** Gives the build up; the first reason counts. {@link run} rejects once the worker is gone. */
  stop(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    Atomics.store(this.#stopFlag, 0, 1);
    this.#post({ kind: 'stop' });
    void this.#hasExited.then(() => this.#reject(reason));
  }

  /** Lets go of the rows and waits until the worker is gone. */
  async end(): Promise<void> {
    this.stop(new Error('the build is over'));
    try {
      if (!this.#rowsEnded) this.#rows.return?.();
    } finally {
      this.#rowsEnded = true;
      await this.#hasExited;
    }
  }

  #receive(reply: RebuildReply): void {
    if (this.#failure !== undefined) return;
    if (reply.kind === 'added') {
      this.#blocksAhead -= 1;
      this.#scheduleSlice();
      return;
    }
    const { nodeCount } = this.#table;
    if (reply.count === nodeCount) this.#resolve(this.#table.snapshot());
    else this.#reject(new Error(`worker wrote ${reply.count} nodes of ${nodeCount}`));
    this.stop(new Error('the build is over')); // Its memory is free before the graph is loaded.
  }

  #scheduleSlice(): void {
    if (this.#isSliceDue || this.#rowsEnded || this.#failure !== undefined) return;
    this.#isSliceDue = true;
    this.#options.clock.defer(() => {
      this.#isSliceDue = false;
      this.#readSlice();
    });
  }

  #readSlice(): void {
    if (this.#failure !== undefined || this.#rowsEnded) return;
    const { clock } = this.#options;
    const endAtMs = clock.nowMs() + SLICE_MS;
    try {
      while (this.#blocksAhead < BLOCKS_AHEAD_MAX) {
        if (!this.#readRow()) return;
        if (clock.nowMs() >= endAtMs) {
          this.#scheduleSlice();
          return;
        }
      }
    } catch (error) {
      if (error instanceof InvariantViolation) throw error;
      this.#rowsEnded = true;
      this.rowsError = error;
      this.stop(new Error(`rows not readable: ${String(error)}`));
    }
  }

  /** False at the end of the rows, after which the worker was told to write the graph. */
  #readRow(): boolean {
    const next = this.#rows.next();
    if (next.done) {
      this.#rowsEnded = true;
      if (this.#blockCount > 0) this.#sendBlock();
      this.#post({ kind: 'write', path: this.#payloadPath });
      return false;
    }
    this.#addRow(next.value);
    return true;
  }

  #addRow({ seq, vector }: GraphRow): void {
    const { metric, dimension } = this.#options.spec;
    invariant(vector.length === dimension, `row ${seq} has ${vector.length} elements`);
    const start = this.#blockCount * dimension;
    const target = this.#block.subarray(start, start + dimension);
    writeNativeVector(metric, vector, target);
    const hash = hash64Bytes(packVector(target));
    let node = this.#table.nodeOf(hash);
    if (node < 0) {
      node = this.#table.addNode(hash);
      this.#blockCount += 1;
    }
    this.#table.append(seq, node);
    if (this.#blockCount === this.#blockRows) this.#sendBlock();
  }

  #sendBlock(): void {
    this.#post({ kind: 'block', vectors: this.#block, count: this.#blockCount }, [
      this.#block.buffer,
    ]);
    this.#blocksAhead += 1;
    this.#block = this.#newBlock();
    this.#blockCount = 0;
  }

  #newBlock(): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#blockRows * this.#options.spec.dimension);
  }

  #post(request: RebuildRequest, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(request, transfer);
  }
}
