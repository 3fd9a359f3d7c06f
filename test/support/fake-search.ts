import type { Document__Output } from '../../src/wire/generated/annulus/v1/Document.js';
import type { SearchRequest__Output } from '../../src/wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse } from '../../src/wire/generated/annulus/v1/SearchResponse.js';
import { unpackVector } from '../../src/wire/vector-codec.js';

/** Exact search by inner product; says that one partition of four was not searched. */
export function searchDocuments(
  documents: Map<string, Document__Output>,
  request: SearchRequest__Output,
): SearchResponse {
  const query = unpackVector(request.vector?.packed as Buffer);
  const hits = [...documents.values()]
    .map((document) => ({ document, score: dot(query, document) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, request.topK)
    .map(({ document, score }) => ({ ...document, score }));
  return {
    requestId: request.requestId,
    hits,
    coverage: {
      partitionsTotal: 4,
      partitionsSearched: 3,
      documentsTotal: documents.size,
      documentsSearched: documents.size,
      missing: [{ partition: 2, reason: 'timed_out' }],
    },
    explain: request.explain ? { totalMs: 1.5, attempts: [{ nodeId: 'node-1' }] } : null,
  };
}

function dot(query: Float32Array, document: Document__Output): number {
  const vector = unpackVector(document.vector?.packed as Buffer);
  return query.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0);
}
