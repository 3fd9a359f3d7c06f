/**
 * Two coordinators, three nodes and a real etcd under load: again and again replicas move, because a
 * node's weight changes, and the controller is killed in the middle of it; in the end etcd is stopped
 * for a while, in the middle of moves too. Then everything is looked at through each coordinator.
 */
import { EtcdCluster } from '../cluster/etcd-cluster.js';
import { untilAtRest } from '../elastic/shape.js';
import { COLLECTION, DIMENSION, LedgerLoad, type LoadCounts } from './load.js';
import { type StaleCounts, StaleWriter } from './stale-writer.js';

export interface CoordinatorsOptions {
  /** How often the controller is killed. */
  kills: number;
  /** How long etcd is stopped. */
  etcdStopMs: number;
  documents: number;
  partitions: number;
  topologyLeaseMs: number;
  log(line: string): void;
}

export interface CoordinatorsResult extends LoadCounts {
  kills: number;
  /** Moves under way when a controller was killed. */
  movesInterrupted: number;
  /** Writes of an older generation than the node was known to be in. */
  staleWrites: StaleCounts;
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
const COPIES = 2;
const LIGHT = 0.3;
const LIMIT_MS = 90_000;

export async function runCoordinators(options: CoordinatorsOptions): Promise<CoordinatorsResult> {
  const cluster = await EtcdCluster.start({
    coordinators: 2,
    shards: NODES.length,
    coordinatorArgs: ['--topology-lease-ms', String(options.topologyLeaseMs)],
  });
  const load = new LedgerLoad(options.documents);
  let stale: StaleWriter | undefined;
  try {
    await makeCollection(cluster, options.partitions);
    load.start([cluster.client(), cluster.client()]);
    await until(
      'documents are there',
      async () => load.counts.writesAcknowledged > options.documents,
    );
    stale = await StaleWriter.start(cluster.etcd.endpoint, load.ids);
    let movesInterrupted = 0;
    for (let i = 0; i < options.kills; i += 1) {
      movesInterrupted += await killInMove(cluster, i, options);
      options.log(`kill ${i + 1} of ${options.kills}: ${JSON.stringify(load.counts)}`);
    }
    const readyzWhileEtcdAway = await stopEtcd(cluster, options);
    options.log(`etcd was stopped: ${JSON.stringify(load.counts)}`);
    await load.stop();
    await stale.stop();
    const readers = cluster.addresses.map((_, i) => cluster.client(i));
    await until('all is level', () => isLevel(cluster));
    await until('both know as much', async () => areEqual(await topologiesOf(readers)));
    const lost = await Promise.all(readers.map((reader) => load.lost(reader)));
    const compared = await readers[0]?.cluster.compareReplicas(COLLECTION);
    return {
      ...load.counts,
      kills: options.kills,
      movesInterrupted,
      staleWrites: stale.counts,
      lost: new Set(lost.flat()).size,
      bucketsDiffering: (compared ?? []).reduce((sum, one) => sum + one.bucketsDiffering, 0),
      areTopologiesEqual: areEqual(await topologiesOf(readers)),
      readyzWhileEtcdAway,
      readyzAfterwards: await readyz(cluster),
    };
  } finally {
    await load.stop();
    await stale?.stop();
    await cluster.stop();
  }
}

async function makeCollection(cluster: EtcdCluster, partitions: number): Promise<void> {
  const client = cluster.client(0);
  await until('nodes are up', async () => {
    const nodes = await client.cluster.listNodes();
    return nodes.length === NODES.length && nodes.every(({ state }) => state === 'up');
  });
  await client.createCollection({
    ...{ name: COLLECTION, dimension: DIMENSION, metric: 'l2' },
    ...{ partitions, replicationFactor: COPIES },
  });
  await until('the other coordinator knows it', async () => {
    return (await cluster.client(1).listCollections()).length === 1;
  });
}

/** Resolves to how many moves were under way when the controller was killed. */
async function killInMove(
  cluster: EtcdCluster,
  round: number,
  { partitions }: CoordinatorsOptions,
): Promise<number> {
  await until('there is a controller', async () => (await cluster.controller()) !== undefined);
  const controller = (await cluster.controller()) ?? 0;
  const watcher = cluster.client(1 - controller);
  await changeWeights(watcher, round);
  await until('replicas move', async () => (await movingCount(watcher)) > 0);
  const interrupted = await movingCount(watcher);
  await cluster.coordinator(controller).kill();
  await untilAtRest(watcher, partitions * COPIES, () => true, LIMIT_MS);
  await cluster.startCoordinator(controller);
  return interrupted;
}

/** One node is light, another one than before: what it has goes to the others. */
async function changeWeights(client: Client, round: number): Promise<void> {
  for (const [i, nodeId] of NODES.entries()) {
    const weight = i === round % NODES.length ? LIGHT : 1;
    await client.cluster.updateNode({ nodeId, weight });
  }
}

async function movingCount(client: Client): Promise<number> {
  const { moves } = await client.cluster.moves.list();
  return moves.filter(({ state }) => state !== 'waiting').length;
}

async function stopEtcd(cluster: EtcdCluster, options: CoordinatorsOptions): Promise<number[]> {
  const client = cluster.client();
  await changeWeights(client, options.kills);
  await until('replicas move', async () => (await movingCount(client)) > 0);
  cluster.etcd.pause();
  await new Promise((resolve) => setTimeout(resolve, options.etcdStopMs));
  const codes = await readyz(cluster);
  cluster.etcd.resume();
  await until('every coordinator is ready again', async () =>
    (await readyz(cluster)).every((code) => code === 200),
  );
  await untilAtRest(client, options.partitions * COPIES, () => true, LIMIT_MS);
  return codes;
}

async function readyz(cluster: EtcdCluster): Promise<number[]> {
  const statuses = cluster.addresses.map((_, i) => cluster.status(i, '/readyz'));
  return (await Promise.all(statuses)).map(({ code }) => code);
}

type Client = ReturnType<EtcdCluster['client']>;

/** Of each coordinator, as a text. */
async function topologiesOf(readers: readonly Client[]): Promise<string[]> {
  return await Promise.all(
    readers.map(async ({ cluster }) => {
      const { epoch, collections, nodes } = await cluster.getTopology();
      const places = nodes.map((n) => [n.nodeId, n.address, n.zone, n.weight]);
      const partitions = collections.flatMap((collection) =>
        collection.partitions.map(({ generation, replicas }) => [
          generation,
          replicas.map(({ nodeId, state }) => [nodeId, state]),
        ]),
      );
      return JSON.stringify([String(epoch), partitions, places]);
    }),
  );
}

function areEqual(texts: readonly string[]): boolean {
  return new Set(texts).size === 1;
}

async function isLevel(cluster: EtcdCluster): Promise<boolean> {
  const compared = await cluster.client().cluster.compareReplicas(COLLECTION);
  return compared.every(
    ({ bucketsDiffering, replicas }) => bucketsDiffering === 0 && replicas.length === COPIES,
  );
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + LIMIT_MS;
  while (!(await condition().catch(() => false))) {
    if (performance.now() > giveUpAtMs) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
