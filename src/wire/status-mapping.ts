/**
 * The failure of a request on its way over gRPC. Code and message travel as every gRPC client expects;
 * reason, facts and the advice when to retry as `google.rpc.ErrorInfo` and `RetryInfo` in the
 * `grpc-status-details-bin` trailer, where any client library finds them
 * (https://cloud.google.com/apis/design/errors#error_model). Errors that are not ours, such as a lost
 * connection, become the nearest of ours on the calling side.
 */
import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { AnnulusError, type ErrorCode, type ErrorReason, withoutStack } from '../base/errors.js';
import { type ErrorDetails, readDetails, writeDetails } from './status-details.js';

const DETAILS_KEY = 'grpc-status-details-bin';
const PUSHBACK_KEY = 'grpc-retry-pushback-ms';
/** Trailers share one limit of a few KiB, and the message is in them twice. */
const MESSAGE_LENGTH_MAX = 1000;

/** The status that answers a request which failed with `error`; what is no `AnnulusError` is a bug. */
export function statusOf(error: unknown): StatusObject {
  const known = error instanceof AnnulusError ? error : internalError(error);
  const message = shortMessage(known.message);
  const code = status[known.code];
  const { reason, metadata, retryAfterMs } = known;
  const trailers = new Metadata();
  trailers.set(DETAILS_KEY, writeDetails({ code, message, reason, metadata, retryAfterMs }));
  if (retryAfterMs !== undefined) trailers.set(PUSHBACK_KEY, String(Math.ceil(retryAfterMs)));
  return { code, details: message, metadata: trailers };
}

/** The error that a call failed with, whoever made it. */
export function errorOf(failure: ServiceError | StatusObject): AnnulusError {
  const details = detailsOf(failure.metadata);
  if (details === undefined || !isReason(details.reason)) return foreignError(failure);
  return new AnnulusError(codeOf(failure.code), details.reason, failure.details, {
    metadata: details.metadata,
    ...(details.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }),
    cause: failure,
  });
}

/** The error of one item of an answer: one document, or one search of a batch or a stream. */
export function errorOfItem(item: {
  code: number;
  message: string;
  reason: string;
  /** 0: no advice. */
  retryAfterMs?: number;
}): AnnulusError {
  const { code, message, reason, retryAfterMs = 0 } = item;
  const details = retryAfterMs > 0 ? { retryAfterMs } : {};
  if (isReason(reason)) {
    return withoutStack(() => new AnnulusError(codeOf(code), reason, message, details));
  }
  return foreignError({ code, details: message, metadata: new Metadata() });
}

function internalError(cause: unknown): AnnulusError {
  return new AnnulusError('INTERNAL', 'INTERNAL', 'internal error', { cause });
}

/** Cut to a length that trailers can carry, and without halves of surrogate pairs. */
function shortMessage(message: string): string {
  return Buffer.from(message.slice(0, MESSAGE_LENGTH_MAX)).toString();
}

function detailsOf(metadata: Metadata | undefined): ErrorDetails | undefined {
  const bytes = metadata?.get(DETAILS_KEY)[0];
  return Buffer.isBuffer(bytes) ? readDetails(bytes) : undefined;
}

/** Signs of a connection that broke, which grpc-js reports as INTERNAL. */
const BROKEN_CONNECTION = /RST_STREAM|ECONN|EPIPE|socket|GOAWAY/i;
const MESSAGE_TOO_LARGE = /larger than max/;

function foreignError(failure: ServiceError | StatusObject): AnnulusError {
  const { details } = failure;
  const [code, reason] = foreignKind(failure.code, details);
  const retryAfterMs = pushbackMsOf(failure.metadata);
  return new AnnulusError(code, reason, details, {
    cause: failure,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** What a proxy may say in our place. */
function pushbackMsOf(metadata: Metadata | undefined): number | undefined {
  const text = String(metadata?.get(PUSHBACK_KEY)[0] ?? '');
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function foreignKind(code: status, details: string): [ErrorCode, ErrorReason] {
  switch (code) {
    case status.CANCELLED:
      return ['CANCELLED', 'CANCELLED'];
    case status.DEADLINE_EXCEEDED:
      return ['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'];
    case status.UNIMPLEMENTED:
      return ['UNIMPLEMENTED', 'NOT_IMPLEMENTED'];
    case status.INVALID_ARGUMENT:
      return ['INVALID_ARGUMENT', 'INVALID_FIELD'];
    case status.UNAVAILABLE:
      return ['UNAVAILABLE', 'CONNECTION_FAILED'];
    case status.RESOURCE_EXHAUSTED:
      return ['RESOURCE_EXHAUSTED', tooMuch(details)];
    case status.INTERNAL:
      return BROKEN_CONNECTION.test(details)
        ? ['UNAVAILABLE', 'CONNECTION_FAILED']
        : ['INTERNAL', 'INTERNAL'];
    default:
      return [codeOf(code), 'INTERNAL'];
  }
}

function tooMuch(details: string): ErrorReason {
  if (!MESSAGE_TOO_LARGE.test(details)) return 'QUEUE_FULL';
  return details.startsWith('Attempted to send') ? 'BATCH_TOO_LARGE' : 'REPLY_TOO_LARGE';
}

const CODES: Readonly<Record<ErrorCode, true>> = {
  CANCELLED: true,
  INVALID_ARGUMENT: true,
  DEADLINE_EXCEEDED: true,
  NOT_FOUND: true,
  ALREADY_EXISTS: true,
  RESOURCE_EXHAUSTED: true,
  FAILED_PRECONDITION: true,
  ABORTED: true,
  UNIMPLEMENTED: true,
  INTERNAL: true,
  UNAVAILABLE: true,
  DATA_LOSS: true,
};

function codeOf(code: status): ErrorCode {
  const name = status[code] as string | undefined;
  return name !== undefined && Object.hasOwn(CODES, name) ? (name as ErrorCode) : 'INTERNAL';
}

const REASONS: Readonly<Record<ErrorReason, true>> = {
  INVALID_FIELD: true,
  BATCH_TOO_LARGE: true,
  COLLECTION_NOT_FOUND: true,
  COLLECTION_EXISTS: true,
  NODE_NOT_FOUND: true,
  LAST_COPY: true,
  SPLIT_IMPOSSIBLE: true,
  NODE_CONFLICT: true,
  NODE_REMOVED: true,
  NO_NODES: true,
  NOT_ENOUGH_REPLICAS: true,
  COVERAGE_TOO_LOW: true,
  PARTITION_UNAVAILABLE: true,
  REPLICA_CORRUPT: true,
  STALE_GENERATION: true,
  STALE_TOPOLOGY: true,
  SUPERSEDED: true,
  TOPOLOGY_UNAVAILABLE: true,
  QUEUE_FULL: true,
  REPLY_TOO_LARGE: true,
  STORAGE_FULL: true,
  REPLICA_IN_SYNC: true,
  STORAGE_FAILED: true,
  DEADLINE_EXCEEDED: true,
  CANCELLED: true,
  SHUTTING_DOWN: true,
  NOT_IMPLEMENTED: true,
  CONNECTION_FAILED: true,
  INTERNAL: true,
};

function isReason(reason: string): reason is ErrorReason {
  return Object.hasOwn(REASONS, reason);
}
