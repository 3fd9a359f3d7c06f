/** What callers are told of a write that was not acknowledged. */
import { AnnulusError, type ErrorCode, type ErrorReason } from '../../base/errors.js';
import type { Partition } from '../../base/ids.js';
import type { WriteSettlement } from './write-acks-effect.js';

type Failed = Extract<WriteSettlement, { status: 'failed' }>;

const codes: Record<Failed['cause'], [ErrorCode, ErrorReason]> = {
  timed_out: ['UNAVAILABLE', 'PARTITION_UNAVAILABLE'],
  unavailable: ['UNAVAILABLE', 'PARTITION_UNAVAILABLE'],
  rejected: ['RESOURCE_EXHAUSTED', 'QUEUE_FULL'],
  cancelled: ['UNAVAILABLE', 'PARTITION_UNAVAILABLE'],
  corrupt: ['UNAVAILABLE', 'REPLICA_CORRUPT'],
  missing: ['UNAVAILABLE', 'PARTITION_UNAVAILABLE'],
  stale_generation: ['UNAVAILABLE', 'STALE_GENERATION'],
  too_large: ['RESOURCE_EXHAUSTED', 'REPLY_TOO_LARGE'],
  unknown_generation: ['UNAVAILABLE', 'STALE_GENERATION'],
  storage_full: ['RESOURCE_EXHAUSTED', 'STORAGE_FULL'],
  not_enough_replicas: ['UNAVAILABLE', 'NOT_ENOUGH_REPLICAS'],
  topology_unavailable: ['UNAVAILABLE', 'TOPOLOGY_UNAVAILABLE'],
  dropped: ['NOT_FOUND', 'COLLECTION_NOT_FOUND'],
};

/** `retryAfterMs`: what the replica that refused it asked for; 0: nothing. */
export function partFailure(partition: Partition, failed: Failed, retryAfterMs = 0): AnnulusError {
  const { cause, nodeId, detail } = failed;
  const [code, reason] = codes[cause];
  const place = `partition ${partition}${nodeId === undefined ? '' : `, replica on ${nodeId}`}`;
  const why = detail === '' ? '' : `: ${detail}`;
  const metadata: Record<string, string> = { partition: String(partition), cause };
  if (nodeId !== undefined) metadata.node_id = nodeId;
  return new AnnulusError(
    code,
    reason,
    `${place}: the write was not acknowledged (${cause}${why}); ` +
      'it may still have happened, resend it to settle it',
    cause === 'rejected' && retryAfterMs > 0 ? { metadata, retryAfterMs } : { metadata },
  );
}

/** It met a newer version where it counts, after a replica that is out of sync by now had taken it. */
export function overtaken(id: string): AnnulusError {
  return new AnnulusError(
    'ABORTED',
    'SUPERSEDED',
    `document ${id} was overwritten by others while its replicas changed; write it again`,
  );
}

/** The write lost against newer ones each time it was stamped. */
export function lostAgain(id: string): AnnulusError {
  return new AnnulusError(
    'ABORTED',
    'SUPERSEDED',
    `document ${id} was overwritten by others each time it was written; write it again`,
  );
}
