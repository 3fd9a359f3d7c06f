/** Assignments and replica reports as the proto's messages. */
import type { Epoch } from '../../base/ids.js';
import { collectionId } from '../../base/ids.js';
import type { AssignRequest } from '../../wire/generated/annulus/v1/AssignRequest.js';
import type { AssignResponse__Output } from '../../wire/generated/annulus/v1/AssignResponse.js';
import type { RecoveryReport__Output } from '../../wire/generated/annulus/v1/RecoveryReport.js';
import type {
  RecoveryPhase,
  RecoveryReport,
  ReplicaCondition,
  ReplicaReport,
} from '../../wire/link-messages.js';
import type { ReplicaAssignment } from './shard-link.js';

export function assignRequestOf(
  clusterId: string,
  epoch: Epoch,
  replicas: readonly ReplicaAssignment[],
): AssignRequest {
  return {
    clusterId,
    epoch,
    replicas: replicas.map(({ collection, source, ...rest }) => ({
      collectionId: collection,
      sourceNodeId: source?.nodeId ?? '',
      sourceAddress: source?.address ?? '',
      sourceCollectionId: source?.relieved?.collection ?? '',
      sourcePartition: source?.relieved?.partition ?? 0,
      sourceGeneration: source?.relieved?.generation ?? 0,
      partitionCount: source?.relieved?.partitionCount ?? 0,
      ...rest,
    })),
  };
}

export function replicaReportsOf(response: AssignResponse__Output): ReplicaReport[] {
  return response.replicas.map((report) => ({
    collection: collectionId(report.collectionId),
    partition: report.partition,
    condition: conditionOf(report.state),
    detail: report.detail,
    documentCount: Number(report.documentCount),
    ...recoveryOf(report.recovery),
  }));
}

function recoveryOf(message: RecoveryReport__Output | null): { recovery?: RecoveryReport } {
  if (message === null) return {};
  const { generation, phase, rowCount, byteCount, idleRoundCount } = message;
  return {
    recovery: {
      generation: Number(generation),
      phase: phase as RecoveryPhase,
      rowCount: Number(rowCount),
      byteCount: Number(byteCount),
      idleRoundCount,
    },
  };
}

const CONDITIONS: readonly ReplicaCondition[] = ['open', 'loading', 'missing', 'failed', 'full'];

/** A condition of a later version, which this one does not know, is nothing to rely on. */
function conditionOf(state: string): ReplicaCondition {
  return CONDITIONS.find((condition) => condition === state) ?? 'corrupt';
}
