import { type Clock, delay } from '../src/base/clock.js';
import { hash64Bytes } from '../src/base/hash64.js';
import { invariant } from '../src/base/invariant.js';
import type { Metric } from '../src/base/metric.js';
import type { GraphOffer } from '../src/wire/recovery-messages.js';
import type {
  Graph,
  GraphBuild,
  GraphInbox,
  GraphKit,
  GraphLoad,
  GraphSave,
  LabeledVector,
  SavedGraph,
} from './graph-kit.js';
import { ExactIndex } from './index/exact-index.js';

export interface ExactGraphKitOptions {
  /** How long saving and building take. Default 0. */
  saveMs?: number;
  buildMs?: number;
  /** What one read of the saved graph gives at most. Default: as much as is asked for. */
  pieceBytes?: number;
  /** Called with every vector added on the event loop: lets an insertion take (virtual) time. */
  onAdd?: () => void;
}

/** What outlives the process: the saved graph, if there is one. */
export interface ExactGraphFile {
  saved?: { rows: LabeledVector[]; lastSeq: number };
  /** What was received of another replica's graph. */
  received?: { graphId: string; bytes: Buffer };
}

/**
 * Graphs that compare with every vector, kept in memory: for simulations, where approximate answers
 * could not be told from wrong ones.
 */
export class ExactGraphKit implements GraphKit {
  readonly #clock: Clock;
  readonly #dimension: number;
  readonly #metric: Metric;
  readonly #file: ExactGraphFile;
  readonly #options: ExactGraphKitOptions;

  constructor(
    clock: Clock,
    dimension: number,
    metric: Metric,
    file: ExactGraphFile,
    options: ExactGraphKitOptions = {},
  ) {
    this.#file = file;
    this.#clock = clock;
    this.#dimension = dimension;
    this.#metric = metric;
    this.#options = options;
  }

  create(): ExactGraph {
    return new ExactGraph(this.#dimension, this.#metric, this.#options.onAdd ?? (() => {}));
  }

  async load(): Promise<GraphLoad> {
    if (this.#file.saved === undefined) return { status: 'absent' };
    const { rows, lastSeq } = this.#file.saved;
    return { status: 'loaded', graph: this.#graphOf(rows), lastSeq };
  }

  async save(graph: Graph, lastSeq: number): Promise<GraphSave> {
    invariant(graph instanceof ExactGraph, 'a graph of another kit');
    const { saveMs = 0 } = this.#options;
    // As a real one, it looks for a place to write to first, while the graph goes on growing.
    await this.#wait(saveMs / 4);
    const rows = graph.rows();
    graph.isFrozen = true;
    await this.#wait((saveMs * 3) / 4);
    graph.isFrozen = false;
    this.#file.saved = { rows, lastSeq: Math.max(lastSeq, rows.at(-1)?.seq ?? 0) };
    return { status: 'saved' };
  }

  async build(
    rows: Iterable<LabeledVector>,
    _rowCount: number,
    lastSeq: number,
    signal: AbortSignal,
  ): Promise<GraphBuild> {
    await this.#wait(this.#options.buildMs);
    if (signal.aborted) return { status: 'cancelled' };
    try {
      const kept = Array.from(rows, ({ seq, vector }) => ({ seq, vector: vector.slice() }));
      this.#file.saved = { rows: kept, lastSeq };
      return { status: 'built', graph: this.#graphOf(kept) };
    } catch (cause) {
      return { status: 'failed', detail: `rows not readable: ${String(cause)}`, cause };
    }
  }

  async openSaved(): Promise<SavedGraph | undefined> {
    if (this.#file.saved === undefined) return undefined;
    const bytes = this.savedBytes();
    return {
      graphId: graphIdOf(bytes),
      manifestBytes: 0,
      payloadBytes: bytes.length,
      read: async (offset, lengthMax) => {
        const end = offset + Math.min(lengthMax, this.#options.pieceBytes ?? lengthMax);
        return bytes.subarray(offset, end);
      },
      close: async () => {},
    };
  }

  /** What is sent to another replica. */
  savedBytes(): Buffer {
    const rows = this.#file.saved?.rows.map(({ seq, vector }) => [seq, ...vector]);
    return Buffer.from(JSON.stringify({ metric: this.#metric, rows }));
  }

  async receive(offer: GraphOffer): Promise<GraphInbox> {
    const file = this.#file;
    const { graphId } = offer;
    if (file.received?.graphId !== graphId) file.received = { graphId, bytes: Buffer.alloc(0) };
    const received = file.received;
    return {
      get receivedBytes() {
        return received.bytes.length;
      },
      append: async (bytes) => {
        received.bytes = Buffer.concat([received.bytes, bytes]);
      },
      finish: async () => {
        if (graphIdOf(received.bytes) !== graphId) {
          return { status: 'damaged', detail: 'checksum is wrong' };
        }
        return { status: 'loaded', graph: this.create(), lastSeq: 0 };
      },
      close: async () => {},
      discard: async () => {
        delete file.received;
      },
    };
  }

  async #wait(durationMs = 0): Promise<void> {
    if (durationMs > 0) await delay(this.#clock, durationMs);
  }

  #graphOf(rows: readonly LabeledVector[]): ExactGraph {
    const graph = this.create();
    for (const { seq, vector } of rows) graph.load(seq, vector);
    return graph;
  }
}

function graphIdOf(bytes: Uint8Array): string {
  return hash64Bytes(bytes).toString(16).padStart(16, '0').repeat(2);
}

/** The flat index in a graph's place. */
export class ExactGraph extends ExactIndex implements Graph {
  isFrozen = false;
  readonly hasReserve = false;
  readonly #labels = new Set<number>();
  readonly #onAdd: () => void;
  #removals = 0;

  constructor(dimension: number, metric: Metric, onAdd: () => void) {
    super(dimension, metric);
    this.#onAdd = onAdd;
  }

  override get removedCount(): number {
    return this.#removals;
  }

  override add(label: number, vector: Float32Array): void {
    invariant(!this.isFrozen, 'a graph that is being saved cannot take vectors');
    this.#onAdd();
    this.load(label, vector);
  }

  override remove(label: number): boolean {
    if (!super.remove(label)) return false;
    this.#labels.delete(label);
    this.#removals += 1;
    return true;
  }

  labels(): IterableIterator<number> {
    return this.#labels.values();
  }

  dropReserve(): void {}

  /** Adds a vector off the event loop, as it were. */
  load(label: number, vector: Float32Array): void {
    super.add(label, vector);
    this.#labels.add(label);
  }

  rows(): LabeledVector[] {
    return Array.from(this.#labels, (seq) => {
      const vector = this.vectorOf(seq);
      invariant(vector !== undefined, `label ${seq} has a vector`);
      return { seq, vector: vector.slice() };
    });
  }
}
