/** From the wire's messages to the SDK's values. */
import type { CollectionInfo__Output } from '../wire/generated/annulus/v1/CollectionInfo.js';
import type { Coverage__Output } from '../wire/generated/annulus/v1/Coverage.js';
import type { Document__Output } from '../wire/generated/annulus/v1/Document.js';
import type { Hit__Output } from '../wire/generated/annulus/v1/Hit.js';
import type { NodeInfo__Output } from '../wire/generated/annulus/v1/NodeInfo.js';
import type { PartitionComparison__Output } from '../wire/generated/annulus/v1/PartitionComparison.js';
import type { SearchRequest } from '../wire/generated/annulus/v1/SearchRequest.js';
import type { SearchResponse__Output } from '../wire/generated/annulus/v1/SearchResponse.js';
import type { Topology__Output } from '../wire/generated/annulus/v1/Topology.js';
import type { Value__Output } from '../wire/generated/annulus/v1/Value.js';
import type { Vector__Output } from '../wire/generated/annulus/v1/Vector.js';
import { FLOAT_BYTES } from '../wire/vector-codec.js';
import type {
  NodeInfo,
  NodeState,
  PartitionComparison,
  ReplicaCondition,
  ReplicaState,
  Topology,
} from './cluster-types.js';
import type { Coverage, SearchHit, SearchResult } from './search-types.js';
import type { CollectionInfo, Metadata, MetadataValue, Metric, StoredDocument } from './types.js';

const METRICS: Record<string, Metric> = {
  METRIC_UNSPECIFIED: 'cosine',
  METRIC_COSINE: 'cosine',
  METRIC_DOT: 'dot',
  METRIC_L2: 'l2',
};

const NODE_STATES: Record<string, NodeState> = {
  NODE_STATE_UP: 'up',
  NODE_STATE_SUSPECT: 'suspect',
  NODE_STATE_DOWN: 'down',
  NODE_STATE_DRAINING: 'draining',
};

const REPLICA_STATES: Record<string, ReplicaState> = {
  REPLICA_STATE_IN_SYNC: 'in_sync',
  REPLICA_STATE_RECOVERING: 'recovering',
};

const REPLICA_CONDITIONS: Record<string, ReplicaCondition> = {
  REPLICA_CONDITION_OPEN: 'open',
  REPLICA_CONDITION_LOADING: 'loading',
  REPLICA_CONDITION_MISSING: 'missing',
  REPLICA_CONDITION_CORRUPT: 'corrupt',
  REPLICA_CONDITION_FAILED: 'failed',
  REPLICA_CONDITION_FULL: 'full',
};

/** A copy of its own: the answer it came in can be forgotten. Either encoding is understood. */
export function decodeVector(vector: Vector__Output | null): Float32Array {
  if (vector?.floats) return Float32Array.from(vector.floats.values);
  const packed = vector?.packed ?? new Uint8Array(0);
  const usable = packed.byteLength - (packed.byteLength % FLOAT_BYTES);
  const copy = new Uint8Array(usable);
  copy.set(packed.subarray(0, usable));
  return new Float32Array(copy.buffer);
}

export function decodeMetadata(values: Record<string, Value__Output>): Metadata {
  const metadata: Metadata = Object.create(null);
  for (const key of Object.keys(values)) metadata[key] = decodeValue(values[key] as Value__Output);
  return metadata;
}

function decodeValue(value: Value__Output): MetadataValue {
  switch (value.kind) {
    case 'numberValue':
      return value.numberValue as number;
    case 'boolValue':
      return value.boolValue as boolean;
    case 'stringList':
      return value.stringList?.values ?? [];
    default:
      return value.stringValue ?? '';
  }
}

export function decodeDocument(document: Document__Output): StoredDocument {
  const hasVector = document.vector !== null && document.vector.encoding !== undefined;
  return {
    id: document.id,
    text: document.text,
    metadata: decodeMetadata(document.metadata),
    version: BigInt(document.version),
    ...(hasVector ? { vector: decodeVector(document.vector) } : {}),
  };
}

