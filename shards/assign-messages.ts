/** The proto's assignment, checked, as the shard node knows it; and its answer. */
import { invalidField } from '../src/base/errors.js';
import { collectionId, type Epoch, type NodeId, nodeId } from '../src/base/ids.js';
import type { Metric } from '../src/base/metric.js';
import type { AssignResponse } from '../src/wire/generated/annulus/v1/AssignResponse.js';
import type { DescribeResponse } from '../src/wire/generated/annulus/v1/DescribeResponse.js';
import type { ReplicaAssignment__Output } from '../src/wire/generated/annulus/v1/ReplicaAssignment.js';
import type { ReplicaReport } from '../src/wire/link-messages.js';
import type { RelievedPartition, ReplicaAssignment } from './link-handler.js';

/** @throws AnnulusError `INVALID_ARGUMENT` when a field cannot be what it says. */
export function assignmentOf(message: ReplicaAssignment__Output): ReplicaAssignment {
  return {
    collection: collectionId(message.collectionId),
    partition: message.partition,
    generation: wholeNumber('generation', message.generation),
    dimension: atLeastOne('dimension', message.dimension),
    metric: metricOf(message.metric),
    m: atLeastOne('m', message.m),
    efConstruction: atLeastOne('ef_construction', message.efConstruction),
    create: message.create,
    ...(message.keepsReadable ? { keepsReadable: true } : {}),
    ...recoveryOf(message),
  };
}

function recoveryOf(message: ReplicaAssignment__Output): Partial<ReplicaAssignment> {
  const { state, sourceNodeId, sourceAddress } = message;
  if (state === '' || state === 'in_sync') return { state: 'in_sync' };
  if (state !== 'recovering') throw invalidField('state', state, 'in_sync or recovering');
  if (sourceAddress === '') return { state };
  const source = { nodeId: nodeId(sourceNodeId), address: sourceAddress };
  if (message.sourceCollectionId === '') return { state, source };
  return { state, source: { ...source, relieved: relievedOf(message) } };
}

function relievedOf(message: ReplicaAssignment__Output): RelievedPartition {
  return {
    collection: collectionId(message.sourceCollectionId),
    partition: message.sourcePartition,
    generation: wholeNumber('source_generation', message.sourceGeneration),
    partitionCount: atLeastOne('partition_count', message.partitionCount),
  };
}

/** @throws AnnulusError `INVALID_ARGUMENT` when the uint64 is beyond 2^53. */
export function wholeNumber(field: string, uint64: string): number {
  const value = Number(uint64);
  if (!Number.isSafeInteger(value)) throw invalidField(field, uint64, 'at most 2^53 - 1');
  return value;
}

export function assignResponseOf(reports: readonly ReplicaReport[]): AssignResponse {
  return {
    replicas: reports.map(({ collection, condition, ...rest }) => {
      return { collectionId: collection, state: condition, ...rest };
    }),
  };
}

/** What the node remembers of its last assignment. */
export function describeResponseOf(handler: {
  nodeId: NodeId;
  clusterId: string | undefined;
  epoch: Epoch;
  assigned: readonly ReplicaAssignment[];
}): DescribeResponse {
  const { nodeId: node, clusterId = '', epoch, assigned } = handler;
  const replicas = assigned.map(({ collection, partition, generation, state = 'in_sync' }) => {
    return { collectionId: collection, partition, generation, state };
  });
  return { nodeId: node, clusterId, epoch, replicas };
}

function atLeastOne(field: string, value: number): number {
  if (value < 1) throw invalidField(field, value, 'at least 1');
  return value;
}

function metricOf(name: string): Metric {
  if (name === 'cosine' || name === 'dot' || name === 'l2') return name;
  throw invalidField('metric', name, 'cosine, dot or l2');
}
