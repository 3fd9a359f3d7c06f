/**
 * The hits of a search are exactly the nearest documents of the partitions that it says it searched:
 * in order, ties by id, none twice, with the right distances, and none left out.
 */
import { compareHits } from '../../../src/base/hit-order.js';
import type { Partition } from '../../../src/base/ids.js';
import { distanceFunctions, type Metric } from '../../../src/base/metric.js';
import type { LinkHit } from '../../../src/wire/link-messages.js';
import type { History, WriteRecord } from '../history.js';
import type { Violations } from '../violations.js';
import { checkAbsent, checkFound, type ReadInterval } from './visibility.js';

export interface SearchedFor {
  where: string;
  vector: Float32Array;
  topK: number;
  /** Otherwise which of several equally far documents comes last is the graph's choice. */
  isExact: boolean;
  metric: Metric;
  partitionOf(id: string): Partition;
  /** Partitions that the answer's coverage claims. */
  searched: ReadonlySet<Partition>;
  interval: ReadInterval;
}

/** Graphs round distances, by about so much, before the coordinator sees exact ones. */
const GRAPH_ROUNDING = 1e-5;

export function checkHits(
  history: History,
  violations: Violations,
  asked: SearchedFor,
  hits: readonly LinkHit[],
): void {
  const { where, topK, interval } = asked;
  if (hits.length > topK) {
    violations.add('hits are the nearest', `${where}: ${hits.length} hits, ${topK} asked for`);
  }
  checkOrder(violations, where, hits);
  const distance = distanceFunctions[asked.metric];
  for (const hit of hits) {
    const write = checkFound(history, violations, where, hit, interval);
    const right = write === undefined ? hit.distance : distance(asked.vector, write.vector);
    if (right !== hit.distance) {
      violations.add('distances are right', `${where}: ${hit.id} at ${hit.distance}, not ${right}`);
    }
    if (!asked.searched.has(asked.partitionOf(hit.id))) {
      violations.add('hits come from what was searched', `${where}: ${hit.id} does not`);
    }
  }
  checkNoneLeftOut(history, violations, asked, hits);
}

function checkOrder(violations: Violations, where: string, hits: readonly LinkHit[]): void {
  const ids = new Set<string>();
  hits.forEach((hit, i) => {
    if (ids.has(hit.id)) violations.add('no hit comes twice', `${where}: ${hit.id}`);
    ids.add(hit.id);
    const before = hits[i - 1];
    if (before !== undefined && compareHits(before, hit) > 0) {
      violations.add('hits are in order', `${where}: ${before.id} before ${hit.id}`);
    }
  });
}

function checkNoneLeftOut(
  history: History,
  violations: Violations,
  asked: SearchedFor,
  hits: readonly LinkHit[],
): void {
  const { interval, topK } = asked;
  const distance = distanceFunctions[asked.metric];
  const ids = new Set(hits.map((hit) => hit.id));
  const last = hits.length < topK ? undefined : hits.at(-1);
  const belongs = (write: WriteRecord) => {
    if (last === undefined) return true;
    const away = distance(asked.vector, write.vector);
    if (!asked.isExact) return away < last.distance - GRAPH_ROUNDING;
    return away < last.distance || (away === last.distance && write.id < last.id);
  };
  for (const id of history.ids()) {
    if (ids.has(id) || !asked.searched.has(asked.partitionOf(id))) continue;
    const { upserts } = history.possible(id, interval.beganTick, interval.endedTick);
    if (upserts.length > 0 && upserts.every(belongs)) {
      checkAbsent(history, violations, asked.where, id, interval);
    }
  }
}
