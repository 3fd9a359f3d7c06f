import type { Clock } from '../src/base/clock.js';
import { invariant } from '../src/base/invariant.js';
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
import { buildGraph } from './index/graph-builder.js';
import { loadGraph, saveGraph } from './index/graph-file.js';
import { openInbox, openParcel } from './index/graph-parcel.js';
import type { GraphSpec } from './index/graph-space.js';
import { HnswIndex } from './index/hnsw-index.js';

/** HNSW graphs, kept in files at `path`; see `index/graph-file.ts`. */
export class HnswGraphKit implements GraphKit {
  readonly #spec: GraphSpec;
  readonly #path: string;
  readonly #clock: Clock;

  constructor(spec: GraphSpec, path: string, clock: Clock) {
    this.#spec = spec;
    this.#path = path;
    this.#clock = clock;
  }

  create(): Graph {
    return HnswIndex.create(this.#spec);
  }

  async load(): Promise<GraphLoad> {
    const outcome = await loadGraph(this.#path, this.#spec);
    if (outcome.status !== 'loaded') return outcome;
    return { status: 'loaded', graph: outcome.index, lastSeq: outcome.lastSeq };
  }

  async save(graph: Graph, lastSeq: number): Promise<GraphSave> {
    invariant(graph instanceof HnswIndex, 'a graph of another kit');
    return saveGraph(graph, this.#path, lastSeq);
  }

  async build(
    rows: Iterable<LabeledVector>,
    rowCount: number,
    lastSeq: number,
    signal: AbortSignal,
  ): Promise<GraphBuild> {
    const spec = this.#spec;
    const path = this.#path;
    const clock = this.#clock;
    const outcome = await buildGraph({ spec, path, rows, rowCount, lastSeq, clock, signal });
    if (outcome.status !== 'built') return outcome;
    return { status: 'built', graph: outcome.index };
  }

  openSaved(): Promise<SavedGraph | undefined> {
    return openParcel(this.#path);
  }

  receive(offer: GraphOffer): Promise<GraphInbox> {
    return openInbox(this.#path, this.#spec, this.#clock, offer);
  }
}
