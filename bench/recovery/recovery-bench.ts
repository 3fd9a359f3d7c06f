/**
 * A cluster of two nodes that hold everything twice, one of which loses something: all of its data, one
 * collection, or the writes of a while. What it then takes until every replica is in sync again, and
 * what searches notice of it.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/system-clock.js';
import type { DocumentInput } from '../../src/client/index.js';
import { ProcessCluster } from '../cluster/process-cluster.js';
import { rowOf, type VectorSet } from '../datasets/vector-set.js';
import { untilIdle } from '../report/process-cpu.js';

/** Of a node's metrics. */
export interface Received {
  documents: number;
  bytes: number;
  graph_bytes: number;
}

export const LOSER = 'node-2';
const LIMIT_MS = 300_000;
const POLL_MS = 25;
/** After a load, until graphs are saved. */
const SETTLE_MS = 6000;

export class RecoveryBench {
  readonly cluster: ProcessCluster;
  /** Folders of the losing node's replicas, by collection. */
  readonly #replicasOf = new Map<string, string[]>();

  private constructor(cluster: ProcessCluster) {
    this.cluster = cluster;
  }

  static async start(): Promise<RecoveryBench> {
    const cluster = await ProcessCluster.start({ shards: 0 });
    const bench = new RecoveryBench(cluster);
    for (const nodeId of ['node-1', LOSER]) await bench.startNode(nodeId);
    await bench.#until(async () => {
      const nodes = await cluster.client.cluster.listNodes();
      return nodes.filter(({ state }) => state === 'up').length === 2;
    });
    return bench;
  }

  /** Resolves to how long the documents took to be acknowledged, in milliseconds. */
  async load(collection: string, { dimension, ...rows }: VectorSet): Promise<number> {
    const { client } = this.cluster;
    const options = { name: collection, dimension, partitions: 1, replicationFactor: 2 };
    await client.createCollection(options);
    const isNew = (name: string) => ![...this.#replicasOf.values()].flat().includes(name);
    this.#replicasOf.set(collection, this.#replicaNames().filter(isNew));
    const startedAtMs = systemClock.nowMs();
    await client.upsertMany(collection, documentsOf({ dimension, ...rows }), {
      failureCountMax: 0,
    });
    return systemClock.nowMs() - startedAtMs;
  }

  async settled(): Promise<void> {
    const pids = () => this.cluster.nodeIds.map((nodeId) => this.cluster.node(nodeId).pid);
    await untilIdle(pids());
    await sleep(SETTLE_MS);
    await untilIdle(pids());
  }

  async startNode(nodeId: string): Promise<void> {
    await this.cluster.startNode(nodeId, ['--http', '127.0.0.1:0']);
  }

  kill(): Promise<void> {
    return this.cluster.node(LOSER).kill();
  }

  /** All that the killed node has, or what it has of one collection. */
  lose(collection?: string): void {
    const directory = this.cluster.nodeDirectory(LOSER);
    const names = collection === undefined ? [''] : (this.#replicasOf.get(collection) ?? []);
    for (const name of names) {
      rmSync(name === '' ? directory : join(directory, 'replicas', name), { recursive: true });
    }
  }

  /** How many replicas are not in sync. */
  async recoveringCount(): Promise<number> {
    const { collections } = await this.cluster.client.cluster.getTopology();
    const replicas = collections.flatMap(({ partitions }) =>
      partitions.flatMap((partition) => partition.replicas),
    );
    return replicas.filter(({ state }) => state !== 'in_sync').length;
  }

  untilRecovering(): Promise<void> {
    return this.#until(async () => (await this.recoveringCount()) > 0);
  }

  untilInSync(): Promise<void> {
    return this.#until(async () => (await this.recoveringCount()) === 0);
  }

  /** What the node that lost something has received since its start. */
  async received(): Promise<Received> {
    const { http_address: address } = this.cluster.node(LOSER).ready;
    const text = await (await fetch(`http://${address}/metrics`)).text();
    const totalOf = (name: string) => {
      const line = new RegExp(`^annulus_node_recovery_received_${name}_total (\\S+)$`, 'm');
      return Number(line.exec(text)?.[1]);
    };
    const [documents, bytes] = [totalOf('documents'), totalOf('bytes')];
    return { documents, bytes, graph_bytes: totalOf('graph_bytes') };
  }

  /** True when all replicas of the collection hold the same documents. */
  async areEqual(collection: string): Promise<boolean> {
    const compared = await this.cluster.client.cluster.compareReplicas(collection);
    return compared.every(({ bucketsDiffering }) => bucketsDiffering === 0);
  }

  #replicaNames(): string[] {
    return readdirSync(join(this.cluster.nodeDirectory(LOSER), 'replicas'));
  }

  async #until(condition: () => Promise<boolean>): Promise<void> {
    const giveUpAtMs = systemClock.nowMs() + LIMIT_MS;
    while (!(await condition())) {
      if (systemClock.nowMs() > giveUpAtMs) throw new Error('not in sync in time');
      await sleep(POLL_MS);
    }
  }
}

/** With a little text, as documents have. */
export function* documentsOf(rows: VectorSet, from = 0, to = rows.count): Generator<DocumentInput> {
  for (let row = from; row < to; row += 1) {
    yield { id: `doc-${row}`, vector: rowOf(rows, row), text: `the text of document ${row}` };
  }
}
