/** What the overload simulation searches: a collection with a copy of every partition on every node. */
import { collectionId, nodeId } from '../../../src/base/ids.js';
import type { ValidSearch } from '../../../src/coordinator/search/search-request.js';
import type { CollectionEntry } from '../../../src/coordinator/topology/topology.js';
import { SERVICE_MS } from './overload-node.js';

const PARTITIONS = 4;
export const NODE_IDS = ['a', 'b', 'c'].map(nodeId);
/** Searches per second. */
export const CAPACITY = (NODE_IDS.length * 1_000) / (PARTITIONS * SERVICE_MS);

export const collection: CollectionEntry = {
  id: collectionId('c0'),
  name: 'docs',
  state: 'ready',
  dimension: 2,
  metric: 'l2',
  m: 16,
  efConstruction: 100,
  replicationFactor: NODE_IDS.length,
  minInSync: 1,
  createdAtMs: 0,
  partitions: Array.from({ length: PARTITIONS }, () => ({
    generation: 1,
    replicas: NODE_IDS.map((id) => ({ nodeId: id, state: 'in_sync' as const })),
  })),
};

export const search: ValidSearch = {
  vector: new Float32Array(2),
  topK: 10,
  efSearch: 64,
  exact: false,
  includeVector: false,
  includeText: false,
  includeMetadata: false,
  minCoverageRatio: 1,
  routingKey: '',
  balancingPolicy: '',
  explain: false,
  requestId: '',
};
