/**
 * Coverage tells the truth: it counts exactly the partitions whose answer reached the coordinator,
 * names every other one with a reason, and adds up the documents that were looked at.
 */
import type { Partition } from '../../../src/base/ids.js';
import type { Coverage } from '../../../src/coordinator/search/coverage.js';
import type { SeenSearch } from '../search-spy.js';
import type { Violations } from '../violations.js';

/** The partitions that the answer claims to have searched. */
export function claimedPartitions(coverage: Coverage): Set<Partition> {
  const missing = new Set(coverage.missing.map(({ partition }) => partition));
  const all = Array.from({ length: coverage.partitionsTotal }, (_, partition) => partition);
  return new Set(all.filter((partition) => !missing.has(partition)));
}

export function checkCoverage(
  violations: Violations,
  where: string,
  coverage: Coverage,
  partitionCount: number,
  seen: SeenSearch,
): void {
  const claim = 'coverage tells the truth';
  const claimed = claimedPartitions(coverage);
  const { partitionsTotal, partitionsSearched, documentsSearched, documentsTotal } = coverage;
  if (partitionsTotal !== partitionCount) {
    violations.add(claim, `${where}: ${partitionsTotal} partitions of ${partitionCount}`);
  }
  if (partitionsSearched !== claimed.size) {
    violations.add(claim, `${where}: ${partitionsSearched} searched, ${claimed.size} not missing`);
  }
  const answered = [...seen.answered.keys()].sort();
  if ([...claimed].sort().join() !== answered.join()) {
    violations.add(claim, `${where}: claims ${[...claimed]}, answered were ${answered}`);
  }
  let documentCount = 0;
  for (const count of seen.answered.values()) documentCount += count;
  if (documentsSearched !== documentCount || documentsTotal < documentsSearched) {
    const shown = `${documentsSearched} of ${documentsTotal} documents`;
    violations.add(claim, `${where}: ${shown}, the answers had ${documentCount}`);
  }
}

/**
 * A search may be refused for want of coverage only when some partition did not answer, or had more to
 * say: what it said is nothing without the rest, which it could not be asked for.
 */
export function checkCoverageRefusal(
  violations: Violations,
  where: string,
  partitionCount: number,
  seen: SeenSearch,
): void {
  if (seen.answered.size < partitionCount || seen.short.size > 0) return;
  violations.add('coverage tells the truth', `${where}: refused, although all answered`);
}
