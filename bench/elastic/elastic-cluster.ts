/**
 * The processes of which an elastic cluster is made: one coordinator with a topology of its own, or two
 * over a real etcd. Any of them can be killed, and is started again a moment later.
 */
import { type Random, randomInt } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { AnnulusClient } from '../../src/client/index.js';
import { EtcdCluster } from '../cluster/etcd-cluster.js';
import { ProcessCluster } from '../cluster/process-cluster.js';

export interface ElasticCluster {
  readonly client: AnnulusClient;
  startNode(nodeId: string): Promise<unknown>;
  stopNode(nodeId: string): Promise<unknown>;
  /** SIGKILLs a process, any one of them, and starts it again; resolves to what it was. */
  killOne(random: Random): Promise<string>;
  stop(): Promise<void>;
}

const DOWN_MS_MAX = 1_000;

export async function startElastic(nodes: number, withEtcd: boolean): Promise<ElasticCluster> {
  return withEtcd ? await overEtcd(nodes) : await alone(nodes);
}

async function alone(nodes: number): Promise<ElasticCluster> {
  const cluster = await ProcessCluster.start({ shards: nodes });
  return {
    client: cluster.client,
    startNode: (nodeId) => cluster.startNode(nodeId),
    stopNode: (nodeId) => cluster.node(nodeId).stop(),
    stop: () => cluster.stop(),
    async killOne(random) {
      if (randomInt(random, 3) === 0) {
        await cluster.coordinator.kill();
        await cluster.startCoordinator();
        return 'coordinator';
      }
      return await killNode(cluster, random);
    },
  };
}

async function overEtcd(nodes: number): Promise<ElasticCluster> {
  const cluster = await EtcdCluster.start({ coordinators: 2, shards: nodes });
  return {
    client: cluster.client(),
    startNode: (nodeId) => cluster.startNode(nodeId),
    stopNode: (nodeId) => cluster.node(nodeId).stop(),
    stop: () => cluster.stop(),
    async killOne(random) {
      const role = (['controller', 'coordinator', 'node'] as const)[randomInt(random, 3)];
      if (role === 'node') return await killNode(cluster, random);
      const controller = (await cluster.controller()) ?? 0;
      const victim = role === 'controller' ? controller : 1 - controller;
      await cluster.coordinator(victim).kill();
      await downFor(random);
      await cluster.startCoordinator(victim);
      return role as string;
    },
  };
}

async function killNode(cluster: ProcessCluster | EtcdCluster, random: Random): Promise<string> {
  const running = cluster.nodeIds.filter((nodeId) => !cluster.node(nodeId).hasExited);
  const victim = running[randomInt(random, running.length)] as string;
  await cluster.node(victim).kill();
  await downFor(random);
  await cluster.startNode(victim);
  return victim;
}

function downFor(random: Random): Promise<void> {
  const downMs = randomInt(random, DOWN_MS_MAX);
  return new Promise((resolve) => systemClock.setTimer(downMs, resolve));
}
