/** Faults of the network, made by the proxies in front of the nodes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { randomInt } from '../../src/base/random.js';
import type { Fault } from './fault.js';

const HELD_MS_MIN = 300;
const HELD_MS_MAX = 6_000;

/** What is sent one way does not arrive; the other way all is well. */
export const blackhole: Fault = {
  kind: 'one-way blackhole',
  async apply(world, random) {
    const nodeId = await world.victim(random);
    const direction = random.next() < 0.5 ? 'to_server' : 'to_client';
    const heldMs = HELD_MS_MIN + randomInt(random, HELD_MS_MAX - HELD_MS_MIN);
    world.cluster.proxy(nodeId).hold(direction);
    await sleep(heldMs);
    world.cluster.proxy(nodeId).release();
    const what = direction === 'to_server' ? 'nothing reaches' : 'nothing comes from';
    return `${what} ${nodeId} for ${heldMs} ms`;
  },
};

export const resetConnections: Fault = {
  kind: 'connections reset',
  async apply(world, random) {
    const nodeId = await world.victim(random);
    world.cluster.proxy(nodeId).refuse();
    await sleep(randomInt(random, HELD_MS_MIN));
    world.cluster.proxy(nodeId).release();
    return nodeId;
  },
};
