/** Counts and lists agree with what is there: between what must be and what may be. */
import type { Partition } from '../../../src/base/ids.js';
import { compareUtf8 } from '../../../src/base/utf8-order.js';
import type { DocumentPage } from '../../../src/coordinator/search/document-reads.js';
import type { History } from '../history.js';
import type { Violations } from '../violations.js';
import { checkAbsent, checkFound, type ReadInterval } from './visibility.js';

/** A count of whole partitions cannot be wrong by more than the writes under way at the time. */
export function checkCount(
  history: History,
  violations: Violations,
  where: string,
  count: number,
  includes: (id: string) => boolean,
  interval: ReadInterval,
): void {
  let min = 0;
  let max = 0;
  for (const id of history.ids()) {
    if (!includes(id)) continue;
    const possible = history.possible(id, interval.beganTick, interval.endedTick);
    if (!possible.mayBeAbsent) min += 1;
    if (possible.upserts.length > 0) max += 1;
  }
  if (count >= min && count <= max) return;
  violations.add('counts are right', `${where}: ${count}, must be ${min}..${max}`);
}

export function inPartitions(
  partitions: ReadonlySet<Partition>,
  partitionOf: (id: string) => Partition,
): (id: string) => boolean {
  return (id) => partitions.has(partitionOf(id));
}

/** A page has every document between its beginning and its end, in order. */
export function checkPage(
  history: History,
  violations: Violations,
  where: string,
  afterId: string,
  page: DocumentPage,
  interval: ReadInterval,
): void {
  const ids = page.documents.map(({ id }) => id);
  ids.forEach((id, i) => {
    if (compareUtf8(ids[i - 1] ?? afterId, id) < 0) return;
    violations.add('lists are in order', `${where}: ${id} at ${i}`);
  });
  for (const document of page.documents) {
    checkFound(history, violations, where, { ...document, vector: undefined }, interval);
  }
  const listed = new Set(ids);
  const last = page.hasMore ? ids.at(-1) : undefined;
  for (const id of history.ids()) {
    const isAfterBegin = compareUtf8(id, afterId) > 0;
    const isBeforeEnd = !page.hasMore || (last !== undefined && compareUtf8(id, last) <= 0);
    if (isAfterBegin && isBeforeEnd && !listed.has(id)) {
      checkAbsent(history, violations, where, id, interval);
    }
  }
}
