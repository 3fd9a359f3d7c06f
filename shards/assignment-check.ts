import { AnnulusError, invalidField } from '../src/base/errors.js';
import type { Epoch } from '../src/base/ids.js';
import { distanceFunctions } from '../src/base/metric.js';
import type { ReplicaAssignment } from './link-handler.js';
import type { NodeRecord } from './node-record.js';
import { isReplicaName, replicaName } from './replica-set.js';

const PARTITION_MAX = 4095;
const DIMENSION_MAX = 16_384;
const M_MAX = 1024;

/**
 * Names of folders are made of what is assigned, and the native code trusts the rest.
 * @throws AnnulusError `INVALID_ARGUMENT`, naming the field.
 */
export function checkAssignments(assignments: readonly ReplicaAssignment[]): void {
  for (const replica of assignments) {
    const { collection, partition, generation, dimension, metric, m, efConstruction } = replica;
    checkInteger('partition', partition, 0, PARTITION_MAX);
    if (!isReplicaName(replicaName(collection, partition))) {
      throw invalidField('collection_id', collection, '1..64 lower-case hexadecimal digits');
    }
    checkInteger('generation', generation, 1, Number.MAX_SAFE_INTEGER);
    checkInteger('dimension', dimension, 1, DIMENSION_MAX);
    if (!Object.hasOwn(distanceFunctions, metric)) {
      throw invalidField('metric', metric, 'cosine, dot or l2');
    }
    checkInteger('m', m, 2, M_MAX);
    checkInteger('ef_construction', efConstruction, 1, Number.MAX_SAFE_INTEGER);
  }
}

/**
 * A node serves one cluster, and never goes back to an older topology.
 * @throws AnnulusError `FAILED_PRECONDITION`.
 */
export function checkFence(known: NodeRecord, clusterId: string, epoch: Epoch): void {
  const { nodeId } = known;
  if (known.clusterId !== undefined && known.clusterId !== clusterId) {
    throw new AnnulusError(
      'FAILED_PRECONDITION',
      'NODE_CONFLICT',
      `node ${nodeId} belongs to cluster ${known.clusterId}, not ${clusterId}`,
      { metadata: { node_id: nodeId } },
    );
  }
  if (epoch >= known.epoch) return;
  throw new AnnulusError(
    'FAILED_PRECONDITION',
    'STALE_TOPOLOGY',
    `epoch ${epoch} is older than ${known.epoch}, which node ${nodeId} knows`,
    { metadata: { node_id: nodeId, epoch: String(known.epoch) } },
  );
}

function checkInteger(field: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw invalidField(field, value, `a whole number from ${min} to ${max}`);
}
