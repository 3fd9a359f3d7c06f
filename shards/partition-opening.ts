/**
 * From a store that was verified and a graph file that may be old, damaged or missing to a live index
 * that finds every row. Rows that the graph lacks go to the flat buffer, so that the partition can be
 * searched at once, more slowly the more there are; the graph takes them in, or is built anew, in the
 * background. Only when they are too many for a buffer the index is loading until that is done.
 */
import type { Clock } from '../src/base/clock.js';
import type { Metric } from '../src/base/metric.js';
import type { FlatRoomLimits } from './flat-room.js';
import type { Graph, GraphKit } from './graph-kit.js';
import { ExactIndex } from './index/exact-index.js';
import { LiveIndex } from './live-index.js';
import type { PartitionStore } from './store/partition-store.js';

export interface OpeningOptions {
  clock: Clock;
  store: PartitionStore;
  kit: GraphKit;
  dimension: number;
  metric: Metric;
  /** Rows that the flat buffer may hold; while a graph is built, as many as at the start. */
  room: FlatRoomLimits;
}

export interface OpenedIndex {
  index: LiveIndex;
  /** Set when the index is loading and its graph must be built of all rows up to this one. */
  buildSeq: number | undefined;
  /** What was found, for the log. */
  detail: string;
}

interface UsableGraph {
  graph: Graph;
  insertedSeq: number;
  detail: string;
}

const ROWS_PER_SLICE = 256;

/** Rejects with the store's error when a row is damaged. */
export async function openLiveIndex(options: OpeningOptions): Promise<OpenedIndex> {
  const { clock, store, kit, dimension, metric, room } = options;
  const { graph, insertedSeq, detail } = await usableGraph(options);
  const lagCount = store.documentCount - graph.count;
  const flat = new ExactIndex(dimension, metric);
  if (lagCount <= room.buildingRowsMax) {
    await forEachRow(clock, store, insertedSeq, store.lastSeq, (row) => {
      flat.add(row.seq, row.vector);
    });
    const index = new LiveIndex(clock, store, graph, flat, { insertedSeq, room });
    return { index, buildSeq: undefined, detail };
  }
  const placeholder = kit.create();
  const index = new LiveIndex(clock, store, placeholder, flat, { insertedSeq: 0, room });
  index.beginLoading(lagCount);
  const buildSeq = index.beginReplacing();
  if (lagCount * 2 > store.documentCount) return { index, buildSeq, detail };
  index.continueReplacing(graph, insertedSeq);
  return { index, buildSeq: undefined, detail };
}

/** The saved graph without the rows removed since; an empty one when there is none to be used. */
async function usableGraph({ clock, store, kit }: OpeningOptions): Promise<UsableGraph> {
  const loaded = await kit.load();
  if (loaded.status !== 'loaded') {
    const why = loaded.status === 'absent' ? '' : `: ${loaded.detail}`;
    return { graph: kit.create(), insertedSeq: 0, detail: `graph file ${loaded.status}${why}` };
  }
  const { graph, lastSeq } = loaded;
  if (lastSeq > store.lastSeq || !(await dropStaleLabels(clock, store, graph, lastSeq))) {
    return { graph: kit.create(), insertedSeq: 0, detail: 'graph file does not fit the rows' };
  }
  return { graph, insertedSeq: lastSeq, detail: 'graph file loaded' };
}

/** False when the graph lacks a row that it should have, or has one that it should not. */
async function dropStaleLabels(
  clock: Clock,
  store: PartitionStore,
  graph: Graph,
  lastSeq: number,
): Promise<boolean> {
  const labels = graph.labels();
  const stale: number[] = [];
  let label = labels.next();
  let isWhole = true;
  await forEachRow(clock, store, 0, lastSeq, ({ seq }) => {
    for (; !label.done && label.value < seq; label = labels.next()) stale.push(label.value);
    if (label.done || label.value !== seq) isWhole = false;
    else label = labels.next();
  });
  for (; !label.done; label = labels.next()) {
    // Beyond what the file says that it has, rows could not be inserted again in their order.
    if (label.value > lastSeq) isWhole = false;
    stale.push(label.value);
  }
  for (const seq of stale) graph.remove(seq);
  return isWhole;
}

/** Visits the rows above `afterSeq` up to `lastSeq`, letting the event loop go on now and then. */
async function forEachRow(
  clock: Clock,
  store: PartitionStore,
  afterSeq: number,
  lastSeq: number,
  visit: (row: { seq: number; vector: Float32Array }) => void,
): Promise<void> {
  let count = 0;
  for (const row of store.scan(afterSeq)) {
    if (row.seq > lastSeq) return;
    visit(row);
    count += 1;
    if (count % ROWS_PER_SLICE === 0) await new Promise<void>((resume) => clock.defer(resume));
  }
}
