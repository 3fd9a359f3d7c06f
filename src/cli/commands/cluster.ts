import type { CollectionInfo, NodeInfo, ReplicaInfo, Topology } from '../../client/index.js';
import { clientCommand, flagOnly } from '../client-command.js';
import { formatTable, printJson, printJsonLine } from '../output.js';

export const statusCommand = clientCommand({
  usage: 'status',
  description: 'Nodes and collections at a glance: a table on a terminal, JSON in a pipe.',
  options: [flagOnly({ name: 'json', type: 'flag', description: 'JSON on a terminal too.' })],
  async run(client, { terminal, options }) {
    const [topology, collections] = await Promise.all([
      client.cluster.getTopology(),
      client.listCollections(),
    ]);
    const status = summarize(client.address, topology, collections);
    if (terminal.stdout.isTTY === true && !options.flag('json')) {
      terminal.stdout.write(formatStatus(status));
    } else printJson(terminal, status);
    return 0;
  },
});

export const topologyCommand = clientCommand({
  usage: 'topology',
  description: 'Which replica of which partition is where.',
  options: [
    flagOnly({
      name: 'watch',
      type: 'flag',
      description: 'Go on printing each newer one, one a line, until interrupted.',
    }),
  ],
  async run(client, { terminal, options }) {
    if (!options.flag('watch')) {
      printJson(terminal, await client.cluster.getTopology());
      return 0;
    }
    for await (const topology of client.cluster.watchTopology()) printJsonLine(terminal, topology);
    return 0;
  },
});

interface CollectionStatus extends CollectionInfo {
  /** Partitions with an in-sync replica on a node that is up. */
  partitionsAvailable: number;
}

export interface ClusterStatus {
  address: string;
  epoch: number;
  nodes: NodeInfo[];
  collections: CollectionStatus[];
  /** Those that are neither open nor loading, as their nodes last said. */
  replicasInTrouble: ReplicaInTrouble[];
}

interface ReplicaInTrouble extends ReplicaInfo {
  collection: string;
  partition: number;
}

export function summarize(
  address: string,
  { epoch, nodes, collections: placed }: Topology,
  collections: readonly CollectionInfo[],
): ClusterStatus {
  const usable = new Set(nodes.filter(({ state }) => state !== 'down').map(({ nodeId }) => nodeId));
  const available = (name: string) =>
    placed
      .find((one) => one.name === name)
      ?.partitions.filter(({ replicas }) =>
        replicas.some(({ nodeId, state }) => state === 'in_sync' && usable.has(nodeId)),
      ).length ?? 0;
  return {
    address,
    epoch,
    nodes,
    collections: collections.map((one) => ({ ...one, partitionsAvailable: available(one.name) })),
    replicasInTrouble: placed.flatMap(({ name, partitions }) =>
      partitions.flatMap(({ partition, replicas }) =>
        replicas
          .filter(({ condition }) => TROUBLE.has(condition))
          .map((replica) => ({ collection: name, partition, ...replica })),
      ),
    ),
  };
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

export function formatStatus(status: ClusterStatus): string {
  const { address, epoch, nodes, collections, replicasInTrouble } = status;
  const nodeRows = nodes.map((one) => [
    one.nodeId,
    one.state,
    one.address,
    one.zone,
    one.replicaCount,
    one.documentCount,
    one.outstanding,
  ]);
  const collectionRows = collections.map((one) => [
    one.name,
    one.documentCount,
    one.dimension,
    one.metric,
    `${one.partitionsAvailable}/${one.partitions}`,
    one.replicationFactor,
  ]);
  const nodeHeader = ['NODE', 'STATE', 'ADDRESS', 'ZONE', 'REPLICAS', 'DOCUMENTS', 'OUTSTANDING'];
  const header = ['COLLECTION', 'DOCUMENTS', 'DIMENSION', 'METRIC', 'PARTITIONS UP', 'REPLICATION'];
  return [
    `coordinator ${address}, topology epoch ${epoch}\n\n`,
    nodes.length === 0 ? 'no shard nodes\n' : formatTable(nodeHeader, nodeRows),
    '\n',
    collections.length === 0 ? 'no collections\n' : formatTable(header, collectionRows),
    formatTrouble(replicasInTrouble),
  ].join('');
}
