/** Somebody else's server, started on this machine for a benchmark: one adapter per product. */
import type { Metric } from '../../src/base/metric.js';
import type { VectorSet } from '../datasets/vector-set.js';
import type { SearchTargetSpec } from '../load/messages.js';

/** What is to be loaded: documents called by their rows, searched by this metric. */
export interface PeerRows {
  rows: VectorSet;
  metric: Metric;
}

/** Graphs are built as Annulus builds its own by default. */
export const PEER_GRAPH = { m: 16, efConstruction: 128 } as const;

export interface PeerServer {
  /** With its version, as tables show it. */
  readonly name: string;
  /** Resolves when all is indexed and the server is idle: minutes. Called once. */
  load(what: PeerRows, onProgress: (done: number) => void): Promise<void>;
  /** How load processes search what was loaded with that `ef`. */
  targetAt(efSearch: number): Promise<SearchTargetSpec>;
  /** Ends it, and removes what it kept. */
  stop(): Promise<void>;
}
