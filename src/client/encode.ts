/** From the SDK's values to the wire's messages. Everything is copied: callers may reuse their own. */
import { invalidField } from '../base/errors.js';
import type { CreateCollectionRequest } from '../wire/generated/annulus/v1/CreateCollectionRequest.js';
import type { Document } from '../wire/generated/annulus/v1/Document.js';
import type { Filter as WireFilter } from '../wire/generated/annulus/v1/Filter.js';
import type { SearchRequest } from '../wire/generated/annulus/v1/SearchRequest.js';
import type { Value } from '../wire/generated/annulus/v1/Value.js';
import type { Vector } from '../wire/generated/annulus/v1/Vector.js';
import { FLOAT_BYTES, firstNonFinite, packVector } from '../wire/vector-codec.js';
import {
  checkArray,
  checkBoolean,
  checkFinite,
  checkInteger,
  checkName,
  checkNumber,
  checkObject,
  checkOneOf,
  checkText,
  optional,
} from './check.js';
import type { SearchInput } from './search-types.js';
import type { CollectionInput, DocumentInput, Filter } from './types.js';

/** Default of `SearchInput.topK`. */
export const DEFAULT_TOP_K = 10;

const WIRE_METRICS = {
  cosine: 'METRIC_COSINE',
  dot: 'METRIC_DOT',
  l2: 'METRIC_L2',
} as const;

/** A vector as packed bytes. Throws `INVALID_ARGUMENT` for anything but finite numbers. */
export function encodeVector(field: string, vector: unknown): Vector {
  const floats = toFloats(field, vector);
  if (floats.length === 0) throw invalidField(field, '[]', 'a vector of at least one number');
  const bad = firstNonFinite(floats);
  if (bad >= 0) {
    const given = (vector as ArrayLike<number>)[bad];
    throw invalidField(`${field}[${bad}]`, given, 'a finite number that fits 32 bits');
  }
  return { packed: packVector(floats) };
}

function toFloats(field: string, vector: unknown): Float32Array {
  if (vector instanceof Float32Array) return vector.slice();
  if (!Array.isArray(vector)) {
    throw invalidField(field, vector, 'an array of numbers or a Float32Array');
  }
  const floats = new Float32Array(vector.length);
  for (let i = 0; i < vector.length; i += 1) {
    const element: unknown = vector[i];
    if (typeof element !== 'number') throw invalidField(`${field}[${i}]`, element, 'a number');
    floats[i] = element;
  }
  return floats;
}

/** A document as its message, and about how many bytes it takes on the wire. */
export interface EncodedDocument {
  message: Document & { id: string };
  byteCount: number;
}

const DOCUMENT_OVERHEAD_BYTES = 24;

export function encodeDocument(field: string, document: DocumentInput): EncodedDocument {
  checkObject(field, document);
  const id = checkName(`${field}.id`, document.id);
  const vector = encodeVector(`${field}.vector`, document.vector);
  const text = optional(document.text, '', checkText, `${field}.text`);
  const metadata = encodeMetadata(`${field}.metadata`, document.metadata);
  const byteCount =
    DOCUMENT_OVERHEAD_BYTES +
    Buffer.byteLength(id) +
    (vector.packed as Uint8Array).byteLength +
    Buffer.byteLength(text) +
    metadata.byteCount;
  return { message: { id, vector, text, metadata: metadata.values }, byteCount };
}

const VALUE_OVERHEAD_BYTES = 16;

function encodeMetadata(
  field: string,
  metadata: unknown,
): { values: Record<string, Value>; byteCount: number } {
  const values: Record<string, Value> = Object.create(null);
  if (metadata === undefined) return { values, byteCount: 0 };
  checkObject(field, metadata);
  if (Array.isArray(metadata)) throw invalidField(field, metadata, 'an object or a Map');
  const entries = metadata instanceof Map ? metadata : Object.entries(metadata as object);
  let byteCount = 0;
  for (const [key, value] of entries as Iterable<[unknown, unknown]>) {
    const name = checkText(`${field} key`, key);
    values[name] = encodeValue(`${field}.${name}`, value);
    byteCount += VALUE_OVERHEAD_BYTES + Buffer.byteLength(name) + valueBytes(value);
  }
  return { values, byteCount };
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (!Array.isArray(value)) return FLOAT_BYTES;
  return value.reduce((sum: number, text: string) => sum + 4 + Buffer.byteLength(text), 0);
}

function encodeValue(field: string, value: unknown): Value {
  switch (typeof value) {
    case 'string':
      return { stringValue: checkText(field, value) };
    case 'number':
      return { numberValue: checkFinite(field, value) };
    case 'boolean':
      return { boolValue: value };
  }
  if (!Array.isArray(value)) {
    throw invalidField(field, value, 'a string, a number, a boolean or an array of strings');
  }
  return { stringList: { values: value.map((text, i) => checkText(`${field}[${i}]`, text)) } };
}

const FILTER_DEPTH_MAX = 64;

