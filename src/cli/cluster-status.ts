/** The cluster at one glance: nodes, collections, replicas and moves, as values and as text. */
import type {
  CollectionInfo,
  Move,
  Moves,
  NodeInfo,
  ReplicaInfo,
  Topology,
} from '../client/index.js';
import { formatTable } from './output.js';

interface CollectionStatus extends CollectionInfo {
  /** Partitions with an in-sync replica on a node that is up. */
  partitionsAvailable: number;
  replicasInSync: number;
  replicasRecovering: number;
}

interface NodeStatus extends NodeInfo {
  /** Of its replicas. */
  recoveringCount: number;
}

interface ReplicaInTrouble extends ReplicaInfo {
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

const MOVES_SHOWN_MAX = 12;
const BAR_CELLS = 20;
const MIB = 1024 * 1024;

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
  return {
    address,
    epoch,
    nodes: nodes.map((node) => ({
      ...node,
      recoveringCount: all.filter((r) => r.nodeId === node.nodeId && isRecovering(r)).length,
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

export function formatStatus(status: ClusterStatus): string {
  const { address, epoch, nodes, collections, imbalanceRatio } = status;
  return [
    `coordinator ${address}, topology epoch ${epoch}, `,
    `fullest node ${imbalanceRatio.toFixed(2)} times its share\n\n`,
    nodes.length === 0 ? 'no shard nodes\n' : formatNodes(nodes),
    '\n',
    collections.length === 0 ? 'no collections\n' : formatCollections(collections),
    formatTrouble(status.replicasInTrouble),
    '\n',
    formatMoves(status.moves, status.areMovesPaused),
  ].join('');
}

const TROUBLE: ReadonlySet<ReplicaInfo['condition']> = new Set([
  'missing',
  'corrupt',
  'failed',
  'full',
]);

function formatTrouble(replicas: readonly ReplicaInTrouble[]): string {
  if (replicas.length === 0) return '';
  const rows = replicas.map(({ collection, partition, nodeId, state, condition, detail }) => {
    return [collection, partition, nodeId, state, condition, detail];
  });
  const header = ['COLLECTION', 'PARTITION', 'NODE', 'STATE', 'CONDITION', 'WHY'];
  return `\nreplicas in trouble\n\n${formatTable(header, rows)}`;
}

function formatNodes(nodes: readonly NodeStatus[]): string {
  const rows = nodes.map((one) => [
    one.nodeId,
    one.isDrained ? 'drained' : one.state,
    one.address,
    one.zone,
    one.weight,
    one.replicaCount,
    one.recoveringCount,
    one.documentCount,
    one.outstanding,
    one.isSafeToStop ? 'yes' : 'no',
  ]);
  const header = ['NODE', 'STATE', 'ADDRESS', 'ZONE', 'WEIGHT', 'REPLICAS', 'RECOVERING'];
  return formatTable([...header, 'DOCUMENTS', 'OUTSTANDING', 'SAFE TO STOP'], rows);
}

function formatCollections(collections: readonly CollectionStatus[]): string {
  const rows = collections.map((one) => [
    one.name,
    one.documentCount,
    one.dimension,
    one.metric,
    `${one.partitionsAvailable}/${one.partitions}`,
    one.replicationFactor,
    `${one.replicasInSync}/${one.partitions * one.replicationFactor}`,
    one.replicasRecovering,
  ]);
  const header = ['COLLECTION', 'DOCUMENTS', 'DIMENSION', 'METRIC', 'PARTITIONS UP', 'REPLICATION'];
  return formatTable([...header, 'IN SYNC', 'RECOVERING'], rows);
}

export function formatMoves(moves: readonly Move[], arePaused: boolean): string {
  const paused = arePaused ? ' (paused)' : '';
  if (moves.length === 0) return `no moves${paused}\n`;
  const waitingCount = moves.filter(({ state }) => state === 'waiting').length;
  const counts = `${moves.length - waitingCount} moves under way, ${waitingCount} waiting${paused}\n`;
  const shown = moves.slice(0, MOVES_SHOWN_MAX);
  const more = moves.length - shown.length;
  const header = ['PARTITION', 'FROM', 'TO', 'CAUSE', 'PROGRESS', 'MIB', 'MIB/S', 'LEFT'];
  const table = formatTable(header, shown.map(moveRow));
  return `${counts}${table}${more > 0 ? `and ${more} more\n` : ''}`;
}

function moveRow(move: Move): string[] {
  const { collection, partition, fromNodeId, toNodeId, cause, state, waitReason } = move;
  const isWaiting = state === 'waiting';
  const progress = isWaiting ? `waits: ${waitReason}` : progressBar(move.progressRatio);
  return [
    `${collection}/${partition}`,
    fromNodeId === '' ? '(new copy)' : fromNodeId,
    toNodeId,
    cause,
    progress,
    `${mib(move.bytesMoved)}/${mib(move.bytesTotal)}`,
    isWaiting ? '-' : mib(move.bytesPerSecond),
    move.etaSeconds === undefined ? '-' : `${Math.ceil(move.etaSeconds)} s`,
  ];
}

export function progressBar(ratio: number): string {
  const filled = Math.round(ratio * BAR_CELLS);
  const percent = String(Math.floor(ratio * 100)).padStart(3);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)} ${percent} %`;
}

export function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
