/**
 * The failure of a request, as its caller sees it: one class, made only at the edge. The failure of a
 * part of a request is a value instead ({@link PartStatus}), and a bug is an `InvariantViolation`.
 */

/** Names of the gRPC status codes that Annulus answers with. */
export type ErrorCode =
  | 'CANCELLED'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS';

/** Stable reasons, finer than codes: `docs/errors.md` says of each what it means and what to do. */
export type ErrorReason =
  | 'INVALID_FIELD'
  | 'BATCH_TOO_LARGE'
  | 'COLLECTION_NOT_FOUND'
  | 'COLLECTION_EXISTS'
  | 'NODE_NOT_FOUND'
  | 'NODE_CONFLICT'
  | 'NODE_REMOVED'
  | 'NO_NODES'
  | 'NOT_ENOUGH_REPLICAS'
  | 'REPLICA_IN_SYNC'
  | 'LAST_COPY'
  | 'SPLIT_IMPOSSIBLE'
  | 'COVERAGE_TOO_LOW'
  | 'PARTITION_UNAVAILABLE'
  | 'REPLICA_CORRUPT'
  | 'STALE_GENERATION'
  | 'STALE_TOPOLOGY'
  | 'SUPERSEDED'
  | 'TOPOLOGY_UNAVAILABLE'
  | 'QUEUE_FULL'
  | 'REPLY_TOO_LARGE'
  | 'STORAGE_FULL'
  | 'STORAGE_FAILED'
  | 'DEADLINE_EXCEEDED'
  | 'CANCELLED'
  | 'SHUTTING_DOWN'
  | 'NOT_IMPLEMENTED'
  | 'CONNECTION_FAILED'
  | 'INTERNAL';

export interface AnnulusErrorDetails {
  /** Small facts for machines: the field, the limit, the node, the partition. */
  metadata?: Record<string, string>;
  /** How long to wait before trying again, in milliseconds, when the server said so. */
  retryAfterMs?: number;
  cause?: unknown;
}

const RETRIABLE: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'RESOURCE_EXHAUSTED', 'ABORTED']);
const NEVER_RETRIABLE: ReadonlySet<ErrorReason> = new Set(['BATCH_TOO_LARGE', 'REPLY_TOO_LARGE']);

export class AnnulusError extends Error {
  override readonly name = 'AnnulusError';
  readonly code: ErrorCode;
  readonly reason: ErrorReason;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    reason: ErrorReason,
    message: string,
    details: AnnulusErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.reason = reason;
    this.metadata = details.metadata ?? {};
    this.retryAfterMs = details.retryAfterMs;
  }

  /** True when the same request may succeed later without being changed. */
  get isRetriable(): boolean {
    return RETRIABLE.has(this.code) && !NEVER_RETRIABLE.has(this.reason);
  }
}

/**
 * What is made by the thousand while too much is asked for gets no stack: taking one costs more than
 * all else about a refusal, and it would only say where refusals are made.
 */
export function withoutStack<E extends Error>(make: () => E): E {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** `INVALID_ARGUMENT` that names the field, the value it had and what is allowed. */
export function invalidField(field: string, value: unknown, allowed: string): AnnulusError {
  const shown = showValue(value);
  return new AnnulusError(
    'INVALID_ARGUMENT',
    'INVALID_FIELD',
    `${field} is ${shown}; it must be ${allowed}`,
    { metadata: { field, value: shown, allowed } },
  );
}

const SHOWN_LENGTH_MAX = 80;

/** A value as an error message shows it: quoted, on one line, cut to 80 characters. */
export function showValue(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}...`;
}

/**
 * How one part of a request (one replica, one partition) ended.
 * `stale_generation`: the node knows a newer replica set. `missing`: the node holds no such replica.
 * `unknown_generation`: the node has yet to hear of the replica set that the request was planned on.
 * `too_large`: the reply would pass the limit for one message. `storage_full`: no room on its disk.
 */
export type PartStatus =
  | 'ok'
  | 'timed_out'
  | 'unavailable'
  | 'rejected'
  | 'cancelled'
  | 'corrupt'
  | 'missing'
  | 'stale_generation'
  | 'too_large'
  | 'unknown_generation'
  | 'storage_full';