/** Throws when it is not a filter, or nests so deep that walking it could be a danger. */
export function encodeFilter(field: string, filter: Filter, depth = 0): WireFilter {
  checkObject(field, filter);
  if (depth > FILTER_DEPTH_MAX) throw invalidField(field, 'nested', 'at most 64 levels deep');
  const kinds = Object.keys(filter);
  if (kinds.length !== 1) throw invalidField(field, kinds.join(' and '), 'of exactly one kind');
  if ('eq' in filter) {
    const { key, value } = filter.eq;
    return { eq: { key: checkText(`${field}.key`, key), value: encodeValue(field, value) } };
  }
  if ('in' in filter) {
    const values = checkArray(`${field}.values`, filter.in.values);
    const key = checkText(`${field}.key`, filter.in.key);
    return { in: { key, values: values.map((one, i) => encodeValue(`${field}[${i}]`, one)) } };
  }
  if ('range' in filter) return { range: encodeRange(field, filter.range) };
  if ('exists' in filter) {
    return { exists: { key: checkText(`${field}.key`, filter.exists.key) } };
  }
  if ('not' in filter) return { not: encodeFilter(`${field}.not`, filter.not, depth + 1) };
  if ('and' in filter) return { and: { filters: encodeFilters(field, filter.and, depth) } };
  if ('or' in filter) return { or: { filters: encodeFilters(field, filter.or, depth) } };
  throw invalidField(field, kinds[0], 'one of eq, in, range, exists, and, or, not');
}

function encodeFilters(field: string, filters: unknown, depth: number): WireFilter[] {
  return checkArray(field, filters).map((one, i) =>
    encodeFilter(`${field}[${i}]`, one as Filter, depth + 1),
  );
}

function encodeRange(field: string, range: { key: string } & Record<string, unknown>) {
  const bounds: Record<string, number> = {};
  for (const bound of ['gt', 'gte', 'lt', 'lte']) {
    if (range[bound] !== undefined) bounds[bound] = checkFinite(`${field}.${bound}`, range[bound]);
  }
  return { key: checkText(`${field}.key`, range.key), ...bounds };
}

/** A search as its message, without `requestId`. */
export function encodeSearch(
  field: string,
  collection: string,
  search: SearchInput,
): SearchRequest {
  const at = (name: string) => (field === '' ? name : `${field}.${name}`);
  const { filter, minCoverageRatio } = search;
  const flag = (value: unknown, name: string) => optional(value, false, checkBoolean, at(name));
  // Without spreads: an object that is made of others costs each later use of it dearly.
  const request: SearchRequest = {
    collection: checkText(at('collection'), collection),
    vector: encodeVector(at('vector'), search.vector),
    topK: optional(search.topK, DEFAULT_TOP_K, (f, v) => checkInteger(f, v, 1), at('topK')),
    efSearch: optional(search.efSearch, 0, (f, v) => checkInteger(f, v, 0), at('efSearch')),
    exact: flag(search.exact, 'exact'),
    includeVector: flag(search.includeVector, 'includeVector'),
    includeText: flag(search.includeText, 'includeText'),
    includeMetadata: flag(search.includeMetadata, 'includeMetadata'),
    routingKey: optional(search.routingKey, '', checkText, at('routingKey')),
    balancingPolicy: optional(search.balancingPolicy, '', checkText, at('balancingPolicy')),
    explain: flag(search.explain, 'explain'),
  };
  if (filter !== undefined) request.filter = encodeFilter(at('filter'), filter);
  if (minCoverageRatio !== undefined) {
    request.minCoverageRatio = checkNumber(at('minCoverageRatio'), minCoverageRatio, 0, 1);
  }
  return request;
}

/** A collection's settings as their message; what is absent is left to the server. */
export function encodeCollection(collection: CollectionInput): CreateCollectionRequest {
  checkObject('collection', collection);
  const { metric, hnsw = {} } = collection;
  const count = (field: string, value: unknown) => checkInteger(field, value, 1);
  checkObject('hnsw', hnsw);
  return {
    name: checkText('name', collection.name),
    dimension: checkInteger('dimension', collection.dimension, 1),
    metric: WIRE_METRICS[checkOneOf('metric', metric ?? 'cosine', ['cosine', 'dot', 'l2'])],
    partitions: optional(collection.partitions, 0, count, 'partitions'),
    replicationFactor: optional(collection.replicationFactor, 0, count, 'replicationFactor'),
    minInSync: optional(collection.minInSync, 0, count, 'minInSync'),
    balancingPolicy: optional(collection.balancingPolicy, '', checkText, 'balancingPolicy'),
    hnsw: {
      m: optional(hnsw.m, 0, count, 'hnsw.m'),
      efConstruction: optional(hnsw.efConstruction, 0, count, 'hnsw.efConstruction'),
    },
  };
}

/** One id or several. */
export function encodeIds(ids: string | readonly string[]): string[] {
  if (typeof ids === 'string') return [checkName('ids', ids)];
  return checkArray('ids', ids).map((id, i) => checkName(`ids[${i}]`, id));
}
