/**
 * Changes of the cluster's shape, as operators make them. A join, a split, a new weight and a new
 * number of copies are left to go on while the next fault happens; a node that leaves is waited for,
 * and while it is emptied something may be killed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt } from '../../src/base/random.js';
import { type ChaosWorld, COLLECTION, NODE_COUNT } from './chaos-world.js';
import type { Fault } from './fault.js';
import { killCoordinator, killNode } from './process-faults.js';

const NODES_MAX = NODE_COUNT + 2;
/** Enough for the moves to have begun. */
const MOVING_MS_MAX = 1_500;
const LEAVE_LIMIT_MS = 120_000;
const WEIGHTS = [0.5, 1, 2];
const COPIES_MIN = 2;
const PARTITIONS_MAX = 32;

export const nodeJoins: Fault = {
  kind: 'a node joins',
  apply: (world, random) =>
    world.cluster.nodeIds.length < NODES_MAX ? join(world) : leave(world, random),
};

export const nodeLeaves: Fault = {
  kind: 'a node leaves',
  apply: (world, random) =>
    world.cluster.nodeIds.length > NODE_COUNT ? leave(world, random) : join(world),
};

export const nodeIsReplaced: Fault = {
  kind: 'a node is replaced',
  async apply(world, random) {
    const nodeId = await world.victim(random);
    const successor = world.newNodeId();
    await world.cluster.startNode(successor);
    await world.client.cluster.replaceNode(nodeId, successor);
    const killed = await perhapsKill(world, random);
    await world.until(
      `${nodeId} is forgotten`,
      async () => (await world.client.cluster.listNodes()).every((node) => node.nodeId !== nodeId),
      LEAVE_LIMIT_MS,
    );
    await world.cluster.endNode(nodeId);
    return `${nodeId} by ${successor}${killed}`;
  },
};

export const weightChanges: Fault = {
  kind: 'a weight changes',
  async apply(world, random) {
    const nodeId = anyOf(random, world.cluster.nodeIds);
    const weight = anyOf(random, WEIGHTS);
    await world.client.cluster.updateNode({ nodeId, weight });
    return `${nodeId} to ${weight}`;
  },
};

export const copiesChange: Fault = {
  kind: 'the number of copies changes',
  async apply(world) {
    world.copies = world.copies === NODE_COUNT ? COPIES_MIN : NODE_COUNT;
    await world.client.cluster.setReplication({
      collection: COLLECTION,
      replicationFactor: world.copies,
    });
    return `to ${world.copies}`;
  },
};

export const collectionIsSplit: Fault = {
  kind: 'a collection is split',
  async apply({ client: { cluster } }) {
    const { collections } = await cluster.getTopology();
    const { partitions, splittingInto } = collections[0] as (typeof collections)[number];
    if (splittingInto > 0) return `goes on into ${splittingInto}`;
    if (partitions.length >= PARTITIONS_MAX) return `has ${partitions.length} partitions already`;
    const wanted = 2 * partitions.length;
    await cluster.splitCollection({ collection: COLLECTION, partitions: wanted });
    return `into ${wanted}`;
  },
};

async function join(world: ChaosWorld): Promise<string> {
  const nodeId = world.newNodeId();
  await world.cluster.startNode(nodeId);
  return `${nodeId} joins`;
}

async function leave(world: ChaosWorld, random: Random): Promise<string> {
  const { client, cluster } = world;
  const nodeId = anyOf(random, cluster.nodeIds);
  await client.cluster.drainNode(nodeId);
  const killed = await perhapsKill(world, random);
  await world.until(
    `${nodeId} is drained`,
    async () => {
      const nodes = await client.cluster.listNodes();
      return nodes.find((node) => node.nodeId === nodeId)?.isDrained === true;
    },
    LEAVE_LIMIT_MS,
  );
  await client.cluster.removeNode(nodeId);
  await cluster.endNode(nodeId);
  return `${nodeId} leaves${killed}`;
}

/** While replicas move. */
async function perhapsKill(world: ChaosWorld, random: Random): Promise<string> {
  await sleep(randomInt(random, MOVING_MS_MAX));
  const draw = random.next();
  if (draw < 0.3) return '';
  const fault = draw < 0.8 ? killNode : killCoordinator;
  return `; meanwhile ${fault.kind}: ${await fault.apply(world, random)}`;
}

function anyOf<T>(random: Random, items: readonly T[]): T {
  return items[randomInt(random, items.length)] as T;
}
