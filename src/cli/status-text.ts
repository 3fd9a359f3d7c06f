/** The cluster at one glance, as text for a terminal of some width. */
import type { Move } from '../client/index.js';
import type {
  ClusterStatus,
  CollectionStatus,
  NodeStatus,
  ReplicaInTrouble,
} from './cluster-status.js';
import { type Column, fittedTable } from './fitted-table.js';

export interface TextOptions {
  /** Columns of the terminal; undefined: as wide as it gets. */
  width: number | undefined;
  /** Wall-clock instant. */
  nowMs: number;
}

const MOVES_SHOWN_MAX = 12;
const BAR_CELLS = 20;
const LOAD_CELLS = 10;
const SECOND_MS = 1000;

export function formatStatus(status: ClusterStatus, options: TextOptions): string {
  const { address, epoch, nodes, collections, imbalanceRatio } = status;
  const { width } = options;
  return [
    `coordinator ${address}, topology epoch ${epoch}, `,
    `fullest node ${imbalanceRatio.toFixed(2)} times its share\n\n`,
    nodes.length === 0 ? 'no shard nodes\n' : formatNodes(nodes, options),
    '\n',
    collections.length === 0
      ? 'no collections\n'
      : fittedTable(collectionColumns, collections, width),
    formatTrouble(status.replicasInTrouble, width),
    '\n',
    formatMoves(status.moves, status.areMovesPaused, width),
  ].join('');
}

function formatNodes(nodes: readonly NodeStatus[], { width, nowMs }: TextOptions): string {
  const most = Math.max(...nodes.map(({ replicaCount }) => replicaCount));
  const columns: Column<NodeStatus>[] = [
    { name: 'NODE', of: (one) => one.nodeId },
    { name: 'STATE', of: (one) => stateText(one, nowMs) },
    { name: 'LOAD', of: (one) => loadText(one, most) },
    { name: 'REPLICAS', of: (one) => one.replicaCount },
    { name: 'RECOVERING', of: (one) => one.recoveringCount },
    { name: 'DOCUMENTS', of: (one) => one.documentCount, spare: 1 },
    { name: 'OUTSTANDING', of: (one) => one.outstanding, spare: 5 },
    { name: 'SAFE TO STOP', of: (one) => (one.isSafeToStop ? 'yes' : 'no') },
    { name: 'WEIGHT', of: (one) => one.weight, spare: 4 },
    { name: 'ZONE', of: (one) => one.zone, spare: 2 },
    { name: 'ADDRESS', of: (one) => one.address, spare: 3 },
  ];
  return fittedTable(columns, nodes, width);
}

function stateText({ state, isDrained, downSinceMs }: NodeStatus, nowMs: number): string {
  if (isDrained) return 'drained';
  if (state !== 'down' || downSinceMs === 0) return state;
  return `down for ${durationText(Math.max(0, nowMs - downSinceMs) / SECOND_MS)}`;
}

/** A bar against the fullest node, and the replicas over the node's share. */
function loadText({ replicaCount, loadRatio }: NodeStatus, most: number): string {
  const bar = barOf(most === 0 ? 0 : replicaCount / most, LOAD_CELLS);
  return loadRatio === undefined ? bar : `${bar} ${loadRatio.toFixed(2)}`;
}

const collectionColumns: readonly Column<CollectionStatus>[] = [
  { name: 'COLLECTION', of: (one) => one.name },
  { name: 'DOCUMENTS', of: (one) => one.documentCount },
  { name: 'DIMENSION', of: (one) => one.dimension, spare: 2 },
  { name: 'METRIC', of: (one) => one.metric, spare: 3 },
  { name: 'PARTITIONS UP', of: (one) => `${one.partitionsAvailable}/${one.partitions}` },
  { name: 'REPLICATION', of: (one) => one.replicationFactor, spare: 1 },
  {
    name: 'IN SYNC',
    of: (one) => `${one.replicasInSync}/${one.partitions * one.replicationFactor}`,
  },
  { name: 'RECOVERING', of: (one) => one.replicasRecovering },
];

