/**
 * Two coordinators, three nodes and a real etcd under load: controllers killed in the middle of
 * recoveries, etcd stopped for a while; then everything is looked at through each coordinator.
 */
import { EtcdCluster } from '../cluster/etcd-cluster.js';
import { COLLECTION, DIMENSION, LedgerLoad, type LoadCounts } from './load.js';

export interface CoordinatorsOptions {
  /** How often a node is killed, and the controller while that node recovers. */
  kills: number;
  /** How long etcd is stopped. */
  etcdStopMs: number;
  documents: number;
  topologyLeaseMs: number;
  log(line: string): void;
}

export interface CoordinatorsResult extends LoadCounts {
  kills: number;
  /** Acknowledged writes that are not there afterwards, through any coordinator. */
  lost: number;
  /** Of 1,024 buckets of each partition, those in which its replicas differ afterwards. */
  bucketsDiffering: number;
  areTopologiesEqual: boolean;
  /** `/readyz` of the coordinators while etcd was stopped for longer than the topology lease. */
  readyzWhileEtcdAway: number[];
  readyzAfterwards: number[];
}

const NODES = ['node-1', 'node-2', 'node-3'];
const LIMIT_MS = 90_000;

export async function runCoordinators(options: CoordinatorsOptions): Promise<CoordinatorsResult> {
  const cluster = await EtcdCluster.start({
    coordinators: 2,
    shards: NODES.length,
    coordinatorArgs: ['--topology-lease-ms', String(options.topologyLeaseMs)],
  });
  const load = new LedgerLoad(options.documents);
  try {
    await makeCollection(cluster);
    load.start([cluster.client(), cluster.client()]);
    await until(
      'documents are there',
      async () => load.counts.writesAcknowledged > options.documents,
    );
    for (let i = 0; i < options.kills; i += 1) {
      await killInRecovery(cluster, NODES[i % NODES.length] as string);
      options.log(`kill ${i + 1} of ${options.kills}: ${JSON.stringify(load.counts)}`);
    }
    const readyzWhileEtcdAway = await stopEtcd(cluster, options);
    options.log(`etcd was stopped: ${JSON.stringify(load.counts)}`);
    await load.stop();
    await until('all is level', () => isLevel(cluster));
    const readers = cluster.addresses.map((_, i) => cluster.client(i));
    const lost = await Promise.all(readers.map((reader) => load.lost(reader)));
    const compared = await readers[0]?.cluster.compareReplicas(COLLECTION);
    const topologies = await Promise.all(readers.map((reader) => topologyOf(reader)));
    return {
      ...load.counts,
      kills: options.kills,
      lost: new Set(lost.flat()).size,
      bucketsDiffering: (compared ?? []).reduce((sum, one) => sum + one.bucketsDiffering, 0),
      areTopologiesEqual: new Set(topologies).size === 1,
      readyzWhileEtcdAway,
      readyzAfterwards: await readyz(cluster),
    };
  } finally {
    await load.stop();
    await cluster.stop();
  }
}

async function makeCollection(cluster: EtcdCluster): Promise<void> {
  const client = cluster.client(0);
  await until('nodes are up', async () => {
    const nodes = await client.cluster.listNodes();
    return nodes.length === NODES.length && nodes.every(({ state }) => state === 'up');
  });
  await client.createCollection({
    name: COLLECTION,
    dimension: DIMENSION,
    metric: 'l2',
    partitions: 4,
    replicationFactor: NODES.length,
  });
  await until('the other coordinator knows it', async () => {
    return (await cluster.client(1).listCollections()).length === 1;
  });
}

/** A node dies and comes back, and the controller dies while it recovers. */
async function killInRecovery(cluster: EtcdCluster, nodeId: string): Promise<void> {
  await until('there is a controller', async () => (await cluster.controller()) !== undefined);
  const controller = (await cluster.controller()) ?? 0;
  const watcher = cluster.client(1 - controller);
  await cluster.node(nodeId).kill();
  await until('it is out of sync', async () => (await recoveringCount(watcher)) > 0);
  await cluster.startNode(nodeId);
  await cluster.coordinator(controller).kill();
  await until('all is level', async () => (await recoveringCount(watcher)) === 0);
  await cluster.startCoordinator(controller);
}

async function stopEtcd(cluster: EtcdCluster, options: CoordinatorsOptions): Promise<number[]> {
  cluster.etcd.pause();
  await new Promise((resolve) => setTimeout(resolve, options.etcdStopMs));
  const codes = await readyz(cluster);
  cluster.etcd.resume();
  await until('every coordinator is ready again', async () =>
    (await readyz(cluster)).every((code) => code === 200),
  );
  return codes;
}

async function readyz(cluster: EtcdCluster): Promise<number[]> {
  const statuses = cluster.addresses.map((_, i) => cluster.status(i, '/readyz'));
  return (await Promise.all(statuses)).map(({ code }) => code);
}

type Client = ReturnType<EtcdCluster['client']>;

async function topologyOf(client: Client): Promise<string> {
  const { epoch, collections, nodes } = await client.cluster.getTopology();
  const places = nodes.map(({ nodeId, address, zone, weight }) => [nodeId, address, zone, weight]);
  return JSON.stringify([String(epoch), collections, places]);
}

async function recoveringCount(client: Client): Promise<number> {
  const { collections } = await client.cluster.getTopology();
  return collections
    .flatMap(({ partitions }) => partitions.flatMap(({ replicas }) => replicas))
    .filter(({ state }) => state === 'recovering').length;
}

async function isLevel(cluster: EtcdCluster): Promise<boolean> {
  const client = cluster.client();
  if ((await recoveringCount(client)) > 0) return false;
  const compared = await client.cluster.compareReplicas(COLLECTION);
  return compared.every(
    ({ bucketsDiffering, replicas }) => bucketsDiffering === 0 && replicas.length === NODES.length,
  );
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + LIMIT_MS;
  while (!(await condition().catch(() => false))) {
    if (performance.now() > giveUpAtMs) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
