/** What there is of a cluster, as values; `status-text.ts` shows them at one glance. */
import type {
  CollectionInfo,
  Move,
  Moves,
  NodeInfo,
  ReplicaInfo,
  Topology,
} from '../client/index.js';

export interface CollectionStatus extends CollectionInfo {
  /** Partitions with an in-sync replica on a node that is up. */
  partitionsAvailable: number;
  replicasInSync: number;
  replicasRecovering: number;
}

export interface NodeStatus extends NodeInfo {
  /** Of its replicas. */
  recoveringCount: number;
  /** Its replicas over its share of all; absent: it is to have none. */
  loadRatio?: number;
}

export interface ReplicaInTrouble extends ReplicaInfo {
  collection: string;
  partition: number;
}

export interface ClusterStatus {
  address: string;
  epoch: number;
  nodes: NodeStatus[];
  collections: CollectionStatus[];
  /** Those that are neither open nor loading, as their nodes last said. */
  replicasInTrouble: ReplicaInTrouble[];
  moves: Move[];
  areMovesPaused: boolean;
  /** Replicas of the fullest node over its share. */
  imbalanceRatio: number;
}

const TROUBLE: ReadonlySet<ReplicaInfo['condition']> = new Set([
  'missing',
  'corrupt',
  'failed',
  'full',
]);

export function summarize(
  address: string,
  { epoch, nodes, collections: placed }: Topology,
  collections: readonly CollectionInfo[],
  { moves, isPaused, imbalanceRatio }: Moves,
): ClusterStatus {
  const usable = new Set(nodes.filter(({ state }) => state !== 'down').map(({ nodeId }) => nodeId));
  const partitionsOf = (name: string) => placed.find((one) => one.name === name)?.partitions ?? [];
  const all = placed.flatMap(({ partitions }) => partitions.flatMap(({ replicas }) => replicas));
  const isRecovering = ({ state }: { state: string }) => state === 'recovering';
  const sharing = nodes.filter(
    ({ state, replacedBy }) => state !== 'draining' && replacedBy === '',
  );
  const weights = sharing.reduce((sum, { weight }) => sum + weight, 0);
  return {
    address,
    epoch,
    nodes: nodes.map((node) => ({
      ...node,
      recoveringCount: all.filter((r) => r.nodeId === node.nodeId && isRecovering(r)).length,
      ...(sharing.includes(node) && all.length > 0
        ? { loadRatio: node.replicaCount / ((all.length * node.weight) / weights) }
        : {}),
    })),
    collections: collections.map((one) => {
      const partitions = partitionsOf(one.name);
      const replicas = partitions.flatMap((partition) => partition.replicas);
      const available = partitions.filter((partition) =>
        partition.replicas.some(({ nodeId, state }) => state === 'in_sync' && usable.has(nodeId)),
      );
      const replicasRecovering = replicas.filter(isRecovering).length;
      return {
        ...one,
        partitionsAvailable: available.length,
        replicasInSync: replicas.length - replicasRecovering,
        replicasRecovering,
      };
    }),
    replicasInTrouble: placed.flatMap(({ name, partitions }) =>
      partitions.flatMap(({ partition, replicas }) =>
        replicas
          .filter(({ condition }) => TROUBLE.has(condition))
          .map((replica) => ({ collection: name, partition, ...replica })),
      ),
    ),
    moves,
    areMovesPaused: isPaused,
    imbalanceRatio,
  };
}
