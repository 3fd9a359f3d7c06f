/** Answers as the public API spells them. */
import { status as grpcStatus } from '@grpc/grpc-js';
import type { AnnulusError } from '../../base/errors.js';
import type { Metric } from '../../base/metric.js';
import { publicVersion } from '../../base/version.js';
import type { CollectionInfo } from '../../wire/generated/annulus/v1/CollectionInfo.js';
import type { Document } from '../../wire/generated/annulus/v1/Document.js';
import type { Error as ErrorMessage } from '../../wire/generated/annulus/v1/Error.js';
import type { Explain } from '../../wire/generated/annulus/v1/Explain.js';
import type { StoredDocument } from '../../wire/link-messages.js';
import { decodeMetadata } from '../../wire/metadata-codec.js';
import { annulusV1 } from '../../wire/proto-package.js';
import { encodeSearchAnswer } from '../../wire/search-answer-codec.js';
import { defaultBalancingPolicy } from '../balancing/replica-picker.js';
import type { RequestContext } from '../request-context.js';
import type { ValidSearch } from '../search/search-request.js';
import type { SearchAnswer, SearchExplain } from '../search/search-service.js';
import type { CollectionEntry } from '../topology/topology.js';

const encodeResponse = annulusV1.Annulus.service.Search.responseSerialize;

export const metricNames = {
  cosine: 'METRIC_COSINE',
  dot: 'METRIC_DOT',
  l2: 'METRIC_L2',
} as const satisfies Record<Metric, string>;

export function collectionInfo(collection: CollectionEntry, documentCount: number): CollectionInfo {
  return {
    name: collection.name,
    dimension: collection.dimension,
    metric: metricNames[collection.metric],
    partitions: collection.partitions.length,
    replicationFactor: collection.replicationFactor,
    minInSync: collection.minInSync,
    balancingPolicy: collection.balancingPolicy ?? defaultBalancingPolicy,
    hnsw: { m: collection.m, efConstruction: collection.efConstruction },
    documentCount,
    createdAt: {
      seconds: Math.floor(collection.createdAtMs / 1_000),
      nanos: (collection.createdAtMs % 1_000) * 1_000_000,
    },
  };
}

export function documentMessage(stored: StoredDocument, includeVector: boolean): Document {
  return {
    id: stored.id,
    text: decodeText(stored.text),
    metadata: decodeMetadata(stored.metadata),
    version: publicVersion(stored.version).toString(),
    ...(includeVector ? { vector: { packed: asBuffer(stored.vector) } } : {}),
  };
}

/** An encoded `SearchResponse`. */
export function searchResponse(
  { hits, coverage, explain }: SearchAnswer,
  search: ValidSearch,
  metric: Metric,
  context: RequestContext,
  nowMs: number,
): Buffer {
  const { requestId } = search;
  if (!search.explain) return encodeSearchAnswer({ hits, metric, coverage, requestId });
  const encoded = annulusV1.Explain.serialize(explainMessage(explain, context, nowMs));
  return encodeSearchAnswer({ hits, metric, coverage, requestId, explain: encoded });
}

/** An encoded `SearchResponse` of a search in a batch or a stream that failed. */
export function failedSearchResponse(requestId: string, error: AnnulusError): Buffer {
  return encodeResponse({ requestId, error: errorMessage(error) });
}

function explainMessage(explain: SearchExplain, context: RequestContext, nowMs: number): Explain {
  return {
    totalMs: nowMs - context.receivedAtMs,
    partitionTopK: explain.firstFetchCount,
    askedAgain: explain.askedAgain,
    retriesRefused: explain.refusedRetries,
    waitedMs: explain.waitedMs,
    attempts: explain.attempts.map((attempt) => ({
      nodeId: attempt.nodeId,
      partitions: attempt.partitions,
      outcome: attempt.outcome,
      policy: attempt.picked?.policy ?? '',
      load: attempt.picked?.load ?? 0,
      sentMs: attempt.sentAtMs - context.receivedAtMs,
      tookMs: attempt.tookMs,
      queueMs: attempt.queueMs,
      serviceMs: attempt.serviceMs,
      cause: attempt.cause,
      pickedFrom: attempt.picked?.tier ?? '',
      candidates: attempt.picked?.candidateCount ?? 0,
      answeredPartitions: attempt.answered,
      wasLate: attempt.wasLate,
      nodeLimit: attempt.nodeLimit,
    })),
  };
}

/** An error inside a message: of one search in a batch, of one request in a stream. */
export function errorMessage(error: AnnulusError): ErrorMessage {
  const { message, reason } = error;
  return { code: grpcStatus[error.code], message, reason, retryAfterMs: wholeRetryMs(error) };
}

/** 0: none. */
export function wholeRetryMs({ retryAfterMs }: AnnulusError): number {
  return Math.ceil(retryAfterMs ?? 0);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decodeText(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('utf8');
}
