/** Faults of processes: killed, killed again while starting, stopped for a while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt } from '../../src/base/random.js';
import type { Fault } from './fault.js';

const DOWN_MS_MAX = 800;
const STALL_MS_MIN = 300;
const STALL_MS_MAX = 7_000;
const STORM_KILLS_MIN = 2;
const STORM_KILLS_MAX = 5;
/** About the time that a start takes: some are killed before they are ready, some after. */
const STORM_PAUSE_MS_MAX = 1_500;

function sometimes(random: Random, mostMs: number): number {
  return random.next() < 0.5 ? 0 : randomInt(random, mostMs);
}

export const killNode: Fault = {
  kind: 'kill a node',
  async apply(world, random) {
    const nodeId = await world.victim(random);
    await world.killNode(nodeId);
    await sleep(sometimes(random, DOWN_MS_MAX));
    await world.cluster.startNode(nodeId);
    return nodeId;
  },
};

/** Both at once: writes may have to wait for another copy, searches go on. */
export const killTwoNodes: Fault = {
  kind: 'kill two nodes',
  async apply(world, random) {
    const victims = await world.victims(random);
    await Promise.all(victims.map((nodeId) => world.killNode(nodeId)));
    await sleep(sometimes(random, DOWN_MS_MAX));
    await Promise.all(victims.map((nodeId) => world.cluster.startNode(nodeId)));
    return victims.join(' and ');
  },
};

export const killCoordinator: Fault = {
  kind: 'kill the coordinator',
  async apply(world, random) {
    world.life.changed();
    world.killCount += 1;
    await world.cluster.coordinator.kill();
    await sleep(sometimes(random, DOWN_MS_MAX));
    await world.cluster.startCoordinator();
    world.life.changed();
    return 'coordinator';
  },
};

export const stallNode: Fault = {
  kind: 'stop a node for a while',
  async apply(world, random) {
    const nodeId = await world.victim(random);
    const process = world.cluster.node(nodeId);
    process.signal('SIGSTOP');
    const stalledMs = STALL_MS_MIN + randomInt(random, STALL_MS_MAX - STALL_MS_MIN);
    await sleep(stalledMs);
    process.signal('SIGCONT');
    return `${nodeId} for ${stalledMs} ms`;
  },
};

export const restartStorm: Fault = {
  kind: 'restart storm',
  async apply(world, random) {
    const nodeId = await world.victim(random);
    const count = STORM_KILLS_MIN + randomInt(random, STORM_KILLS_MAX - STORM_KILLS_MIN);
    await world.killNode(nodeId);
    for (let i = 1; i < count; i += 1) {
      world.killCount += 1;
      await world.cluster.startAndKillNode(nodeId, randomInt(random, STORM_PAUSE_MS_MAX));
    }
    await world.cluster.startNode(nodeId);
    return `${nodeId}, ${count} kills`;
  },
};