function formatTrouble(replicas: readonly ReplicaInTrouble[], width: number | undefined): string {
  if (replicas.length === 0) return '';
  const columns: Column<ReplicaInTrouble>[] = [
    { name: 'COLLECTION', of: (one) => one.collection },
    { name: 'PARTITION', of: (one) => one.partition },
    { name: 'NODE', of: (one) => one.nodeId },
    { name: 'STATE', of: (one) => one.state },
    { name: 'CONDITION', of: (one) => one.condition },
    { name: 'WHY', of: (one) => one.detail },
  ];
  return `\nreplicas in trouble\n\n${fittedTable(columns, replicas, width)}`;
}

const WAITS: Record<string, string> = {
  paused: 'paused',
  target_down: 'its node is down',
  no_source: 'no copy can be reached',
  redundancy_first: 'lost copies go first',
  target_full: 'its disk is full',
  no_node: 'too few nodes for the copies',
  slots: 'its turn',
};

export function waitText(waitReason: string): string {
  return WAITS[waitReason] ?? waitReason;
}

export function formatMoves(moves: readonly Move[], arePaused: boolean, width?: number): string {
  const paused = arePaused ? ' (paused)' : '';
  if (moves.length === 0) return `no moves${paused}\n`;
  const waitingCount = moves.filter(({ state }) => state === 'waiting').length;
  const left = moves.reduce((sum, move) => sum + move.bytesTotal * (1 - ratioOf(move)), 0);
  const counts =
    `${moves.length - waitingCount} moves under way, ${waitingCount} waiting, ` +
    `${bytesText(left)} to be copied${paused}\n`;
  const shown = moves.slice(0, MOVES_SHOWN_MAX);
  const more = moves.length - shown.length;
  const columns: Column<Move>[] = [
    { name: 'PARTITION', of: ({ collection, partition }) => `${collection}/${partition}` },
    { name: 'FROM', of: ({ fromNodeId }) => (fromNodeId === '' ? '(new copy)' : fromNodeId) },
    { name: 'TO', of: ({ toNodeId }) => (toNodeId === '' ? '(nowhere)' : toNodeId) },
    { name: 'CAUSE', of: ({ cause }) => cause, spare: 2 },
    { name: 'PROGRESS', of: progressText },
    { name: 'COPIED', of: copiedText, spare: 1 },
    { name: 'RATE', of: rateText, spare: 3 },
    { name: 'LEFT', of: leftText },
  ];
  const table = fittedTable(columns, shown, width);
  return `${counts}${table}${more > 0 ? `and ${more} more\n` : ''}`;
}

function ratioOf({ state, progressRatio }: Move): number {
  return state === 'waiting' ? 0 : progressRatio;
}

function progressText({ state, waitReason, progressRatio }: Move): string {
  if (state === 'waiting' || waitReason !== '') return `waits: ${waitText(waitReason)}`;
  return state === 'in_sync' ? `${barOf(1, BAR_CELLS)} in sync` : progressBar(progressRatio);
}

function copiedText(move: Move): string {
  return `${bytesText(move.bytesTotal * ratioOf(move))} of ${bytesText(move.bytesTotal)}`;
}

function rateText({ state, bytesPerSecond }: Move): string {
  return state === 'waiting' || bytesPerSecond === 0 ? '-' : `${bytesText(bytesPerSecond)}/s`;
}

function leftText({ etaSeconds }: Move): string {
  return etaSeconds === undefined ? '-' : durationText(Math.ceil(etaSeconds));
}

export function progressBar(ratio: number): string {
  const percent = String(Math.floor(ratio * 100)).padStart(3);
  return `${barOf(ratio, BAR_CELLS)} ${percent} %`;
}

function barOf(ratio: number, cells: number): string {
  const filled = Math.round(Math.min(1, ratio) * cells);
  return `${'█'.repeat(filled)}${'░'.repeat(cells - filled)}`;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytesText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${BYTE_UNITS[unit]}`;
}

function durationText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
