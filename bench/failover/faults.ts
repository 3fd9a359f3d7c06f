/** The three faults of one of three nodes: dead, frozen, failing every read at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/system-clock.js';
import type { BenchCluster } from '../cluster/bench-cluster.js';
import type { ProcessCluster } from '../cluster/process-cluster.js';
import { freePort } from '../cluster/tcp-proxy.js';
import { FailingRelay } from './failing-relay.js';
import type { Fault } from './fault-run.js';

const VICTIM = 'node-1';
/** A node that came back gets a growing share for 10 s. */
const SLOW_START_MS = 11_000;
const BACK_LIMIT_MS = 60_000;
const POLL_MS = 100;

function ownOf({ own }: BenchCluster): ProcessCluster {
  if (own === undefined) throw new Error('faults need a cluster of their own');
  return own;
}

/** Until every node is up with all its replicas in sync, and is trusted as before. */
async function untilBack({ client }: BenchCluster): Promise<void> {
  const giveUpAtMs = systemClock.nowMs() + BACK_LIMIT_MS;
  for (;;) {
    const { collections, nodes } = await client.cluster.getTopology();
    const replicas = collections.flatMap(({ partitions }) => partitions.flatMap((p) => p.replicas));
    const isWhole = replicas.every(({ state }) => state === 'in_sync');
    if (isWhole && nodes.every(({ state }) => state === 'up')) break;
    if (systemClock.nowMs() > giveUpAtMs) throw new Error(`${VICTIM} does not come back`);
    await sleep(POLL_MS);
  }
  await sleep(SLOW_START_MS);
}

export function killed(cluster: BenchCluster): Fault {
  return {
    name: 'killed',
    observedMs: 5_000,
    make: () => ownOf(cluster).node(VICTIM).kill(),
    async mend() {
      await ownOf(cluster).startNode(VICTIM);
      await untilBack(cluster);
    },
  };
}

export function stalled(cluster: BenchCluster): Fault {
  return {
    name: 'stalled',
    observedMs: 10_000,
    async make() {
      ownOf(cluster).node(VICTIM).signal('SIGSTOP');
    },
    async mend() {
      ownOf(cluster).node(VICTIM).signal('SIGCONT');
      await untilBack(cluster);
    },
  };
}

/** Moves the node behind a relay; it stays there until `close`. */
export async function failingFast(
  cluster: BenchCluster,
): Promise<{ fault: Fault; relay: FailingRelay; close(): void }> {
  const own = ownOf(cluster);
  const address = `127.0.0.1:${await freePort()}`;
  const relay = await FailingRelay.open(address);
  await own.node(VICTIM).stop();
  await own.startNode(VICTIM, ['--listen', address, '--advertise', relay.address]);
  await untilBack(cluster);
  const fault: Fault = {
    name: 'failing fast',
    observedMs: 6_000,
    async make() {
      relay.isFailing = true;
    },
    async mend() {
      relay.isFailing = false;
      await untilBack(cluster);
    },
  };
  return { fault, relay, close: () => relay.close() };
}