export function decodeCollection(info: CollectionInfo__Output): CollectionInfo {
  const { seconds, nanos } = info.createdAt ?? { seconds: '0', nanos: 0 };
  return {
    name: info.name,
    dimension: info.dimension,
    metric: METRICS[info.metric] ?? 'cosine',
    partitions: info.partitions,
    replicationFactor: info.replicationFactor,
    minInSync: info.minInSync,
    balancingPolicy: info.balancingPolicy,
    hnsw: { m: info.hnsw?.m ?? 0, efConstruction: info.hnsw?.efConstruction ?? 0 },
    documentCount: Number(info.documentCount),
    createdAtWallMs: Number(seconds) * 1000 + Math.floor(nanos / 1_000_000),
  };
}

/** The result of a search that did not fail. */
export function decodeSearch(request: SearchRequest, response: SearchResponse__Output) {
  const result: SearchResult = {
    hits: response.hits.map((hit) => decodeHit(request, hit)),
    coverage: decodeCoverage(response.coverage),
  };
  if (request.explain === true && response.explain !== null) {
    const { explain } = response;
    result.explain = { ...explain, attempts: explain.attempts.map((attempt) => ({ ...attempt })) };
  }
  return result;
}

function decodeHit(request: SearchRequest, hit: Hit__Output): SearchHit {
  const decoded: SearchHit = { id: hit.id, score: hit.score };
  if (request.includeText === true) decoded.text = hit.text;
  if (request.includeMetadata === true) decoded.metadata = decodeMetadata(hit.metadata);
  if (request.includeVector === true) decoded.vector = decodeVector(hit.vector);
  return decoded;
}

function decodeCoverage(coverage: Coverage__Output | null): Coverage {
  const partitionsTotal = coverage?.partitionsTotal ?? 0;
  const partitionsSearched = coverage?.partitionsSearched ?? 0;
  return {
    // An answer that does not say what it covers is not taken for a complete one.
    ratio: partitionsTotal === 0 ? 0 : partitionsSearched / partitionsTotal,
    partitionsTotal,
    partitionsSearched,
    documentsTotal: Number(coverage?.documentsTotal ?? 0),
    documentsSearched: Number(coverage?.documentsSearched ?? 0),
    topologyStaleMs: coverage?.topologyStaleMs ?? 0,
    missing: (coverage?.missing ?? []).map(({ partition, reason }) => ({ partition, reason })),
  };
}

export function decodeNode(node: NodeInfo__Output): NodeInfo {
  return {
    nodeId: node.nodeId,
    address: node.address,
    zone: node.zone,
    weight: node.weight,
    state: NODE_STATES[node.state] ?? 'unknown',
    replicaCount: node.replicaCount,
    documentCount: Number(node.documentCount),
    outstanding: node.outstanding,
    isDrained: node.isDrained,
    isSafeToStop: node.isSafeToStop,
    replacedBy: node.replacedBy,
    downSinceMs: Number(node.downSinceMs),
  };
}

export function decodeTopology(topology: Topology__Output): Topology {
  return {
    epoch: Number(topology.epoch),
    areMovesPaused: topology.areMovesPaused,
    nodes: topology.nodes.map(decodeNode),
    collections: topology.collections.map(({ name, partitions, splittingInto }) => ({
      name,
      splittingInto,
      partitions: partitions.map(({ partition, generation, minInSync, replicas }) => ({
        partition,
        generation: Number(generation),
        minInSync,
        replicas: replicas.map(({ nodeId, state, condition, detail }) => ({
          nodeId,
          state: REPLICA_STATES[state] ?? 'unknown',
          condition: REPLICA_CONDITIONS[condition] ?? 'unknown',
          detail,
        })),
      })),
    })),
  };
}

export function decodeComparison(message: PartitionComparison__Output): PartitionComparison {
  const { partition, bucketsDiffering, replicas } = message;
  return {
    partition,
    bucketsDiffering,
    replicas: replicas.map((replica) => ({
      nodeId: replica.nodeId,
      documentCount: Number(replica.documentCount),
      bucketsDiffering: replica.bucketsDiffering,
    })),
  };
}
