/**
 * Searches over three simulated nodes on a virtual clock, through the production router, health, hedging
 * and scatter-gather: exponential arrivals, lognormal service times, everything from one seed. One of
 * the nodes may have a fault from the first second on. What is measured begins with the fault.
 *
 * `weighted` with equal weights is plain random choice.
 */
import { collectionId, type NodeId, nodeId } from '../../../src/base/ids.js';
import { silentLogger } from '../../../src/base/logger.js';
import { type Random, seededRandom } from '../../../src/base/random.js';
import type { BalancingPolicy } from '../../../src/coordinator/balancing/replica-picker.js';
import { NodeRegistry } from '../../../src/coordinator/nodes/node-registry.js';
import { RequestContext } from '../../../src/coordinator/request-context.js';
import { type ReadKind, runRead } from '../../../src/coordinator/search/read-driver.js';
import {
  defaultReadRouterOptions,
  ReadRouter,
} from '../../../src/coordinator/search/read-router.js';
import type { PartitionReply } from '../../../src/coordinator/search/scatter-gather-port.js';
import { makeTopology, type NodeEntry } from '../../../src/coordinator/topology/topology.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { BalancedNode, FAULT_FROM_MS, type NodeFault } from './balanced-node.js';

export interface BalancerRun {
  policy: BalancingPolicy;
  fault: NodeFault;
  coordinators: number;
  /** Searches per second, of all coordinators together. */
  rate: number;
  durationMs: number;
  seed: number;
  /** False: no hedge or reroute that costs anything is ever paid for. Default true. */
  hasBudget?: boolean;
}

export interface BalancerResult {
  searches: number;
  failed: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  longestMs: number;
  /** Of what all nodes were asked since the fault, the part that the faulty one was. */
  faultyShareRatio: number;
  /** What the busiest node was asked, over the mean. */
  skewRatio: number;
  hedges: number;
  probes: number;
}

const NODES = ['a', 'b', 'c'].map(nodeId);
const PARTITIONS = 4;
const TIMEOUT_MS = 5_000;
const collection = collectionId('c0');

export async function runBalancer(run: BalancerRun): Promise<BalancerResult> {
  const clock = new VirtualClock();
  const random = seededRandom(run.seed);
  const nodes = NODES.map((id, i) => {
    return new BalancedNode(id, i === 0 ? run.fault : 'none', clock, random);
  });
  const routers = Array.from({ length: run.coordinators }, () =>
    startRouter(nodes, clock, random, run.hasBudget ?? true),
  );
  const tookMs: number[] = [];
  let failed = 0;
  const search = async (router: ReadRouter) => {
    const startMs = clock.nowMs();
    const isCounted = startMs >= FAULT_FROM_MS;
    const context = new RequestContext(startMs, startMs + TIMEOUT_MS);
    const route = router.route({ collection, kind: 'search', policy: run.policy, routingKey: '' });
    const { missing } = await runRead(kind, reads(), context, route);
    if (!isCounted) return;
    tookMs.push(clock.nowMs() - startMs);
    if (missing.length > 0) failed += 1;
  };
  const arrive = () => {
    const turn = Math.floor(random.next() * routers.length);
    void search(routers[turn] as ReadRouter);
    clock.setTimer((-Math.log(1 - random.next()) * 1_000) / run.rate, arrive);
  };
  await clock.runForAsync(1);
  arrive();
  await clock.runForAsync(FAULT_FROM_MS);
  const before = nodes.map(({ asked }) => asked);
  await clock.runForAsync(run.durationMs);
  const asked = nodes.map((node, i) => node.asked - (before[i] as number));
  const total = asked.reduce((sum, count) => sum + count, 0);
  tookMs.sort((a, b) => a - b);
  const quantile = (q: number) =>
    tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * q))];
  const count = (of: (router: ReadRouter) => number) => routers.reduce((sum, r) => sum + of(r), 0);
  for (const router of routers) router.nodes.close();
  return {
    searches: tookMs.length,
    failed,
    p50Ms: quantile(0.5) ?? 0,
    p99Ms: quantile(0.99) ?? 0,
    p999Ms: quantile(0.999) ?? 0,
    longestMs: tookMs.at(-1) ?? 0,
    faultyShareRatio: (asked[0] as number) / total,
    skewRatio: (Math.max(...asked) * asked.length) / total,
    hedges: count((r) => r.counters.hedgesSent),
    probes: count((r) => r.counters.probes),
  };
}

const kind: ReadKind<PartitionReply> = {
  call: (asked) => ({
    kind: 'count',
    collection,
    targets: asked.map(({ partition, generation }) => ({ partition, generation })),
  }),
  replies: (reply) => (reply.kind === 'count' ? reply.targets : []),
};

function reads() {
  return Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    generation: 1,
    nodeIds: NODES,
  }));
}

function startRouter(
  nodes: BalancedNode[],
  clock: VirtualClock,
  random: Random,
  hasBudget: boolean,
): ReadRouter {
  const entries = NODES.map(
    (id: NodeId): NodeEntry => ({
      nodeId: id,
      address: `${id}:1`,
      zone: '',
      weight: 1,
      intent: 'active',
    }),
  );
  const registry = new NodeRegistry(
    makeTopology('sim', 1, entries, []),
    ({ nodeId: id }, observer) => {
      const node = nodes.find((candidate) => candidate.nodeId === id) as BalancedNode;
      clock.setTimer(node.connectsAtMs, () => observer.onConnected());
      return node.link();
    },
    clock,
    random,
    silentLogger,
  );
  const { budget, ...rest } = defaultReadRouterOptions;
  const none = { ...budget, ratio: 0, perSecond: 0 };
  return new ReadRouter(registry, clock, random, { ...rest, budget: hasBudget ? budget : none });
}
