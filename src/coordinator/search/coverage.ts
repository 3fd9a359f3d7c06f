/**
 * Coverage: what a search really looked at. It is part of every answer, and what a search is judged
 * by: below the caller's `minCoverageRatio` it has failed.
 */
import {
  AnnulusError,
  type ErrorCode,
  type ErrorReason,
  type PartStatus,
} from '../../base/errors.js';
import type { NodeId, Partition } from '../../base/ids.js';
import { retryAfterMsOf } from './retry-after.js';

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
  /**
   * How long ago a shared topology store was last heard, once that is over the topology lease; else 0.
   * Then a replica that has been taken out of the in-sync set may have answered.
   */
  topologyStaleMs: number;
}

/** 0..1; of no partitions at all, 1. */
export function coverageRatio(coverage: Coverage): number {
  if (coverage.partitionsTotal === 0) return 1;
  return coverage.partitionsSearched / coverage.partitionsTotal;
}

/** Who was asked, as far as an error tells; `AttemptRecord` has it all. */
export interface TriedAttempt {
  nodeId: NodeId;
  partitions: readonly Partition[];
  outcome: string;
  /** When it was turned away: how long to wait, in milliseconds. 0: no advice. */
  retryAfterMs: number;
  refused: readonly { partition: Partition; status: PartStatus }[];
}

/** The error that a request with too little coverage ends with, or undefined when it has enough. */
export function coverageError(
  coverage: Coverage,
  minCoverageRatio: number,
  attempts: readonly TriedAttempt[] = [],
): AnnulusError | undefined {
  const ratio = coverageRatio(coverage);
  if (ratio >= minCoverageRatio) return undefined;
  const shown = coverage.missing
    .slice(0, 5)
    .map((m) => `${m.partition} (${m.reason}${triedText(attempts, m.partition)})`);
  const more = coverage.missing.length > 5 ? ` and ${coverage.missing.length - 5} more` : '';
  const [code, reason] = kindOfError(coverage.missing);
  const retryAfterMs = retryAfterMsOf(coverage.missing, attempts);
  return new AnnulusError(
    code,
    reason,
    `${coverage.partitionsSearched} of ${coverage.partitionsTotal} partitions answered, ` +
      `${minCoverageRatio === 1 ? 'all are needed' : `min_coverage_ratio is ${minCoverageRatio}`}; ` +
      `missing: ${shown.join(', ')}${more}`,
    {
      metadata: { coverage_ratio: String(ratio), min_coverage_ratio: String(minCoverageRatio) },
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
}

const TRIED_SHOWN = 6;

/** The last nodes that were asked for a partition, each with what came of it. */
function triedText(attempts: readonly TriedAttempt[], partition: Partition): string {
  const tried = attempts
    .filter(({ partitions }) => partitions.includes(partition))
    .slice(-TRIED_SHOWN)
    .map(({ nodeId, outcome, refused }) => {
      const refusal = refused.find((part) => part.partition === partition);
      return `${nodeId}: ${refusal?.status ?? outcome}`;
    });
  return tried.length === 0 ? '' : `; tried ${tried.join(', ')}`;
}

/** Waiting helps only when being busy was all that was wrong. */
function kindOfError(missing: readonly MissingPartition[]): [ErrorCode, ErrorReason] {
  if (missing.some(({ reason }) => reason === 'timed_out')) {
    return ['DEADLINE_EXCEEDED', 'COVERAGE_TOO_LOW'];
  }
  const isBusy = missing.length > 0 && missing.every(({ reason }) => reason === 'rejected');
  return isBusy ? ['RESOURCE_EXHAUSTED', 'QUEUE_FULL'] : ['UNAVAILABLE', 'COVERAGE_TOO_LOW'];
}
