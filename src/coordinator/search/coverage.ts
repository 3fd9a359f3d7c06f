/**
 * Coverage: what a search really looked at. It is part of every answer, and what a search is judged
 * by: below the caller's `minCoverageRatio` it has failed.
 */
import { AnnulusError, type PartStatus } from '../../base/errors.js';
import type { Partition } from '../../base/ids.js';

/** Why a partition is not in the answer. `no_replica`: nothing that could answer is reachable. */
export type MissingReason = Exclude<PartStatus, 'ok'> | 'no_replica';

export interface MissingPartition {
  partition: Partition;
  reason: MissingReason;
}

export interface Coverage {
  partitionsTotal: number;
  partitionsSearched: number;
  /** For partitions that did not answer, as last reported. */
  documentsTotal: number;
  documentsSearched: number;
  /** By partition. */
  missing: MissingPartition[];
}

/** 0..1; of no partitions at all, 1. */
export function coverageRatio(coverage: Coverage): number {
  if (coverage.partitionsTotal === 0) return 1;
  return coverage.partitionsSearched / coverage.partitionsTotal;
}

/** The error that a request with too little coverage ends with, or undefined when it has enough. */
export function coverageError(
  coverage: Coverage,
  minCoverageRatio: number,
): AnnulusError | undefined {
  const ratio = coverageRatio(coverage);
  if (ratio >= minCoverageRatio) return undefined;
  const shown = coverage.missing.slice(0, 5).map((m) => `${m.partition} (${m.reason})`);
  const more = coverage.missing.length > 5 ? ` and ${coverage.missing.length - 5} more` : '';
  const isLate = coverage.missing.some((m) => m.reason === 'timed_out');
  return new AnnulusError(
    isLate ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE',
    'COVERAGE_TOO_LOW',
    `${coverage.partitionsSearched} of ${coverage.partitionsTotal} partitions answered, ` +
      `${minCoverageRatio === 1 ? 'all are needed' : `min_coverage_ratio is ${minCoverageRatio}`}; ` +
      `missing: ${shown.join(', ')}${more}`,
    { metadata: { coverage_ratio: String(ratio), min_coverage_ratio: String(minCoverageRatio) } },
  );
}
